/* found - a row of an answer as a record, and what is on the disk of it */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/kind.h"
#include "catalogue/found.h"
#include "files/create.h"
#include "files/hash.h"
#include "files/tree.h"
#include "stream/esc.h"

enum { LARGEST = 1 << 30 }; /* bytes of a MIDI file that is read whole */

/* --- rows ------------------------------------------------------------------
 */

/* As the filter that measured it writes it; a number that is not one of its
 * own keeps all its digits. */
static int
add_real(struct buf *b, int col, const char *p)
{
	double v = strtod(p, NULL);
	char text[352];

	snprintf(text, sizeof(text), "%.*f", columns[col].decimals, v);
	for (int digits = 15; digits <= 17; digits++) {
		if (!(strtod(text, NULL) < v) && !(strtod(text, NULL) > v))
			break;
		snprintf(text, sizeof(text), "%.*g", digits, v);
	}
	return buf_str(b, text);
}

static int
add_field(struct found *f, struct buf *b, int col, const struct field *v)
{
	if (v == NULL || v->p == NULL || v->n == 0)
		return buf_str(b, "\\N");
	if (find_type(col) == DB_REAL)
		return add_real(b, col, v->p);
	if (col == COL_PATH || col == COL_SOURCE)
		return paths_whole(f->paths, b, v);
	return buf_add(b, v->p, v->n);
}

static const struct field *
of_column(const struct find *q, const struct field *row, int col)
{
	for (int i = 0; i < q->ncol; i++)
		if (q->col[i] == col)
			return &row[i];
	return NULL;
}

static int
raw_path(struct found *f, const struct field *v, struct buf *raw)
{
	buf_clear(&f->text);
	buf_clear(raw);
	if (v == NULL || v->p == NULL) {
		errno = ENOENT;
		return -1;
	}
	if (add_field(f, &f->text, COL_PATH, v) == -1)
		return -1;
	return esc_undo(raw, f->text.p, f->text.len);
}

int
found_put(struct found *f, const struct find *q, const struct field *row,
    struct rec_out *out)
{
	const struct field *v;
	int last = 0;

	if (f->raw) {
		if (raw_path(f, of_column(q, row, COL_PATH), &f->path) == -1 ||
		    buf_add(&out->buf, f->path.p, f->path.len + 1) == -1)
			return -1;
		return out->buf.len >= REC_BLOCK ? rec_flush(out) : 0;
	}
	if (f->hashes) {
		v = of_column(q, row, COL_HASH);
		if (add_field(f, &out->buf, COL_HASH, v) == -1)
			return -1;
		return rec_end(out);
	}
	for (int i = 0; i < q->ncol; i++)
		last = q->col[i] > last ? q->col[i] : last;
	for (int col = 1, next = 0; col <= last; col++) {
		/* The columns of a file stand in their order. */
		if (next < q->ncol && q->col[next] == col)
			v = &row[next++];
		else
			v = of_column(q, row, col);
		if ((col > 1 && buf_byte(&out->buf, '\t') == -1) ||
		    add_field(f, &out->buf, col, v) == -1)
			return -1;
	}
	return rec_end(out);
}

/* --- files -----------------------------------------------------------------
 */

static int
is_gone(struct found *f, const struct find *q, const struct field *row)
{
	const struct field *path = of_column(q, row, COL_PATH);
	struct stat st;

	if (raw_path(f, path, &f->path) == -1)
		return -1;
	if (lstat(f->path.p, &st) == 0)
		return 0;
	return errno == ENOENT || errno == ENOTDIR ? 1 : -1;
}

static int
has_content(struct found *f, const char *path, const struct field *hash)
{
	char hex[HASH_DIGITS + 1];
	struct hash h;
	ssize_t n;

	n = create_slurp(AT_FDCWD, path, &f->bytes, &f->cap, LARGEST);
	if (n == -1 || hash == NULL || hash->p == NULL)
		return 0;
	h = hash_bytes(f->bytes, (size_t)n);
	hash_hex(&h, hex);
	return hash->n == HASH_DIGITS && memcmp(hex, hash->p, hash->n) == 0;
}

