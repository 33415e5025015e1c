/* import - a source's MIDI into a library, each content once */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/import.h"
#include "files/create.h"
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

/* What failed inside an archive. */
static int
failed_member(
    struct import *m, const struct walk_entry *e, struct import_item *it)
{
	it->status = e->partly ? "partial" : "error";
	it->detail = e->code;
	it->failed = 1;
	it->size = -1;
	if (e->archive)
		m->inner++;
	else
		m->error++;
	return m->fn(m->ctx, it);
}

/* One report of the walk. */
static int
member(void *ctx, const struct walk_entry *e)
{
	struct import *m = ctx;
	struct import_item it = { .kind = e->archive ? KIND_ARCHIVE : KIND_MIDI,
		.member = e->member,
		.nmember = e->nmember,
		.size = (int64_t)e->size,
		.mtime = -1 };
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
		return failed_member(m, e, &it);
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

/* The source itself failed. */
static int
failed(struct import_item *it, enum kind kind, const char *code)
{
	it->kind = kind;
	it->status = "error";
	it->detail = code;
	it->failed = 1;
	return 0;
}

/* By a system call: io:ERRNO. */
static int
io_failed(struct import *m, struct import_item *it, enum kind kind)
{
	const char *name = strerrorname_np(errno);

	buf_clear(&m->detail);
	if (buf_fmt(&m->detail, "io:%s", name != NULL ? name : "EIO") == -1)
		return -1;
	return failed(it, kind, m->detail.p);
}

static int
archive(struct import *m, int fd, int64_t size, struct import_item *it)
{
	struct walk *w = &m->walk;
	const char *base = base_of(m->source);

	if (set_top(m, m->source, strlen(m->source), base,
		kind_stem(base, strlen(base)), "_extracted") == -1)
		return -1;
	w->fn = member;
	w->spool = spool;
	w->ctx = m;
	m->worker.walk = w;
	if (worker_walk(&m->worker, fd, base, size) == -1)
		return -1;
	if (w->seen == 0 && w->code != NULL)
		return failed(it, KIND_ARCHIVE, w->code);
	buf_clear(&m->detail);
	if (buf_fmt(&m->detail, "midi:%lld,dup:%lld,error:%lld,other:%lld%s%s",
		(long long)m->midi, (long long)m->dup, (long long)m->error,
		(long long)w->other, w->code != NULL ? "," : "",
		w->code != NULL ? w->code : "") == -1)
		return -1;
	it->kind = KIND_ARCHIVE;
	it->detail = m->detail.p;
	it->failed = w->code != NULL;
	it->status =
	    w->code != NULL || m->error > 0 || m->inner > 0 ? "partial" : "ok";
	return 0;
}

/* Where a loose file is put: a folder called like its own. */
static int
bring_in(struct import *m, struct content *c, const char **path)
{
	const char *base = base_of(m->source), *folder;
	size_t n = (size_t)(base - m->source);

	while (n > 1 && m->source[n - 1] == '/')
		n--;
	folder = memrchr(m->source, '/', n);
	folder = folder != NULL ? folder + 1 : m->source;
	buf_clear(&m->name);
	if (set_top(m, m->source, n, folder, (size_t)(m->source + n - folder),
		"_copied") == -1 ||
	    clean_file(&m->name, base, strlen(base)) == -1)
		return -1;
	if (m->loose == LOOSE_LINK)
		c->link = m->source;
	return library_store(m->library, c, m->top.p, m->name.p, path);
}

static int
loose(struct import *m, struct import_item *it)
{
	struct content c = { 0 };
	ssize_t n;
	int stored;

	n = create_slurp(AT_FDCWD, m->source, &m->bytes, &m->cap,
	    (size_t)m->walk.limits.entry);
	if (n == -1 && errno == EFBIG)
		return failed(it, KIND_MIDI, "limit:entry");
	if (n == -1)
		return io_failed(m, it, KIND_MIDI);
	c.bytes = m->bytes;
	c.size = (size_t)n;
	c.hash = hash_bytes(m->bytes, (size_t)n);
	c.owner = library_loose(m->source);
	stored = m->loose == LOOSE_STAYS ? library_claim(m->library, &c)
					 : bring_in(m, &c, &it->path);
	if (stored == -1)
		return -1;
	it->kind = KIND_MIDI;
	it->size = (int64_t)n;
	it->status = stored == STORED ? "ok" : "dup";
	hash_hex(&c.hash, it->hash);
	return 0;
}

/* What an open source is, by its first bytes. */
static int
judge(struct import *m, int fd, int64_t size, int is_archive,
    struct import_item *it)
{
	static char head[65536 + 8];
	size_t len = strlen(m->source);
	enum kind named = kind_of_name(m->source, len), kind;
	ssize_t n = pread(fd, head, KIND_PEEK, 0);

	if (named == KIND_OTHER &&
	    (is_archive || kind_is_volume(m->source, len)))
		named = KIND_ARCHIVE;
	if (n == -1)
		return io_failed(m, it, named);
	if (n == 0)
		return failed(it, named, "empty");
	kind = kind_of_bytes(head, (size_t)n);
	if (kind == KIND_OTHER && named == KIND_ARCHIVE)
		kind = named;
	if (kind == KIND_ARCHIVE)
		return archive(m, fd, size, it);
	if (kind == KIND_OTHER) {
		if ((n = pread(fd, head, sizeof(head), 0)) == -1)
			return io_failed(m, it, named);
		if (!kind_midi_inside(head, (size_t)n))
			return failed(it, KIND_MIDI, "not-midi");
	}
	return loose(m, it);
}

int
import_source(
    struct import *m, const char *path, int is_archive, struct import_item *it)
{
	enum kind kind = is_archive ? KIND_ARCHIVE : KIND_MIDI;
	struct stat st;
	int fd, c, e;

	*it = (struct import_item){ .kind = kind, .size = -1, .mtime = -1 };
	m->source = path;
	m->midi = m->dup = m->error = m->inner = 0;
	map_clear(&m->names);
	library_begin(m->library);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1)
		return io_failed(m, it, kind);
	if (fstat(fd, &st) == -1)
		c = io_failed(m, it, kind);
	else if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		c = io_failed(m, it, kind);
	} else {
		it->size = (int64_t)st.st_size;
		it->mtime = (int64_t)st.st_mtime;
		c = judge(m, fd, it->size, is_archive, it);
	}
	e = errno;
	close(fd);
	errno = e;
	return c;
}

void
import_free(struct import *m)
{
	worker_free(&m->worker);
	walk_free(&m->walk);
	map_free(&m->names);
	buf_free(&m->top);
	buf_free(&m->below);
	buf_free(&m->name);
	buf_free(&m->owner);
	buf_free(&m->detail);
	free(m->bytes);
}
