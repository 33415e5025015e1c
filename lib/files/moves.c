/* moves - files get other names or folders, and nothing is lost */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "files/create.h"
#include "files/fold.h"
#include "files/moves.h"
#include "stream/array.h"
#include "stream/esc.h"
#include "stream/num.h"

enum { LARGEST = 1 << 28, TEXT_BATCH = 1 << 20, LAST_LOGGED = COL_PART };

/* Strings are offsets in text: it grows. */
struct move {
	size_t nf, fields;     /* the record, a string a field */
	struct folder *folder; /* where to; NULL: it goes on as it is */
	size_t old;            /* absolute */
	size_t oldname;
	size_t dir, shown; /* before the new name: absolute, in the record */
	size_t name;       /* wanted */
	struct hash hash;
	int64_t size;
	int tries; /* names that were taken */
	char chosen[NAME_MAX + 1];
	size_t why; /* it failed; 0: it did not */
	int stays;
};

static const char *
at(const struct moves *m, size_t offset)
{
	return m->text.p + offset;
}

/* Keeps n bytes as a string: its offset, 0 for ENOMEM. */
static size_t
keep(struct moves *m, const void *p, size_t n)
{
	size_t offset;

	/* 0 is nobody's offset. */
	if (m->text.len == 0 && buf_byte(&m->text, '\0') == -1)
		return 0;
	offset = m->text.len;
	if (buf_add(&m->text, p, n) == -1 || buf_byte(&m->text, '\0') == -1)
		return 0;
	return offset;
}

static int
fail(struct moves *m, struct move *v, const char *why)
{
	v->why = keep(m, why, strlen(why));
	return v->why == 0 ? -1 : 0;
}

/* --- what is to be done -----------------------------------------------------
 */

/* Keeps the record; of one that is only planned its path will do. */
static int
keep_record(struct moves *m, struct move *v, const struct rec *r)
{
	size_t n = 0;
	char *q;

	v->nf = m->plan ? 1 : r->nf;
	for (size_t i = 0; i < v->nf; i++)
		n += r->len[i] + 1;
	if (buf_grow(&m->text, n + 1) == -1)
		return -1;
	if (m->text.len == 0)
		m->text.p[m->text.len++] = '\0';
	v->fields = m->text.len;
	q = m->text.p + m->text.len;
	for (size_t i = 0; i < v->nf; q += r->len[i] + 1, i++)
		memcpy(q, r->field[i], r->len[i] + 1);
	m->text.len += n;
	return 0;
}

/* A place in the queue with the record in it. */
static struct move *
queue(struct moves *m, const struct rec *r)
{
	struct move *v;

	if (array_room(&m->move, m->n + 1, &m->cap, sizeof(*v)) == -1)
		return NULL;
	v = &m->move[m->n];
	memset(v, 0, offsetof(struct move, chosen));
	v->why = 0;
	v->stays = 0;
	if (keep_record(m, v, r) == -1)
		return NULL;
	m->n++;
	return v;
}

int
moves_pass(struct moves *m, struct stream *s, const struct rec *r)
{
	if (m->plan)
		return WORK_DROP;
	if (m->n == 0)
		return WORK_KEEP;
	if (queue(m, r) == NULL)
		return stream_why(s, WORK_FATAL, NULL);
	return WORK_DROP;
}

/* m->path: the path of the record; m->old: the same, absolute. */
static int
read_path(struct moves *m, const struct rec *r)
{
	char cwd[PATH_MAX];

	if (rec_bytes(r, COL_PATH, &m->path) == -1)
		return -1;
	buf_clear(&m->old);
	if (m->path.p[0] != '/' &&
	    (getcwd(cwd, sizeof(cwd)) == NULL ||
		buf_fmt(&m->old, "%s/", strcmp(cwd, "/") == 0 ? "" : cwd) ==
		    -1))
		return -1;
	return buf_add(&m->old, m->path.p, m->path.len);
}

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* lstat of the file at m->old; those of one folder come together, and a long
 * path costs more than the file. */
