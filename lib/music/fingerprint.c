/* fingerprint - a hash of what is played, for finding equal music */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "music/fingerprint.h"

enum {
	STEPS = 96,  /* a quarter */
	DRUMS = 9,   /* channel, from 0 */
	CLASSES = 2, /* pitched, drums */
	ENTRY = 10,  /* onset 8 bytes, class, pitch */
	BLOCK = 4096,
	FEW = 16 /* notes on a step */
};

struct hasher {
	XXH3_state_t *xxh;
	size_t len;
	uint8_t block[BLOCK];
};

static void
put(struct hasher *h, uint64_t onset, unsigned class, unsigned pitch)
{
	uint8_t *p;

	if (h->len + ENTRY > BLOCK) {
		XXH3_64bits_update(h->xxh, h->block, h->len);
		h->len = 0;
	}
	p = h->block + h->len;
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(onset >> (8 * i));
	p[8] = (uint8_t) class;
	p[9] = (uint8_t)pitch;
	h->len += ENTRY;
}

static uint64_t
onset(const struct maps *m, int64_t ticks)
{
	__extension__ typedef unsigned __int128 wide;
	wide n = (wide)(uint64_t)ticks * STEPS * (uint64_t)m->tpq_den;

	return (uint64_t)((2 * n + (uint64_t)m->tpq_num) /
	    (2 * (wide)(uint64_t)m->tpq_num));
}

static uint8_t
code(const struct note *n)
{
	return (uint8_t)((n->channel == DRUMS) << 7 | (n->pitch & 127));
}

/* Any number of notes on one step, put in order by counting. */
static void
put_many(struct hasher *h, const struct note *n, size_t count, uint64_t at)
{
	uint32_t seen[CLASSES * 128] = { 0 };

	for (size_t i = 0; i < count; i++)
		seen[code(&n[i])]++;
	for (unsigned i = 0; i < CLASSES * 128; i++)
		for (; seen[i] > 0; seen[i]--)
			put(h, at, i >> 7, i & 127);
}

/* The few of a usual chord, by insertion. */
static void
put_few(struct hasher *h, const struct note *n, size_t count, uint64_t at)
{
	uint8_t key[FEW], v;
	size_t k;

	for (size_t i = 0; i < count; i++) {
		v = code(&n[i]);
		for (k = i; k > 0 && key[k - 1] > v; k--)
			key[k] = key[k - 1];
		key[k] = v;
	}
	for (k = 0; k < count; k++)
		put(h, at, key[k] >> 7, key[k] & 127);
}

int
fingerprint(const struct song *s, char hex[FINGERPRINT_DIGITS + 1])
{
	XXH3_state_t state;
	struct hasher h = { .xxh = &state };
	uint64_t at, next;
	size_t i, k;

	if (s->nnotes == 0)
		return 0;
	XXH3_64bits_reset(&state);
	for (i = 0, at = 0; i < s->nnotes; i = k, at = next) {
		next = at;
		for (k = i + 1; k < s->nnotes; k++) {
			if (s->note[k].on == s->note[k - 1].on)
				continue;
			next = onset(&s->maps, s->note[k].on - s->first);
			if (next != at)
				break;
		}
		(k - i <= FEW ? put_few : put_many)(&h, s->note + i, k - i, at);
	}
	XXH3_64bits_update(&state, h.block, h.len);
	snprintf(hex, FINGERPRINT_DIGITS + 1, "%016llx",
	    (unsigned long long)XXH3_64bits_digest(&state));
	return 1;
}
