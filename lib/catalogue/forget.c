/* forget - takes the records of a batch out of the catalogue */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "catalogue/check.h"
#include "catalogue/forget.h"
#include "catalogue/keys.h"
#include "catalogue/rows.h"

struct forgetting {
	struct load *l;
	struct keys places, sources, loose, open, files, parts;
};

static int
note(struct forgetting *f)
{
	const struct load_list *t = f->l->list;
	const struct field *row;
	int bad = 0;

	for (size_t i = 0; i < t[TABLE_LOCATION].n; i++) {
		row = t[TABLE_LOCATION].row[i].row;
		bad |= keys_add(&f->places, &row[LOCATION_PLACE]);
		bad |= keys_add(&f->files, &row[LOCATION_HASH]);
	}
	for (size_t i = 0; i < t[TABLE_PROBLEM].n; i++) {
		row = t[TABLE_PROBLEM].row[i].row;
		bad |= keys_add(&f->places, &row[PROBLEM_PLACE]);
	}
	for (size_t i = 0; i < t[TABLE_PART].n; i++) {
		row = t[TABLE_PART].row[i].row;
		bad |= keys_add(&f->parts, &row[PART_HASH]);
		bad |= keys_add(&f->files, &row[PART_HASH]);
	}
	/* What only an entry spoke of stays, and is not done any more. */
	for (size_t i = 0; i < t[TABLE_SOURCE].n; i++) {
		row = t[TABLE_SOURCE].row[i].row;
		bad |= keys_add(row[SOURCE_STATUS].p == NULL &&
			    row[SOURCE_SIZE].p == NULL &&
			    field_is(&row[SOURCE_KIND], "archive")
			? &f->open
			: &f->sources,
		    &row[SOURCE_PLACE]);
	}
	return bad;
}

/* A location is out: place, hash, source, path. */
static int
gone(void *ctx, const struct field *row)
{
	struct forgetting *f = ctx;

	return keys_add(&f->files, &row[1]) |
	    rules_left(&f->l->rules, &row[1], &row[3]);
}

static int
gone_part(void *ctx, const struct field *row)
{
	return keys_add(ctx, &row[0]);
}

/* A content is out; what says that it left a place must not make it anew. */
static int
gone_file(void *ctx, const struct field *row)
{
	struct forgetting *f = ctx;
	struct rules *u = &f->l->rules;

	for (size_t i = 0; i < u->nleft; i++)
		if (field_same(DB_HASH, &u->left[i].hash, &row[0]))
			u->left[i--] = u->left[--u->nleft];
	return keys_add(&f->loose, &row[0]);
}

/* Parts of contents that went go, and so may their contents, and so on. */
static int
files(struct forgetting *f)
{
	struct db *db = f->l->db;
	int c;

	while (f->files.n > 0) {
		f->loose.n = 0;
		c = db->engine->query(
		    db, QUERY_ORPHANS, f->files.key, f->files.n, gone_file, f);
		f->files.n = 0;
		if (c == DB_OK)
			c = db->engine->query(db, QUERY_PARTS, f->loose.key,
			    f->loose.n, gone_part, &f->files);
		if (c != DB_OK)
			return c;
	}
	return DB_OK;
}

static int
take_out(struct forgetting *f)
{
	struct db *db = f->l->db;
	const struct db_engine *e = db->engine;
	int c;

	if ((c = e->query(db, QUERY_LOCK, f->sources.key, f->sources.n, NULL,
		 NULL)) != DB_OK ||
	    (c = e->query(db, QUERY_OPEN, f->open.key, f->open.n, NULL,
		 NULL)) != DB_OK ||
	    (c = e->query(db, QUERY_INSIDE, f->sources.key, f->sources.n,
		 gone_part, &f->places)) != DB_OK ||
	    (c = e->query(db, QUERY_DROP, f->places.key, f->places.n, gone,
		 f)) != DB_OK ||
	    (c = e->query(db, QUERY_UNPART, f->parts.key, f->parts.n, NULL,
		 NULL)) != DB_OK ||
	    (c = e->query(db, QUERY_SOLVED, f->places.key, f->places.n, NULL,
		 NULL)) != DB_OK ||
	    (c = e->query(db, QUERY_UNMENTION, f->open.key, f->open.n, NULL,
		 NULL)) != DB_OK ||
	    (c = e->query(db, QUERY_UNSOURCE, f->sources.key, f->sources.n,
		 NULL, NULL)) != DB_OK)
		return c;
	return files(f);
}

int
forget(struct load *l)
{
	struct forgetting f = { .l = l };
	int c =
	    note(&f) ? db_why(l->db, DB_FAILED, strerror(errno)) : take_out(&f);

	free(f.places.key);
	free(f.sources.key);
	free(f.loose.key);
	free(f.open.key);
	free(f.files.key);
	free(f.parts.key);
	return c;
}
