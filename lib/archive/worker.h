/* worker - a walk in a process of its own
 *
 * Archives come from strangers, and what decodes them may crash, hang or be
 * taken over.  So that is done by a process that sits in a sandbox and holds
 * nothing but the open archive; what it finds it puts into memory that both
 * share.  The caller checks each report and does all the rest: it alone
 * claims, writes and records.  What the worker reported whole before it died
 * counts, what it was about to report does not.
 *
 * The worker begins with the first archive, takes one after the other, and
 * ends with the caller, however that ends.  One that died is replaced when
 * the next archive comes.
 *
 * The struct is the caller's; set walk, zero the rest.
 */
#ifndef ARCHIVE_WORKER_H
#define ARCHIVE_WORKER_H

#include <sys/types.h>

#include <time.h>

#include "archive/walk.h"
#include "files/sandbox.h"

struct worker {
	struct walk *walk; /* limits, spool, fn, ctx, passwords; the results */
	uint64_t memory;   /* bytes of address space, 0: the default */
	/* Its own. */
	pid_t pid; /* 0: there is none */
	int fd;    /* to it */
	struct lane *lane;
	unsigned slot;   /* the one that it fills */
	uint32_t taken;  /* bytes of that which were taken out */
	struct buf in;   /* of reports, the last one not yet whole */
	int64_t limited; /* bytes that a file of its may have */
	clockid_t clock; /* its processor time */
	char code[32];   /* what walk->code points to */
};

/* As walk_archive() with the walk given, but it returns whatever becomes of
 * the decoding: code is `crash:SIGNAL` where the worker died of a signal,
 * `crash:EXIT` where it left, `limit:time` where it did nothing, or did not
 * come back, for too long. */
int worker_walk(struct worker *, int fd, const char *base, int64_t packed);
/* How well the worker is shut in, which is tried out: 0, or -1 errno. */
int worker_sandbox(struct worker *, struct sandbox *);
void worker_free(struct worker *);

#endif
