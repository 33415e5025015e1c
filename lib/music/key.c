/* key - the main key of the pitched notes, and the key that the file states */
#include "config.h"

#include <math.h>

#include "music/key.h"
#include "music/params.h"

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

struct hearing {
	double weight[12]; /* duration of each pitch class, quarters */
	int first, last;   /* pitch class of the first and last bass */
};

/* Chords are rolled and arpeggiated: the bass of an end is the lowest note
 * within half a quarter of the first onset, or sounding at the last end. */
static void
listen(struct hearing *h, const struct song *s, const struct parts *parts)
{
	double quarter = (double)s->maps.tpq_num / (double)s->maps.tpq_den, d;
	int64_t begin = -1, end = 0, half = (int64_t)(quarter / 2);
	int low = 128, high = 128;

	for (size_t i = 0; i < s->nnotes; i++) {
		const struct note *n = &s->note[i];

		if (parts_is_drum(parts, n))
			continue;
		d = (double)(n->off - n->on) / quarter;
		if (d > LONGEST_QUARTERS)
			d = LONGEST_QUARTERS;
		h->weight[n->pitch % 12] += d + 1e-3;
		if (begin < 0)
			begin = n->on;
		if (n->on - begin <= half && n->pitch < low)
			low = n->pitch;
		if (n->off > end)
			end = n->off;
	}
	for (size_t i = s->nnotes; i-- > 0;) {
		const struct note *n = &s->note[i];

		if (end - n->on > (int64_t)(LONGEST_QUARTERS * quarter))
			break;
		if (!parts_is_drum(parts, n) && end - n->off <= half &&
		    n->pitch < high)
			high = n->pitch;
	}
	h->first = low < 128 ? low % 12 : -1;
	h->last = high < 128 ? high % 12 : h->first;
}

/* Pearson's correlation of the histogram, turned to a tonic, with a mode. */
static double
correlation(const double x[12], int tonic, const float y[12])
{
	double mean = 0, my = 0, xy = 0, xx = 0, yy = 0, a, b;

	for (int i = 0; i < 12; i++) {
		mean += x[i] / 12;
		my += (double)y[i] / 12;
	}
	for (int i = 0; i < 12; i++) {
		a = x[(i + tonic) % 12] - mean;
		b = (double)y[i] - my;
		xy += a * b;
		xx += a * a;
		yy += b * b;
	}
	return xx > 0 ? xy / sqrt(xx * yy) : 0;
}

struct key
key_find(const struct song *s, const struct parts *parts)
{
	struct key k = { .tonic = -1, .second_tonic = -1 };
	struct hearing h = { 0 };
	double r, best = -2, second = -2, first = KEY_FIRST_BASS;
	double last = KEY_LAST_BASS;
	int classes = 0;

	listen(&h, s, parts);
	for (int i = 0; i < 12; i++)
		classes += h.weight[i] > 0;
	if (classes < KEY_LEAST_CLASSES)
		return k;
	/* The last chord of a loop leads back to the first. */
	if (maps_quarters(&s->maps, s->last - s->first) <= KEY_LOOP_QUARTERS) {
		first = KEY_LOOP_FIRST_BASS;
		last = 0;
	}
	for (int t = 0; t < 12; t++)
		for (int m = 0; m < 2; m++) {
			r = correlation(h.weight, t, profile[m]) +
			    (t == h.last) * last + (t == h.first) * first;
			if (r > best) {
				second = best;
				k.second_tonic = k.tonic;
				k.second_minor = k.minor;
				best = r;
				k.tonic = t;
				k.minor = m;
			} else if (r > second) {
				second = r;
				k.second_tonic = t;
				k.second_minor = m;
			}
		}
	k.margin = best - second;
	k.conf = k.margin * KEY_CONF;
	if (k.conf > 1)
		k.conf = 1;
	return k;
}
