/* table - 64-bit keys with a number each
 *
 * The keys are hashes.  The caller owns the struct; zeroes are an empty
 * table, 16 bytes a place, at most three of four taken.
 */
#ifndef MPC_TABLE_H
#define MPC_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_slot {
	uint64_t key; /* 0: free */
	uint64_t value;
};

struct table {
	struct table_slot *slot;
	size_t n, cap;
};

/* The value of a key, or NULL; valid until the next table_set(). */
uint64_t *table_get(const struct table *, uint64_t key);
/* Sets it: 0, or -1 ENOMEM. */
int table_set(struct table *, uint64_t key, uint64_t value);
void table_free(struct table *);

#endif
