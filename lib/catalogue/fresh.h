/* fresh - records whose source is not yet fully in the catalogue
 *
 * A source is known when the catalogue has it as done, with the size and the
 * mtime that the record says; where it does not say them, the file does.
 *
 * Records are kept until fresh_ask() has asked for them all at once.  Zeroes
 * are no valid struct: fresh_open(); fresh_close() is safe on zeroes.
 */
#ifndef CATALOGUE_FRESH_H
#define CATALOGUE_FRESH_H

#include "catalogue/paths.h"
#include "stream/rec.h"

enum { FRESH_BATCH = 2000 };

struct fresh_record {
	char *line; /* without its newline, in the arena */
	size_t n;
	struct field place;
	int64_t size, mtime; /* -1: not known */
	int is_known;
};

struct fresh {
	struct db *db; /* NULL: there is none yet, nothing is known */
	struct arena arena;
	struct paths paths;
	struct fresh_record *record;
	struct fresh_record **order; /* by place */
	size_t n, cap, ordercap;
	struct buf label, why;
};

/* A SQLite file that is not there is an empty catalogue: 0; -1 with why. */
int fresh_open(struct fresh *, const char *name, const char *library);
int fresh_add(struct fresh *, const struct rec *); /* 0, or -1 ENOMEM */
/* Sets is_known of the records: 0; -1 with why. */
int fresh_ask(struct fresh *);
void fresh_clear(struct fresh *);
void fresh_close(struct fresh *);

#endif
