/* key - the main key of the pitched notes, and the key that the file states */
#include "config.h"

#include <math.h>
#include <string.h>

#include "music/key.h"
#include "music/params.h"

enum { KEYS = 24 }; /* twelve major, twelve minor */

/* Tonic first, major and minor: the mean of the profiles of Krumhansl and
 * Kessler, Aarden and Essen, Sapp, and Albrecht and Shanahan, each centred
 * and of length one, which is the ensemble of their four correlations. */
static const float profile[2][12] = {
	{ .5156f, -.2906f, .1087f, -.2847f, .2272f, .0963f, -.2634f, .4649f,
	    -.2786f, .0305f, -.2845f, -.0414f },
	{ .5292f, -.2949f, .0920f, .2560f, -.2869f, .0955f, -.2979f, .4278f,
	    -.0177f, -.2659f, -.0305f, -.2068f },
};

const char *
key_name(int tonic, int minor)
{
	static const char *const names[2][12] = {
		{ "C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb",
		    "B" },
		{ "Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m",
		    "Am", "Bbm", "Bm" },
	};

	return names[minor != 0][tonic];
}

int
key_is_flat(int tonic, int minor)
{
	static const uint16_t flat[2] = {
		/* F Bb Eb Ab Db; Dm Gm Cm Fm Bbm Ebm */
		1 << 5 | 1 << 10 | 1 << 3 | 1 << 8 | 1 << 1,
		1 << 2 | 1 << 7 | 1 << 0 | 1 << 5 | 1 << 10 | 1 << 3
	};

	return flat[minor != 0] >> tonic & 1;
}

const char *
key_stated(const struct song *s)
{
	static const char *const names[2][15] = {
		{ "Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A",
		    "E", "B", "F#", "C#" },
		{ "Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm",
		    "F#m", "C#m", "G#m", "D#m", "A#m" },
	};
	const struct keysig *k = s->maps.key;
	int64_t lasted[2][15] = { 0 }, end, most = -1;
	const char *name = NULL;

	for (size_t i = 0; i < s->maps.nkey; i++) {
		end = i + 1 < s->maps.nkey ? k[i + 1].tick : s->last;
		if (end > s->last)
			end = s->last;
		if (end > k[i].tick)
			lasted[k[i].minor][k[i].sharps + 7] += end - k[i].tick;
	}
	/* In the order of the file, so that of equals the first wins. */
	for (size_t i = 0; i < s->maps.nkey; i++)
		if (lasted[k[i].minor][k[i].sharps + 7] > most) {
			most = lasted[k[i].minor][k[i].sharps + 7];
			name = names[k[i].minor][k[i].sharps + 7];
		}
	return name;
}

/* All pitch classes are counted from the first bass, so that a transposed
 * song goes through the very same sums. */
struct hearing {
	double all[12]; /* duration of each pitch class, quarters */
	int base;       /* pitch class of the first bass */
	int last;       /* of the last one, from base */
	size_t notes, bars;
	float bar[KEY_BARS][12];
};

/* Chords are rolled and arpeggiated: the bass of an end is the lowest note
 * within half a quarter of the first onset, or sounding at the last end. */
static void
listen(struct hearing *h, const struct song *s, const struct parts *parts)
{
	double quarter = (double)s->maps.tpq_num / (double)s->maps.tpq_den, d;
	double weight[12] = { 0 };
	int64_t begin = -1, end = 0, half = (int64_t)(quarter / 2);
	int low = 128, high = 128, class;
	size_t at;

	h->bars = h->notes = 0;
	for (size_t i = 0; i < s->nnotes; i++) {
		const struct note *n = &s->note[i];

		if (parts_is_drum(parts, n))
			continue;
		h->notes++;
		if (begin < 0)
			begin = n->on;
		if (n->on - begin <= half && n->pitch < low)
			low = n->pitch;
		if (n->off > end)
			end = n->off;
		d = (double)(n->off - n->on) / quarter;
		if (d > LONGEST_QUARTERS)
			d = LONGEST_QUARTERS;
		d += 1e-3;
		class = n->pitch % 12;
		weight[class] += d;
		at = (size_t)((double)(n->on - begin) / quarter / 4);
		if (at >= KEY_BARS)
			continue;
		for (; h->bars <= at; h->bars++)
			for (int k = 0; k < 12; k++)
				h->bar[h->bars][k] = 0;
		h->bar[at][class] += (float)d;
	}
	for (size_t i = s->nnotes; i-- > 0;) {
		const struct note *n = &s->note[i];

		if (end - n->on > (int64_t)(LONGEST_QUARTERS * quarter))
			break;
		if (!parts_is_drum(parts, n) && end - n->off <= half &&
		    n->pitch < high)
			high = n->pitch;
	}
	h->base = low < 128 ? low % 12 : 0;
	h->last = high < 128 ? (high + 12 - h->base) % 12 : 0;
	for (int k = 0; k < 12; k++)
		h->all[k] = weight[(k + h->base) % 12];
}