static int
is_copy(struct found *f, const struct find *q, const struct field *row)
{
	const struct field *path = of_column(q, row, COL_PATH);
	const struct field *hash = of_column(q, row, COL_HASH);
	struct stat copy, kept;

	/* What is below the library is not the user's own. */
	if (path != NULL && path->p != NULL && path->p[0] != '/')
		return 0;
	if (raw_path(f, of_column(q, row, FIND_LAST), &f->other) == -1 ||
	    raw_path(f, path, &f->path) == -1)
		return -1;
	/* Whoever deletes what is listed must never lose a content. */
	if (lstat(f->path.p, &copy) == -1 || stat(f->other.p, &kept) == -1 ||
	    !S_ISREG(copy.st_mode) || !S_ISREG(kept.st_mode) ||
	    (copy.st_dev == kept.st_dev && copy.st_ino == kept.st_ino))
		return 0;
	return has_content(f, f->path.p, hash) &&
	    has_content(f, f->other.p, hash);
}

/* --- what no row names -----------------------------------------------------
 */

static int
remember(struct found *f, const struct find *q, const struct field *row)
{
	const struct field *v = of_column(q, row, COL_PATH);
	uint64_t *at;

	if (v == NULL || v->p == NULL)
		return 0;
	buf_clear(&f->text);
	if (add_field(f, &f->text, COL_PATH, v) == -1 ||
	    (at = map_at(&f->known, hash_short(f->text.p, f->text.len, 0))) ==
		NULL)
		return -1;
	*at = 1;
	return 0;
}

int
found_wanted(struct found *f, const struct find *q, const struct field *row)
{
	switch (q->what) {
	case FIND_COPIES:
		return is_copy(f, q, row);
	case FIND_MISSING:
		return is_gone(f, q, row);
	case FIND_STRAY:
		return remember(f, q, row);
	case FIND_FILES:
	case FIND_LOCATIONS:
	case FIND_PROBLEMS:
	default:
		return 1;
	}
}

struct walk {
	struct found *f;
	void (*stray)(void *, const struct field *row);
	void *ctx;
	int failed; /* errno */
};

static int
wants(void *ctx, const char *name)
{
	(void)ctx;
	return kind_of_name(name, strlen(name)) == KIND_MIDI;
}

/* What the library keeps for itself. */
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
	struct walk *w = ctx;

	if (w->failed != 0)
		return;
	w->failed = errno;
	buf_clear(&w->f->text);
	(void)esc_add(&w->f->text, path, strlen(path));
}

static void
one(void *ctx, const struct tree_entry *e)
{
	char size[24], mtime[24];
	struct walk *w = ctx;
	struct buf *b = &w->f->text;
	struct field row[4];
	uint64_t *at;

	if (w->failed != 0)
		return;
	buf_clear(b);
	if (esc_add(b, e->path, strlen(e->path)) == -1 ||
	    (at = map_at(&w->f->known, hash_short(b->p, b->len, 0))) == NULL) {
		w->failed = ENOMEM;
		return;
	}
	if (*at != 0)
		return;
	snprintf(size, sizeof(size), "%lld", (long long)e->st->st_size);
	snprintf(mtime, sizeof(mtime), "%lld", (long long)e->st->st_mtime);
	row[0] = (struct field){ b->p, b->len };
	row[1] = (struct field){ size, strlen(size) };
	row[2] = (struct field){ mtime, strlen(mtime) };
	row[3].p = kind_word(KIND_MIDI);
	row[3].n = strlen(row[3].p);
	w->stray(w->ctx, row);
}

int
found_stray(
    struct found *f, void (*stray)(void *, const struct field *row), void *ctx)
{
	const struct buf *root = &f->paths->root;
	struct walk w = { .f = f, .stray = stray, .ctx = ctx };
	struct tree t = { .wants = wants,
		.skips = skips,
		.file = one,
		.failed = failed,
		.ctx = &w };
	int c;

	buf_clear(&f->path);
	c = root->len > 0 ? esc_undo(&f->path, root->p, root->len)
			  : buf_str(&f->path, "/");

	if (c == 0)
		c = tree_walk(&t, f->path.p);
	tree_free(&t);
	if (c == 0 && w.failed == 0)
		return 0;
	errno = w.failed != 0 ? w.failed : ENOMEM;
	return -1;
}

void
found_free(struct found *f)
{
	buf_free(&f->path);
	buf_free(&f->other);
	buf_free(&f->text);
	map_free(&f->known);
	free(f->bytes);
}
