/* pattern - the notes of a part as an .mpcpattern */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "mpc/pattern.h"

__extension__ typedef __int128 wide; /* ticks times divisions */

static const int64_t LATEST = INT64_MAX / 4; /* as the reader has it */

int64_t
pattern_time(const struct maps *m, int64_t tick)
{
	wide n;

	/* floor(tick * 960 * den / num + 1/2), at ordinary sizes without the
	 * long division. */
	if (m->tpq_den == 1 && tick < (int64_t)1 << 49)
		return (2 * PATTERN_TPQ * tick + m->tpq_num) / (2 * m->tpq_num);
	n = (wide)tick * m->tpq_den * (2 * PATTERN_TPQ) + m->tpq_num;
	n /= (wide)2 * m->tpq_num;
	return n > LATEST ? LATEST : (int64_t)n;
}

static int
by_time(const void *a, const void *b)
{
	const struct pattern_note *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->pitch != y->pitch)
		return x->pitch < y->pitch ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return x->velocity - y->velocity;
}

static void
sort(struct pattern *p)
{
	for (size_t i = 1; i < p->n; i++)
		if (by_time(&p->note[i - 1], &p->note[i]) > 0) {
			qsort(p->note, p->n, sizeof(*p->note), by_time);
			return;
		}
}

/* One voice a pitch. */
static void
resolve(struct pattern *p)
{
	struct pattern_note *n, *q, *last[128] = { NULL };
	size_t k = 0;

	for (size_t i = 0; i < p->n; i++) {
		n = &p->note[i];
		q = last[n->pitch];
		if (q != NULL && q->time == n->time) {
			if (n->end > q->end)
				q->end = n->end;
			if (n->velocity > q->velocity)
				q->velocity = n->velocity;
			continue;
		}
		if (q != NULL && q->end > n->time)
			q->end = n->time;
		last[n->pitch] = &p->note[k];
		p->note[k++] = *n;
	}
	p->n = k;
}

/* Whole bars before a tick, and where in 960ths the last of them ends. */
static int64_t
empty_bars(const struct maps *m, int64_t tick, int64_t *start)
{
	const struct meter *e = maps_meter_at(m, tick);
	int64_t bar = (int64_t)4 * PATTERN_TPQ * e->num / e->den;
	int64_t from = pattern_time(m, e->tick);
	int64_t bars = (pattern_time(m, tick) - from) / bar;

	*start = from + bars * bar;
	return e->bar + bars;
}

int
pattern_make(struct pattern *p, const struct song *s, const struct note *note,
    size_t n, const struct pattern_how *how)
{
	const struct maps *m = song_maps(s, note[0].track);
	int64_t off, last = 0, start = 0, trimmed = 0;
	struct pattern_note *q;

	if (n > p->cap) {
		q = reallocarray(p->note, n + n / 2, sizeof(*q));
		if (q == NULL)
			return -1;
		p->note = q;
		p->cap = n + n / 2;
	}
	if (how->trim)
		trimmed = empty_bars(m, note[0].on, &start);
	for (size_t i = 0; i < n; i++) {
		off = note[i].off;
		if (how->pedal != NULL)
			off = pedal_end(
			    how->pedal, &note[i], s->track[note[i].track].end);
		/* A note without length still sounds in its bar. */
		if (off <= note[i].on)
			off = note[i].on;
		if (off + (off == note[i].on) > last)
			last = off + (off == note[i].on);
		q = &p->note[i];
		q->time = pattern_time(m, note[i].on) - start;
		/* Ends are scaled, not lengths: nothing drifts. */
		q->end = pattern_time(m, off) - start;
		if (q->end <= q->time)
			q->end = q->time + 1;
		q->pitch = note[i].pitch;
		if (how->map != NULL)
			q->pitch = how->map[q->pitch];
		q->velocity = note[i].velocity;
	}
	p->n = n;
	p->bars = maps_bars(m, last) - trimmed;
	if (p->bars < 1)
		p->bars = 1;
	sort(p);
	resolve(p);
	return 0;
}

void
pattern_free(struct pattern *p)
{
	free(p->note);
	*p = (struct pattern){ 0 };
}
