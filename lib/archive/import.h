/* import - a source's MIDI into a library, each content once
 *
 * A source is what mfind named: a loose MIDI file, or an archive.  Its
 * entries are hashed, looked up in the library's set of seen contents, and
 * the new ones are stored under clean names in a folder of the source's own,
 * STEM_extracted_HASH8, with the folders they had inside; an inner archive
 * gets STEM_extracted beside where it lay.  Every MIDI entry is reported
 * once, whatever became of it.
 *
 * The struct is the caller's; set library, walk.limits, fn, ctx and loose, and
 * the rest to zero.  import_free() leaves the library open.
 */
#ifndef ARCHIVE_IMPORT_H
#define ARCHIVE_IMPORT_H

#include "archive/kind.h"
#include "archive/walk.h"
#include "archive/worker.h"
#include "files/library.h"

struct import_item {
	enum kind kind;     /* an archive of its own, when inside one,
			       only when it failed */
	const char *status; /* ok, dup, partial, error */
	const char *detail; /* a code, `again:N`, `CODE,again:N`, counts, or
			       NULL */
	int failed;         /* detail, or a part of it, is to be told */
	const char *path;   /* where the file is now, NULL: where it was */
	const char *member; /* raw bytes; NULL for the source itself */
	size_t nmember;
	int64_t size, mtime;        /* -1 unknown */
	char hash[HASH_DIGITS + 1]; /* empty when there is none */
};

/* 0, or -1 with errno to end the run. */
typedef int (*import_fn)(void *ctx, const struct import_item *);

enum import_loose {
	LOOSE_STAYS, /* a loose file stays where it is */
	LOOSE_COPY,  /* it is copied into the library */
	LOOSE_LINK   /* the same by a hard link where that can be */
};

struct import {
	struct library *library;
	struct walk walk;
	import_fn fn; /* for each entry of an archive */
	void *ctx;
	enum import_loose loose;
	struct worker worker; /* its memory may be set */
	/* The import's own. */
	const char *source;
	int64_t midi, dup, error, inner; /* of the source at hand */
	struct map names;                /* members: how often */
	struct buf top, below, name, owner, detail;
	char *bytes;
	size_t cap;
};

/* Imports one source, by its absolute path: 0, and it is what is to be said
 * of the source itself, after its entries; -1 with errno when the run must
 * end.  `archive` says that it is one, whatever it is called. */
int import_source(
    struct import *, const char *path, int archive, struct import_item *it);
void import_free(struct import *);

#endif
