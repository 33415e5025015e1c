/* harmony - the progression and the arp pattern that a song makes */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "midi/song_write.h"
#include "mpc/harmony.h"
#include "mpc/progression.h"

enum {
	ARP_DIVISION = 480, /* as all known files have it */
	ARP_LOW = 36,
	ARP_HIGH = 84,
	ARP_TEMPO = 500000,
	WORD = 24 /* longest category */
};

struct harmony {
	struct music music;
	int known;
	struct note *note; /* of an arp */
};

struct harmony *
harmony_new(void)
{
	struct harmony *h = calloc(1, sizeof(*h));

	if (h != NULL &&
	    (h->note = calloc(ARP_NOTES, sizeof(*h->note))) == NULL) {
		free(h);
		h = NULL;
	}
	return h;
}

void
harmony_free(struct harmony *h)
{
	if (h == NULL)
		return;
	music_free(&h->music);
	free(h->note);
	free(h);
}

void
harmony_next(struct harmony *h)
{
	h->known = 0;
}

static int
analyse(struct harmony *h, const struct song *s)
{
	if (!h->known && music_analyse(&h->music, s) == -1)
		return -1;
	h->known = 1;
	return 0;
}

/* Whether the record leaves it open that the chords make a progression. */
static int
may_have_chords(const struct rec *r)
{
	const char *word[PROGRESSION_PADS], *s, *p;
	size_t len[PROGRESSION_PADS], n = 0, i, k;

	/* The chords of what it was split from are that file's. */
	if (rec_known(r, COL_PARENT) && !rec_is(r, COL_ROLE, "chords"))
		return 0;
	if (rec_is(r, COL_ROLE, "drums") || rec_is(r, COL_ROLE, "bass"))
		return 0;
	if (!rec_known(r, COL_ROLE))
		return 1;
	if (!rec_known(r, COL_CHORDS))
		return 0;
	for (s = rec_field(r, COL_CHORDS); *s != '\0'; s = p + (*p == ' ')) {
		p = strchrnul(s, ' ');
		k = (size_t)(p - s);
		for (i = 0; i < n; i++)
			if (len[i] == k && memcmp(word[i], s, k) == 0)
				break;
		if (i < n)
			continue;
		if (n == PROGRESSION_PADS)
			return 0;
		word[n] = s;
		len[n++] = k;
	}
	return n >= PROGRESSION_LEAST;
}

/* The menu's heading: the first genre, else what it is. */
static void
heading(const struct rec *r, char word[WORD])
{
	static const char genre[] = "genre:";
	const char *s = rec_field(r, COL_TAGS);
	size_t n = 0;

	for (; *s != '\0'; s += strcspn(s, ","), s += *s == ',')
		if (strncmp(s, genre, sizeof(genre) - 1) == 0) {
			s += sizeof(genre) - 1;
			while (n < WORD - 1 && s[n] != '\0' && s[n] != ',') {
				word[n] =
				    isalnum((unsigned char)s[n]) ? s[n] : ' ';
				n++;
			}
			break;
		}
	while (n > 0 && word[n - 1] == ' ')
		n--;
	word[n] = '\0';
	if (n == 0)
		strcpy(word, "Songs");
	word[0] = (char)toupper((unsigned char)word[0]);
}

/* One hyphen, behind the heading; the title gives way to the key. */
static int
make_name(struct buf *b, const char *word, const char *title, const char *key)
{
	size_t used = strlen(word) + 1 + (key[0] != '\0') + strlen(key);
	size_t n = strlen(title), room = PROGRESSION_NAME - used;

	if (n > room)
		n = room;
	while (n > 0 && title[n - 1] == ' ')
		n--;
	buf_clear(b);
	return buf_fmt(b, "%s-%.*s%s%s", word, (int)n, title,
	    key[0] != '\0' ? " " : "", key);
}

int
harmony_progression(struct harmony *h, const struct song *s,
    const struct rec *r, const char *title, struct buf *name, struct buf *out)
{
	struct progression p;
	const struct key *k = &h->music.key;
	char word[WORD];
	int n;

	if (!may_have_chords(r))
		return 0;
	if (analyse(h, s) == -1)
		return -1;
	if ((n = progression_make(&p, s, &h->music)) <= 0)
		return n;
	heading(r, word);
	if (make_name(name, word, title,
		k->tonic >= 0 ? key_name(k->tonic, k->minor) : "") == -1 ||
	    progression_write(&p, name->p, out) == -1)
		return -1;
	return 1;
}

/* Up or down to C by the shorter way, and then by octaves into the range. */
static int
transpose(const struct song *s, int tonic)
{
	int low = 127, high = 0, by = tonic <= 6 ? -tonic : 12 - tonic;

	for (size_t i = 0; i < s->nnotes; i++) {
		if (s->note[i].pitch < low)
			low = s->note[i].pitch;
		if (s->note[i].pitch > high)
			high = s->note[i].pitch;
	}
	while (low + by < ARP_LOW)
		by += 12;
	while (high + by > ARP_HIGH)
		by -= 12;
	return low + by < ARP_LOW ? INT8_MAX : by;
}

static const char *
arp_kind(enum role role)
{
	switch (role) {
	case ROLE_CHORDS:
		return "Chord";
	case ROLE_BASS:
		return "Bass";
	case ROLE_MELODY:
	case ROLE_ARP:
		return "Melodic";
	default:
		return NULL;
	}
}

static int64_t
arp_tick(const struct song *s, int64_t tick)
{
	return (int64_t)(maps_quarters(&s->maps, tick) * ARP_DIVISION + .5);
}

int
harmony_arp(struct harmony *h, const struct song *s, const struct rec *r,
    const char *title, struct buf *name, struct buf *out)
{
	struct song arp = { .format = 1, .division = ARP_DIVISION };
	const char *kind;
	int by, bad;

	(void)r;
	if (s->nnotes == 0 || s->nnotes > ARP_NOTES ||
	    maps_quarters(&s->maps, s->last) > ARP_QUARTERS)
		return 0;
	if (analyse(h, s) == -1)
		return -1;
	kind = arp_kind(h->music.role);
	if (h->music.parts.n != 1 || kind == NULL || h->music.key.tonic < 0)
		return 0;
	if ((by = transpose(s, h->music.key.tonic)) == INT8_MAX)
		return 0;
	for (size_t i = 0; i < s->nnotes; i++) {
		h->note[i] = s->note[i];
		h->note[i].on = arp_tick(s, s->note[i].on);
		h->note[i].off = arp_tick(s, s->note[i].off);
		h->note[i].track = 1;
		h->note[i].channel = 0;
		h->note[i].program = 0;
		h->note[i].pitch = (uint8_t)(s->note[i].pitch + by);
	}
	arp.note = h->note;
	arp.nnotes = s->nnotes;
	buf_clear(out);
	bad = maps_tempo(&arp.maps, 0, ARP_TEMPO) == -1 ||
	    maps_meter(&arp.maps, 0, 4, 4) == -1 ||
	    song_write(&arp, 0, out) == -1 ||
	    make_name(name, kind, title, "") == -1;
	maps_free(&arp.maps);
	return bad ? -1 : 1;
}
