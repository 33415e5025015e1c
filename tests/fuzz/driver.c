/* driver - runs a fuzz entry without a fuzzer
 *
 * driver ROUNDS FILE ...: each file as it is, and ROUNDS times changed by a
 * few bytes, the same every time. A TAP line a file. What the entries hold is
 * checked by abort(), as a fuzzer wants it.
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/create.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static uint64_t state = 0x9e3779b97f4a7c15;

static size_t
below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % n);
}

static size_t
mutate(uint8_t *p, size_t n, size_t room)
{
	static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0x90, 0xf0, 0xff };
	size_t at, k;

	for (size_t i = below(6) + 1; i > 0 && n > 8; i--) {
		at = below(n);
		k = below(n - at) % 64 + 1;
		switch (below(5)) {
		case 0:
			p[at] = odd[below(sizeof(odd))];
			break;
		case 1:
			p[at] = (uint8_t)below(256);
			break;
		case 2:
			n = below(8) == 0 ? at + 1 : n;
			break;
		case 3:
			memmove(p + at, p + at + k, n - at - k);
			n -= k;
			break;
		default:
			if (n + k > room)
				break;
			memmove(p + at + k, p + at, n - at);
			n += k;
		}
	}
	return n;
}

int
main(int argc, char *argv[])
{
	char *bytes = NULL;
	size_t cap = 0, room;
	uint8_t *work, *exact;
	ssize_t n;
	long rounds;

	if (argc < 3)
		errx(2, "usage: driver rounds file ...");
	rounds = strtol(argv[1], NULL, 10);
	printf("1..%d\n", argc - 2);
	for (int i = 2; i < argc; i++) {
		n = create_slurp(AT_FDCWD, argv[i], &bytes, &cap, 1 << 24);
		if (n == -1)
			err(2, "%s", argv[i]);
		LLVMFuzzerTestOneInput((uint8_t *)bytes, (size_t)n);
		room = (size_t)n * 2 + 64;
		if ((work = malloc(room)) == NULL)
			err(2, "malloc");
		for (long r = 0; r < rounds; r++) {
			size_t k;

			memcpy(work, bytes, (size_t)n);
			k = mutate(work, (size_t)n, room);
			/* Its own size, so that a byte too far is seen. */
			if ((exact = malloc(k > 0 ? k : 1)) == NULL)
				err(2, "malloc");
			memcpy(exact, work, k);
			LLVMFuzzerTestOneInput(exact, k);
			free(exact);
		}
		free(work);
		printf("ok %d - %s\n", i - 1,
		    strrchr(argv[i], '/') != NULL ? strrchr(argv[i], '/') + 1
						  : argv[i]);
	}
	free(bytes);
	return 0;
}
