/* rescan - a library's set of seen contents, anew from its files */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "files/create.h"
#include "files/rescan.h"
#include "files/tree.h"

struct pass {
	struct rescan *r;
	char *bytes;
	size_t cap;
	int missed, error;
};

static int
wants(void *ctx, const char *name)
{
	size_t n = strlen(name);

	(void)ctx;
	return n > 4 && strcmp(name + n - 4, ".mid") == 0;
}

static int
skips(void *ctx, const char *path, const char *name)
{
	(void)ctx;
	(void)path;
	return strcmp(name, ".midiflow") == 0;
}

static void
failed(void *ctx, const char *path)
{
	struct pass *p = ctx;

	p->missed = 1;
	p->r->failed(p->r->ctx, path);
}

static void
file(void *ctx, const struct tree_entry *e)
{
	struct pass *p = ctx;
	struct rescan *r = p->r;
	const char *below = e->path + r->library->root.len + 1;
	struct hash hash;
	ssize_t n;
	int c;

	if (p->error != 0 || *r->stop)
		return;
	n = create_slurp(e->dir, e->name, &p->bytes, &p->cap, SSIZE_MAX);
	/* It was moved meanwhile. */
	if (n == -1 && errno == ENOENT)
		return;
	if (n == -1) {
		failed(p, e->path);
		return;
	}
	if (n == 0)
		return;
	hash = hash_bytes(p->bytes, (size_t)n);
	c = seen_found(
	    r->library->seen, &hash, (uint64_t)n, library_place(below, &hash));
	if (c == -1)
		p->error = errno;
	r->files++;
	r->added += c == 1;
}

int
rescan_library(struct rescan *r)
{
	struct pass p = { .r = r };
	struct tree t = { .wants = wants,
		.skips = skips,
		.file = file,
		.failed = failed,
		.ctx = &p };

	r->files = r->added = r->dropped = 0;
	if (seen_doubt(r->library->seen) == -1)
		return -1;
	if (tree_walk(
		&t, r->library->root.len > 0 ? r->library->root.p : "/") == -1)
		p.error = errno;
	tree_free(&t);
	free(p.bytes);
	errno = p.error;
	if (p.error != 0)
		return -1;
	if (p.missed || *r->stop)
		return 1;
	r->dropped = seen_drop(r->library->seen);
	return 0;
}
