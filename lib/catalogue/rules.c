/* rules - how a record changes what the catalogue knows */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue/check.h"
#include "catalogue/rules.h"
#include "stream/array.h"
#include "stream/buf.h"
#include "stream/columns.h"
#include "stream/esc.h"

/* --- tags ------------------------------------------------------------------
 */

struct tag {
	const char *p;
	size_t n;
};

static int
by_text(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;
	int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return c != 0 ? c : (x->n > y->n) - (x->n < y->n);
}

static size_t
count_tags(const struct field *f)
{
	size_t n = f->n > 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->p[i] == ',';
	return n;
}

static size_t
split_tags(const struct field *f, struct tag *tag)
{
	const char *p = f->p, *end, *comma;
	size_t n = 0;

	if (f->n == 0)
		return 0;
	for (end = p + f->n; p < end; p = comma + 1) {
		if ((comma = memchr(p, ',', (size_t)(end - p))) == NULL)
			comma = end;
		if (comma > p)
			tag[n++] = (struct tag){ p, (size_t)(comma - p) };
	}
	return n;
}

static int
join_tags(struct arena *a, struct tag *tag, size_t n, struct field *f)
{
	size_t room = 1, len = 0;
	char *q;

	for (size_t i = 0; i < n; i++)
		room += tag[i].n + 1;
	if ((q = arena_get(a, room)) == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && by_text(&tag[i], &tag[i - 1]) == 0)
			continue;
		if (len > 0)
			q[len++] = ',';
		memcpy(q + len, tag[i].p, tag[i].n);
		len += tag[i].n;
	}
	q[len] = '\0';
	*f = (struct field){ q, len };
	return 0;
}

int
rules_unite(struct arena *a, struct field *tags, const struct field *more)
{
	struct tag *tag;
	size_t n;

	if (more->p == NULL ||
	    (tags->p != NULL && field_same(DB_TEXT, tags, more)))
		return 0;
	n = count_tags(tags) + count_tags(more);
	if ((tag = arena_get(a, (n + 1) * sizeof(*tag))) == NULL)
		return -1;
	n = split_tags(tags, tag);
	n += split_tags(more, tag + n);
	if (n > 1)
		qsort(tag, n, sizeof(*tag), by_text);
	return join_tags(a, tag, n, tags);
}

int
rules_sort_tags(struct arena *a, struct field *f)
{
	struct tag *tag;
	size_t n = count_tags(f), i;

	if (f->p == NULL)
		return 0;
	if ((tag = arena_get(a, (n + 1) * sizeof(*tag))) == NULL)
		return -1;
	if (split_tags(f, tag) == n) {
		for (i = 1; i < n; i++)
			if (by_text(&tag[i - 1], &tag[i]) >= 0)
				break;
		if (i >= n)
			return 0;
	} else {
		n = split_tags(f, tag);
	}
	qsort(tag, n, sizeof(*tag), by_text);
	return join_tags(a, tag, n, f);
}

/* Whether a has a tag that b has not. */
static int
took_back(struct arena *arena, const struct field *a, const struct field *b)
{
	struct field all = *b;

	if (a->p == NULL || b->p == NULL || field_same(DB_TEXT, a, b))
		return 0;
	if (rules_unite(arena, &all, a) == -1)
		return -1;
	return !field_same(DB_TEXT, &all, b);
}

int
rules_left(struct rules *r, const struct field *hash, const struct field *path)
{
	if (array_room(&r->left, r->nleft + 1, &r->capleft, sizeof(*r->left)) ==
	    -1)
		return -1;
	r->left[r->nleft++] = (struct rules_left){ *hash,
		path != NULL ? *path : (struct field){ 0 } };
	return 0;
}

/* --- places ----------------------------------------------------------------
 */

/* The newest record of a place says all about it, but for tags: mtag is not
 * in every pipe. */
static int
fold_place(struct rules *r, int table, struct field *row,
    const struct field *new, int hash, int path, int tags)
{
	struct field keep = row[tags];
	int c = 0;

	if (field_same(DB_HASH, &row[hash], &new[hash]))
		c = took_back(r->arena, &row[tags], &new[tags]);
	else if (rules_left(r, &row[hash],
		     field_same(DB_TEXT, &row[path], &new[path]) ? &row[path]
								 : NULL) == -1)
		return -1;
	if (c == -1 || (c == 1 && rules_left(r, &row[hash], NULL) == -1))
		return -1;
	memcpy(row, new, sizeof(*row) * (size_t)db_tables[table].ncol);
	if (new[tags].p == NULL)
		row[tags] = keep;
	return 0;
}

static int
same_time(const struct field *a, const struct field *b)
{
	return field_same(DB_INT, &a[SOURCE_MTIME], &b[SOURCE_MTIME]);
}

/* An entry says when its source was, and no more. */
static int
is_mention(const struct field *row)
{
	return row[SOURCE_STATUS].p == NULL && row[SOURCE_SIZE].p == NULL;
}

/* mfind alone does not undo what mextract said of the same file, and what
 * is done stays so as long as the same is said of it. */
