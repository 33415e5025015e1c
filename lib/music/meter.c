/* meter - beats a bar, by the map when it is believable, else by onsets */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "music/drums.h"
#include "music/meter.h"
#include "music/params.h"

/* Bars that are looked for, in sixteenths, and how one is written.  The
 * usual ones have a bias, as music has; so have the long ones, which a part of
 * them is nearly as like.  Sixteenths of an odd number are too rare to be told
 * from noise. */
static const struct shape {
	uint8_t steps, num, den;
	float bias;
} shapes[] = { { 16, 4, 4, METER_DUPLE_BIAS }, { 12, 3, 4, 0 },
	{ 10, 5, 8, -.04f }, { 14, 7, 8, -.04f }, { 18, 9, 8, -.02f },
	{ 20, 5, 4, -.02f }, { 24, 6, 4, METER_LONG_BIAS },
	{ 28, 7, 4, METER_LONG_BIAS }, { 36, 9, 4, METER_LONG_BIAS } };
enum { SHAPES = sizeof(shapes) / sizeof(*shapes) };

const char *
meter_from_name(enum meter_from f)
{
	static const char *const names[] = { "none", "map", "onsets" };

	return names[f];
}

/* The meter that lasts longest up to the last note. */
static void
longest(struct meter_guess *g, const struct song *s)
{
	const struct meter *m = s->maps.meter;
	size_t n = s->maps.nmeter;
	int64_t best = -1, end;
	int64_t lasted[256][8] = { 0 }, *l;
	size_t top = 0;

	for (size_t i = 0; i < n; i++) {
		end = i + 1 < n ? m[i + 1].tick : s->last;
		if (end > s->last)
			end = s->last;
		l = &lasted[m[i].num & 255][__builtin_ctz(m[i].den) & 7];
		if (end > m[i].tick)
			*l += end - m[i].tick;
		/* The sum of a meter is whole at its last entry. */
		if (*l > best) {
			best = *l;
			top = i;
		}
	}
	g->num = m[top].num;
	g->den = m[top].den;
	/* Not one word about it up to the music's longest stretch. */
	g->from = m[top].given ? METER_MAP : METER_NONE;
}

static size_t
fill(struct meter_guess *g, const struct song *s, const struct parts *parts,
    const struct grid *grid, double *sum, size_t *onsets)
{
	double first = floor(grid_beats(grid, s->first)) * 4, x, w, length;
	size_t n = 0, at;
	int64_t last = -1;
	enum drum d;

	*sum = 0;
	*onsets = 0;
	for (size_t i = 0; i < s->nnotes; i++) {
		const struct note *q = &s->note[i];

		x = grid_beats(grid, q->on) * 4 - first + .5;
		if (x >= MOST_STEPS)
			break;
		at = x > 0 ? (size_t)x : 0;
		length = (double)(q->off - q->on) / grid->beat;
		w = sqrt(length > 4 ? 4 : length);
		if (parts_is_drum(parts, q)) {
			d = drum_of(q->pitch);
			w = d == KICK ? 1.5 : d == SNARE || d == CRASH ? 1 : .4;
		} else if (q->pitch < TEMPO_BASS_BELOW)
			w *= 2;
		*onsets += q->on != last;
		last = q->on;
		g->step[at] += (float)w;
		*sum += w;
		if (at + 1 > n)
			n = at + 1;
	}
	return n;
}

static double
at_lag(const float *x, size_t n, size_t lag)
{
	float v = 0;

	for (size_t i = lag; i < n; i++)
		v += x[i] * x[i - lag];
	return (double)v / (double)(n - lag);
}

/* Mean correlation at one, two and three bars; what is shorter than two says
 * nothing. */
static double
likeness(const float *x, size_t n, size_t steps, double power)
{
	double v = 0;
	int k = 0;

	for (; k < 3 && n >= steps * (size_t)(k + 2) - 2; k++)
		v += at_lag(x, n, steps * (size_t)(k + 1));
	return k > 0 ? v / k / power : -1;
}

static double
rate(const float *x, size_t n, const struct shape *shape, double power,
    size_t length)
{
	double v = likeness(x, n, shape->steps, power);

	if (v <= -1)
		return v;
	/* A file that ends on a bar line was cut to bars. */
	if (length > 0 && length % shape->steps == 0)
		v += METER_WHOLE_BARS;
	/* A bar or two may be like each other by chance. */
	if (shape->bias <= 0)
		v -= METER_DOUBT * shape->steps / (double)n;
	return v + (double)shape->bias;
}

