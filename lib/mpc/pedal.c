/* pedal - the sustain pedal's ups and downs, by track and channel */
#include "config.h"

#include <stdlib.h>

#include "mpc/pedal.h"

enum { CC_SUSTAIN = 64, DOWN_FROM = 64 };

static uint64_t
key_of(size_t track, unsigned channel)
{
	return (uint64_t)track << 4 | channel;
}

static int
add(struct pedal *p, uint64_t key, int64_t tick, int down)
{
	size_t cap = p->cap == 0 ? 256 : p->cap * 2;
	struct pedal_move *move;

	if (p->n == p->cap) {
		move = reallocarray(p->move, cap, sizeof(*move));
		if (move == NULL)
			return -1;
		p->move = move;
		p->cap = cap;
	}
	p->move[p->n] = (struct pedal_move){
		.key = key, .tick = tick, .seq = p->n, .down = down
	};
	p->n++;
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	const struct pedal_move *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->tick != y->tick)
		return x->tick < y->tick ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Keeps the moves that change something: of those on one tick the last, and
 * none that repeats the one before it. */
static void
thin(struct pedal *p)
{
	struct pedal_move *m = p->move;
	size_t k = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (i + 1 < p->n && m[i].key == m[i + 1].key &&
		    m[i].tick == m[i + 1].tick)
			continue;
		if (k > 0 && m[k - 1].key == m[i].key
			? m[k - 1].down == m[i].down
			: !m[i].down)
			continue;
		m[k++] = m[i];
	}
	p->n = k;
}

int
pedal_read(struct pedal *p, const void *bytes, size_t n)
{
	struct smf smf;
	struct smf_track t;
	struct smf_event e;
	size_t track;

	p->n = 0;
	if (smf_open(&smf, bytes, n) != SMF_OK)
		return 0;
	for (track = 0; track < UINT16_MAX && smf_track(&smf, &t); track++)
		while (smf_event(&t, &e))
			if (e.status >> 4 == 0xb && e.a == CC_SUSTAIN &&
			    add(p, key_of(track, e.status & 15), e.tick,
				e.b >= DOWN_FROM) == -1)
				return -1;
	if (p->n > 0)
		qsort(p->move, p->n, sizeof(*p->move), by_key);
	thin(p);
	return 0;
}

int64_t
pedal_end(const struct pedal *p, const struct note *note, int64_t track_end)
{
	uint64_t key = key_of(note->track, note->channel);
	size_t lo = 0, hi = p->n, mid;

	/* The first move behind the end; the one before it is in force. */
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (p->move[mid].key < key ||
		    (p->move[mid].key == key && p->move[mid].tick <= note->off))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || p->move[lo - 1].key != key || !p->move[lo - 1].down)
		return note->off;
	if (lo < p->n && p->move[lo].key == key)
		return p->move[lo].tick;
	return track_end > note->off ? track_end : note->off;
}

void
pedal_free(struct pedal *p)
{
	free(p->move);
	*p = (struct pedal){ 0 };
}
