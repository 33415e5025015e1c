/* rescan - a library's set of seen contents, anew from its files
 *
 * Hashes every .mid file of the library.  A content that the set does not
 * have is entered under its place: the source whose content belongs there
 * becomes its owner when it asks.  What the set has without a file is
 * forgotten, unless something could not be read.  Other processes may use
 * the library at the same time.
 */
#ifndef FILES_RESCAN_H
#define FILES_RESCAN_H

#include "files/library.h"

struct rescan {
	struct library *library;
	/* What could not be read, with errno. */
	void (*failed)(void *ctx, const char *path);
	void *ctx;
	const volatile int *stop; /* it ends early when this is not 0 */
	/* Results: */
	uint64_t files, added, dropped;
};

/* 0, 1 something could not be read or it was stopped, -1 errno. */
int rescan_library(struct rescan *);

#endif
