/* tap - checks in C, told in the Test Anything Protocol
 *
 * For one program: its counters are static, so one source includes it.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdint.h>
#include <stdio.h>

static int tests, failures, broken;
static uint64_t state = 1;

/* A check inside a test: says where, and lets the test go on. */
#define CHECK(e)                                                         \
	do {                                                             \
		if (!(e)) {                                              \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #e); \
			broken = 1;                                      \
		}                                                        \
	} while (0)

static void
done(const char *promise)
{
	printf("%sok %d - %s\n", broken ? "not " : "", ++tests, promise);
	failures += broken;
	broken = 0;
}

/* xorshift64: the same numbers in every run. */
static uint64_t
number(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

#endif
