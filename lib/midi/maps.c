/* maps - tempo, meter and key of a file, and the conversions they define */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "midi/maps.h"
#include "stream/array.h"

__extension__ typedef __int128 wide; /* ticks times tempo */

void
maps_clear(struct maps *m)
{
	m->ntempo = m->nmeter = m->nkey = 0;
}

int
maps_tempo(struct maps *m, int64_t tick, uint32_t uspq)
{
	if (array_room(&m->tempo, m->ntempo + 1, &m->captempo,
		sizeof(*m->tempo)) == -1)
		return -1;
	m->tempo[m->ntempo++] =
	    (struct tempo){ .tick = tick, .uspq = uspq, .given = 1 };
	return 0;
}

int
maps_meter(struct maps *m, int64_t tick, unsigned num, unsigned den)
{
	if (array_room(&m->meter, m->nmeter + 1, &m->capmeter,
		sizeof(*m->meter)) == -1)
		return -1;
	m->meter[m->nmeter++] = (struct meter){ .tick = tick,
		.num = (uint16_t)num,
		.den = (uint16_t)den,
		.given = 1 };
	return 0;
}

int
maps_key(struct maps *m, int64_t tick, int sharps, int minor)
{
	if (array_room(&m->key, m->nkey + 1, &m->capkey, sizeof(*m->key)) == -1)
		return -1;
	m->key[m->nkey++] = (struct keysig){ .tick = tick,
		.sharps = (int8_t)sharps,
		.minor = (uint8_t)(minor != 0) };
	return 0;
}

/* Every entry begins with its tick.  Sorts stable (tracks are read one
 * behind the other, so most input is sorted runs) and keeps the last of
 * those on one tick. */
static int
by_tick(void *base, size_t *n, size_t size)
{
	char *p = base, *tmp;
	int64_t a, b;
	size_t k = 0;
	int sorted = 1;

	for (size_t i = 1; i < *n && sorted; i++) {
		memcpy(&a, p + (i - 1) * size, sizeof(a));
		memcpy(&b, p + i * size, sizeof(b));
		sorted = a <= b;
	}
	if (!sorted) {
		/* Bottom-up merge: linear space, n log n whatever comes. */
		if ((tmp = reallocarray(NULL, *n, size)) == NULL)
			return -1;
		for (size_t w = 1; w < *n; w *= 2) {
			for (size_t lo = 0; lo < *n; lo += 2 * w) {
				size_t mid = lo + w < *n ? lo + w : *n;
				size_t hi = lo + 2 * w < *n ? lo + 2 * w : *n;
				size_t i = lo, j = mid, o = lo;

				while (i < mid || j < hi) {
					if (i < mid)
						memcpy(&a, p + i * size,
						    sizeof(a));
					if (j < hi)
						memcpy(&b, p + j * size,
						    sizeof(b));
					if (j == hi || (i < mid && a <= b))
						memcpy(tmp + o++ * size,
						    p + i++ * size, size);
					else
						memcpy(tmp + o++ * size,
						    p + j++ * size, size);
				}
			}
			memcpy(p, tmp, *n * size);
		}
		free(tmp);
	}
	for (size_t i = 0; i < *n; i++) {
		memcpy(&a, p + i * size, sizeof(a));
		if (k > 0) {
			memcpy(&b, p + (k - 1) * size, sizeof(b));
			if (a == b)
				k--;
		}
		if (k != i)
			memcpy(p + k * size, p + i * size, size);
		k++;
	}
	*n = k;
	return 0;
}

/* Ticks of den-notes as bars: whole bars begun in a run of ticks. */
static int64_t
bars_in(const struct maps *m, const struct meter *e, int64_t ticks)
{
	wide bar = (wide)4 * e->num * m->tpq_num;
	wide n = (wide)ticks * e->den * m->tpq_den;

	return (int64_t)((n + bar - 1) / bar);
}

static void
set_tpq(struct maps *m, int division)
{
	unsigned b = (unsigned)division & 0xffff;
	int fps = 256 - (int)(b >> 8), sub = (int)(b & 0xff);

	m->smpte = division < 0;
	if (!m->smpte) {
		m->tpq_num = division;
		m->tpq_den = 1;
		return;
	}
	/* -29 is 30 drop-frame: 30000 frames in 1001 seconds. */
	m->tpq_num =
	    (int64_t)(fps == 29 ? 30000 : fps * 1000) * sub * m->tempo[0].uspq;
	m->tpq_den = (fps == 29 ? 1001 : 1000) * (int64_t)1000000;
	m->tick_seconds = (fps == 29 ? 1001.0 / 30000.0 : 1.0 / fps) / sub;
}

int
maps_finish(struct maps *m, int division)
{
	wide sum = 0;
	size_t n;

	if (by_tick(m->tempo, &m->ntempo, sizeof(*m->tempo)) == -1 ||
	    by_tick(m->meter, &m->nmeter, sizeof(*m->meter)) == -1 ||
	    by_tick(m->key, &m->nkey, sizeof(*m->key)) == -1)
		return -1;
	if (m->ntempo == 0 || m->tempo[0].tick > 0) {
		if (maps_tempo(m, 0, TEMPO_DEFAULT) == -1)
			return -1;
		n = m->ntempo - 1;
		memmove(m->tempo + 1, m->tempo, n * sizeof(*m->tempo));
		m->tempo[0] = (struct tempo){ .uspq = TEMPO_DEFAULT };
	}
	if (m->nmeter == 0 || m->meter[0].tick > 0) {
		if (maps_meter(m, 0, 4, 4) == -1)
			return -1;
		n = m->nmeter - 1;
		memmove(m->meter + 1, m->meter, n * sizeof(*m->meter));
		m->meter[0] = (struct meter){ .num = 4, .den = 4 };
	}
	set_tpq(m, division);
	/* Summed in whole numbers, so that no error adds up. */
	m->tempo[0].seconds = 0;
	for (size_t i = 1; i < m->ntempo; i++) {
		sum += (wide)(m->tempo[i].tick - m->tempo[i - 1].tick) *
		    m->tempo[i - 1].uspq;
		m->tempo[i].seconds = m->smpte
		    ? maps_seconds(m, m->tempo[i].tick)
		    : (double)sum / (1e6 * (double)m->tpq_num);
	}
	m->meter[0].bar = 0;
	for (size_t i = 1; i < m->nmeter; i++)
		m->meter[i].bar = m->meter[i - 1].bar +
		    bars_in(m, &m->meter[i - 1],
			m->meter[i].tick - m->meter[i - 1].tick);
	return 0;
}

