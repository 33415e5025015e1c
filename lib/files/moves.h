/* moves - files get other names or folders, and nothing is lost
 *
 * Records are gathered; when MOVES_BATCH of them are there, or the input
 * rests, names are chosen, all lines of the undo log (undo.h) are written in
 * one go, and then the files move, one by one, never over another.  A name
 * that is taken, case aside, gets `_` and the first 8 digits of the hash.  The
 * records come out in their order, with the new path; a loose file's source
 * follows it, and so does its owner in the set of seen contents.
 *
 * The struct is the caller's: set the first ones, the rest to zero.
 */
#ifndef FILES_MOVES_H
#define FILES_MOVES_H

#include "files/folders.h"
#include "files/undo.h"

enum { MOVES_BATCH = 1024, MOVES_IDLE = 50 /* ms */ };

enum moves_how { MOVES_RENAME, MOVES_HARD, MOVES_SYMBOLIC };

struct moves {
	int plan; /* put out old, new, hash and size, and touch nothing */
	int durable;
	enum moves_how how;
	/* Its own. */
	struct library library; /* holds the log; in a plan not opened */
	struct folders folders;
	struct undo_log log;
	struct move *move;
	size_t n, cap;
	struct folder *touched[FOLDERS_OPEN];
	size_t ntouched;
	struct buf text;      /* of what waits */
	struct buf old, path; /* of the record at hand, absolute and as it is */
	struct buf from;      /* the folder of the last file, open as fromfd */
	int fromfd;
	char *bytes;
	size_t room;
	struct rec_in memory;
	struct rec rec;
};

/* What the work function of a filter returns for a record that goes on as it
 * is. */
int moves_pass(struct moves *, struct stream *, const struct rec *);
/* The same for one whose file is to be called name, clean and ending in
 * `.mid`, in a folder: raw, absolute, made where it is missing; NULL: where
 * it is. */
int moves_add(struct moves *, struct stream *, const struct rec *,
    const char *folder, const char *name);
/* A filter that moves files, from the standard input to the end: what main
 * returns.  Runs work with ctx, which puts every record through one of the
 * two above; says at the end where the log is. */
int moves_run(struct moves *, const char *library, stream_work work, void *ctx);
/* The same for --undo: takes back what a log tells. */
int moves_undo(const char *library, const char *log, int plan);

#endif