static int
look(struct moves *m, struct stat *st)
{
	const char *base = base_of(m->old.p);
	size_t n = (size_t)(base - m->old.p);

	if (m->from.len != n || memcmp(m->from.p, m->old.p, n) != 0) {
		if (m->fromfd != -1)
			close(m->fromfd);
		buf_clear(&m->from);
		if (buf_add(&m->from, m->old.p, n) == -1)
			return -1;
		m->fromfd = open(m->from.p, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (m->fromfd == -1)
		return lstat(m->old.p, st);
	return fstatat(m->fromfd, base, st, AT_SYMLINK_NOFOLLOW);
}

/* Whether the record says what the file holds. */
static int
said(struct move *v, const struct rec *r)
{
	return rec_known(r, COL_HASH) &&
	    hash_parse(rec_field(r, COL_HASH), &v->hash) == 0 &&
	    num_int(rec_field(r, COL_SIZE), 0, INT64_MAX, &v->size) == 0;
}

/* What the file holds, from its record, or read anew: NULL, or why it cannot
 * be moved. */
static const char *
identify(struct moves *m, struct move *v, const struct rec *r)
{
	int known = said(v, r);
	struct hash was;
	struct stat st;
	ssize_t n;

	/* A plan is made from what is known. */
	if (known && m->plan)
		return NULL;
	if (look(m, &st) == -1)
		return strerror(errno);
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return "no regular file";
	if (known && S_ISREG(st.st_mode) && v->size == st.st_size)
		return NULL;
	n = create_slurp(AT_FDCWD, m->old.p, &m->bytes, &m->room, LARGEST);
	if (n == -1)
		return strerror(errno);
	v->size = n;
	v->hash = hash_bytes(m->bytes, (size_t)n);
	if (rec_known(r, COL_HASH) &&
	    (hash_parse(rec_field(r, COL_HASH), &was) == -1 ||
		memcmp(&was, &v->hash, sizeof(was)) != 0))
		return "was changed since it was read";
	return NULL;
}

/* The name with `_` and the hash, after so many that were taken: 1, 0 when
 * there is none left. */
static int
candidate(
    char to[NAME_MAX + 1], const char *name, const struct hash *hash, int tries)
{
	char hex[HASH_DIGITS + 1];
	size_t n = strlen(name);
	int digits = tries == 1 ? HASH_SHORT : HASH_DIGITS;

	if (tries == 0)
		return snprintf(to, NAME_MAX + 1, "%s", name) <= NAME_MAX;
	if (tries > 2)
		return 0;
	hash_hex(hash, hex);
	n -= n >= 4 && strcmp(name + n - 4, ".mid") == 0 ? 4 : 0;
	return snprintf(to, NAME_MAX + 1, "%.*s_%.*s.mid", (int)n, name, digits,
		   hex) <= NAME_MAX;
}

/* Whether the file has the name already, or one that it got because the name
 * was taken. */
static int
settled(const struct move *v, const char *have, const char *want)
{
	char name[NAME_MAX + 1];

	for (int i = 0; candidate(name, want, &v->hash, i); i++)
		if (strcmp(have, name) == 0)
			return 1;
	return 0;
}

/* Makes the folder of n bytes and those above it, each in the log before. */
static int
make_folders(struct moves *m, const char *path, size_t n)
{
	struct buf b = { 0 };
	struct stat st;
	size_t from = 0;
	int bad = buf_add(&b, path, n) == -1;

	/* From the last one that is there. */
	for (size_t k = n; !bad && k > 0; k--) {
		if (k < n && b.p[k] != '/')
			continue;
		b.p[k] = '\0';
		if (stat(b.p, &st) == 0) {
			from = k;
			break;
		}
		bad = errno != ENOENT;
	}
	for (size_t k = from; !bad && k < n; k = from) {
		b.p[k] = '/';
		from = k + strlen(b.p + k);
		if (undo_begin(&m->log, &m->library) == -1 ||
		    buf_str(&m->log.lines, "\\N\t") == -1 ||
		    esc_add(&m->log.lines, b.p, from) == -1 ||
		    buf_str(&m->log.lines, "\t\\N\t\\N\n") == -1 ||
		    undo_write(&m->log, m->durable) == -1)
			bad = 1;
		else
			bad = mkdir(b.p, 0755) == -1 && errno != EEXIST;
	}
	buf_free(&b);
	return bad ? -1 : 0;
}

/* The folder, among those that this batch touches. */
static struct folder *
touch(struct moves *m, const char *path, size_t n)
{
	struct folder *f = folders_find(&m->folders, path, n);

	if (f == NULL && !m->plan && make_folders(m, path, n) == -1)
		return NULL;
	if ((f = folders_get(&m->folders, path, n)) == NULL)
		return NULL;
	for (size_t i = 0; i < m->ntouched; i++)
		if (m->touched[i] == f)
			return f;
	return m->touched[m->ntouched++] = f;
}

/* Fills in what is to be done; why it cannot be is in v. */
static int
plan_move(struct moves *m, struct move *v, const struct rec *r,
    const char *folder, const char *name)
{
	const char *why, *base;
	size_t n;

	if (read_path(m, r) == -1)
		return fail(m, v, strerror(errno));
	if ((why = identify(m, v, r)) != NULL)
		return fail(m, v, why);
	base = base_of(m->old.p);
	n = (size_t)(base - m->old.p);
	if ((folder == NULL ||
		(strlen(folder) + 1 == n &&
		    strncmp(folder, m->old.p, n - 1) == 0)) &&
	    settled(v, base, name))
		return 0;
	if ((v->old = keep(m, m->old.p, m->old.len)) == 0 ||
	    (v->name = keep(m, name, strlen(name))) == 0)
		return -1;
	v->oldname = v->old + n;
	if (folder == NULL) {
		v->dir = keep(m, m->old.p, n);
		v->shown = keep(
		    m, m->path.p, (size_t)(base_of(m->path.p) - m->path.p));
		n -= n > 1;
	} else {
		n = strlen(folder);
		v->dir = v->shown = keep(m, folder, n);
		/* Its slash, in the place of its NUL. */
		m->text.p[m->text.len - 1] = '/';
		if (buf_byte(&m->text, '\0') == -1)
			return -1;
	}
	if (v->dir == 0 || v->shown == 0)
		return -1;
	if ((v->folder = touch(m, at(m, v->dir), n)) == NULL)
		return errno == ENOMEM ? -1 : fail(m, v, strerror(errno));
	return 0;
}

/* --- doing it ---------------------------------------------------------------
 */

/* Whether the link is there from an earlier run. */
static int
linked(const struct moves *m, const struct move *v)
{
	struct stat a, b;

	return m->how != MOVES_RENAME && v->folder->fd != -1 &&
	    stat(at(m, v->old), &a) == 0 &&
	    fstatat(v->folder->fd, v->chosen, &b, 0) == 0 &&
	    a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* Chooses the next name that is free, and takes it: 0, 1 when there is none
 * or none is needed, -1 ENOMEM. */
static int
choose(struct moves *m, struct move *v)
{
	const char *oldname = at(m, v->oldname);
	size_t n = v->oldname - v->old;
	struct folder *from = NULL;
	uint64_t *count, mine;

	if (m->how == MOVES_RENAME)
		from =
		    folders_find(&m->folders, at(m, v->old), n > 1 ? n - 1 : n);
	for (;; v->tries++) {
		if (!candidate(v->chosen, at(m, v->name), &v->hash, v->tries))
			return fail(m, v, strerror(EEXIST)) == -1 ? -1 : 1;
		mine = from == v->folder &&
		    fold_key(v->chosen, strlen(v->chosen), 0) ==
			fold_key(oldname, strlen(oldname), 0);
		count = folders_count(&m->folders, v->folder, v->chosen);
		if (count == NULL)
			return -1;
		if (*count <= mine)
			break;
		if (linked(m, v)) {
			v->stays = 1;
			return 1;
		}
	}
	++*count;
	v->folder->n++;
	if (from == NULL || from->id == 0)
		return 0;
	if ((count = folders_count(&m->folders, from, oldname)) == NULL)
		return -1;
	if (*count > 0)
		--*count;
	return 0;
}

/* The line of the log for a move, or in a plan the record. */
static int
write_line(struct moves *m, const struct move *v)
{
	struct buf *b = &m->log.lines;
	const char *p = at(m, v->fields);
	char hex[HASH_DIGITS + 1];

	hash_hex(&v->hash, hex);
	if (esc_add(b, at(m, v->old), strlen(at(m, v->old))) == -1 ||
	    buf_byte(b, '\t') == -1 ||
	    esc_add(b, at(m, v->dir), strlen(at(m, v->dir))) == -1 ||
	    esc_add(b, v->chosen, strlen(v->chosen)) == -1 ||
	    buf_byte(b, '\t') == -1 || buf_add(b, hex, HASH_DIGITS) == -1 ||
	    buf_fmt(b, "\t%lld", (long long)v->size) == -1)
		return -1;
	for (size_t i = 1; i <= v->nf && i <= LAST_LOGGED; i++) {
		if (i >= COL_MTIME &&
		    (buf_byte(b, '\t') == -1 || buf_str(b, p) == -1))
			return -1;
		p += strlen(p) + 1;
	}
	return buf_byte(b, '\n');
}

static int
do_move(const struct moves *m, const struct move *v)
{
	const struct folder *f = v->folder;
	const char *old = at(m, v->old);
	size_t n = v->oldname - v->old;

	if (m->how == MOVES_HARD)
		return linkat(AT_FDCWD, old, f->fd, v->chosen, 0);
	if (m->how == MOVES_SYMBOLIC)
		return symlinkat(old, f->fd, v->chosen);
	if (n == f->path.len + 1 && memcmp(old, f->path.p, n - 1) == 0)
		return create_rename(
		    f->fd, at(m, v->oldname), f->fd, v->chosen);
	return create_rename(AT_FDCWD, old, f->fd, v->chosen);
}

/* Whether the name that is taken is the file's own in another case. */
static int
only_case(const struct moves *m, const struct move *v)
{
	const char *oldname = at(m, v->oldname);
	struct stat a, b;

	return m->how == MOVES_RENAME &&
	    fold_key(v->chosen, strlen(v->chosen), 0) ==
	    fold_key(oldname, strlen(oldname), 0) &&
	    lstat(at(m, v->old), &a) == 0 && a.st_nlink == 1 &&
	    fstatat(v->folder->fd, v->chosen, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	    a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* Moves one file, whose line is in the log; a name that somebody took since
 * costs another line. */
static int
perform(struct moves *m, struct move *v)
{
	int c;

	for (;;) {
		if (do_move(m, v) == 0)
			return 0;
		if (errno == EEXIST && only_case(m, v) &&
		    renameat(
			AT_FDCWD, at(m, v->old), v->folder->fd, v->chosen) == 0)
			return 0;
		if (errno != EEXIST)
			return fail(m, v,
			    errno == EXDEV ? "the new place is on another file "
					     "system"
					   : strerror(errno));
		v->tries++;
		if ((c = choose(m, v)) != 0)
			return c == -1 ? -1 : 0;
		if (write_line(m, v) == -1 ||
		    undo_write(&m->log, m->durable) == -1)
			return -1;
	}
}

/* What belongs to the path of a loose file goes with it: 1 when the record's
 * source is the path, 0 when it is not, -1 errno. */
static int
follow(
    struct moves *m, const struct rec *r, const struct move *v, const char *new)
{
	if (rec_known(r, COL_MEMBER) || rec_known(r, COL_PART) ||
	    rec_bytes(r, COL_SOURCE, &m->old) == -1 ||
	    strcmp(m->old.p, at(m, v->old)) != 0)
		return 0;
	if (m->library.seen != NULL &&
	    seen_reown(m->library.seen, &v->hash, (uint64_t)v->size,
		library_loose(at(m, v->old)), library_loose(new)) == -1)
		return -1;
	return 1;
}

/* The record with its new path, and so on; or as it was. */
static int
put(struct moves *m, struct stream *s, const struct move *v)
{
	struct rec *r = &m->rec;
	const char *p = at(m, v->fields);
	int c;

	rec_new(r, &m->memory);
	for (size_t i = 1; i <= v->nf; i++, p += strlen(p) + 1)
		if (rec_set(r, (int)i, p) == -1)
			return -1;
	if (v->why != 0)
		stream_fail(s, r, at(m, v->why));
	if (v->folder != NULL && v->why == 0 && !v->stays &&
	    m->how == MOVES_RENAME) {
		buf_clear(&m->path);
		if (buf_fmt(&m->path, "%s%s", at(m, v->dir), v->chosen) == -1 ||
		    (c = follow(m, r, v, m->path.p)) == -1 ||
		    (c == 1 &&
			rec_set_text(r, COL_SOURCE, m->path.p, m->path.len) ==
			    -1))
			return -1;
		buf_clear(&m->path);
		if (buf_fmt(&m->path, "%s%s", at(m, v->shown), v->chosen) ==
			-1 ||
		    rec_set_text(r, COL_PATH, m->path.p, m->path.len) == -1)
			return -1;
	}
	stream_put(s, r);
	return 0;
}

/* Of a plan: old, new, hash and size. */
static int
put_plan(struct moves *m, struct stream *s, const struct move *v)
{
	struct rec *r = &m->rec;
	char hex[HASH_DIGITS + 1];

	rec_new(r, &m->memory);
	if (v->why != 0) {
		if (rec_set(r, COL_PATH, at(m, v->fields)) == -1)
			return -1;
		stream_fail(s, r, at(m, v->why));
		return 0;
	}
	if (v->folder == NULL || v->stays)
		return 0;
	buf_clear(&m->path);
	hash_hex(&v->hash, hex);
	if (buf_fmt(&m->path, "%s%s", at(m, v->dir), v->chosen) == -1 ||
	    rec_set_text(r, 1, at(m, v->old), strlen(at(m, v->old))) == -1 ||
	    rec_set_text(r, 2, m->path.p, m->path.len) == -1 ||
	    rec_set(r, 3, hex) == -1 || rec_set_int(r, 4, v->size) == -1)
		return -1;
	stream_put(s, r);
	return 0;
}

/* Names, lines, moves, all under the locks of the folders. */
static int
under_lock(struct moves *m)
{
	struct move *v;
	int c;

	for (size_t i = 0; i < m->n; i++) {
		v = &m->move[i];
		if (v->folder == NULL || v->why != 0)
			continue;
		if ((c = choose(m, v)) == -1 ||
		    (c == 0 && !m->plan && write_line(m, v) == -1))
			return -1;
	}
	if (m->plan || m->log.lines.len == 0)
		return 0;
	if (undo_begin(&m->log, &m->library) == -1 ||
	    undo_write(&m->log, m->durable) == -1)
		return -1;
	for (size_t i = 0; i < m->n; i++) {
		v = &m->move[i];
		if (v->folder == NULL || v->why != 0 || v->stays)
			continue;
		if (perform(m, v) == -1)
			return -1;
		m->log.moves += v->why == 0 && !v->stays;
	}
	for (size_t i = 0; m->durable && i < m->ntouched; i++)
		if (fsync(m->touched[i]->fd) == -1)
			return -1;
	return 0;
}

/* Does what waits: 0, or -1 with errno when there can be no log, or memory is
 * out; then nothing that has no line was moved. */
static int
flush(struct moves *m, struct stream *s)
{
	int bad = 0, e;

	if (m->ntouched > 0) {
		bad = folders_lock(&m->folders, m->touched, m->ntouched) == -1;
		if (!bad) {
			bad = under_lock(m) == -1;
			e = errno;
			folders_unlock(&m->folders, m->touched, m->ntouched);
			errno = e;
		}
	}
	for (size_t i = 0; i < m->n && !bad; i++)
		bad = (m->plan ? put_plan(m, s, &m->move[i])
			       : put(m, s, &m->move[i])) == -1;
	m->n = 0;
	m->ntouched = 0;
	buf_clear(&m->text);
	return bad ? -1 : 0;
}

int
moves_add(struct moves *m, struct stream *s, const struct rec *r,
    const char *folder, const char *name)
{
	struct move *v;

	if ((m->n >= MOVES_BATCH || m->text.len >= TEXT_BATCH ||
		m->ntouched >= FOLDERS_OPEN - 1) &&
	    flush(m, s) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	if ((v = queue(m, r)) == NULL || plan_move(m, v, r, folder, name) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	return WORK_DROP;
}

/* --- a whole run ------------------------------------------------------------
 */

struct run {
	struct moves *m;
	stream_work work;
	void *ctx;
};

static void
must_flush(struct moves *m, struct stream *s)
{
	if (flush(m, s) == -1)
		tool_die(m->log.path.len > 0 ? m->log.path.p : "undo log", "%s",
		    strerror(errno));
}

static void
idle(struct stream *s, void *ctx)
{
	struct run *run = ctx;

	must_flush(run->m, s);
	if (rec_flush(&s->out) == -1)
		tool_die("stdout", "%s", strerror(errno));
}

static int
work_one(struct stream *s, struct rec *r, void *ctx)
{
	struct run *run = ctx;

	return run->work(s, r, run->ctx);
}

static void
free_moves(struct moves *m)
{
	library_close(&m->library);
	folders_free(&m->folders);
	undo_end(&m->log);
	if (m->fromfd != -1)
		close(m->fromfd);
	buf_free(&m->from);
	free(m->move);
	free(m->bytes);
	buf_free(&m->text);
	buf_free(&m->old);
	buf_free(&m->path);
	rec_free(&m->rec);
	rec_in_free(&m->memory);
}

static void
open_library(struct library *l, const char *path, int plan)
{
	const char *what;

	if (library_open(l, path, plan ? LIBRARY_DRY : 0, &what) == -1)
		tool_die(what, "%s", strerror(errno));
}

int
moves_run(struct moves *m, const char *library, stream_work work, void *ctx)
{
	struct run run = { m, work, ctx };
	struct stream s;
	int status;

	m->log.fd = m->fromfd = -1;
	m->folders.plan = m->plan;
	open_library(&m->library, library, m->plan);
	stream_open(&s);
	s.in.patience = MOVES_IDLE;
	s.idle = idle;
	tool_catch_signals();
	stream_run(&s, work_one, &run);
	must_flush(m, &s);
	if (m->log.moves > 0)
		tool_warn_bytes(m->log.path.p, m->log.path.len,
		    "the log of what was moved, for --undo");
	status = stream_close(&s);
	free_moves(m);
	return tool_end(status);
}

int
moves_undo(const char *library, const char *log, int plan)
{
	struct library l;
	struct stream s;
	int status;

	open_library(&l, library, plan);
	stream_open(&s);
	tool_catch_signals();
	if (undo_revert(&l, &s, log, plan) == -1)
		tool_die(log, "%s", strerror(errno));
	status = stream_close(&s);
	library_close(&l);
	return tool_end(status);
}
