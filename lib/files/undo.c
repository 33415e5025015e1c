/* undo - the log of what was moved, and the way back */
#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "files/create.h"
#include "files/fold.h"
#include "files/undo.h"
#include "stream/esc.h"
#include "stream/num.h"

enum { MOST_FIELDS = 16, TRIES = 100, LARGEST = 1 << 28 };

int
undo_begin(struct undo_log *u, const struct library *l)
{
	struct timespec t;
	char name[64], day[32];
	struct tm tm;
	int dir, e;

	if (u->fd != -1)
		return 0;
	if ((dir = create_folder(l->fd, ".midiflow/undo")) == -1)
		return -1;
	for (int i = 0; i < TRIES && u->fd == -1; i++) {
		clock_gettime(CLOCK_REALTIME, &t);
		gmtime_r(&t.tv_sec, &tm);
		strftime(day, sizeof(day), "%Y%m%d-%H%M%S", &tm);
		snprintf(name, sizeof(name), "%s.%06ld-%ld", day,
		    t.tv_nsec / 1000, (long)getpid());
		u->fd = openat(dir, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
		if (u->fd == -1 && errno != EEXIST)
			break;
	}
	if (u->fd != -1)
		(void)fsync(dir);
	e = errno;
	close(dir);
	errno = e;
	if (u->fd == -1)
		return -1;
	buf_clear(&u->path);
	return buf_fmt(&u->path, "%s/.midiflow/undo/%s", l->root.p, name);
}

int
undo_write(struct undo_log *u, int durable)
{
	off_t end = lseek(u->fd, 0, SEEK_END);
	size_t done = 0;
	ssize_t n;
	int e;

	while (done < u->lines.len) {
		n = write(u->fd, u->lines.p + done, u->lines.len - done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			/* A full disk: no half line stays. */
			e = errno;
			if (end != -1)
				(void)!ftruncate(u->fd, end);
			errno = e;
			return -1;
		}
		done += (size_t)n;
	}
	buf_clear(&u->lines);
	return durable ? fdatasync(u->fd) : 0;
}

void
undo_end(struct undo_log *u)
{
	if (u->fd != -1)
		close(u->fd);
	u->fd = -1;
	buf_free(&u->path);
	buf_free(&u->lines);
}

/* --- the way back -----------------------------------------------------------
 */

struct back {
	struct library *library;
	struct stream *s;
	int plan;
	char *field[MOST_FIELDS]; /* of the line at hand, escaped */
	int nf;
	struct buf line, old, new;
	struct hash hash;
	int64_t size;
	struct map met; /* files that a later line spoke of */
	char *bytes;
	size_t cap;
	struct rec_in memory;
	struct rec rec;
};

/* Splits a line and undoes the escapes: 0, 1 when it is no line of a log, -1
 * ENOMEM. */
static int
read_line(struct back *b, const char *p, size_t n)
{
	char *q, *tab;

	buf_clear(&b->line);
	buf_clear(&b->old);
	buf_clear(&b->new);
	if (buf_add(&b->line, p, n) == -1)
		return -1;
	b->nf = 0;
	for (q = b->line.p; q != NULL && b->nf < MOST_FIELDS; q = tab) {
		if ((tab = strchr(q, '\t')) != NULL)
			*tab++ = '\0';
		b->field[b->nf++] = q;
	}
	if (b->nf < UNDO_REST ||
	    esc_undo(&b->new, b->field[UNDO_NEW], strlen(b->field[UNDO_NEW])) ==
		-1 ||
	    b->new.p[0] != '/')
		return errno == ENOMEM ? -1 : 1;
	if (strcmp(b->field[UNDO_OLD], "\\N") == 0)
		return 0;
	if (esc_undo(&b->old, b->field[UNDO_OLD], strlen(b->field[UNDO_OLD])) ==
		-1 ||
	    b->old.p[0] != '/' ||
	    hash_parse(b->field[UNDO_HASH], &b->hash) == -1 ||
	    num_int(b->field[UNDO_SIZE], 0, INT64_MAX, &b->size) == -1)
		return errno == ENOMEM ? -1 : 1;
	return 0;
}

enum there { ABSENT, CHANGED, SAME };

/* Whether a path holds the content of the line. */
static enum there
look(struct back *b, const char *path, struct stat *st)
{
	struct hash h;
	ssize_t n;

	*st = (struct stat){ 0 };
	if (lstat(path, st) == -1)
		return errno == ENOENT || errno == ENOTDIR ? ABSENT : CHANGED;
	n = create_slurp(AT_FDCWD, path, &b->bytes, &b->cap, LARGEST);
	if (n == -1 || n != b->size)
		return CHANGED;
	h = hash_bytes(b->bytes, (size_t)n);
	return memcmp(&h, &b->hash, sizeof(h)) == 0 ? SAME : CHANGED;
}

/* Whether the new name is a second one of what has the old one: a link that
 * was made, or a move of which only the first half was done. */
static int
second_name(const char *old, const char *new)
{
	struct stat x, y;

	if (lstat(old, &x) == -1 || lstat(new, &y) == -1)
		return 0;
	if (S_ISLNK(y.st_mode))
		return !S_ISLNK(x.st_mode) && stat(new, &y) == 0 &&
		    x.st_ino == y.st_ino && x.st_dev == y.st_dev;
	return S_ISREG(x.st_mode) && x.st_nlink > 1 && x.st_ino == y.st_ino &&
	    x.st_dev == y.st_dev;
}

/* Where case does not count both are one name, of which only the case is
 * another. */
static int
case_only(const char *old, const char *new)
{
	struct stat x, y;

	return fold_key(old, strlen(old), 0) == fold_key(new, strlen(new), 0) &&
	    lstat(old, &x) == 0 && lstat(new, &y) == 0 &&
	    x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

/* Brings the file back: NULL, or why not; *back says whether it is. */
static const char *
bring_back(struct back *b, int *back)
{
	struct stat st;
	enum there new = look(b, b->new.p, &st), old = look(b, b->old.p, &st);

	*back = 0;
	if (case_only(b->old.p, b->new.p)) {
		*back = 1;
		if (!b->plan && rename(b->new.p, b->old.p) == -1)
			return strerror(errno);
		return NULL;
	}
	if (second_name(b->old.p, b->new.p)) {
		*back = 1;
		if (!b->plan && unlink(b->new.p) == -1)
			return strerror(errno);
		return NULL;
	}
	/* A link that leads to the new place is not the file. */
	if (old == SAME && S_ISLNK(st.st_mode) && new != ABSENT)
		old = CHANGED;
	if (old == SAME) {
		*back = 1;
		return NULL;
	}
	if (new == SAME && old == ABSENT) {
		*back = 1;
		if (!b->plan &&
		    create_rename(AT_FDCWD, b->new.p, AT_FDCWD, b->old.p) == -1)
			return strerror(errno);
		return NULL;
	}
	if (old != ABSENT)
		return "something else has the old name";
	return new == ABSENT ? "is neither there nor at the old place"
			     : "was changed since it was moved";
}

/* The record as it was before the move. */
static int
put_record(struct back *b)
{
	struct rec *r = &b->rec;

	rec_new(r, &b->memory);
	if (b->plan) {
		if (rec_set(r, 1, b->field[UNDO_NEW]) == -1 ||
		    rec_set(r, 2, b->field[UNDO_OLD]) == -1 ||
		    rec_set(r, 3, b->field[UNDO_HASH]) == -1 ||
		    rec_set(r, 4, b->field[UNDO_SIZE]) == -1)
			return -1;
	} else {
		if (rec_set(r, COL_PATH, b->field[UNDO_OLD]) == -1 ||
		    rec_set(r, COL_SIZE, b->field[UNDO_SIZE]) == -1)
			return -1;
		for (int i = UNDO_REST; i < b->nf; i++)
			if (rec_set(r, COL_MTIME + i - UNDO_REST,
				b->field[i]) == -1)
				return -1;
	}
	stream_put(b->s, r);
	return 0;
}

/* A loose file's content is owned by its path. */
static int
own(struct back *b)
{
	const int member = UNDO_REST + COL_MEMBER - COL_MTIME;
	const int source = UNDO_REST + COL_SOURCE - COL_MTIME;

	if (b->plan || b->library->seen == NULL || b->nf <= source ||
	    strcmp(b->field[source], b->field[UNDO_OLD]) != 0 ||
	    (b->nf > member && strcmp(b->field[member], "\\N") != 0))
		return 0;
	return seen_reown(b->library->seen, &b->hash, (uint64_t)b->size,
		   library_loose(b->new.p), library_loose(b->old.p)) == -1
	    ? -1
	    : 0;
}

static int
revert(struct back *b, const char *p, size_t n)
{
	const char *why;
	uint64_t *met, seed;
	int c, back;

	errno = 0;
	if ((c = read_line(b, p, n)) == -1)
		return -1;
	rec_new(&b->rec, &b->memory);
	if (c == 1) {
		if (rec_set_text(&b->rec, COL_PATH, p, n) == -1)
			return -1;
		stream_fail(b->s, &b->rec, "no line of an undo log");
		return 0;
	}
	if (b->old.len == 0) {
		/* A folder that was made goes when nothing is left in it. */
		if (!b->plan)
			(void)rmdir(b->new.p);
		return 0;
	}
	memcpy(&seed, b->hash.b, sizeof(seed));
	if ((met = map_at(&b->met, hash_short(b->old.p, b->old.len, seed))) ==
	    NULL)
		return -1;
	if (*met)
		return 0;
	*met = 1;
	if ((why = bring_back(b, &back)) != NULL) {
		if (rec_set(&b->rec, COL_PATH, b->field[UNDO_NEW]) == -1)
			return -1;
		stream_fail(b->s, &b->rec, why);
		return 0;
	}
	return back && (own(b) == -1 || put_record(b) == -1) ? -1 : 0;
}

static int
backwards(struct back *b, const char *p, size_t n)
{
	const char *end, *nl;

	/* What is behind the last newline was cut off before its move. */
	if ((end = memrchr(p, '\n', n)) == NULL)
		return 0;
	while (end != NULL && !tool_signal) {
		nl = memrchr(p, '\n', (size_t)(end - p));
		if (revert(b, nl != NULL ? nl + 1 : p,
			(size_t)(end - (nl != NULL ? nl + 1 : p))) == -1)
			return -1;
		end = nl;
	}
	return tool_signal ? 1 : 0;
}

int
undo_revert(struct library *l, struct stream *s, const char *log, int plan)
{
	struct back b = { .library = l, .s = s, .plan = plan };
	struct stat st;
	void *p = NULL;
	int fd, c = -1, e;

	if ((fd = open(log, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return -1;
	errno = 0;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	else if (errno == 0) {
		c = 0;
		if (st.st_size > 0) {
			p = mmap(NULL, (size_t)st.st_size, PROT_READ,
			    MAP_PRIVATE, fd, 0);
			c = p == MAP_FAILED
			    ? -1
			    : backwards(&b, p, (size_t)st.st_size);
		}
	}
	e = errno;
	if (p != NULL && p != MAP_FAILED)
		munmap(p, (size_t)st.st_size);
	close(fd);
	buf_free(&b.line);
	buf_free(&b.old);
	buf_free(&b.new);
	map_free(&b.met);
	free(b.bytes);
	rec_free(&b.rec);
	rec_in_free(&b.memory);
	errno = e;
	return c;
}
