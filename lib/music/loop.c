/* loop - how well a short drum part fits a tempo, as a loop does */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "music/drums.h"
#include "music/loop.h"
#include "music/params.h"

enum { PLACES = 64, KINDS = 4, MOST_STROKES = 128 };

/* How much of what each drum plays lies on the beat, on the eighth between
 * two, on each of the two sixteenths, on each of the two triplets. */
static const float habit[KINDS][4] = {
	{ .45f, .20f, .12f, .055f }, /* kick */
	{ .30f, .18f, .16f, .10f },  /* snare */
	{ .40f, .30f, .09f, .06f },  /* hat, ride */
	{ .34f, .24f, .13f, .08f }   /* the others */
};

static int
kind_of(uint8_t pitch)
{
	static const uint8_t kind[DRUMS] = { [KICK] = 0,
		[SNARE] = 1,
		[HAT] = 2,
		[RIDE] = 2,
		[TOM] = 3,
		[CRASH] = 3,
		[PERC] = 3 };

	return kind[drum_of(pitch)];
}

/* The density of strokes at a place of the beat over an even one, for each of
 * the four sorts of place. */
static void
densities(double beat, double place, double d[4])
{
	static const struct {
		double at;
		int sort;
	} marks[] = { { 0, 0 }, { 1, 0 }, { .5, 1 }, { .25, 2 }, { .75, 2 },
		{ 1 / 3., 3 }, { 2 / 3., 3 } };
	double x;

	for (int s = 0; s < 4; s++)
		d[s] = 0;
	for (size_t k = 0; k < sizeof(marks) / sizeof(*marks); k++) {
		x = (place - marks[k].at) * beat / LOOP_SIGMA;
		d[marks[k].sort] +=
		    exp(-.5 * x * x) * beat / (LOOP_SIGMA * 2.5066);
	}
}

static int
prepare(struct loop *l, const float *beat, size_t n)
{
	double d[4], v;

	if (l->odds != NULL)
		return 0;
	l->odds = calloc(n * KINDS * PLACES, sizeof(*l->odds));
	if (l->odds == NULL)
		return -1;
	l->candidates = n;
	for (size_t i = 0; i < n; i++)
		for (size_t p = 0; p < PLACES; p++) {
			densities(
			    (double)beat[i], ((double)p + .5) / PLACES, d);
			for (size_t k = 0; k < KINDS; k++) {
				v = 0;
				for (int s = 0; s < 4; s++)
					v += (double)habit[k][s] * d[s];
				l->odds[(i * KINDS + k) * PLACES + p] =
				    (float)log(
					(1 - LOOP_STRAY) * v + LOOP_STRAY);
			}
		}
	return 0;
}

/* What the end of the music says, by the place of its last stroke in beats:
 * a bar is full, and there are as many bars as loops have. */
static float
ending(float last)
{
	int bars = (int)ceilf((last + LOOP_LATE) / 4);

	return LOOP_WHOLE_BARS * (last - 4 * (float)bars) +
	    (bars <= 8 && (bars & (bars - 1)) == 0 ? LOOP_USUAL_BARS : 0);
}

int
loop_fit(struct loop *l, const struct song *s, const struct parts *parts,
    const float *beat, float *v, size_t n)
{
	float at[MOST_STROKES], last = 0, place, seconds;
	size_t strokes = 0, p;
	int kind[MOST_STROKES];

	if (prepare(l, beat, n) == -1)
		return -1;
	for (size_t i = 0; i < s->nnotes; i++) {
		if (!parts_is_drum(parts, &s->note[i]))
			continue;
		seconds = (float)maps_seconds(&s->maps, s->note[i].on);
		if (seconds > last)
			last = seconds;
		if (strokes == MOST_STROKES)
			continue;
		at[strokes] = seconds;
		kind[strokes++] = kind_of(s->note[i].pitch);
	}
	for (size_t i = 0; i < n; i++) {
		const float *odds = l->odds + i * KINDS * PLACES;
		float sum = 0, tempo = 1 / beat[i];

		for (size_t k = 0; k < strokes; k++) {
			place = at[k] * tempo;
			place -= (float)(int)place;
			p = (size_t)(place * PLACES) % PLACES;
			sum += odds[(size_t)kind[k] * PLACES + p];
		}
		v[i] += LOOP_STROKE * sum + ending(last * tempo);
	}
	return 0;
}

void
loop_free(struct loop *l)
{
	free(l->odds);
	*l = (struct loop){ 0 };
}