/* Two or three bars look like one that is as long: the shortest is taken
 * when it repeats nearly as well. */
static const struct shape *
shortest(const float *x, size_t n, const struct shape *top, double power)
{
	double v = likeness(x, n, top->steps, power),
	       least = METER_PART_BAR * v;

	if (top->steps == 20)
		least = METER_TEN * v;
	for (unsigned parts = 3; parts >= 2; parts--)
		for (size_t i = 0; i < SHAPES; i++)
			if (shapes[i].steps * parts == top->steps &&
			    likeness(x, n, shapes[i].steps, power) >= least)
				return &shapes[i];
	return top;
}

/* Mean correlation at some lags. */
static double
at_lags(const float *x, size_t n, const uint8_t lag[], size_t lags)
{
	double v = 0;
	size_t k = 0;

	for (; k < lags && lag[k] < n; k++)
		v += at_lag(x, n, lag[k]);
	return k > 0 ? v / (double)k : 0;
}

/* Bars of one length that are counted in two ways: 6/8 has its beat at half
 * the bar, 3/4 at thirds of it, 12/8 and 6/4 likewise; 10/8 goes in twos and
 * threes, 5/4 in twos. */
static void
counted(
    struct meter_guess *g, const float *x, size_t n, size_t steps, double power)
{
	double one, half;

	if (steps == 12) {
		half = likeness(x, n, 6, power);
		one = (likeness(x, n, 4, power) + likeness(x, n, 8, power)) / 2;
		if (half > one) {
			g->num = 6;
			g->den = 8;
		}
	} else if (steps == 24 &&
	    at_lags(x, n, (const uint8_t[]){ 6, 18 }, 2) >
		at_lags(x, n, (const uint8_t[]){ 4, 8, 16, 20 }, 4)) {
		g->num = 12;
		g->den = 8;
	} else if (steps == 20 &&
	    at_lags(x, n, (const uint8_t[]){ 6, 10, 14 }, 3) >
		at_lags(x, n, (const uint8_t[]){ 4, 8, 12, 16 }, 4)) {
		g->num = 10;
		g->den = 8;
	}
}

static void
by_onsets(struct meter_guess *g, size_t n, size_t length, double sum)
{
	double mean = sum / (double)n, power, v, best = -1;
	const struct shape *top = NULL;
	const float *x = g->step;

	for (size_t i = 0; i < n; i++)
		g->step[i] -= (float)mean;
	power = at_lag(x, n, 0);
	if (power <= 0)
		return;
	for (size_t i = 0; i < SHAPES; i++) {
		v = rate(x, n, &shapes[i], power, length);
		if (v > best) {
			best = v;
			top = &shapes[i];
		}
	}
	if (top == NULL)
		return;
	top = shortest(x, n, top, power);
	g->num = top->num;
	g->den = top->den;
	g->from = METER_ONSETS;
	counted(g, x, n, top->steps, power);
}

/* Sixteenths up to the end of the tracks where that is past the notes and on
 * the grid, else 0: it was set by somebody. */
static size_t
whole_length(const struct song *s, const struct grid *grid)
{
	double x = grid_beats(grid, s->end) * 4;

	return s->end > s->last && grid->origin == 0 && x == floor(x) &&
		x < MOST_STEPS
	    ? (size_t)x
	    : 0;
}

int
meter_find(struct meter_guess *g, const struct song *s,
    const struct parts *parts, const struct grid *grid)
{
	size_t n, onsets;
	double sum;

	longest(g, s);
	if (g->from == METER_MAP && g->num * 4 > g->den)
		return 0;
	/* What the standard says where nobody does. */
	g->num = g->den = s->nnotes > 0 ? 4 : 0;
	g->from = METER_NONE;
	if (g->step == NULL &&
	    (g->step = calloc(MOST_STEPS + 1, sizeof(*g->step))) == NULL)
		return -1;
	n = fill(g, s, parts, grid, &sum, &onsets);
	if (onsets >= METER_LEAST_ONSETS)
		by_onsets(g, n, whole_length(s, grid), sum);
	memset(g->step, 0, n * sizeof(*g->step));
	return 0;
}

void
meter_free(struct meter_guess *g)
{
	free(g->step);
	*g = (struct meter_guess){ 0 };
}
