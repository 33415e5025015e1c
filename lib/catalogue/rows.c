/* rows - the rows that a record makes */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "catalogue/check.h"
#include "catalogue/load.h"
#include "catalogue/rows.h"
#include "catalogue/settle.h"
#include "files/hash.h"

int
rows_push(struct load_list *t, struct field *row)
{
	struct load_row *p;
	size_t cap;

	if (t->n == t->cap) {
		cap = t->cap == 0 ? 1024 : t->cap * 2;
		if ((p = reallocarray(t->row, cap, sizeof(*p))) == NULL)
			return -1;
		t->row = p;
		t->cap = cap;
	}
	t->row[t->n] = (struct load_row){ row, t->n };
	t->n++;
	return 0;
}

/* An empty row of a table, in its list; NULL when memory is out. */
static struct field *
new_row(struct load *l, int table)
{
	size_t size = sizeof(struct field) * (size_t)db_tables[table].ncol;
	struct field *row = arena_get(&l->arena, size);

	if (row == NULL || rows_push(&l->list[table], row) == -1)
		return NULL;
	memset(row, 0, size);
	return row;
}

static int
number_field(struct load *l, struct field *f, int64_t v)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%lld", (long long)v);

	f->p = arena_copy(&l->arena, text, (size_t)n);
	f->n = (size_t)n;
	return f->p == NULL ? -1 : 0;
}

void
rows_key(char hex[HASH_DIGITS + 1], const struct field *source, uint64_t second)
{
	uint64_t first = hash_short(source->p, source->n, 0);
	struct hash h;

	for (int i = 0; i < 8; i++) {
		h.b[i] = (uint8_t)(first >> (56 - 8 * i));
		h.b[i + 8] = (uint8_t)(second >> (56 - 8 * i));
	}
	hash_hex(&h, hex);
}

static int
place_field(struct load *l, struct field *f, const struct field *source,
    uint64_t second)
{
	char *text = arena_get(&l->arena, HASH_DIGITS + 1);

	if (text == NULL)
		return -1;
	rows_key(text, source, second);
	*f = (struct field){ text, HASH_DIGITS };
	return 0;
}

static uint64_t
second_half(const struct field *member, int64_t nth, const struct field *part)
{
	uint64_t h = hash_short(
	    member->p != NULL ? member->p : "", member->n, (uint64_t)nth);

	if (part->p != NULL)
		h = hash_short(part->p, part->n, h);
	return h == 0 ? 1 : h;
}

/* `again:N` among what detail says. */
static int64_t
nth_of(const struct field *detail)
{
	const char *p = detail->p;
	long long n;

	while (p != NULL) {
		if (strncmp(p, "again:", 6) == 0 &&
		    (n = strtoll(p + 6, NULL, 10)) > 0)
			return n;
		if ((p = strchr(p, ',')) != NULL)
			p++;
	}
	return 1;
}

/* A number among counts like midi:3,dup:1,error:0; name ends in a colon. */
static int64_t
count_of(const struct field *detail, const char *name)
{
	const char *p = detail->p;
	long long n;

	while (p != NULL) {
		if (strncmp(p, name, strlen(name)) == 0 &&
		    (n = strtoll(p + strlen(name), NULL, 10)) > 0 &&
		    n < 1000000000000)
			return n;
		if ((p = strchr(p, ',')) != NULL)
			p++;
	}
	return 0;
}

/* The tags of a place: unknown where mtag was not in the pipe. */
static struct field
said_tags(const struct field *f)
{
	if (f[COL_TAGS].p == NULL && f[COL_CATEGORY].p != NULL)
		return (struct field){ "", 0 };
	return f[COL_TAGS];
}

static int
add_location(struct load *l, const struct field *f, const struct field *source,
    const struct field *place, int64_t nth)
{
	struct field *row = new_row(l, TABLE_LOCATION);

	if (row == NULL || number_field(l, &row[LOCATION_NTH], nth) == -1)
		return -1;
	row[LOCATION_PLACE] = *place;
	row[LOCATION_HASH] = f[COL_HASH];
	row[LOCATION_SOURCE] = *source;
	row[LOCATION_MEMBER] = f[COL_MEMBER];
	row[LOCATION_PATH] = f[COL_PATH];
	row[LOCATION_SIZE] = f[COL_SIZE];
	row[LOCATION_MTIME] = f[COL_MTIME];
	row[LOCATION_STATUS] = f[COL_STATUS];
	row[LOCATION_NAME] = f[COL_NAME];
	row[LOCATION_TAGS] = said_tags(f);
	return 0;
}

static int
add_part(struct load *l, const struct field *f)
{
	struct field *row = new_row(l, TABLE_PART);

	if (row == NULL)
		return -1;
	row[PART_PARENT] = f[COL_PARENT];
	row[PART_PART] = f[COL_PART];
	row[PART_HASH] = f[COL_HASH];
	row[PART_PATH] = f[COL_PATH];
	row[PART_STATUS] = f[COL_STATUS];
	row[PART_NAME] = f[COL_NAME];
	row[PART_TAGS] = said_tags(f);
	return 0;
}

static int
add_problem(struct load *l, const struct field *f, const struct field *source,
    const struct field *place, int64_t nth)
{
	struct field *row = new_row(l, TABLE_PROBLEM);

	if (row == NULL || number_field(l, &row[PROBLEM_NTH], nth) == -1)
		return -1;
	row[PROBLEM_PLACE] = *place;
	row[PROBLEM_SOURCE] = *source;
	row[PROBLEM_MEMBER] = f[COL_MEMBER];
	row[PROBLEM_PART] = f[COL_PART];
	row[PROBLEM_PATH] = f[COL_PATH];
	row[PROBLEM_STATUS] = f[COL_STATUS];
	row[PROBLEM_DETAIL] = f[COL_DETAIL];
	row[PROBLEM_HASH] = f[COL_HASH];
	row[PROBLEM_MTIME] = f[COL_MTIME];
	row[PROBLEM_KIND] = f[COL_KIND];
	return 0;
}

