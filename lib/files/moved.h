/* moved - where files of a library went
 *
 * Reads the undo logs of a library (undo.h) when it is first asked, and finds
 * by them a file that is not where it was written any more.  24 to 48 bytes a
 * move, and the logs mapped; nothing in a library where nothing is missed.
 *
 * The struct is the caller's, zeroes are valid.
 */
#ifndef FILES_MOVED_H
#define FILES_MOVED_H

#include "files/map.h"
#include "stream/buf.h"

struct moved {
	int ready;
	struct moved_log {
		char *p;
		size_t n;
	} * log;
	size_t nlog, caplog;
	struct map lines; /* old place: log and offset of its last line */
	struct buf key, path;
};

/* Looks for n bytes that lay at an absolute path, of the library whose folder
 * is open as dirfd: 1 and path is where they are; 0, path as it was; -1 with
 * errno. */
int moved_find(
    struct moved *, int dirfd, struct buf *path, const void *, size_t n);
void moved_free(struct moved *);

#endif
