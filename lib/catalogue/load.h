/* load - records into a catalogue, in batches
 *
 * load_add() copies a record into the batch; load_commit() stores the batch
 * in one transaction, or nothing of it.  A batch is complete at the number
 * of records that was set, at 24 MB of memory, or two seconds after its first
 * record: load_due() says so.  What may succeed later is tried again, with
 * pauses, until `patience` is over or a signal was caught.
 *
 * Zeroes are no valid loader: load_open(); load_close() is safe on zeroes.
 */
#ifndef CATALOGUE_LOAD_H
#define CATALOGUE_LOAD_H

#include "catalogue/db.h"
#include "catalogue/rules.h"
#include "stream/rec.h"

enum { LOAD_BATCH = 10000, LOAD_BYTES = 24 << 20, LOAD_MS = 2000 };

struct load_row {
	struct field *row;
	size_t seq;
};

struct load_list { /* rows of one table */
	struct load_row *row;
	size_t n, cap;
};

struct load_record { /* its line; NULs stand where the tabs were */
	char *line;
	size_t len;
};

struct recent { /* places that this loader put, the last ones */
	struct {
		uint64_t source, place;
	} * place;
	size_t n, cap, at;
};

struct settling { /* sources of a batch that may be done with it */
	struct candidate *source;
	size_t n, cap;
};

struct load {
	struct db *db; /* NULL: nothing is stored (a dry run) */
	struct arena arena;
	struct paths paths;
	struct rules rules;
	struct load_list list[TABLES];
	struct load_list left; /* rows of file that come from rules.left */
	struct recent recent;
	struct settling settling;
	struct load_record *record; /* of the batch, in their order */
	size_t nrecord, caprecord, limit;
	int forget;              /* takes records out instead */
	int64_t began, patience; /* ms */
	size_t committed;        /* records, so far */
	struct buf label, why;
};

/* Opens the catalogue of that name, or none for NULL; library is where it is
 * now, or NULL: 0; -1 with why. */
int load_open(struct load *, const char *name, const char *library, int flags);
/* 0; 1 the record cannot be stored, for why; -1 with why. */
int load_add(struct load *, const struct rec *);
int load_due(const struct load *);
/* Stores the batch: 0; -1 with why.  Its records stay to be looked at until
 * load_clear(), which must be next. */
int load_commit(struct load *);
void load_clear(struct load *);
/* Builds what indexes are missing: 0; -1 with why. */
int load_finish(struct load *);
void load_close(struct load *);

#endif
