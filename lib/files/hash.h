/* hash - XXH3-128, the identity of a content
 *
 * In the canonical (big-endian) byte order of xxHash, so that the digits are
 * those that xxhsum -H2 prints.
 */
#ifndef FILES_HASH_H
#define FILES_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_DIGITS = 32, HASH_SHORT = 8 };

struct hash {
	uint8_t b[16];
};

struct hash hash_bytes(const void *, size_t n);
/* 32 lower-case digits and a NUL. */
void hash_hex(const struct hash *, char hex[HASH_DIGITS + 1]);
/* 0, or -1 when the text is not 32 digits. */
int hash_parse(const char *, struct hash *);
/* XXH3-64, where 64 bits will do: owners of contents, places of names. */
uint64_t hash_short(const void *, size_t n, uint64_t seed);

#endif
