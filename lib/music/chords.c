/* chords - the chord of every beat, its cycle, and roman numerals */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "music/chords.h"
#include "music/params.h"
#include "music/role.h"

enum {
	TRIADS = 24,
	SILENT = TRIADS,
	STATES = 25,
	NO_BASS = 255,
	CYCLE_STEPS = 512
};

static const char *const suffix[CHORD_QUALITIES] = { "", "m", "dim", "aug",
	"sus2", "sus4", "7", "maj7", "m7", "m7b5" };

static int
prepare(struct chords *c)
{
	if (c->weight != NULL)
		return 0;
	c->weight = calloc(MOST_BEATS, sizeof(*c->weight));
	c->bass = calloc(MOST_BEATS, sizeof(*c->bass));
	c->state = calloc(MOST_BEATS, sizeof(*c->state));
	c->best = calloc(MOST_BEATS, sizeof(*c->best));
	c->stay = calloc(MOST_BEATS, sizeof(*c->stay));
	c->chord = calloc(MOST_BEATS, sizeof(*c->chord));
	if (c->weight != NULL && c->bass != NULL && c->state != NULL &&
	    c->best != NULL && c->stay != NULL && c->chord != NULL)
		return 0;
	chords_free(c);
	return -1;
}

/* How long each pitch class sounds in each beat, and the lowest note there.
 * A note is followed for LONGEST_QUARTERS beats at most. */
static int
listen(struct chords *c, const struct song *s, const struct parts *parts,
    const struct grid *g)
{
	const float least = .1f; /* beats that a bass must sound in one */
	float on, off, from, to, w;
	double at;
	int chordal = 0;
	int n = 0, b;

	for (size_t i = 0; i < parts->n; i++)
		chordal |= parts->part[i].role == ROLE_CHORDS;
	c->first = (double)grid_whole(grid_beats(g, s->first) + .05);
	for (size_t i = 0; i < s->nnotes; i++) {
		const struct note *q = &s->note[i];
		unsigned class = q->pitch % 12;

		at = grid_beats(g, q->on) - c->first;
		if (at >= MOST_BEATS)
			break;
		if (parts_is_drum(parts, q))
			continue;
		w = chordal && parts_of(parts, q)->role == ROLE_MELODY
		    ? CHORD_MELODY
		    : 1;
		on = at < 0 ? 0 : (float)at;
		at = grid_beats(g, q->off) - c->first;
		off = at > MOST_BEATS ? MOST_BEATS : (float)at;
		if (off > on + LONGEST_QUARTERS)
			off = on + LONGEST_QUARTERS;
		if (off < on + .05f)
			off = on + .05f;
		for (b = (int)on; b < MOST_BEATS && (float)b < off; b++) {
			for (; n <= b; n++) {
				memset(c->weight[n], 0, sizeof(c->weight[n]));
				c->bass[n] = NO_BASS;
			}
			from = on > (float)b ? on : (float)b;
			to = off < (float)(b + 1) ? off : (float)(b + 1);
			c->weight[b][class] += (to - from) * w;
			if (to - from >= least && q->pitch < c->bass[b])
				c->bass[b] = q->pitch;
		}
	}
	return n;
}

static void
rate(const float w[12], uint8_t bass, const float bias[TRIADS],
    float score[STATES])
{
	float sum = 0, in;

	for (int i = 0; i < 12; i++)
		sum += w[i];
	if (sum <= 0) {
		memset(score, 0, STATES * sizeof(*score));
		score[SILENT] = .3f;
		return;
	}
	for (int r = 0; r < 12; r++)
		for (int m = 0; m < 2; m++) {
			in = w[r] + w[(r + 4 - m) % 12] + w[(r + 7) % 12];
			score[r * 2 + m] = 2 * in / sum - 1 + bias[r * 2 + m];
		}
	if (bass != NO_BASS) {
		score[bass % 12 * 2] += (float)CHORD_BASS;
		score[bass % 12 * 2 + 1] += (float)CHORD_BASS;
	}
	score[SILENT] = -1;
}

/* Viterbi with one price for every change: a state either stays or comes
 * from the best state before. */
static void
decode(struct chords *c, size_t n, const float bias[TRIADS])
{
	float v[STATES] = { 0 }, score[STATES], top;
	int best = 0;

	for (size_t b = 0; b < n; b++) {
		rate(c->weight[b], c->bass[b], bias, score);
		best = 0;
		for (int i = 1; i < STATES; i++)
			if (v[i] > v[best])
				best = i;
		top = v[best] - (float)CHORD_CHANGE;
		c->best[b] = (uint8_t)best;
		c->stay[b] = 0;
		for (int i = 0; i < STATES; i++) {
			c->stay[b] |= (uint32_t)(v[i] >= top) << i;
			v[i] = (v[i] >= top ? v[i] : top) + score[i];
		}
	}
	for (int i = best = 0; i < STATES; i++)
		if (v[i] > v[best])
			best = i;
	for (size_t b = n; b-- > 0;) {
		c->state[b] = (uint8_t)best;
		if ((c->stay[b] >> best & 1) == 0)
			best = c->best[b];
	}
}

