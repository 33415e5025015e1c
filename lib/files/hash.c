/* hash - XXH3-128, the identity of a content */
#include "config.h"

#include <string.h>

#include <xxhash.h>

#include "files/hash.h"

struct hash
hash_bytes(const void *p, size_t n)
{
	XXH128_canonical_t c;
	struct hash h;

	XXH128_canonicalFromHash(&c, XXH3_128bits(p, n));
	memcpy(h.b, c.digest, sizeof(h.b));
	return h;
}

void
hash_hex(const struct hash *h, char hex[HASH_DIGITS + 1])
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(h->b); i++) {
		hex[2 * i] = digit[h->b[i] >> 4];
		hex[2 * i + 1] = digit[h->b[i] & 15];
	}
	hex[HASH_DIGITS] = '\0';
}

int
hash_parse(const char *s, struct hash *h)
{
	unsigned d;

	*h = (struct hash){ { 0 } };
	for (size_t i = 0; i < HASH_DIGITS; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			d = (unsigned)(s[i] - '0');
		else if (s[i] >= 'a' && s[i] <= 'f')
			d = (unsigned)(s[i] - 'a') + 10;
		else
			return -1;
		h->b[i / 2] = (uint8_t)((unsigned)h->b[i / 2] << 4 | d);
	}
	return s[HASH_DIGITS] == '\0' ? 0 : -1;
}

uint64_t
hash_short(const void *p, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(p, n, seed);
}
