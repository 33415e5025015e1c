/* index - the lines of METADATA: what lies on the drive, and whence
 *
 * A line of JSON and a row of CSV for each file that a record gave.  Fields
 * of the record stand as in the record, escapes and all, so that every line
 * is valid UTF-8 and a path can be had back byte for byte.
 *
 * Functions return 0, or -1 ENOMEM.
 */
#ifndef MPC_INDEX_H
#define MPC_INDEX_H

#include "stream/buf.h"
#include "stream/rec.h"

enum { INDEX_CONTENT = 32 }; /* hexadecimal digits of a content */

struct index_entry {
	const char *content; /* XXH3-128 of the file on the drive */
	const char *file;    /* its path on the drive */
	const char *claim;   /* the path that it would have were it alone */
	const char *part;    /* tTTcCC, or NULL for a whole file */
	const char *category;
	double bpm;
	const char *key; /* empty where unknown */
	int64_t bars;
	size_t notes;
};

/* Each appends a line, newline and all. */
int index_json(struct buf *, const struct index_entry *, const struct rec *);
int index_csv(struct buf *, const struct index_entry *, const struct rec *);
int index_csv_head(struct buf *);

/* From a line that index_json() wrote, of n bytes: 1 and slices of it; 0 when
 * it is none. */
int index_parse(const char *line, size_t n, const char **content,
    const char **file, size_t *nfile, const char **claim, size_t *nclaim);

#endif
