/* fresh - records whose source is not yet fully in the catalogue */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "catalogue/fresh.h"
#include "catalogue/rows.h"
#include "stream/array.h"
#include "stream/esc.h"
#include "stream/num.h"

int
fresh_open(struct fresh *f, const char *name, const char *library)
{
	if (!db_is_server(name) && access(name, F_OK) == -1 && errno == ENOENT)
		return 0;
	f->db = db_open(name, DB_READ, &f->arena, &f->label, &f->why);
	if (f->db == NULL)
		return -1;
	if (f->db->empty)
		return 0;
	if (paths_open(&f->paths, f->db, library, 0) == DB_OK)
		return 0;
	buf_clear(&f->why);
	(void)buf_str(&f->why, f->db->why.p);
	return -1;
}

static int64_t
number(const struct rec *r, int col)
{
	int64_t v;

	return rec_known(r, col) &&
		num_int(rec_field(r, col), 0, INT64_MAX, &v) == 0
	    ? v
	    : -1;
}

/* What the record does not say of its source. */
static void
look(struct fresh_record *p, const struct field *source)
{
	struct buf b = { 0 };
	struct stat st;

	if (esc_undo(&b, source->p, source->n) == 0 && stat(b.p, &st) == 0) {
		p->size = (int64_t)st.st_size;
		p->mtime = (int64_t)st.st_mtime;
	}
	buf_free(&b);
}

int
fresh_add(struct fresh *f, const struct rec *r)
{
	struct fresh_record *p;
	int col = rec_known(r, COL_SOURCE) ? COL_SOURCE : COL_PATH;
	struct field source = { r->field[col - 1], r->len[col - 1] };
	size_t n = 0;
	char *q;

	if (array_room(&f->record, f->n + 1, &f->cap, sizeof(*p)) == -1)
		return -1;
	p = &f->record[f->n];
	for (size_t i = 0; i < r->nf; i++)
		n += r->len[i] + 1;
	if ((q = p->line = arena_get(&f->arena, n)) == NULL)
		return -1;
	for (size_t i = 0; i < r->nf; i++) {
		memcpy(q, r->field[i], r->len[i]);
		q += r->len[i];
		*q++ = '\t';
	}
	p->n = n - 1;
	p->is_known = 0;
	p->size = number(r, COL_SIZE);
	p->mtime = number(r, COL_MTIME);
	/* An entry's size is not that of its source. */
	if (rec_known(r, COL_MEMBER) || p->size == -1 || p->mtime == -1)
		look(p, &source);
	if ((q = arena_get(&f->arena, HASH_DIGITS + 1)) == NULL ||
	    paths_stored(&f->paths, &f->arena, &source) == -1)
		return -1;
	rows_key(q, &source, 0);
	p->place = (struct field){ q, HASH_DIGITS };
	f->n++;
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct fresh_record *const *x = a, *const *y = b;

	return memcmp((*x)->place.p, (*y)->place.p, HASH_DIGITS);
}

static int64_t
stored(const struct field *f)
{
	return f->p != NULL ? strtoll(f->p, NULL, 10) : -1;
}

/* place, size, mtime, state */
static int
answer(void *ctx, const struct field *row)
{
	struct fresh *f = ctx;
	struct fresh_record of = { .place = row[0] }, *key = &of, **p;
	int done = row[3].p != NULL && strcmp(row[3].p, "done") == 0;

	p = bsearch(&key, f->order, f->n, sizeof(*f->order), by_place);
	if (p == NULL)
		return 0;
	while (p > f->order && by_place(p - 1, &key) == 0)
		p--;
	for (; p < f->order + f->n && by_place(p, &key) == 0; p++)
		(*p)->is_known = done && (*p)->size == stored(&row[1]) &&
		    (*p)->mtime == stored(&row[2]);
	return 0;
}

int
fresh_ask(struct fresh *f)
{
	struct field *key;
	size_t n = 0;

	if (f->db == NULL || f->db->empty || f->n == 0)
		return 0;
	key = arena_get(&f->arena, f->n * sizeof(*key));
	if (key == NULL ||
	    array_room(&f->order, f->n, &f->ordercap, sizeof(*f->order)) ==
		-1) {
		(void)buf_str(&f->why, strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < f->n; i++)
		f->order[i] = &f->record[i];
	qsort(f->order, f->n, sizeof(*f->order), by_place);
	for (size_t i = 0; i < f->n; i++)
		if (i == 0 || by_place(&f->order[i - 1], &f->order[i]) != 0)
			key[n++] = f->order[i]->place;
	if (f->db->engine->query(f->db, QUERY_STATE, key, n, answer, f) ==
	    DB_OK)
		return 0;
	buf_clear(&f->why);
	(void)buf_str(&f->why, f->db->why.p);
	return -1;
}

void
fresh_clear(struct fresh *f)
{
	f->n = 0;
	arena_reset(&f->arena);
}

void
fresh_close(struct fresh *f)
{
	db_close(f->db);
	paths_free(&f->paths);
	arena_free(&f->arena);
	free(f->record);
	free(f->order);
	buf_free(&f->label);
	buf_free(&f->why);
	*f = (struct fresh){ 0 };
}
