/* db - one catalogue, whichever engine holds it
 *
 * A name with `://` of PostgreSQL, or with a `=` and no leading slash or
 * dot, is a PostgreSQL server; anything else is a SQLite file.
 *
 * Functions return DB_OK; DB_FAILED with the reason, one line without any
 * password, in why; or DB_AGAIN, also with a reason, when the same work may
 * succeed later: the connection was lost, another loader was in the way.
 * Whatever they return, nothing of a transaction is there before db_commit.
 */
#ifndef CATALOGUE_DB_H
#define CATALOGUE_DB_H

#include "catalogue/arena.h"
#include "catalogue/query.h"
#include "stream/buf.h"

enum { DB_OK = 0, DB_FAILED = -1, DB_AGAIN = -2 };

struct db_met {
	/* A row is there already: puts in now (a copy of old, which lives
	 * only during the call) what it shall be; 1 to store it, 0 to leave
	 * it, -1 errno. */
	int (*met)(void *ctx, size_t i, struct field *now);
	/* Before the first of them, when no one else can change them. */
	int (*locked)(void *ctx);
	void *ctx;
};

struct db;
struct find;
struct db_engine {
	int (*begin)(struct db *);
	int (*commit)(struct db *);
	void (*rollback)(struct db *);
	/* Connects anew after DB_AGAIN. */
	int (*again)(struct db *);
	/* n rows in the order of their keys, each key once: inserts those
	 * that are not there and calls met for the others, which are locked;
	 * not for all that are the same already, but for every archive among
	 * the sources.  What met leaves in now lives in the arena or
	 * longer. */
	int (*put)(struct db *, int table, struct field *const *rows, size_t n,
	    const struct db_met *);
	int (*query)(struct db *, enum db_query, const struct field *keys,
	    size_t n, db_row, void *ctx);
	/* What the catalogue remembers under a name, appended; nothing where
	 * there is nothing. */
	int (*get_meta)(struct db *, const char *name, struct buf *);
	int (*set_meta)(struct db *, const char *name, const char *value);
	/* Appends the folder of the file (raw), nothing for a server: 0 or
	 * -1; without a buffer 1 where it has one. */
	int (*folder)(struct db *, struct buf *);
	/* Of db_open_read() only these, get_meta, folder and close.  Asks what
	 * its sql says; a question before it is done with. */
	int (*ask)(struct db *, const struct find *);
	/* The next row, a field for each of its columns, valid until
	 * the next call: 1, 0 at the end, or DB_FAILED. */
	int (*next)(struct db *, const struct find *, struct field *row);
	/* After a load: what indexes are missing. */
	int (*finish)(struct db *);
	void (*close)(struct db *);
};

struct db {
	const struct db_engine *engine;
	struct arena *arena;
	struct buf label; /* its name for diagnostics */
	struct buf why;
	int empty;  /* opened with DB_READ, and holds no catalogue */
	int server; /* of db_open_read(): PostgreSQL, */
	int names;  /* or SQLite with its index of parts of names */
};

/* The catalogue that -d names, else $MIDI_DB, else midiflow.db in the
 * library (NULL: the default one), whose folder is made: 0, or -1 errno. */
int db_name(struct buf *, const char *given, const char *library);

/* The same of one that must be there: no folder is made. */
int db_name_only(struct buf *, const char *given, const char *library);

enum {
	DB_DURABLE = 1, /* each transaction survives a power cut */
	DB_READ = 2     /* only query and get_meta are of use */
};

/* Opens it, creating or upgrading the schema unless it is only read: NULL
 * with why set and label the name to show.  The arena is where rows that are
 * met are kept. */
struct db *db_open(const char *name, int flags, struct arena *,
    struct buf *label, struct buf *why);
/* Opens one that is there for questions, and nothing can be written by it:
 * SQLite's file is opened read-only and an authorizer lets nothing but SELECT
 * through; PostgreSQL has a read-only transaction, and a statement of the
 * extended protocol is one statement.  Rows come as they are found. */
struct db *db_open_read(const char *name, struct buf *label, struct buf *why);
void db_close(struct db *);

/* For the engines. */
struct db *sqlite_open(const char *, int flags, struct buf *why);
struct db *pgsql_open(
    const char *, int flags, struct buf *label, struct buf *why);
struct db *sqlite_open_read(const char *, struct buf *why);
struct db *pgsql_open_read(const char *, struct buf *label, struct buf *why);
/* Whether a catalogue of that version and with so many columns can be read;
 * -1 is none. */
int db_readable(struct db *, int64_t version, int64_t there);
int db_is_server(const char *name);
/* The server's name as it may be shown: what a URL or a string names, but no
 * password, wherever in it that stands.  0; -1 with why. */
int pgsql_label(const char *name, struct buf *label, struct buf *why);
/* Appends the folder that an open SQLite file is in: 0, or -1 errno. */
struct sqlite3;
int sqlite_folder(struct sqlite3 *, struct buf *);
/* Sets why and returns what. */
int db_why(struct db *, int what, const char *reason);

#endif
