/* rows - the rows that a record makes
 *
 * A place is a source, a member of it, and which entry of that name it is.
 * The first half of its key comes from the source alone, so that all places
 * of a source lie together, behind the key of the source itself, whose
 * second half is nothing.
 */
#ifndef CATALOGUE_ROWS_H
#define CATALOGUE_ROWS_H

#include "catalogue/load.h"
#include "files/hash.h"

/* Adds the rows of a checked record, whose fields live in the arena, to the
 * batch: 0, or -1 ENOMEM. */
int rows_add(struct load *, struct field *file);
int rows_push(struct load_list *, struct field *row);
/* The place of what a source itself is: 0, or -1 ENOMEM. */
int rows_own_place(
    struct load *, struct field *place, const struct field *source);
void rows_key(
    char hex[HASH_DIGITS + 1], const struct field *source, uint64_t second);

#endif
