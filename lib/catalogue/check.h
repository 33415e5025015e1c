/* check - whether a record can be stored, and as what
 *
 * The engines see only what passed here, so that no row of a batch is ever
 * refused by them.
 */
#ifndef CATALOGUE_CHECK_H
#define CATALOGUE_CHECK_H

#include "catalogue/arena.h"
#include "catalogue/schema.h"
#include "stream/rec.h"

/* Puts a record's columns in file, COLUMNS fields that point into the
 * record: 0; -1 with the reason in why. */
int check_record(const struct rec *, struct field *file, struct buf *why);

/* What a column that has a known set of words holds. */
static inline int
field_is(const struct field *f, const char *word)
{
	return f->p != NULL && strcmp(f->p, word) == 0;
}

#endif
