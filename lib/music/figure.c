/* figure - how a part moves from onset to onset */
#include "config.h"

#include <stdlib.h>

#include "music/figure.h"

/* A line of onsets as it is walked along. */
struct line {
	const struct song *song;
	const uint32_t *order;
	uint32_t n, next;
	int64_t on;
	int pitch;
};

/* The next onset and its highest note: 1, or 0 at the end. */
static int
walk(struct line *l)
{
	const struct note *a;

	if (l->next == l->n)
		return 0;
	a = &l->song->note[l->order[l->next]];
	l->on = a->on;
	l->pitch = a->pitch;
	while (++l->next < l->n) {
		a = &l->song->note[l->order[l->next]];
		if (a->on != l->on)
			break;
		if (a->pitch > l->pitch)
			l->pitch = a->pitch;
	}
	return 1;
}

/* The commonest of values that come one by one, by Boyer and Moore's vote. */
struct vote {
	int64_t common;
	uint32_t lead;
};

static void
cast(struct vote *v, int64_t x)
{
	if (v->lead == 0)
		v->common = x;
	v->lead += x == v->common ? 1 : UINT32_MAX;
}

static float
quarters(const struct song *s, int64_t ticks)
{
	return (
	    float)((double)(ticks * s->maps.tpq_den) / (double)s->maps.tpq_num);
}

/* How even the moves are in time; there is at least one. */
static void
pace(struct figure *f, struct line *l, int64_t one, int64_t two)
{
	uint32_t moves = 0, even = 0, twos = 0;
	int64_t on, before;

	l->next = 0;
	walk(l);
	for (on = l->on, before = l->on; walk(l); before = on, on = l->on) {
		even += l->on - on == one;
		if (moves++ > 0)
			twos += l->on - before == two;
	}
	f->even = (float)even / (float)moves;
	if (moves > 1)
		f->even_twos = (float)twos / (float)(moves - 1);
	f->gap = quarters(l->song, one);
	f->gap_twos = quarters(l->song, two);
}

struct figure
figure_of(const struct song *s, const uint32_t *order, uint32_t n)
{
	struct line l = { .song = s, .order = order, .n = n };
	struct figure f = { 0 };
	struct vote one = { 0 }, two = { 0 };
	uint32_t repeats = 0, steps = 0, octaves = 0, home = 1, moves;
	unsigned classes = 0;
	int64_t on, before;
	int pitch, first, by;

	for (uint32_t i = 0; i < n; i++)
		classes |= 1u << s->note[order[i]].pitch % 12;
	f.classes = (uint8_t)__builtin_popcount(classes);
	walk(&l);
	first = l.pitch % 12;
	for (on = before = l.on, pitch = l.pitch; walk(&l);
	     before = on, on = l.on, pitch = l.pitch) {
		by = abs(l.pitch - pitch);
		repeats += by == 0;
		steps += by == 1 || by == 2;
		octaves += by > 0 && by % 12 == 0;
		home += l.pitch % 12 == first;
		cast(&one, l.on - on);
		if (f.onsets++ > 0)
			cast(&two, l.on - before);
	}
	moves = f.onsets++;
	f.home = (float)home / (float)f.onsets;
	if (moves == 0)
		return f;
	pace(&f, &l, one.common, two.common);
	f.repeats = (float)repeats / (float)moves;
	f.steps = (float)steps / (float)moves;
	f.leaps = (float)(moves - repeats - steps) / (float)moves;
	f.octaves = (float)octaves / (float)moves;
	return f;
}
