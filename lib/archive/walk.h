/* walk - every entry of an archive and of the archives inside it
 *
 * Opens an archive of any format that libarchive reads, judges each entry by
 * its first bytes, and hands MIDI entries, failed entries and failed inner
 * archives to a function, in the order of the archive, each inner archive in
 * the place where it stands.  What is neither MIDI nor an archive is only
 * counted, and not read on.  Nothing is written, but for inner archives that
 * are spooled to an unnamed file.
 *
 * One budget bounds a walk, shared by all levels.  A damaged entry costs
 * itself: where libarchive gives up behind one, the archive is opened again
 * and the walk goes on behind it.
 */
#ifndef ARCHIVE_WALK_H
#define ARCHIVE_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "stream/buf.h"

struct walk_limits {
	int64_t entry;   /* bytes of one MIDI entry */
	int64_t bytes;   /* bytes unpacked in all; 0: max(1 GiB, 200 times
			    the packed size) */
	int64_t entries; /* entries in all */
	int64_t seconds; /* of CPU in all; 0: 60 and one a MiB packed */
	int depth;       /* levels, the outermost is 1; at most WALK_DEEPEST */
};
enum { WALK_DEPTH = 10, WALK_DEEPEST = 40 };
extern const struct walk_limits walk_defaults;

struct walk_entry {
	const char *member; /* path inside the outermost archive, raw bytes;
			       levels are joined by !/ */
	size_t nmember;
	const size_t *level; /* lengths of the paths between the !/ */
	int levels;          /* how many archives it is in, less one */
	const void *data;    /* the content, NULL when it failed */
	size_t size;
	const char *code; /* why it failed (mrec(5), detail), else NULL */
	int archive;      /* it is an inner archive, and it failed */
	int partly;       /* archive: some entries came out before */
};

/* Returns 0; -1 with errno ends the walk, which then returns -1. */
typedef int (*walk_fn)(void *ctx, const struct walk_entry *);

struct walk {
	struct walk_limits limits;
	int (*spool)(void *ctx); /* an unnamed file to write, or -1 errno */
	walk_fn fn;
	void *ctx;
	char *const *password; /* to be tried in turn */
	size_t npassword;
	/* Results: */
	int64_t other;    /* entries that are neither, folders not counted */
	int64_t seen;     /* entries of any kind */
	const char *code; /* why the outermost failed, NULL when it did not */
	/* The walk's own: */
	int64_t bytes_left, cpu_end;
	struct buf path, data;
	size_t level[WALK_DEEPEST];
};

/* Walks the archive that fd is open on, at its start; base is its file name,
 * from which a single compressed file takes the name of its entry: 0, or -1
 * with errno when fn or the spool failed.  The struct is the caller's, with
 * limits, spool, fn and ctx set; it may be used again. */
int walk_archive(struct walk *, int fd, const char *base, int64_t packed);
void walk_free(struct walk *);
/* What the limits are for an archive of so many bytes. */
int64_t walk_bytes(const struct walk_limits *, int64_t packed);
int64_t walk_seconds(const struct walk_limits *, int64_t packed);
/* Versions of libarchive and of the libraries below it. */
const char *walk_version(void);

#endif