void
maps_free(struct maps *m)
{
	free(m->tempo);
	free(m->meter);
	free(m->key);
	*m = (struct maps){ 0 };
}

const struct tempo *
maps_tempo_at(const struct maps *m, int64_t tick)
{
	size_t lo = 0, hi = m->ntempo, mid;

	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (m->tempo[mid].tick <= tick)
			lo = mid;
		else
			hi = mid;
	}
	return &m->tempo[lo];
}

const struct meter *
maps_meter_at(const struct maps *m, int64_t tick)
{
	size_t lo = 0, hi = m->nmeter, mid;

	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (m->meter[mid].tick <= tick)
			lo = mid;
		else
			hi = mid;
	}
	return &m->meter[lo];
}

double
maps_seconds(const struct maps *m, int64_t tick)
{
	const struct tempo *t;

	if (m->smpte)
		return (double)tick * m->tick_seconds;
	t = maps_tempo_at(m, tick);
	return t->seconds +
	    (double)(tick - t->tick) * t->uspq / 1e6 * (double)m->tpq_den /
	    (double)m->tpq_num;
}

double
maps_quarters(const struct maps *m, int64_t tick)
{
	return (double)tick * (double)m->tpq_den / (double)m->tpq_num;
}

int64_t
maps_bars(const struct maps *m, int64_t tick)
{
	const struct meter *e;

	if (tick <= 0)
		return 0;
	/* A bar line belongs to the bar before it. */
	e = maps_meter_at(m, tick - 1);
	return e->bar + bars_in(m, e, tick - e->tick);
}

static const struct tempo *
tempo_at_seconds(const struct maps *m, double seconds)
{
	size_t lo = 0, hi = m->ntempo, mid;

	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (m->tempo[mid].seconds <= seconds)
			lo = mid;
		else
			hi = mid;
	}
	return &m->tempo[lo];
}

int64_t
maps_tick_at_seconds(const struct maps *m, double seconds)
{
	const struct tempo *t = m->tempo;
	double ticks, best, d;
	int64_t tick, nearest;

	if (!(seconds > 0))
		return 0;
	if (m->smpte)
		ticks = seconds / m->tick_seconds;
	else {
		t = tempo_at_seconds(m, seconds);
		ticks = (double)t->tick +
		    (seconds - t->seconds) * 1e6 * (double)m->tpq_num /
			((double)t->uspq * (double)m->tpq_den);
	}
	if (ticks >= 0x1p62)
		return INT64_MAX;
	/* The division may be off by a bit: what maps_seconds() says counts. */
	nearest = tick = (int64_t)llround(ticks);
	best = fabs(maps_seconds(m, tick) - seconds);
	for (int64_t k = tick > 0 ? tick - 1 : 0; k <= tick + 1; k++)
		if ((d = fabs(maps_seconds(m, k) - seconds)) < best) {
			best = d;
			nearest = k;
		}
	return nearest;
}

/* The first tick, from the meter's own, that is not before a beat of it. */
static wide
beat_tick(const struct maps *m, const struct meter *e, wide beat)
{
	wide unit = (wide)e->den * m->tpq_den;

	return (beat * 4 * m->tpq_num + unit - 1) / unit;
}

void
maps_position(const struct maps *m, int64_t tick, int64_t *bar, int64_t *beat,
    int64_t *tick_in_beat)
{
	const struct meter *e;
	wide n, beats;

	if (tick < 0)
		tick = 0;
	e = maps_meter_at(m, tick);
	n = tick - e->tick;
	beats = n * e->den * m->tpq_den / ((wide)4 * m->tpq_num);
	*bar = e->bar + (int64_t)(beats / e->num) + 1;
	*beat = (int64_t)(beats % e->num) + 1;
	*tick_in_beat = (int64_t)(n - beat_tick(m, e, beats));
}

int64_t
maps_tick_at(
    const struct maps *m, int64_t bar, int64_t beat, int64_t tick_in_beat)
{
	size_t lo = 0, hi = m->nmeter, mid;
	const struct meter *e;
	wide tick, beats, most;

	if (bar < 1 || beat < 1 || tick_in_beat < 0)
		return -1;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (m->meter[mid].bar < bar)
			lo = mid;
		else
			hi = mid;
	}
	e = &m->meter[lo];
	beats = (wide)(bar - 1 - e->bar) * e->num + beat - 1;
	/* Beats that stay below this lead to a tick, and do not overflow. */
	most = (wide)INT64_MAX * e->den * m->tpq_den / 4 / m->tpq_num + 1;
	if (beats > most)
		return -1;
	tick = e->tick + beat_tick(m, e, beats) + tick_in_beat;
	return tick > INT64_MAX ? -1 : (int64_t)tick;
}
