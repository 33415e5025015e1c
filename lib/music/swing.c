/* swing - how late the off-beat eighth comes */
#include "config.h"

#include "music/params.h"
#include "music/swing.h"

enum {
	BINS = 1024, /* of a beat: the median comes from a histogram */
	NEAR = 8
};

double
swing_find(const struct song *s, const struct grid *g)
{
	uint32_t bin[BINS] = { 0 }, n = 0, seen = 0;
	double place[BINS], x, sum = 0;
	int64_t last = -1, beat, done = INT64_MIN;
	int i, k;

	for (size_t j = 0; j < s->nnotes; j++) {
		if (s->note[j].on == last)
			continue;
		last = s->note[j].on;
		x = grid_beats(g, last);
		beat = grid_whole(x);
		x -= (double)beat;
		/* The first in the window is the off-beat; later ones are
		 * sixteenths that follow it. */
		if (x < SWING_FROM || x > SWING_TO || beat == done)
			continue;
		done = beat;
		k = (int)(x * BINS);
		place[k] = bin[k]++ == 0 ? x : place[k] + x;
		n++;
	}
	if (n < SWING_LEAST)
		return 0;
	for (i = 0; i < BINS - 1 && seen + bin[i] <= n / 2; i++)
		seen += bin[i];
	/* The mean of what lies close to the median is finer than a bin. */
	seen = 0;
	for (k = i < NEAR ? 0 : i - NEAR; k <= i + NEAR && k < BINS; k++) {
		seen += bin[k];
		sum += bin[k] > 0 ? place[k] : 0;
	}
	x = 100 * sum / seen;
	return x < 50 ? 50 : x > 75 ? 75 : x;
}