/* What a stretch adds to its triad. */
static enum quality
refine(const float w[12], int root, int minor)
{
	float p[12], sum = 0, third;

	for (int i = 0; i < 12; i++) {
		p[i] = w[(root + i) % 12];
		sum += p[i];
	}
	if (sum <= 0)
		return minor ? CHORD_MIN : CHORD_MAJ;
	for (int i = 0; i < 12; i++)
		p[i] /= sum;
	third = p[3] > p[4] ? p[3] : p[4];
	if (third < .04f && p[7] > .1f && p[5] > .12f)
		return CHORD_SUS4;
	if (third < .04f && p[7] > .1f && p[2] > .12f)
		return CHORD_SUS2;
	if (minor && p[6] > .12f && p[7] < .04f)
		return p[10] > .12f ? CHORD_M7B5 : CHORD_DIM;
	if (!minor && p[8] > .12f && p[7] < .04f)
		return CHORD_AUG;
	if (p[10] > .12f)
		return minor ? CHORD_M7 : CHORD_7;
	if (!minor && p[11] > .12f)
		return CHORD_MAJ7;
	return minor ? CHORD_MIN : CHORD_MAJ;
}

static void
stretches(struct chords *c, size_t n)
{
	float w[12];
	size_t b, to;

	c->n = 0;
	for (b = 0; b < n; b = to) {
		memset(w, 0, sizeof(w));
		for (to = b; to < n && c->state[to] == c->state[b]; to++)
			for (int i = 0; i < 12; i++)
				w[i] += c->weight[to][i];
		if (c->state[b] == SILENT)
			continue;
		c->chord[c->n++] = (struct chord){ .from = (uint32_t)b,
			.to = (uint32_t)to,
			.root = (uint8_t)(c->state[b] / 2),
			.quality = (uint8_t)refine(
			    w, c->state[b] / 2, c->state[b] & 1) };
	}
}

static int
alike(const struct chord *a, const struct chord *b)
{
	return a->root == b->root && a->quality == b->quality;
}

/* The chord that sounds at step i, a step being unit beats or a chord. */
static const struct chord *
step(const struct chords *c, size_t i, size_t *at)
{
	size_t beat;

	if (c->unit <= 0)
		return i < c->n ? &c->chord[i] : NULL;
	/* In the middle of a step: its edges may lie between beats. */
	beat = c->chord[0].from + (size_t)(((double)i + .5) * c->unit);
	while (*at < c->n && c->chord[*at].to <= beat)
		++*at;
	return *at < c->n && c->chord[*at].from <= beat ? &c->chord[*at] : NULL;
}

static size_t
count_steps(const struct chords *c)
{
	if (c->n == 0 || c->unit <= 0)
		return c->n;
	return (
	    size_t)((c->chord[c->n - 1].to - c->chord[0].from) / c->unit + .1);
}

/* The shortest period that nearly all steps keep, heard at least twice. */
static size_t
find_cycle(const struct chords *c)
{
	const struct chord *heard[CYCLE_STEPS];
	size_t same, at = 0, n = count_steps(c);

	if (n > CYCLE_STEPS)
		n = CYCLE_STEPS;
	for (size_t i = 0; i < n; i++)
		if ((heard[i] = step(c, i, &at)) == NULL)
			return 0;
	for (size_t p = 2; p <= CHORD_LONGEST_CYCLE && 2 * p <= n; p++) {
		same = 0;
		for (size_t i = p; i < n; i++)
			same += (size_t)alike(heard[i], heard[i - p]);
		if (same * 10 >= (n - p) * 8)
			return p;
	}
	return 0;
}

/* The largest step that all changes fall on, so that a chord which a cycle
 * ends and begins with is counted twice. */
static uint32_t
common_step(const struct chords *c)
{
	uint32_t unit = 0, a, b;

	for (size_t i = 0; i < c->n; i++) {
		b = c->chord[i].from - c->chord[0].from;
		/* The last one may ring on. */
		for (a = unit; b != 0;) {
			uint32_t rest = a % b;

			a = b;
			b = rest;
		}
		unit = a;
	}
	return unit;
}

/* Whether every change is within a beat of a bar line. */
static int
change_on_bars(const struct chords *c, double bar)
{
	double at, off;

	for (size_t i = 1; i < c->n; i++) {
		at = (c->chord[i].from - c->chord[0].from) / bar;
		off = (at - (double)(int64_t)(at + .5)) * bar;
		if (off >= 1 || off <= -1)
			return 0;
	}
	return c->n > 1 && bar >= 2;
}

static void
repetition(struct chords *c, double bar)
{
	c->unit = common_step(c);
	if (c->unit >= 2 && (c->cycle = find_cycle(c)) > 0)
		return;
	c->unit = bar;
	if (change_on_bars(c, bar) && (c->cycle = find_cycle(c)) > 0)
		return;
	c->unit = 0;
	c->cycle = find_cycle(c);
}

