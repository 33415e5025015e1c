/* import - a source's MIDI into a library, each content once */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/import.h"
#include "archive/kind.h"
#include "words/clean.h"

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Who a place is, for the set of seen contents. */
static int
set_owner(struct import *m, struct content *c, const char *member, size_t n,
    uint64_t nth)
{
	struct buf *b = &m->owner;

	buf_clear(b);
	if (buf_add(b, m->source, strlen(m->source) + 1) == -1 ||
	    buf_add(b, member, n) == -1 ||
	    (nth > 1 &&
		(buf_byte(b, '\0') == -1 ||
		    buf_fmt(b, "%llu", (unsigned long long)nth) == -1)))
		return -1;
	c->owner = hash_short(b->p, b->len, 0);
	return 0;
}

/* STEM WORD_HASH8, HASH8 of the path. */
static int
set_top(struct import *m, const char *path, size_t npath, const char *stem,
    size_t n, const char *word)
{
	struct hash h = hash_bytes(path, npath);
	char hex[HASH_DIGITS + 1];

	hash_hex(&h, hex);
	buf_clear(&m->top);
	if (clean_stem(&m->top, stem, n) == -1)
		return -1;
	return buf_fmt(&m->top, "%s_%.*s", word, HASH_SHORT, hex);
}

/* Settles the folder in m->below; key tells two that want one name apart. */
static int
settle(struct import *m, uint64_t key)
{
	const char *path = library_folder(m->library, m->below.p, key);

	if (path == NULL)
		return -1;
	buf_clear(&m->below);
	return buf_str(&m->below, path);
}

/* Appends the folders of n bytes of a path to m->below. */
static int
add_folders(struct import *m, const char *p, size_t n)
{
	size_t at = m->below.len;

	if (n == 0)
		return 0;
	if (buf_byte(&m->below, '/') == -1 ||
	    clean_folders(&m->below, p, n) == -1)
		return -1;
	if (m->below.len == at + 1)
		buf_cut(&m->below, at);
	return 0;
}

/* m->below: where a member lies below the library; *base: what of the member
 * is its file name. */
static int
set_below(struct import *m, const struct walk_entry *e, const char **base)
{
	const char *p = e->member, *end = p + e->nmember, *slash;
	struct buf *b = &m->below;
	size_t n;

	buf_clear(b);
	if (buf_add(b, m->top.p, m->top.len) == -1)
		return -1;
	/* Each level is the path of the archive that the next one is in. */
	for (int i = 0; i <= e->levels; i++) {
		n = i < e->levels ? e->level[i] : (size_t)(end - p);
		slash = n > 0 ? memrchr(p, '/', n) : NULL;
		if (slash != NULL) {
			if (add_folders(m, p, (size_t)(slash - p)) == -1)
				return -1;
			n -= (size_t)(slash + 1 - p);
			p = slash + 1;
		}
		if (i == e->levels)
			break;
		if (buf_byte(b, '/') == -1 ||
		    clean_stem(b, p, kind_stem(p, n)) == -1 ||
		    buf_str(b, "_extracted") == -1)
			return -1;
		p += n;
		if (settle(m,
			hash_short(e->member, (size_t)(p - e->member), 1) |
			    1) == -1)
			return -1;
		p += 2;
	}
	*base = p;
	return settle(m, 0);
}

static int
failed(struct import *m, const struct walk_entry *e, struct import_item *it)
{
	it->status = e->partly ? "partial" : "error";
	it->detail = e->code;
	it->size = -1;
	if (e->archive)
		m->failed++;
	else
		m->error++;
	return m->fn(m->ctx, it);
}

/* One report of the walk. */
static int
member(void *ctx, const struct walk_entry *e)
{
	struct import *m = ctx;
	struct import_item it = { .member = e->member,
		.nmember = e->nmember,
		.size = (int64_t)e->size,
		.archive = e->archive };
	struct content c = { .bytes = e->data, .size = e->size };
	char again[32];
	const char *base;
	uint64_t *nth;
	int stored;

	if (!e->archive) {
		nth = map_at(&m->names, hash_short(e->member, e->nmember, 0));
		if (nth == NULL)
			return -1;
		if (++*nth > 1) {
			snprintf(again, sizeof(again), "again:%llu",
			    (unsigned long long)*nth);
			it.detail = again;
		}
		if (e->code == NULL &&
		    set_owner(m, &c, e->member, e->nmember, *nth) == -1)
			return -1;
	}
	if (e->code != NULL)
		return failed(m, e, &it);
	c.hash = hash_bytes(e->data, e->size);
	hash_hex(&c.hash, it.hash);
	buf_clear(&m->name);
	if (set_below(m, e, &base) == -1 ||
	    clean_file(
		&m->name, base, (size_t)(e->member + e->nmember - base)) == -1)
		return -1;
	stored = library_store(m->library, &c, m->below.p, m->name.p, &it.path);
	if (stored == -1)
		return -1;
	it.status = stored == STORED ? "ok" : "dup";
	if (stored == STORED)
		m->midi++;
	else
		m->dup++;
	return m->fn(m->ctx, &it);
}

static int
spool(void *ctx)
{
	struct import *m = ctx;

	return library_spool(m->library);
}

static void
begin(struct import *m, const char *source)
{
	m->source = source;
	m->midi = m->dup = m->error = m->failed = 0;
	map_clear(&m->names);
	library_begin(m->library);
}

int
import_archive(struct import *m, const char *source, int fd, int64_t size)
{
	const char *base = base_of(source);

	begin(m, source);
	if (set_top(m, source, strlen(source), base,
		kind_stem(base, strlen(base)), "_extracted") == -1)
		return -1;
	m->walk.fn = member;
	m->walk.spool = spool;
	m->walk.ctx = m;
	return walk_archive(&m->walk, fd, base, size);
}

int
import_loose(struct import *m, const char *source, const void *bytes, size_t n,
    int copy, struct import_item *it)
{
	struct content c = {
		.bytes = bytes, .size = n, .hash = hash_bytes(bytes, n)
	};
	const char *base = base_of(source), *folder;
	size_t nfolder = (size_t)(base - source);
	int stored;

	*it = (struct import_item){ .size = (int64_t)n };
	hash_hex(&c.hash, it->hash);
	begin(m, source);
	if (set_owner(m, &c, "", 0, 1) == -1)
		return -1;
	if (!copy)
		stored = library_claim(m->library, &c);
	else {
		while (nfolder > 1 && source[nfolder - 1] == '/')
			nfolder--;
		folder = memrchr(source, '/', nfolder);
		folder = folder != NULL ? folder + 1 : source;
		buf_clear(&m->name);
		if (set_top(m, source, nfolder, folder,
			(size_t)(source + nfolder - folder), "_copied") == -1 ||
		    clean_file(&m->name, base, strlen(base)) == -1)
			return -1;
		stored = library_store(
		    m->library, &c, m->top.p, m->name.p, &it->path);
	}
	if (stored == -1)
		return -1;
	it->status = stored == STORED ? "ok" : "dup";
	return 0;
}

void
import_free(struct import *m)
{
	walk_free(&m->walk);
	map_free(&m->names);
	buf_free(&m->top);
	buf_free(&m->below);
	buf_free(&m->name);
	buf_free(&m->owner);
}
