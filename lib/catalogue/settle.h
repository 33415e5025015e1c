/* settle - sources whose records are all there
 *
 * A source is done when the entries that its archive's counts promise are in
 * the catalogue, whoever put them there.  What was there of another time, as
 * its mtime says, goes in the same transaction.  Where only the size was
 * another, the places that this loader put tell what is of now.
 */
#ifndef CATALOGUE_SETTLE_H
#define CATALOGUE_SETTLE_H

#include "catalogue/load.h"

enum { RECENT = 1 << 19 }; /* places that a loader remembers */

/* Remembers a place by the halves of its key: 0, or -1 ENOMEM. */
int settle_seen(struct recent *, uint64_t source, uint64_t place);
/* A source of the batch as it is after it; old is as it was, or NULL: 0, or
 * -1 ENOMEM. */
int settle_note(
    struct load *, const struct field *old, const struct field *now);
/* In the transaction, after the batch's places and problems: DB_OK, or as in
 * db.h. */
int settle(struct load *);

#endif
