/* arena - memory of one batch, given back at once
 *
 * What arena_get() returns is aligned for anything, does not move, and lives
 * until arena_reset(), which keeps the blocks for the next batch.  Zeroes
 * are a valid arena; arena_free() is safe on them.
 */
#ifndef CATALOGUE_ARENA_H
#define CATALOGUE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *first, *at;
	size_t used; /* bytes handed out since the reset */
};

/* NULL with errno ENOMEM. */
void *arena_get(struct arena *, size_t);
/* n bytes and a NUL. */
char *arena_copy(struct arena *, const void *, size_t n);
void arena_reset(struct arena *);
void arena_free(struct arena *);

#endif
