/* library - the folder that collects contents, each once
 *
 * LIBRARY/MIDIFLOW.TAG marks it, LIBRARY/.midiflow/ holds its set of seen
 * contents.  Files are stored under clean names that the caller gives as a
 * folder below LIBRARY and a file name; nothing is ever overwritten.
 *
 * What a path is depends on its source alone: library_begin() starts a
 * source, and from there on two names that are the same, or differ in case
 * only, go to different paths, the later one with `_` and the first 8 digits
 * of its hash, whether or not the first one was written in this run.
 *
 * The struct is the caller's; library_open() fills it, library_close() frees
 * what it holds.  Strings returned live until the next call.
 */
#ifndef FILES_LIBRARY_H
#define FILES_LIBRARY_H

#include "files/map.h"
#include "files/moved.h"
#include "files/seen.h"
#include "stream/buf.h"

enum { LIBRARY_FOLDERS = 16 }; /* folders that are kept open */

struct library {
	int fd;
	struct buf root;   /* its real path, without a slash at the end */
	struct seen *seen; /* NULL: every content is new */
	struct moved moved;
	struct map places; /* of the source at hand: path to content */
	struct open_folder {
		struct buf path;
		int fd;
		uint64_t used;
	} folder[LIBRARY_FOLDERS];
	uint64_t clock;
	struct buf path; /* for results */
};

struct content {
	const void *bytes;
	size_t size;
	struct hash hash;
	uint64_t owner;   /* of (source, member, part), by hash_short() */
	const char *link; /* a file to link instead of writing, or NULL */
};

enum {
	LIBRARY_NO_SEEN = 1,
	LIBRARY_DRY = 2,   /* nothing is made or opened; only root is there */
	LIBRARY_RESCAN = 4 /* a set that cannot be read is made anew */
};

/* Opens a library, making the folder and what belongs into it: 0, or -1
 * errno with *what the thing that failed. */
int library_open(
    struct library *, const char *path, int flags, const char **what);
void library_close(struct library *);
/* The default: $MIDI_LIBRARY, else ./midi-library. */
const char *library_default(void);

/* A source begins: its names start anew. */
void library_begin(struct library *);
/* A folder for an archive: `want`, or with `_HASH8` of key when another key
 * has it.  NULL with ENOMEM. */
const char *library_folder(struct library *, const char *want, uint64_t key);

/* What became of a content.  One that was written before and moved since
 * (undo.h) is found where it is now. */
enum stored { STORED, STORED_DUP };
/* Stores a content as folder/name, both clean: STORED and its full path;
 * STORED_DUP and nothing written when another owner has it; -1 with errno,
 * and the content is free for the next who asks. */
int library_store(struct library *, const struct content *, const char *folder,
    const char *name, const char **path);
/* The same for a content that lies elsewhere and stays there. */
int library_claim(struct library *, const struct content *);
/* The owner of a loose file's content, by the file's absolute path. */
uint64_t library_loose(const char *path);
/* What was stored is on the disk, also after a power cut: 0, or -1 errno. */
int library_sync(const struct library *);
/* What a path below the library has in common with all that its content may
 * get where the name is taken. */
uint64_t library_place(const char *path, const struct hash *);
/* A descriptor of an unnamed file in the library, or -1 errno. */
int library_spool(struct library *);

#endif