/* Triads of the scale, and the major one on the fifth of a minor key. */
static void
in_key(const struct key *k, float bias[TRIADS])
{
	static const uint8_t degrees[2][7][2] = {
		{ { 0, 0 }, { 2, 1 }, { 4, 1 }, { 5, 0 }, { 7, 0 }, { 9, 1 },
		    { 11, 1 } },
		{ { 0, 1 }, { 3, 0 }, { 5, 1 }, { 7, 1 }, { 7, 0 }, { 8, 0 },
		    { 10, 0 } },
	};

	memset(bias, 0, TRIADS * sizeof(*bias));
	if (k->tonic < 0)
		return;
	for (int i = 0; i < 7; i++)
		bias[(k->tonic + degrees[k->minor][i][0]) % 12 * 2 +
		    degrees[k->minor][i][1]] = CHORD_IN_KEY;
}

int
chords_find(struct chords *c, const struct song *s, const struct parts *parts,
    const struct grid *g, const struct key *k, double bar)
{
	float bias[TRIADS];
	size_t n;

	c->n = c->cycle = 0;
	c->unit = 0;
	if (s->nnotes == parts->drums)
		return 0;
	if (prepare(c) == -1)
		return -1;
	in_key(k, bias);
	n = (size_t)listen(c, s, parts, g);
	decode(c, n, bias);
	stretches(c, n);
	if (c->n > 0)
		repetition(c, bar);
	return 0;
}

int
chord_text(const struct chord *c, const struct key *k, struct buf *b)
{
	static const char *const names[2][12] = {
		{ "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#",
		    "B" },
		{ "C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb",
		    "B" },
	};
	/* Without a key most people write flats. */
	int flat = k->tonic < 0 || key_is_flat(k->tonic, k->minor) ||
	    (!k->minor && k->tonic == 0);

	if (buf_str(b, names[flat][c->root]) == -1)
		return -1;
	return buf_str(b, suffix[c->quality]);
}

/* Degrees of the major and of the natural minor scale; what lies between is
 * a lowered or, where that is usual, a raised one. */
static int
roman_text(const struct chord *c, const struct key *k, struct buf *b)
{
	static const char *const upper[2][12] = {
		{ "I", "bII", "II", "bIII", "III", "IV", "#IV", "V", "bVI",
		    "VI", "bVII", "VII" },
		{ "I", "bII", "II", "III", "#III", "IV", "#IV", "V", "VI",
		    "#VI", "VII", "#VII" },
	};
	static const char *const behind[CHORD_QUALITIES] = { "", "", "dim",
		"aug", "sus2", "sus4", "7", "maj7", "7", "m7b5" };
	const char *p = upper[k->minor != 0][(c->root + 12 - k->tonic) % 12];
	int small = c->quality == CHORD_MIN || c->quality == CHORD_DIM ||
	    c->quality == CHORD_M7 || c->quality == CHORD_M7B5;

	for (; *p != '\0'; p++)
		if (buf_byte(b,
			small && (*p == 'I' || *p == 'V') ? *p + 32 : *p) == -1)
			return -1;
	return buf_str(b, behind[c->quality]);
}

static int
text(const struct chords *c, const struct key *k, struct buf *b,
    int (*one)(const struct chord *, const struct key *, struct buf *))
{
	size_t n = c->cycle > 0 ? c->cycle : c->n, at = 0;

	for (size_t i = 0; i < n && i < CHORD_MOST; i++)
		if ((i > 0 && buf_byte(b, ' ') == -1) ||
		    one(step(c, i, &at), k, b) == -1)
			return -1;
	return 0;
}

int
chords_text(const struct chords *c, const struct key *k, struct buf *b)
{
	return text(c, k, b, chord_text);
}

int
chords_roman(const struct chords *c, const struct key *k, struct buf *b)
{
	return k->tonic < 0 ? 0 : text(c, k, b, roman_text);
}

unsigned
chord_classes(const struct chord *c)
{
	/* Semitones above the root. */
	static const uint16_t above[CHORD_QUALITIES] = {
		[CHORD_MAJ] = 1 | 1 << 4 | 1 << 7,
		[CHORD_MIN] = 1 | 1 << 3 | 1 << 7,
		[CHORD_DIM] = 1 | 1 << 3 | 1 << 6,
		[CHORD_AUG] = 1 | 1 << 4 | 1 << 8,
		[CHORD_SUS2] = 1 | 1 << 2 | 1 << 7,
		[CHORD_SUS4] = 1 | 1 << 5 | 1 << 7,
		[CHORD_7] = 1 | 1 << 4 | 1 << 7 | 1 << 10,
		[CHORD_MAJ7] = 1 | 1 << 4 | 1 << 7 | 1 << 11,
		[CHORD_M7] = 1 | 1 << 3 | 1 << 7 | 1 << 10,
		[CHORD_M7B5] = 1 | 1 << 3 | 1 << 6 | 1 << 10,
	};
	unsigned x = (unsigned)above[c->quality] << c->root;

	return (x | x >> 12) & 0xfff;
}

void
chords_free(struct chords *c)
{
	free(c->chord);
	free(c->weight);
	free(c->bass);
	free(c->state);
	free(c->best);
	free(c->stay);
	*c = (struct chords){ 0 };
}