static void
fold_source(struct field *row, const struct field *new)
{
	static const struct field read = { "read", 4 };
	int done = field_is(&row[SOURCE_STATE], "done");
	int same = same_time(row, new) &&
	    field_same(DB_INT, &row[SOURCE_SIZE], &new[SOURCE_SIZE]);

	if (is_mention(new) && !is_mention(row)) {
		if (done && new[SOURCE_MTIME].p != NULL && !same_time(row, new))
			row[SOURCE_STATE] = read;
		return;
	}
	if (same && new[SOURCE_STATUS].p == NULL && !is_mention(row))
		return;
	done = done && same &&
	    new[SOURCE_ENTRIES].p !=
		NULL &&field_same(
		    DB_INT, &row[SOURCE_ENTRIES], &new[SOURCE_ENTRIES]) &&
	    field_same(DB_TEXT, &row[SOURCE_KIND], &new[SOURCE_KIND]);
	memcpy(row, new, sizeof(*row) * SOURCE_COLUMNS);
	if (done)
		row[SOURCE_STATE] = (struct field){ "done", 4 };
}

/* --- contents --------------------------------------------------------------
 */

static int
exists(const struct paths *paths, const struct field *path)
{
	struct buf whole = { 0 }, b = { 0 };
	struct stat st;
	int yes = path->p != NULL && paths_whole(paths, &whole, path) == 0 &&
	    esc_undo(&b, whole.p, whole.len) == 0 && stat(b.p, &st) == 0;

	buf_free(&whole);
	buf_free(&b);
	return yes;
}

const char rules_gone[] = "dup";

enum takes { NOT, SAME_PLACE, NEW_PLACE };

/* Whether the row goes over to the new record's place; f and n count from
 * column 1. */
static enum takes
takes(const struct paths *paths, const struct field *f, const struct field *n)
{
	int had = !field_is(&f[COL_STATUS], "dup");
	int has = !field_is(&n[COL_STATUS], "dup");
	int was_ok = field_is(&f[COL_STATUS], "ok");
	int is_ok = field_is(&n[COL_STATUS], "ok");

	if (had != has)
		return has ? NEW_PLACE : NOT;
	if (field_same(DB_TEXT, &f[COL_PATH], &n[COL_PATH]))
		return SAME_PLACE;
	if (!has)
		return NOT;
	if (was_ok != is_ok)
		return is_ok ? NEW_PLACE : NOT;
	return !exists(paths, &f[COL_PATH]) && exists(paths, &n[COL_PATH])
	    ? NEW_PLACE
	    : NOT;
}

static int
known(const struct field *f, int from, int to)
{
	for (int i = from; i <= to; i++)
		if (f[i].p != NULL)
			return 1;
	return 0;
}

static void
replace(struct field *f, const struct field *n, int from, int to)
{
	memcpy(&f[from], &n[from], sizeof(*f) * (size_t)(to - from + 1));
}

/* The columns of one filter, where the new record speaks for them. */
static void
group(struct field *f, const struct field *n, int from, int to, int prevails)
{
	if (known(n, from, to) && (prevails || !known(f, from, to)))
		replace(f, n, from, to);
}

static int
speak(struct rules *r, struct field *f, const struct field *n)
{
	enum takes t = takes(r->paths, f, n);
	int speaks = !field_is(&n[COL_STATUS], "dup");

	/* Name and category come from words of the place, the analysis from
	 * the content; where the place changes, so does what it is a part
	 * of. */
	if (t != NOT)
		replace(f, n, COL_PATH, COL_MEMBER);
	group(f, n, COL_NAME, COL_NAME, t != NOT);
	if (t == NEW_PLACE)
		replace(f, n, COL_PARENT, COL_PART);
	else if (t == SAME_PLACE)
		group(f, n, COL_PARENT, COL_PART, 1);
	group(f, n, COL_FORMAT, COL_ISSUES, speaks);
	if (known(n, COL_CATEGORY, COL_TAGS) &&
	    (t != NOT || f[COL_CATEGORY].p == NULL))
		replace(f, n, COL_CATEGORY, COL_CATEGORY);
	return rules_unite(r->arena, &f[COL_TAGS], &n[COL_TAGS]);
}

static int
fold_file(struct rules *r, struct field *row, const struct field *new)
{
	const struct field *n = new - 1; /* by column number */
	struct field *f = row - 1;

	if (n[COL_STATUS].p == rules_gone) {
		/* Its ok may lie elsewhere, and completes it then. */
		if (field_is(&f[COL_STATUS], "ok") && n[COL_PATH].p != NULL &&
		    field_same(DB_TEXT, &f[COL_PATH], &n[COL_PATH]))
			f[COL_STATUS] = (struct field){ "dup", 3 };
		return 0;
	}
	return speak(r, f, n);
}

int
rules_fold(
    struct rules *r, int table, struct field *row, const struct field *new)
{
	switch (table) {
	case TABLE_LOCATION:
		return fold_place(r, table, row, new, LOCATION_HASH,
		    LOCATION_PATH, LOCATION_TAGS);
	case TABLE_PART:
		return fold_place(
		    r, table, row, new, PART_HASH, PART_PATH, PART_TAGS);
	case TABLE_FILE:
		return fold_file(r, row, new);
	case TABLE_SOURCE:
		fold_source(row, new);
		return 0;
	default:
		memcpy(row, new, sizeof(*row) * (size_t)db_tables[table].ncol);
		return 0;
	}
}