/* Pearson's correlation of a histogram with each tonic's major and minor. */
static void
correlate(const double x[12], double r[KEYS])
{
	double sum = 0, xx = 0, twice[24], *v;

	for (int i = 0; i < 12; i++) {
		sum += x[i];
		xx += x[i] * x[i];
		twice[i] = twice[i + 12] = x[i];
	}
	xx -= sum * sum / 12;
	for (int m = 0; m < 2; m++) {
		v = r + m * 12;
		for (int t = 0; t < 12; t++)
			v[t] = 0;
		if (xx <= 0)
			continue;
		for (int i = 0; i < 12; i++)
			for (int t = 0; t < 12; t++)
				v[t] += (double)profile[m][i] * twice[i + t];
		for (int t = 0; t < 12; t++)
			v[t] /= sqrt(xx);
	}
}

static int
highest(const double v[KEYS])
{
	int top = 0;

	for (int k = 1; k < KEYS; k++)
		if (v[k] > v[top])
			top = k;
	return top;
}

/* The keys that the music goes through: a key a bar, heard with the bars
 * round it, by Viterbi with a constant price of a change.  Fills how much of
 * the bars is in each. */
static void
follow(const struct hearing *h, double share[KEYS])
{
	static const size_t side = KEY_SIDE_BARS;
	uint8_t from[KEY_BARS][KEYS];
	double v[KEYS] = { 0 }, r[KEYS], window[12] = { 0 }, leave;
	size_t n = h->bars, ahead = 0;
	int top = 0;

	for (size_t i = 0; i < n; i++) {
		for (; ahead < n && ahead <= i + side; ahead++)
			for (int k = 0; k < 12; k++)
				window[k] +=
				    (double)h->bar[ahead][(k + h->base) % 12];
		for (int k = 0; i > side && k < 12; k++)
			window[k] -=
			    (double)h->bar[i - side - 1][(k + h->base) % 12];
		correlate(window, r);
		top = highest(v);
		leave = v[top] - KEY_CHANGE;
		for (int k = 0; k < KEYS; k++) {
			from[i][k] = (uint8_t)(v[k] >= leave ? k : top);
			v[k] = (v[k] >= leave ? v[k] : leave) + r[k];
		}
	}
	top = highest(v);
	for (size_t i = n; i-- > 0; top = from[i][top])
		share[top] += 1.0 / (double)n;
}

static double
quarters(const struct song *s)
{
	return maps_quarters(&s->maps, s->last - s->first);
}

struct key
key_find(const struct song *s, const struct parts *parts)
{
	struct key k = { .tonic = -1, .second_tonic = -1 };
	struct hearing h;
	double v[KEYS], heard[KEYS], share[KEYS] = { 0 };
	int classes = 0, best, second;

	listen(&h, s, parts);
	for (int i = 0; i < 12; i++)
		classes += h.all[i] > 0;
	if (classes < KEY_LEAST_CLASSES || h.notes < KEY_LEAST_NOTES)
		return k;
	correlate(h.all, v);
	/* The last chord of a loop leads back to the first. */
	if (quarters(s) <= KEY_LOOP_QUARTERS)
		for (int m = 0; m < KEYS; m += 12)
			v[m] += KEY_LOOP_FIRST_BASS;
	else {
		follow(&h, share);
		for (int m = 0; m < KEYS; m += 12) {
			v[m] += KEY_FIRST_BASS;
			v[m + h.last] += KEY_LAST_BASS;
		}
	}
	memcpy(heard, v, sizeof(v));
	for (int m = 0; m < KEYS; m++)
		v[m] += KEY_LASTS * share[m];
	best = highest(v);
	k.tonic = (best + h.base) % 12;
	k.minor = best >= 12;
	v[best] = -9;
	second = highest(v);
	k.second_tonic = (second + h.base) % 12;
	k.second_minor = second >= 12;
	/* How sure it is goes by the whole of the notes. */
	k.margin = heard[best];
	heard[best] = -9;
	k.margin -= heard[highest(heard)];
	k.conf = k.margin > 0 ? k.margin * KEY_CONF : 0;
	if (classes <= KEY_FEW_CLASSES && k.conf > KEY_FEW_CONF)
		k.conf = KEY_FEW_CONF;
	if (k.conf > 1)
		k.conf = 1;
	return k;
}
