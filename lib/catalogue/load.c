/* load - records into a catalogue, in batches */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "catalogue/check.h"
#include "catalogue/load.h"
#include "files/hash.h"
#include "stream/num.h"
#include "stream/tool.h"

/* Pauses between tries, in ms. */
enum { FIRST_PAUSE = 100, LAST_PAUSE = 10000 };

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
fail(struct load *l, const char *reason)
{
	buf_clear(&l->why);
	(void)buf_str(&l->why, reason);
	return -1;
}

int
load_open(struct load *l, const char *name, const char *library, int durable)
{
	l->rules.arena = &l->arena;
	l->rules.paths = &l->paths;
	if (l->limit == 0)
		l->limit = LOAD_BATCH;
	if (name == NULL)
		return 0;
	l->db = db_open(name, durable, &l->arena, &l->label, &l->why);
	if (l->db == NULL)
		return -1;
	if (paths_open(&l->paths, l->db, library, 1) != DB_OK)
		return fail(l, l->db->why.p);
	return 0;
}

/* --- from a record to rows -------------------------------------------------
 */

static int
push(struct load *l, int table, struct field *row)
{
	struct load_list *t = &l->list[table];
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

	if (row == NULL || push(l, table, row) == -1)
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

/* Key of a place: the first half is its source's, so that those of one
 * source lie together; the second half is nothing for the source itself. */
static int
place_field(struct load *l, struct field *f, const struct field *source,
    uint64_t second)
{
	uint64_t first = hash_short(source->p, source->n, 0);
	struct hash h;
	char *text;

	if ((text = arena_get(&l->arena, HASH_DIGITS + 1)) == NULL)
		return -1;
	for (int i = 0; i < 8; i++) {
		h.b[i] = (uint8_t)(first >> (56 - 8 * i));
		h.b[i + 8] = (uint8_t)(second >> (56 - 8 * i));
	}
	hash_hex(&h, text);
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

/* The number of entries that counts like midi:3,dup:1,error:0 promise. */
static int64_t
entries_of(const struct field *detail)
{
	static const char *const of[] = { "midi:", "dup:", "error:" };
	const char *p = detail->p;
	int64_t sum = 0;
	long long n;

	while (p != NULL) {
		for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++)
			if (strncmp(p, of[i], strlen(of[i])) == 0 &&
			    (n = strtoll(p + strlen(of[i]), NULL, 10)) > 0 &&
			    n < 1000000000000)
				sum += n;
		if ((p = strchr(p, ',')) != NULL)
			p++;
	}
	return sum;
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
	return 0;
}

static int
add_source(struct load *l, const struct field *f, const struct field *source)
{
	struct field *row = new_row(l, TABLE_SOURCE);
	int read = f[COL_STATUS].p != NULL;
	int64_t entries =
	    field_is(&f[COL_KIND], "archive") ? entries_of(&f[COL_DETAIL]) : 1;

	if (row == NULL ||
	    place_field(l, &row[SOURCE_PLACE], source, 0) == -1 ||
	    (read && number_field(l, &row[SOURCE_ENTRIES], entries) == -1))
		return -1;
	row[SOURCE_PATH] = *source;
	row[SOURCE_SIZE] = f[COL_SIZE];
	row[SOURCE_MTIME] = f[COL_MTIME];
	row[SOURCE_KIND] = f[COL_KIND];
	row[SOURCE_STATUS] = f[COL_STATUS];
	row[SOURCE_DETAIL] = f[COL_DETAIL];
	row[SOURCE_STATE] =
	    read ? (struct field){ "read", 4 } : (struct field){ "found", 5 };
	return 0;
}

/* The rows that a record makes; f counts from column 1. */
static int
add_rows(struct load *l, struct field *file)
{
	struct field *f = file - 1, place;
	const struct field *source =
	    f[COL_SOURCE].p != NULL ? &f[COL_SOURCE] : &f[COL_PATH];
	int whole = f[COL_PART].p == NULL;
	int64_t nth = nth_of(&f[COL_DETAIL]);

	if (paths_stored(&l->paths, &l->arena, &f[COL_PATH]) == -1 ||
	    paths_stored(&l->paths, &l->arena, &f[COL_SOURCE]) == -1)
		return -1;
	if (f[COL_HASH].p != NULL && f[COL_STATUS].p == NULL)
		f[COL_STATUS] = (struct field){ "ok", 2 };
	if (rules_sort_tags(&l->arena, &f[COL_TAGS]) == -1 ||
	    place_field(l, &place, source,
		second_half(&f[COL_MEMBER], nth, &f[COL_PART])) == -1)
		return -1;
	if (f[COL_HASH].p != NULL) {
		if (push(l, TABLE_FILE, file) == -1 ||
		    (whole ? add_location(l, f, source, &place, nth)
			   : add_part(l, f)) == -1)
			return -1;
	}
	if (whole && f[COL_MEMBER].p == NULL && add_source(l, f, source) == -1)
		return -1;
	return field_is(&f[COL_STATUS], "error")
	    ? add_problem(l, f, source, &place, nth)
	    : 0;
}

/* Copies a record into the batch and turns the fields of file to the copy. */
static int
keep_record(struct load *l, const struct rec *r, struct field *file)
{
	struct load_record *p;
	size_t cap, len = 0;
	char *q;

	if (l->nrecord == l->caprecord) {
		cap = l->caprecord == 0 ? 1024 : l->caprecord * 2;
		if ((p = reallocarray(l->record, cap, sizeof(*p))) == NULL)
			return -1;
		l->record = p;
		l->caprecord = cap;
	}
	for (size_t i = 0; i < r->nf; i++)
		len += r->len[i] + 1;
	if ((q = arena_get(&l->arena, len)) == NULL)
		return -1;
	l->record[l->nrecord] = (struct load_record){ q, len - 1 };
	for (size_t i = 0; i < r->nf; i++) {
		memcpy(q, r->field[i], r->len[i] + 1);
		if (i < COLUMNS && file[i].p != NULL)
			file[i].p = q;
		q += r->len[i] + 1;
	}
	return 0;
}

int
load_add(struct load *l, const struct rec *r)
{
	struct field *file;

	buf_clear(&l->why);
	file = arena_get(&l->arena, sizeof(*file) * COLUMNS);
	if (file == NULL)
		return fail(l, strerror(errno));
	if (check_record(r, file, &l->why) == -1)
		return 1;
	if (keep_record(l, r, file) == -1 || add_rows(l, file) == -1)
		return fail(l, strerror(errno));
	if (l->nrecord++ == 0)
		l->began = now_ms();
	return 0;
}

int
load_due(const struct load *l)
{
	if (l->nrecord == 0)
		return 0;
	return l->nrecord >= l->limit || l->arena.used >= LOAD_BYTES ||
	    now_ms() - l->began >= LOAD_MS;
}

/* --- a batch ---------------------------------------------------------------
 */

/* A content's hash and its tags, for those that are put together anew. */
struct total {
	struct field hash, tags;
};

struct recount {
	struct load *l;
	struct total *total; /* in the order of their hashes */
	size_t n;
	int failed;
};

/* Rows of one table in the order of their keys, those of a key together. */
struct put {
	struct load *l;
	int table;
	const struct load_row *row;
	size_t *from; /* first row of each key, and the end */
	struct field **first;
	size_t n;
	struct total *total; /* contents with their tags put together anew */
	size_t ntotal;
};

static _Thread_local const struct db_table *sorting; /* qsort has no context */

static int
by_key(const void *a, const void *b)
{
	const struct load_row *x = a, *y = b;
	int c = row_by_key(sorting, x->row, y->row);

	return c != 0 ? c : (x->seq > y->seq) - (x->seq < y->seq);
}

static int
by_hash(const void *a, const void *b)
{
	const struct total *x = a, *y = b;

	return memcmp(x->hash.p, y->hash.p, HASH_DIGITS);
}

static void
recounted(const struct put *p, struct field *row)
{
	struct total *t, of = { .hash = row[COL_HASH - 1] };

	t = bsearch(&of, p->total, p->ntotal, sizeof(*t), by_hash);
	if (t != NULL)
		row[COL_TAGS - 1] = t->tags;
}

/* Lets the rows of a key speak, from the given one on. */
static int
fold(struct put *p, size_t key, size_t skip, struct field *row)
{
	for (size_t i = p->from[key] + skip; i < p->from[key + 1]; i++)
		if (rules_fold(&p->l->rules, p->table, row, p->row[i].row) ==
		    -1)
			return -1;
	if (p->ntotal > 0)
		recounted(p, row);
	return 0;
}

static int
met(void *ctx, size_t i, struct field *now)
{
	const struct db_table *t;
	struct field old[DB_WIDEST];
	struct put *p = ctx;

	t = &db_tables[p->table];
	memcpy(old, now, sizeof(*now) * (size_t)t->ncol);
	if (fold(p, i, 0, now) == -1)
		return -1;
	return !row_same(t, old, now);
}

/* Makes one row of each key. */
static int
unite(struct put *p, const struct load_list *list)
{
	const struct db_table *t = &db_tables[p->table];
	size_t size = sizeof(struct field) * (size_t)t->ncol, i;
	struct arena *a = &p->l->arena;

	p->from = arena_get(a, (list->n + 1) * sizeof(*p->from));
	p->first = arena_get(a, (list->n + 1) * sizeof(*p->first));
	if (p->from == NULL || p->first == NULL)
		return -1;
	for (i = 0; i < list->n; i++)
		if (i == 0 ||
		    row_by_key(t, list->row[i - 1].row, list->row[i].row) != 0)
			p->from[p->n++] = i;
	p->from[p->n] = list->n;
	for (i = 0; i < p->n; i++) {
		p->first[i] = list->row[p->from[i]].row;
		if (p->from[i + 1] - p->from[i] == 1 && p->ntotal == 0)
			continue;
		if ((p->first[i] = arena_get(a, size)) == NULL)
			return -1;
		memcpy(p->first[i], list->row[p->from[i]].row, size);
		if (fold(p, i, 1, p->first[i]) == -1)
			return -1;
	}
	return 0;
}

static int
put(struct load *l, int table, const struct recount *r)
{
	struct load_list *list = &l->list[table];
	struct put p = { .l = l,
		.table = table,
		.row = list->row,
		.total = r != NULL ? r->total : NULL,
		.ntotal = r != NULL ? r->n : 0 };

	if (list->n == 0)
		return DB_OK;
	sorting = &db_tables[table];
	qsort(list->row, list->n, sizeof(*list->row), by_key);
	if (unite(&p, list) == -1)
		return db_why(l->db, DB_FAILED, strerror(errno));
	return l->db->engine->put(l->db, table, p.first, p.n, met, &p);
}

static void
recount_one(void *ctx, const struct field *hash, const struct field *tags)
{
	struct recount *r = ctx;
	struct total *t, of = { .hash = *hash };

	t = bsearch(&of, r->total, r->n, sizeof(*t), by_hash);
	if (t != NULL && rules_unite(&r->l->arena, &t->tags, tags) == -1)
		r->failed = 1;
}

/* The tags of contents of which a place took one back. */
static int
recount(struct load *l, struct recount *r)
{
	struct rules *u = &l->rules;
	int c;

	*r = (struct recount){ .l = l };
	if (u->nrecount == 0)
		return DB_OK;
	r->total = arena_get(&l->arena, u->nrecount * sizeof(*r->total));
	if (r->total == NULL)
		return db_why(l->db, DB_FAILED, strerror(errno));
	for (size_t i = 0; i < u->nrecount; i++)
		r->total[i] = (struct total){ .hash = u->recount[i] };
	qsort(r->total, u->nrecount, sizeof(*r->total), by_hash);
	for (size_t i = 0; i < u->nrecount; i++)
		if (i == 0 || by_hash(&r->total[r->n - 1], &r->total[i]) != 0)
			r->total[r->n++] = r->total[i];
	for (size_t i = 0; i < r->n; i++)
		u->recount[i] = r->total[i].hash;
	c = l->db->engine->tags(l->db, u->recount, r->n, recount_one, r);
	if (c == DB_OK && r->failed)
		return db_why(l->db, DB_FAILED, strerror(ENOMEM));
	return c;
}

/* Whatever is no error any more is taken out of the problems. */
static int
solve(struct load *l)
{
	const struct load_list *list = &l->list[TABLE_LOCATION];
	struct field *place;
	size_t n = 0;

	place = arena_get(&l->arena, (list->n + 1) * sizeof(*place));
	if (place == NULL)
		return db_why(l->db, DB_FAILED, strerror(errno));
	for (size_t i = 0; i < list->n; i++)
		if (!field_is(&list->row[i].row[LOCATION_STATUS], "error"))
			place[n++] = list->row[i].row[LOCATION_PLACE];
	return l->db->engine->solved(l->db, place, n);
}

static int
transaction(struct load *l)
{
	const struct db_engine *e = l->db->engine;
	struct recount r;
	int c;

	l->rules.nrecount = 0;
	if ((c = e->begin(l->db)) != DB_OK ||
	    (c = put(l, TABLE_LOCATION, NULL)) != DB_OK ||
	    (c = put(l, TABLE_PART, NULL)) != DB_OK ||
	    (c = recount(l, &r)) != DB_OK ||
	    (c = put(l, TABLE_FILE, &r)) != DB_OK || (c = solve(l)) != DB_OK ||
	    (c = put(l, TABLE_PROBLEM, NULL)) != DB_OK ||
	    (c = put(l, TABLE_SOURCE, NULL)) != DB_OK)
		return c;
	return e->commit(l->db);
}

/* Tries until it succeeds, fails for good, or has been tried too long. */
static int
persist(struct load *l, int (*what)(struct load *))
{
	int64_t end = now_ms() + l->patience, left;
	int pause = FIRST_PAUSE, c;

	for (;;) {
		if ((c = what(l)) == DB_OK)
			return 0;
		(void)fail(l, l->db->why.p != NULL ? l->db->why.p : "failed");
		l->db->engine->rollback(l->db);
		do {
			left = end - now_ms();
			if (c != DB_AGAIN || left <= 0 || tool_signal)
				return -1;
			poll(NULL, 0, left < pause ? (int)left : pause);
			pause = pause < LAST_PAUSE / 2 ? pause * 2 : LAST_PAUSE;
		} while ((c = l->db->engine->again(l->db)) != DB_OK);
	}
}

int
load_commit(struct load *l)
{
	if (l->db != NULL && l->nrecord > 0 && persist(l, transaction) == -1)
		return -1;
	l->committed += l->nrecord;
	return 0;
}

void
load_clear(struct load *l)
{
	for (int i = 0; i < TABLES; i++)
		l->list[i].n = 0;
	l->nrecord = 0;
	arena_reset(&l->arena);
}

static int
finish(struct load *l)
{
	return l->db->engine->finish(l->db);
}

int
load_finish(struct load *l)
{
	return l->db == NULL ? 0 : persist(l, finish);
}

void
load_close(struct load *l)
{
	db_close(l->db);
	for (int i = 0; i < TABLES; i++)
		free(l->list[i].row);
	paths_free(&l->paths);
	free(l->rules.recount);
	free(l->record);
	arena_free(&l->arena);
	buf_free(&l->label);
	buf_free(&l->why);
	*l = (struct load){ 0 };
}
