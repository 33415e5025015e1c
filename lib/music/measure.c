/* measure - what is counted, not estimated */
#include "config.h"

#include <stdlib.h>

#include "music/measure.h"

static int
push(struct measure *m, size_t n, int64_t off)
{
	size_t up, want;
	int64_t *q;

	if (n == m->capheap) {
		want = n == 0 ? 64 : n + n / 2;
		if ((q = reallocarray(m->heap, want, sizeof(*q))) == NULL)
			return -1;
		m->heap = q;
		m->capheap = want;
	}
	for (; n > 0 && m->heap[up = (n - 1) / 2] > off; n = up)
		m->heap[n] = m->heap[up];
	m->heap[n] = off;
	return 0;
}

/* Takes the earliest end away; n are left. */
static void
pop(int64_t *heap, size_t n)
{
	size_t i = 0, k;

	while ((k = 2 * i + 1) < n) {
		if (k + 1 < n && heap[k + 1] < heap[k])
			k++;
		if (heap[k] >= heap[n])
			break;
		heap[i] = heap[k];
		i = k;
	}
	heap[i] = heap[n];
}

static void
rank_programs(struct measure *m, const uint32_t count[128])
{
	int k;

	m->nprograms = 0;
	for (int i = 0; i < 128; i++) {
		if (count[i] == 0)
			continue;
		for (k = m->nprograms++;
		     k > 0 && count[m->program[k - 1]] < count[i]; k--)
			m->program[k] = m->program[k - 1];
		m->program[k] = (uint8_t)i;
	}
}

int
measure_take(struct measure *m, const struct song *s, const struct parts *parts)
{
	uint32_t count[128] = { 0 };
	const struct note *n;
	size_t sounding = 0;
	double velocity = 0;

	m->tracks = m->polyphony = 0;
	m->channels = 0;
	m->pitched = 0;
	m->low = 127;
	m->high = 0;
	for (size_t i = 0; i < s->ntracks; i++) {
		m->tracks += s->track[i].notes > 0;
		m->channels |= s->track[i].channels;
	}
	for (size_t i = 0; i < s->nnotes; i++) {
		n = &s->note[i];
		velocity += n->velocity;
		if (parts_is_drum(parts, n))
			continue;
		m->pitched = 1;
		count[n->program & 127]++;
		if (n->pitch < m->low)
			m->low = n->pitch;
		if (n->pitch > m->high)
			m->high = n->pitch;
		while (sounding > 0 && m->heap[0] <= n->on)
			pop(m->heap, --sounding);
		/* A note without length sounds for a tick. */
		if (push(m, sounding++, n->off > n->on ? n->off : n->on + 1) ==
		    -1)
			return -1;
		if (sounding > m->polyphony)
			m->polyphony = (uint32_t)sounding;
	}
	m->velocity = s->nnotes > 0 ? velocity / (double)s->nnotes : 0;
	m->quarters = maps_quarters(&s->maps, s->last) -
	    maps_quarters(&s->maps, s->first);
	rank_programs(m, count);
	return 0;
}

void
measure_free(struct measure *m)
{
	free(m->heap);
	*m = (struct measure){ 0 };
}
