/* fuzz_smf - any bytes as a MIDI file: read, split, write, read again
 *
 * The parts' notes together must be exactly the file's.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "midi/song.h"
#include "midi/split.h"

enum { EVENTS = 20000, PARTS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hold(int true)
{
	if (!true)
		abort();
}

static int
order(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

#define BY(f)             \
	if (x->f != y->f) \
	return x->f < y->f ? -1 : 1
	BY(on);
	BY(channel);
	BY(pitch);
	BY(off);
	BY(velocity);
	BY(release);
#undef BY
	return 0;
}

static void
check_notes(const struct song *s)
{
	for (size_t i = 0; i < s->nnotes; i++) {
		hold(s->note[i].off >= s->note[i].on);
		hold(i == 0 || s->note[i].on >= s->note[i - 1].on);
		hold(s->note[i].pitch < 128 && s->note[i].velocity < 128);
		hold(s->note[i].track < s->ntracks);
	}
	hold(s->maps.ntempo > 0 && s->maps.nmeter > 0);
	hold(maps_seconds(&s->maps, s->last) >= 0);
	hold(maps_bars(&s->maps, s->last) >= 0);
}

static void
check_parts(const struct song *s, const struct split *parts)
{
	struct song one = { 0 };
	struct buf out = { 0 };
	struct note *all = calloc(s->nnotes + 1, sizeof(*all));
	size_t n = 0;

	hold(all != NULL);
	for (size_t i = 0; i < parts->nparts; i++) {
		buf_clear(&out);
		hold(split_write(parts, i, &out) == 0);
		hold(song_read(&one, out.p, out.len, SONG_EVENTS) == SMF_OK);
		hold(n + one.nnotes <= s->nnotes);
		for (size_t k = 0; k < one.nnotes; k++)
			all[n++] = one.note[k];
		if (s->format != 2) {
			hold(one.maps.ntempo == s->maps.ntempo);
			hold(one.maps.nmeter == s->maps.nmeter);
		}
	}
	hold(n == s->nnotes);
	if (n > 0) {
		qsort(all, n, sizeof(*all), order);
		qsort(s->note, n, sizeof(*s->note), order);
	}
	for (size_t i = 0; i < n; i++)
		hold(order(&all[i], &s->note[i]) == 0);
	free(all);
	buf_free(&out);
	song_free(&one);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct song s = { 0 };
	struct split parts = { 0 };

	if (song_read(&s, p, n, EVENTS) == SMF_OK) {
		check_notes(&s);
		for (int by = SPLIT_BOTH; by <= SPLIT_TRACK; by++)
			if (split_read(&parts, p, n, (enum split_by)by,
				EVENTS + 2048) == SMF_OK &&
			    (s.issues & smf_bit(SMF_EVENT_LIMIT)) == 0 &&
			    parts.nparts <= PARTS)
				check_parts(&s, &parts);
	}
	split_free(&parts);
	song_free(&s);
	return 0;
}
