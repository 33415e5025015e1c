/* import - a source's MIDI into a library, each content once
 *
 * A source is what mfind named: a loose MIDI file, or an archive.  Its
 * entries are hashed, looked up in the library's set of seen contents, and
 * the new ones are stored under clean names in a folder of the source's own,
 * STEM_extracted_HASH8, with the folders they had inside; an inner archive
 * gets STEM_extracted beside where it lay.  Every MIDI entry is reported
 * once, whatever became of it.
 *
 * The struct is the caller's; set library, walk.limits, fn and ctx, and the
 * rest to zero.  import_free() leaves the library open.
 */
#ifndef ARCHIVE_IMPORT_H
#define ARCHIVE_IMPORT_H

#include "archive/walk.h"
#include "files/library.h"

struct import_item {
	const char *status; /* ok, dup, partial, error */
	const char *detail; /* code, or `again:N`, or NULL */
	const char *path;   /* where the file is now, or NULL */
	const char *member; /* raw bytes */
	size_t nmember;
	int64_t size;               /* -1 unknown */
	int archive;                /* an inner archive, which failed */
	char hash[HASH_DIGITS + 1]; /* empty when there is none */
};

/* 0, or -1 with errno to end the run. */
typedef int (*import_fn)(void *ctx, const struct import_item *);

struct import {
	struct library *library;
	struct walk walk;
	import_fn fn;
	void *ctx;
	/* Results for the source at hand. */
	int64_t midi, dup, error;
	int64_t failed; /* inner archives among them */
	/* The import's own. */
	const char *source;
	struct map names; /* members: how often */
	struct buf top, below, name, owner;
};

/* Imports the archive that fd is open on: 0 and the results, also those of
 * walk; -1 with errno when the run must end.  source is its absolute path. */
int import_archive(struct import *, const char *source, int fd, int64_t size);
/* A loose file's content: fills item.  With copy it is stored in the
 * library, else it stays where it is. */
int import_loose(struct import *, const char *source, const void *, size_t n,
    int copy, struct import_item *);
void import_free(struct import *);

#endif
