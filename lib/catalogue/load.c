/* load - records into a catalogue, in batches */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "catalogue/check.h"
#include "catalogue/forget.h"
#include "catalogue/load.h"
#include "catalogue/rows.h"
#include "catalogue/settle.h"
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
load_open(struct load *l, const char *name, const char *library, int flags)
{
	l->rules.arena = &l->arena;
	l->rules.paths = &l->paths;
	if (l->limit == 0)
		l->limit = LOAD_BATCH;
	if (name == NULL)
		return 0;
	l->db = db_open(name, flags, &l->arena, &l->label, &l->why);
	if (l->db == NULL)
		return -1;
	if (paths_open(&l->paths, l->db, library, 1) != DB_OK)
		return fail(l, l->db->why.p);
	return 0;
}

/* --- a record
 * ------------------------------------------------------------------
 */

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
	if (keep_record(l, r, file) == -1 || rows_add(l, file) == -1)
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
};

/* Rows of one table in the order of their keys, those of a key together. */
struct put {
	struct load *l;
	int table;
	const struct load_row *row;
	size_t *from; /* first row of each key, and the end */
	struct field **first;
	size_t n;
	unsigned char *was;      /* whether it was met */
	struct recount *recount; /* of files, or NULL */
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
recounted(const struct recount *r, struct field *row)
{
	struct total *t, of = { .hash = row[COL_HASH - 1] };

	t = bsearch(&of, r->total, r->n, sizeof(*t), by_hash);
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
	if (p->recount != NULL)
		recounted(p->recount, row);
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
	if (p->table == TABLE_SOURCE) {
		if (settle_note(p->l, old, now) == -1)
			return -1;
		p->was[i] = 1;
	}
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
	p->was = arena_get(a, list->n + 1);
	if (p->from == NULL || p->first == NULL || p->was == NULL)
		return -1;
	memset(p->was, 0, list->n + 1);
	for (i = 0; i < list->n; i++)
		if (i == 0 ||
		    row_by_key(t, list->row[i - 1].row, list->row[i].row) != 0)
			p->from[p->n++] = i;
	p->from[p->n] = list->n;
	for (i = 0; i < p->n; i++) {
		p->first[i] = list->row[p->from[i]].row;
		if (p->from[i + 1] - p->from[i] == 1 && p->recount == NULL)
			continue;
		if ((p->first[i] = arena_get(a, size)) == NULL)
			return -1;
		memcpy(p->first[i], list->row[p->from[i]].row, size);
		if (fold(p, i, 1, p->first[i]) == -1)
			return -1;
	}
	return 0;
}

/* Others may have told the tags of a content while we waited for its row. */
static int count_tags(struct recount *);
static int
locked(void *ctx)
{
	struct put *p = ctx;

	return p->recount != NULL ? count_tags(p->recount) : DB_OK;
}

static int
put_list(struct load *l, int table, struct load_list *list, struct recount *r)
{
	struct db_met by = { .met = met, .locked = locked };
	struct put p = {
		.l = l, .table = table, .row = list->row, .recount = r
	};
	int c;

	if (list->n == 0)
		return DB_OK;
	sorting = &db_tables[table];
	qsort(list->row, list->n, sizeof(*list->row), by_key);
	if (unite(&p, list) == -1)
		return db_why(l->db, DB_FAILED, strerror(errno));
	by.ctx = &p;
	c = l->db->engine->put(l->db, table, p.first, p.n, &by);
	/* Those that were not met are new. */
	for (size_t i = 0; i < p.n && c == DB_OK && table == TABLE_SOURCE; i++)
		if (!p.was[i] && settle_note(l, NULL, p.first[i]) == -1)
			return db_why(l->db, DB_FAILED, strerror(errno));
	return c;
}

static int
put(struct load *l, int table)
{
	return put_list(l, table, &l->list[table], NULL);
}

/* --- contents that left a place --------------------------------------------
 */

static int
add_tags(void *ctx, const struct field *row)
{
	struct recount *r = ctx;
	struct total *t, of = { .hash = row[0] };

	t = bsearch(&of, r->total, r->n, sizeof(*t), by_hash);
	return t == NULL ? 0 : rules_unite(&r->l->arena, &t->tags, &row[1]);
}

static int
count_tags(struct recount *r)
{
	struct load *l = r->l;
	struct field *hash = arena_get(&l->arena, (r->n + 1) * sizeof(*hash));

	if (hash == NULL)
		return db_why(l->db, DB_FAILED, strerror(errno));
	for (size_t i = 0; i < r->n; i++) {
		hash[i] = r->total[i].hash;
		r->total[i].tags = (struct field){ 0 };
	}
	return l->db->engine->query(l->db, QUERY_TAGS, hash, r->n, add_tags, r);
}

/* Rows of file that say that a content left a place, behind the batch's. */
static int
add_left(struct load *l, struct recount *r)
{
	const struct load_list *files = &l->list[TABLE_FILE];
	const struct rules *u = &l->rules;
	struct field *row;

	r->total = arena_get(&l->arena, u->nleft * sizeof(*r->total));
	l->left.n = 0;
	for (size_t i = 0; i < files->n; i++)
		if (rows_push(&l->left, files->row[i].row) == -1)
			return -1;
		else
			l->left.row[i].seq = files->row[i].seq;
	for (size_t i = 0; i < u->nleft; i++) {
		row = arena_get(&l->arena, sizeof(*row) * COLUMNS);
		if (row == NULL || r->total == NULL ||
		    rows_push(&l->left, row) == -1)
			return -1;
		memset(row, 0, sizeof(*row) * COLUMNS);
		*file_field(row, COL_HASH) = u->left[i].hash;
		*file_field(row, COL_PATH) = u->left[i].path;
		*file_field(row, COL_STATUS) = (struct field){ rules_gone, 3 };
		r->total[i] = (struct total){ .hash = u->left[i].hash };
	}
	qsort(r->total, u->nleft, sizeof(*r->total), by_hash);
	for (size_t i = 0; i < u->nleft; i++)
		if (i == 0 || by_hash(&r->total[r->n - 1], &r->total[i]) != 0)
			r->total[r->n++] = r->total[i];
	return 0;
}

static int
put_files(struct load *l)
{
	struct recount r = { .l = l };
	int c;

	if (l->rules.nleft == 0)
		return put(l, TABLE_FILE);
	if (add_left(l, &r) == -1)
		return db_why(l->db, DB_FAILED, strerror(errno));
	if ((c = count_tags(&r)) != DB_OK)
		return c;
	return put_list(l, TABLE_FILE, &l->left, &r);
}

/* Whatever is no error any more is taken out of the problems. */
static int
solve(struct load *l)
{
	const struct load_list *list = &l->list[TABLE_LOCATION];
	const struct load_list *sources = &l->list[TABLE_SOURCE];
	const struct field *row;
	struct field *place;
	size_t n = 0;
	int bad = 0;

	place =
	    arena_get(&l->arena, (list->n + sources->n + 1) * sizeof(*place));
	if (place == NULL)
		return db_why(l->db, DB_FAILED, strerror(errno));
	for (size_t i = 0; i < list->n; i++) {
		row = list->row[i].row;
		if (!field_is(&row[LOCATION_STATUS], "error"))
			place[n++] = row[LOCATION_PLACE];
	}
	for (size_t i = 0; i < sources->n; i++) {
		row = sources->row[i].row;
		if (field_is(&row[SOURCE_KIND], "archive") &&
		    row[SOURCE_STATUS].p != NULL &&
		    !field_is(&row[SOURCE_STATUS], "error"))
			bad |=
			    rows_own_place(l, &place[n++], &row[SOURCE_PATH]);
	}
	return bad
	    ? db_why(l->db, DB_FAILED, strerror(errno))
	    : l->db->engine->query(l->db, QUERY_SOLVED, place, n, NULL, NULL);
}

/* First the sources, which those who load the same ones wait for here; then
 * what lies in them, and last the contents. */
static int
transaction(struct load *l)
{
	const struct db_engine *e = l->db->engine;
	int c;

	l->rules.nleft = 0;
	l->settling.n = 0;
	if ((c = e->begin(l->db)) != DB_OK ||
	    (c = put(l, TABLE_SOURCE)) != DB_OK ||
	    (c = put(l, TABLE_LOCATION)) != DB_OK ||
	    (c = put(l, TABLE_PART)) != DB_OK || (c = solve(l)) != DB_OK ||
	    (c = put(l, TABLE_PROBLEM)) != DB_OK || (c = settle(l)) != DB_OK ||
	    (c = put_files(l)) != DB_OK)
		return c;
	return e->commit(l->db);
}

static int
forgetting(struct load *l)
{
	const struct db_engine *e = l->db->engine;
	int c;

	l->rules.nleft = 0;
	if ((c = e->begin(l->db)) != DB_OK || (c = forget(l)) != DB_OK)
		return c;
	l->list[TABLE_FILE].n = 0;
	if ((c = put_files(l)) != DB_OK)
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
	if (l->db != NULL && l->nrecord > 0 &&
	    persist(l, l->forget ? forgetting : transaction) == -1)
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
	free(l->rules.left);
	free(l->left.row);
	free(l->recent.place);
	free(l->settling.source);
	free(l->record);
	arena_free(&l->arena);
	buf_free(&l->label);
	buf_free(&l->why);
	*l = (struct load){ 0 };
}
