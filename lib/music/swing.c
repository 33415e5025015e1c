/* swing - how late the off-beat eighth comes */
#include "config.h"

#include <math.h>

#include "music/params.h"
#include "music/swing.h"

enum { BINS = 1024 }; /* of a beat: the median comes from a histogram */

double
swing_find(const struct song *s, const struct grid *g)
{
	uint32_t bin[BINS] = { 0 }, n = 0, seen = 0;
	double x, beat, done = -1, sum = 0;
	int64_t last = -1;
	int i, lo;

	for (size_t k = 0; k < s->nnotes; k++) {
		if (s->note[k].on == last)
			continue;
		last = s->note[k].on;
		x = grid_beats(g, last);
		beat = floor(x);
		x -= beat;
		/* The first in the window is the off-beat; later ones are
		 * sixteenths that follow it. */
		if (x < SWING_FROM || x > SWING_TO || beat == done)
			continue;
		done = beat;
		bin[(int)(x * BINS)]++;
		n++;
	}
	if (n < SWING_LEAST)
		return 0;
	for (i = 0; i < BINS && seen + bin[i] <= n / 2; i++)
		seen += bin[i];
	/* The mean of what lies close to the median is finer than a bin. */
	lo = i;
	done = -1;
	seen = 0;
	for (size_t k = 0; k < s->nnotes; k++) {
		x = grid_beats(g, s->note[k].on);
		beat = floor(x);
		x -= beat;
		if (x < SWING_FROM || x > SWING_TO || beat == done)
			continue;
		done = beat;
		if (fabs(x * BINS - lo - .5) > 8)
			continue;
		sum += x;
		seen++;
	}
	x = seen > 0 ? 100 * sum / seen : 0;
	return x < 50 ? 50 : x > 75 ? 75 : x;
}
