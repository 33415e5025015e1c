/* find - what is asked of a catalogue, as SQL
 *
 * Each find_ask() is one more condition, and all of them must hold.  What
 * the user gives is bound as a value and never becomes SQL, but for the text
 * of ASK_WHERE; that reads only because db_open_read() does.
 *
 * The struct is the caller's; what, server, names and paths are set before
 * find_begin(), zeroes are a question for everything.  find_free() is safe on
 * zeroes.
 */
#ifndef CATALOGUE_FIND_H
#define CATALOGUE_FIND_H

#include "catalogue/arena.h"
#include "catalogue/paths.h"
#include "catalogue/schema.h"
#include "stream/buf.h"

/* What a row of the answer is. */
enum find_what {
	FIND_FILES,     /* a content, with all columns */
	FIND_LOCATIONS, /* a place where one was seen */
	FIND_PROBLEMS,  /* a record that failed */
	/* Of these the disk decides which are meant: found_wanted(). */
	FIND_COPIES,  /* a loose file that another place made superfluous,
			  and last the path that has the content */
	FIND_MISSING, /* a content, or what became an error, with its file */
	FIND_STRAY    /* a path, and columns that only strays have */
};

enum find_ask {
	ASK_BARS, /* numbers: A, A-B, A- or -B, several by commas */
	ASK_BPM,  /* the same; a whole number stands for what rounds to it */
	ASK_CATEGORY,
	ASK_CHORDS, /* in this order: Am F */
	ASK_DRUM_PART,
	ASK_HASH, /* 32 digits */
	ASK_KEY,
	ASK_KEY_LIKE, /* with its relative and the neighbours in the circle */
	ASK_METER,
	ASK_NAME, /* part of the name, in any case */
	ASK_NOTES,
	ASK_ROLE,
	ASK_SOURCE, /* a file that mfind named, or a folder of such files; it
		       need not be there */
	ASK_TAG,
	ASK_UNANALYSED, /* the last three have no text or are SQL */
	ASK_UNLOCATED,
	ASK_WHERE
};

enum { FIND_LAST = -1 }; /* a column that is none of the record's */

struct find {
	enum find_what what;
	int server; /* PostgreSQL's SQL, not SQLite's */
	int names;  /* SQLite has its index of parts of names */
	const struct paths *paths;
	int only_count;      /* one row, one number */
	int only_hashes;     /* one column, the hash */
	int order, down;     /* by that column, 0 none; the largest first */
	int unknown;         /* 1: those of which it is not known, which come
				last and are a question of their own, so that
				an index can give the order of the others */
	int64_t limit;       /* rows, 0 all */
	int64_t sample;      /* rows, at random, 0 all */
	const char *ordered; /* the user's word for it: bpm, -bpm */
	struct find_asked {
		enum find_ask what;
		const char *text;
	} * asked;
	size_t nasked, capasked;
	struct buf where; /* conditions, each with AND in front */
	struct buf from;  /* what is joined to the first table */
	struct find_value {
		enum db_type type;
		struct field text;
	} * value; /* number i is $i + 1 */
	size_t nvalue, capvalue;
	uint64_t known; /* columns that no row has unknown, by bit */
	int ntag;       /* tables of tags that are joined */
	struct arena arena;
	/* What find_sql() made: the statement, and for each column of its
	 * answer the record's column, or FIND_LAST. */
	struct buf sql;
	int col[DB_WIDEST], ncol;
	struct buf why;
	const char *wrong;
};

/* One more condition, whose text must stay: 0, or -1 ENOMEM. */
int find_ask(struct find *, enum find_ask, const char *text);
/* Makes the conditions and the order: 0; -1 with wrong, a word of the user,
 * and why when that is nothing that can be asked. */
int find_begin(struct find *);
/* How many questions it takes: 2 with unknown, see there. */
int find_parts(const struct find *);
/* Makes sql and col: 0, or -1 ENOMEM. */
int find_sql(struct find *);
/* Type of a column of the record. */
enum db_type find_type(int col);
void find_free(struct find *);

#endif
