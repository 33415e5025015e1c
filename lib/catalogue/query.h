/* query - what a catalogue is asked for keys, besides rows being put
 *
 * A query is run for many keys, hashes of one kind, in one go on a server
 * and one by one in a file; each row of the answer is given to a function.
 */
#ifndef CATALOGUE_QUERY_H
#define CATALOGUE_QUERY_H

#include "catalogue/schema.h"

enum db_query {
	/* By place. */
	QUERY_SOLVED, /* takes problems out */
	QUERY_DROP,   /* takes locations out: place, hash, source, path */
	/* By the place of a source. */
	QUERY_COUNT,     /* place, entries that are there, others */
	QUERY_STALE,     /* places whose mtime is not the source's */
	QUERY_PLACES,    /* places of MIDI files */
	QUERY_DONE,      /* marks it done */
	QUERY_OPEN,      /* marks it not done */
	QUERY_STATE,     /* place, size, mtime, state */
	QUERY_LOCK,      /* waits for others that are at it */
	QUERY_INSIDE,    /* places of all kinds */
	QUERY_UNMENTION, /* takes out what only entries spoke of that are gone
			  */
	QUERY_UNSOURCE,  /* takes sources out */
	/* By hash. */
	QUERY_UNPART,  /* takes the parts with that content out */
	QUERY_TAGS,    /* hash, tags of each place and part */
	QUERY_ORPHANS, /* takes files out that have neither: hash */
	QUERY_PARTS,   /* takes the parts of files out that are gone: hash */
	QUERIES
};

enum { QUERY_COLUMNS = 4 };

/* PostgreSQL's has the keys as the array $1, SQLite's one as ?1; the types
 * are those of the answer. */
struct db_query_text {
	const char *sqlite, *pgsql;
	int ncol;
	enum db_type type[QUERY_COLUMNS];
};
extern const struct db_query_text db_queries[QUERIES];

/* A row of the answer; its fields live in the arena: 0, or -1 errno. */
typedef int (*db_row)(void *ctx, const struct field *row);

#endif
