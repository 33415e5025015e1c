/* keys - a growing list of keys for a query
 *
 * The caller owns it and frees key; zeroes are valid.  The digits that the
 * fields point to are not copied.
 */
#ifndef CATALOGUE_KEYS_H
#define CATALOGUE_KEYS_H

#include "catalogue/schema.h"
#include "stream/array.h"

struct keys {
	struct field *key;
	size_t n, cap;
};

static inline int
keys_add(struct keys *k, const struct field *f)
{
	if (array_room(&k->key, k->n + 1, &k->cap, sizeof(*k->key)) == -1)
		return -1;
	k->key[k->n++] = *f;
	return 0;
}

#endif
