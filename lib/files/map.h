/* map - 64-bit keys to 64-bit values, in memory
 *
 * For names and contents that are told apart by a good hash.  16 bytes an
 * entry, at most two thirds full.  The struct is the caller's, zeroes are
 * valid and empty.
 */
#ifndef FILES_MAP_H
#define FILES_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map {
	struct map_entry *entry;
	size_t n, cap;
};

/* The value of a key, 0 when it was not there; NULL with ENOMEM.  Valid
 * until the next call. */
uint64_t *map_at(struct map *, uint64_t key);
/* Empties it; keeps little memory. */
void map_clear(struct map *);
void map_free(struct map *);

#endif
