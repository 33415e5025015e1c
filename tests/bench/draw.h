/* draw - numbers that depend on nothing but where they are asked for
 *
 * A stream begins with a seed of any numbers, so that every entry of a
 * collection can be made by itself, in any order and by any process.  The
 * mixing is that of SplitMix64 (Steele, Lea, Flood 2014).
 */
#ifndef BENCH_DRAW_H
#define BENCH_DRAW_H

#include <stddef.h>
#include <stdint.h>

struct draw {
	uint64_t at;
};

static inline uint64_t
draw_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static inline struct draw
draw_from(uint64_t what, uint64_t a, uint64_t b)
{
	struct draw d = { draw_mix(
	    draw_mix(draw_mix(what) + a * 0x9e3779b97f4a7c15u) + b) };

	return d;
}

static inline uint64_t
draw(struct draw *d)
{
	return draw_mix(d->at += 0x9e3779b97f4a7c15u);
}

/* From low to high, both in. */
static inline unsigned
draw_in(struct draw *d, unsigned low, unsigned high)
{
	return low + (unsigned)((draw(d) >> 32) * (high - low + 1u) >> 32);
}

/* True in so many of 10,000 cases. */
static inline int
draw_of(struct draw *d, unsigned cases)
{
	return draw_in(d, 0, 9999) < cases;
}

#endif
