/* forget - takes the records of a batch out of the catalogue
 *
 * A record of an entry or a loose file takes its place out, that of a part
 * the part, and one of an archive, or without a hash, the source with all
 * that is in it.  A content that no place and no part holds any more goes,
 * with its own parts; another one only loses what lay there.
 */
#ifndef CATALOGUE_FORGET_H
#define CATALOGUE_FORGET_H

#include "catalogue/load.h"

/* In a transaction, before put_files(): DB_OK, or as in db.h. */
int forget(struct load *);

#endif