/* What an archive holds, and so how many records it must have. */
static int
add_counts(struct load *l, const struct field *f, struct field *row)
{
	static const struct {
		const char *name;
		int col, is_record;
	} of[] = { { "midi:", SOURCE_MIDI, 1 }, { "dup:", SOURCE_DUP, 1 },
		{ "error:", SOURCE_ERROR, 1 }, { "other:", SOURCE_OTHER, 0 } };
	int64_t n, sum = 0;

	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		n = count_of(&f[COL_DETAIL], of[i].name);
		sum += of[i].is_record ? n : 0;
		if (number_field(l, &row[of[i].col], n) == -1)
			return -1;
	}
	return number_field(l, &row[SOURCE_ENTRIES], sum);
}

static struct field *
new_source(struct load *l, const struct field *source)
{
	struct field *row = new_row(l, TABLE_SOURCE);

	if (row == NULL || place_field(l, &row[SOURCE_PLACE], source, 0) == -1)
		return NULL;
	row[SOURCE_PATH] = *source;
	return row;
}

/* A source speaks for itself.  What could not be read may be readable later:
 * it is not done. */
static int
add_source(struct load *l, const struct field *f, const struct field *source)
{
	static const struct field found = { "found", 5 }, read = { "read", 4 },
				  done = { "done", 4 };
	struct field *row = new_source(l, source);
	int archive = field_is(&f[COL_KIND], "archive");
	int unread = field_is(&f[COL_STATUS], "error") &&
	    f[COL_DETAIL].p != NULL && strncmp(f[COL_DETAIL].p, "io:", 3) == 0;

	if (row == NULL)
		return -1;
	row[SOURCE_SIZE] = f[COL_SIZE];
	row[SOURCE_MTIME] = f[COL_MTIME];
	row[SOURCE_KIND] = f[COL_KIND];
	row[SOURCE_STATUS] = f[COL_STATUS];
	row[SOURCE_DETAIL] = f[COL_DETAIL];
	row[SOURCE_STATE] = f[COL_STATUS].p == NULL ? found
	    : archive || unread                     ? read
						    : done;
	if (f[COL_STATUS].p == NULL || unread)
		return 0;
	return archive ? add_counts(l, f, row)
		       : number_field(l, &row[SOURCE_ENTRIES], 1);
}

/* An entry speaks of its source too, so that loaders of one source take
 * their turns; once a batch, as entries come together. */
static int
add_mention(struct load *l, const struct field *f, const struct field *source)
{
	const struct load_list *t = &l->list[TABLE_SOURCE];
	struct field *row;

	row = t->n > 0 ? t->row[t->n - 1].row : NULL;
	if (row != NULL && field_same(DB_TEXT, &row[SOURCE_PATH], source) &&
	    field_same(DB_INT, &row[SOURCE_MTIME], &f[COL_MTIME]))
		return 0;
	if ((row = new_source(l, source)) == NULL)
		return -1;
	row[SOURCE_MTIME] = f[COL_MTIME];
	row[SOURCE_KIND] = (struct field){ "archive", 7 };
	row[SOURCE_STATE] = (struct field){ "found", 5 };
	return 0;
}

int
rows_own_place(struct load *l, struct field *place, const struct field *source)
{
	static const struct field none;

	return place_field(l, place, source, second_half(&none, 1, &none));
}

int
rows_add(struct load *l, struct field *file)
{
	struct field *f = file - 1, place; /* f by column number */
	const struct field *source =
	    f[COL_SOURCE].p != NULL ? &f[COL_SOURCE] : &f[COL_PATH];
	int whole = f[COL_PART].p == NULL;
	int error = field_is(&f[COL_STATUS], "error");
	int64_t nth = nth_of(&f[COL_DETAIL]);
	uint64_t second;

	if (paths_stored(&l->paths, &l->arena, &f[COL_PATH]) == -1 ||
	    paths_stored(&l->paths, &l->arena, &f[COL_SOURCE]) == -1)
		return -1;
	if (f[COL_HASH].p != NULL && f[COL_STATUS].p == NULL)
		f[COL_STATUS] = (struct field){ "ok", 2 };
	second = second_half(&f[COL_MEMBER], nth, &f[COL_PART]);
	if (rules_sort_tags(&l->arena, &f[COL_TAGS]) == -1 ||
	    place_field(l, &place, source, second) == -1)
		return -1;
	if (whole && f[COL_MEMBER].p != NULL &&
	    !field_is(&f[COL_KIND], "archive") &&
	    settle_seen(
		&l->recent, hash_short(source->p, source->n, 0), second) == -1)
		return -1;
	if (whole &&
	    (f[COL_MEMBER].p == NULL ? add_source(l, f, source)
				     : add_mention(l, f, source)) == -1)
		return -1;
	if (f[COL_HASH].p != NULL) {
		if (rows_push(&l->list[TABLE_FILE], file) == -1 ||
		    (whole ? add_location(l, f, source, &place, nth)
			   : add_part(l, f)) == -1)
			return -1;
	}
	/* What is amiss with a source that has entries, its row says. */
	if (error ||
	    (field_is(&f[COL_STATUS], "partial") && f[COL_MEMBER].p != NULL))
		return add_problem(l, f, source, &place, nth);
	return 0;
}
