/* events - prints the events of MIDI files as midicsv does
 *
 * events FILE: the lines that midicsv(1) prints for it, byte for byte, so
 * that the two can be compared with cmp.  A file that is not MIDI is
 * status 1.
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "files/create.h"
#include "midi/smf.h"

static const char *const texts[] = { NULL, "Text_t", "Copyright_t", "Title_t",
	"Instrument_name_t", "Lyric_t", "Marker_t", "Cue_point_t" };

/* Latin-1 is printed as it is, what is no character in octal. */
static void
print_text(const char *type, const uint8_t *p, size_t n)
{
	printf("%s, \"", type);
	for (size_t i = 0; i < n; i++)
		if (p[i] < ' ' || (p[i] > '~' && p[i] <= 160))
			printf("\\%03o", p[i]);
		else if (p[i] == '"' || p[i] == '\\')
			printf("%c%c", p[i], p[i]);
		else
			putchar(p[i]);
	puts("\"");
}

static void
print_bytes(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf(", %d", p[i]);
	putchar('\n');
}

static void
print_channel(const struct smf_event *e)
{
	static const char *const names[] = { "Note_off_c", "Note_on_c",
		"Poly_aftertouch_c", "Control_c", "Program_c",
		"Channel_aftertouch_c", "Pitch_bend_c" };
	int kind = (e->status >> 4) - 8, c = e->status & 15;

	if (kind == 6)
		printf("%s, %d, %d\n", names[kind], c, e->b << 7 | e->a);
	else if (kind == 4 || kind == 5)
		printf("%s, %d, %d\n", names[kind], c, e->a);
	else
		printf("%s, %d, %d, %d\n", names[kind], c, e->a, e->b);
}

static void
print_meta(const struct smf_event *e)
{
	const uint8_t *p = e->data;

	if (e->a >= META_TEXT && e->a <= META_CUE) {
		print_text(texts[e->a], p, e->len);
		return;
	}
	if (e->a == META_SEQUENCE && e->len == 2)
		printf("Sequence_number, %d\n", p[0] << 8 | p[1]);
	else if (e->a == META_CHANNEL && e->len == 1)
		printf("Channel_prefix, %d\n", p[0]);
	else if (e->a == META_PORT && e->len == 1)
		printf("MIDI_port, %d\n", p[0]);
	else if (e->a == META_TEMPO && e->len == 3)
		printf("Tempo, %d\n", p[0] << 16 | p[1] << 8 | p[2]);
	else if (e->a == META_OFFSET && e->len == 5)
		printf("SMPTE_offset, %d, %d, %d, %d, %d\n", p[0], p[1], p[2],
		    p[3], p[4]);
	else if (e->a == META_METER && e->len == 4)
		printf(
		    "Time_signature, %d, %d, %d, %d\n", p[0], p[1], p[2], p[3]);
	else if (e->a == META_KEY && e->len == 2)
		printf("Key_signature, %d, \"%s\"\n", (int8_t)p[0],
		    p[1] != 0 ? "minor" : "major");
	else {
		if (e->a == META_VENDOR)
			printf("Sequencer_specific, %zu", e->len);
		else
			printf("Unknown_meta_event, %d, %zu", e->a, e->len);
		print_bytes(p, e->len);
	}
}

static void
print_file(struct smf *s)
{
	struct smf_track t;
	struct smf_event e;

	printf(
	    "0, 0, Header, %d, %u, %d\n", s->format, s->declared, s->division);
	while (smf_track(s, &t)) {
		printf("%u, 0, Start_track\n", s->tracks);
		while (smf_event(&t, &e)) {
			printf("%u, %lld, ", s->tracks, (long long)e.tick);
			if (smf_is_channel(&e))
				print_channel(&e);
			else if (e.status == SMF_META)
				print_meta(&e);
			else {
				printf("System_exclusive%s, %zu",
				    e.status == SMF_SYSEX ? "" : "_packet",
				    e.len);
				print_bytes(e.data, e.len);
			}
		}
		printf("%u, %lld, End_track\n", s->tracks, (long long)t.tick);
	}
	puts("0, 0, End_of_file");
}

int
main(int argc, char **argv)
{
	char *bytes = NULL;
	size_t cap = 0;
	struct smf s;
	ssize_t n;
	int ok;

	if (argc != 2)
		errx(2, "usage: events file");
	n = create_slurp(AT_FDCWD, argv[1], &bytes, &cap, 1 << 28);
	if (n == -1)
		err(2, "%s", argv[1]);
	if ((ok = smf_open(&s, bytes, (size_t)n) == SMF_OK))
		print_file(&s);
	free(bytes);
	return fflush(stdout) == 0 && ok ? 0 : 1;
}
