/* fold - names that are one where case does not count */
#include "config.h"

#include <limits.h>
#include <stdlib.h>

#include <unicase.h>
#include <uninorm.h>

#include "files/fold.h"
#include "files/hash.h"
#include "stream/esc.h"

uint64_t
fold_key(const void *name, size_t n, uint64_t seed)
{
	const unsigned char *p = name;
	unsigned char lower[PATH_MAX];
	unsigned char high = 0;
	uint64_t key;
	uint8_t *q;
	size_t k;

	if (n > sizeof(lower))
		return hash_short(p, n, seed);
	for (size_t i = 0; i < n; i++) {
		high |= p[i];
		lower[i] = p[i] >= 'A' && p[i] <= 'Z'
		    ? (unsigned char)(p[i] + 'a' - 'A')
		    : p[i];
	}
	if (high < 0x80 || !utf8_valid(p, n))
		return hash_short(lower, n, seed);
	q = u8_casefold(p, n, NULL, UNINORM_NFC, NULL, &k);
	if (q == NULL)
		return hash_short(lower, n, seed);
	key = hash_short(q, k, seed);
	free(q);
	return key;
}
