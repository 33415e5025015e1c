/* advice - what would help a server with a bulk load, in words
 *
 * What is advised, why, and within which limits is share/postgresql/
 * advice.sql; this asks it on a server and tells it how much memory there
 * is, where the server is on this machine.  Nothing is changed.
 */
#ifndef CATALOGUE_ADVICE_H
#define CATALOGUE_ADVICE_H

#include "stream/buf.h"

/* Appends the advice, lines of text, to out: 0; -1 with label and why, as in
 * db.h. */
int advice(
    const char *name, struct buf *out, struct buf *label, struct buf *why);

/* The text of advice.sql. */
extern const char advice_sql[];

#endif
