/* source - where the bytes of an archive come from: a file, or memory
 *
 * Read by offset, so that several readers of one file do not disturb each
 * other.  The file or the memory is the caller's.
 */
#ifndef ARCHIVE_SOURCE_H
#define ARCHIVE_SOURCE_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

struct source {
	int fd;        /* -1: memory */
	const void *p; /* memory */
	uint64_t size;
};

/* Up to n bytes at an offset: their number, less only at the end; -1 with
 * errno. */
ssize_t source_at(const struct source *, uint64_t off, void *, size_t n);
/* Whether it has bytes, and all of them are zero. */
int source_is_blank(const struct source *);

#endif
