/* derived - a file that a filter makes of another, and its record
 *
 * A part, or a repaired file: its content goes into the library like any
 * other, owned by the place that its parent came from and the word that says
 * what it is of it.
 *
 * The struct is the caller's; set the first ones before each call, the rest
 * to zero once.  The record points into it until the next call.
 */
#ifndef FILES_DERIVED_H
#define FILES_DERIVED_H

#include "files/library.h"
#include "stream/rec.h"

struct derived {
	const char *word;   /* column 12: t02c10, repaired */
	const char *folder; /* below the library, clean */
	const char *name;   /* clean */
	const char *parent; /* the parent's hash */
	const void *bytes;
	size_t size;
	/* Its own. */
	struct buf place;
	char hash[HASH_DIGITS + 1];
	struct rec_in memory;
	struct rec rec; /* the record, columns 1 to 12 */
};

/* Stores it, unless it was seen or the library is a dry one, and makes its
 * record from that of its parent: 0, or -1 with errno. */
int derived_store(struct derived *, struct library *, const struct rec *parent);
void derived_free(struct derived *);

#endif
