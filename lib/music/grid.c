/* grid - where the beats of a file are */
#include "config.h"

#include "music/grid.h"

enum {
	PHASES = 48,       /* of a beat */
	MOST_ONSETS = 8192 /* that phase and fit are judged by */
};

double
grid_fits(const struct song *s)
{
	/* Twelfths of a quarter that are a sixteenth or a triplet. */
	static const uint8_t on_grid[12] = { 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0,
		0 };
	int64_t tpq = s->maps.tpq_num, x, k, last = -1;
	size_t hits = 0, all = 0;
	double chance, share;

	if (s->maps.smpte)
		return 0;
	for (size_t i = 0; i < s->nnotes && all < MOST_ONSETS; i++) {
		if (s->note[i].on == last)
			continue;
		last = s->note[i].on;
		all++;
		x = last % tpq * 12;
		k = (x + tpq / 2) / tpq;
		/* Half a tick is rounding. */
		hits +=
		    on_grid[k % 12] && x - k * tpq <= 6 && x - k * tpq >= -6;
	}
	if (all < 2)
		return 1;
	chance = 6.0 / (double)tpq;
	share = (double)hits / (double)all;
	if (chance >= 1)
		return 0;
	return share <= chance ? 0 : (share - chance) / (1 - chance);
}

struct grid
grid_of_ticks(const struct song *s)
{
	double beat = (double)s->maps.tpq_num / (double)s->maps.tpq_den;

	return (struct grid){ .origin = 0, .beat = beat < 1 ? 1 : beat };
}

struct grid
grid_of_onsets(const struct song *s, double beat)
{
	double bin[PHASES] = { 0 }, x, v, best = -1;
	size_t n = s->nnotes < MOST_ONSETS ? s->nnotes : MOST_ONSETS;
	int at = 0;

	if (beat < 1)
		beat = 1;
	for (size_t i = 0; i < n; i++) {
		x = (double)(s->note[i].on - s->first) / beat;
		bin[(int)((x - (double)grid_whole(x)) * PHASES) % PHASES]++;
	}
	/* A bar of three bins a phase, and its half beat counts half. */
	for (int p = 0; p < PHASES; p++) {
		v = 0;
		for (int d = -1; d <= 1; d++)
			v += bin[(p + d + PHASES) % PHASES] +
			    bin[(p + d + PHASES + PHASES / 2) % PHASES] / 2;
		if (v > best) {
			best = v;
			at = p;
		}
	}
	return (struct grid){ .beat = beat,
		.origin = (double)s->first + beat * (at + .5) / PHASES };
}
