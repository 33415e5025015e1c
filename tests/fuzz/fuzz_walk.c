/* fuzz_walk - any bytes as an archive
 *
 * Every report is well formed, and no more is unpacked than the budget.
 */
#include "config.h"

#include <sys/mman.h>

#include <stdlib.h>
#include <unistd.h>

#include "archive/kind.h"
#include "archive/walk.h"

enum { BUDGET = 1 << 22, ENTRY = 1 << 18 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hold(int true)
{
	if (!true)
		abort();
}

static int
report(void *ctx, const struct walk_entry *e)
{
	(void)ctx;
	hold(e->member != NULL && (e->code == NULL) == (e->data != NULL));
	hold(e->data == NULL || (e->size > 0 && e->size <= ENTRY));
	hold(e->levels >= 0 && e->levels < WALK_DEPTH);
	return 0;
}

static int
spool(void *ctx)
{
	(void)ctx;
	return memfd_create("spool", 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct walk w = {
		.limits = walk_defaults, .fn = report, .spool = spool
	};
	int fd = memfd_create("archive", 0);

	w.limits.bytes = BUDGET;
	w.limits.entry = ENTRY;
	w.limits.entries = 1000;
	hold(fd != -1 && write(fd, p, n) == (ssize_t)n);
	hold(lseek(fd, 0, SEEK_SET) == 0);
	hold(walk_archive(&w, fd, "a.zip", (int64_t)n) == 0);
	hold(w.bytes_left > -(int64_t)(1 << 20));
	close(fd);
	walk_free(&w);
	return 0;
}
