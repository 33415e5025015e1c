/* record - what an import says of a source and of its members
 *
 * The columns that mextract fills (mrec(5), 5 to 9), and size, mtime and path
 * where they come out of an archive.  The struct is the caller's, zero at
 * first; record_free() frees what it holds.
 */
#ifndef ARCHIVE_RECORD_H
#define ARCHIVE_RECORD_H

#include "archive/import.h"
#include "stream/rec.h"

struct record {
	struct buf path; /* of the source at hand, absolute, raw bytes */
	/* Its own. */
	struct buf escaped, place;
	const struct rec *source;
	struct rec_in memory;
	struct rec member;
};

/* A source begins, which r is the record of, until the next: 0, or -1 errno.
 * A relative path is made absolute, so that `source` means the same wherever
 * the stream is read. */
int record_begin(struct record *, const struct rec *r);
/* Fills in the source's own record: 0, or -1 errno. */
int record_source(struct record *, struct rec *, const struct import_item *);
/* The record of a member, which lives until the next one; NULL with errno. */
const struct rec *record_member(struct record *, const struct import_item *);
void record_free(struct record *);

#endif
