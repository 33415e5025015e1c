/* settle - sources whose records are all there */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "catalogue/check.h"
#include "catalogue/keys.h"
#include "catalogue/settle.h"
#include "files/hash.h"
#include "stream/array.h"

/* The first column of an answer. */
static int
give_key(void *ctx, const struct field *row)
{
	return keys_add(ctx, &row[0]);
}

/* --- what this loader put --------------------------------------------------
 */

int
settle_seen(struct recent *r, uint64_t source, uint64_t place)
{
	if (r->n < RECENT) {
		if (array_room(
			&r->place, r->n + 1, &r->cap, sizeof(*r->place)) == -1)
			return -1;
		r->at = r->n++;
	} else {
		r->at = (r->at + 1) % RECENT;
	}
	r->place[r->at].source = source;
	r->place[r->at].place = place;
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint64_t
half(const struct hash *h, int from)
{
	uint64_t v = 0;

	for (int i = from; i < from + 8; i++)
		v = v << 8 | h->b[i];
	return v;
}

/* Of the places of a source keeps in k those that this loader did not put;
 * none where it did not put as many as there must be. */
static int
others(
    struct load *l, const struct field *source, int64_t entries, struct keys *k)
{
	struct hash h;
	uint64_t *own, of;
	size_t n = 0, m = 0, left = 0;

	if (hash_parse(source->p, &h) == -1 ||
	    (own = reallocarray(NULL, l->recent.n + 1, sizeof(*own))) == NULL)
		return -1;
	of = half(&h, 0);
	for (size_t i = 0; i < l->recent.n; i++)
		if (l->recent.place[i].source == of)
			own[n++] = l->recent.place[i].place;
	qsort(own, n, sizeof(*own), by_number);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || own[i] != own[m - 1])
			own[m++] = own[i];
	for (size_t i = 0; i < k->n && m == (size_t)entries; i++) {
		if (hash_parse(k->key[i].p, &h) == -1)
			continue;
		of = half(&h, 8);
		if (bsearch(&of, own, m, sizeof(*own), by_number) == NULL)
			k->key[left++] = k->key[i];
	}
	k->n = left;
	free(own);
	return 0;
}

/* --- what goes -------------------------------------------------------------
 */

/* A location is out: place, hash, source, path. */
static int
gone(void *ctx, const struct field *row)
{
	struct load *l = ctx;

	/* A loose file is its own source: the content lies there no more. */
	return rules_left(&l->rules, &row[1],
	    row[2].p != NULL && field_same(DB_TEXT, &row[2], &row[3]) ? &row[3]
								      : NULL);
}

static int
take_out(struct load *l, const struct keys *k)
{
	const struct db_engine *e = l->db->engine;
	int c;

	if (k->n == 0)
		return DB_OK;
	if ((c = e->query(l->db, QUERY_DROP, k->key, k->n, gone, l)) != DB_OK)
		return c;
	return e->query(l->db, QUERY_SOLVED, k->key, k->n, NULL, NULL);
}

/* What could not be read has no content any more. */
static int
drop_failed(struct load *l)
{
	const struct load_list *list = &l->list[TABLE_PROBLEM];
	const struct field *row;
	struct keys k = { 0 };
	int c = DB_OK;

	for (size_t i = 0; i < list->n && c == DB_OK; i++) {
		row = list->row[i].row;
		if (row[PROBLEM_HASH].p == NULL &&
		    row[PROBLEM_PART].p == NULL &&
		    keys_add(&k, &row[PROBLEM_PLACE]) == -1)
			c = db_why(l->db, DB_FAILED, strerror(errno));
	}
	if (c == DB_OK && k.n > 0)
		c = l->db->engine->query(
		    l->db, QUERY_DROP, k.key, k.n, gone, l);
	free(k.key);
	return c;
}

/* --- sources ---------------------------------------------------------------
 */

struct candidate {
	struct field place;
	int64_t entries;
};

int
settle_note(struct load *l, const struct field *old, const struct field *now)
{
	struct settling *s = &l->settling;

	if (now[SOURCE_ENTRIES].p == NULL)
		return 0;
	if (field_is(&now[SOURCE_STATE], "done") &&
	    (old == NULL ||
		field_same(DB_TEXT, &old[SOURCE_KIND], &now[SOURCE_KIND])))
		return 0;
	if (array_room(&s->source, s->n + 1, &s->cap, sizeof(*s->source)) == -1)
		return -1;
	s->source[s->n++] = (struct candidate){ now[SOURCE_PLACE],
		strtoll(now[SOURCE_ENTRIES].p, NULL, 10) };
	return 0;
}

struct counted {
	struct load *l;
	struct keys done, stale, over;
};

static int
by_place(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return memcmp(x->place.p, y->place.p, HASH_DIGITS);
}

static struct candidate *
candidate(struct load *l, const struct field *place)
{
	struct candidate of = { .place = *place };

	return bsearch(
	    &of, l->settling.source, l->settling.n, sizeof(of), by_place);
}

/* A source's place, its entries that are there, and others. */
static int
counted(void *ctx, const struct field *row)
{
	struct counted *k = ctx;
	struct candidate *c = candidate(k->l, &row[0]);
	int64_t have = strtoll(row[1].p, NULL, 10);

	if (c == NULL || have < c->entries)
		return 0;
	if (have > c->entries)
		return c->entries > 0 ? keys_add(&k->over, &row[0]) : 0;
	if (strcmp(row[2].p, "0") != 0 && keys_add(&k->stale, &row[0]) == -1)
		return -1;
	return keys_add(&k->done, &row[0]);
}

/* More than there must be, all of one time. */
static int
settle_over(struct load *l, struct counted *k, const struct field *place)
{
	struct candidate *of = candidate(l, place);
	struct keys all = { 0 };
	size_t n;
	int c;

	c = l->db->engine->query(l->db, QUERY_PLACES, place, 1, give_key, &all);
	n = all.n;
	if (c == DB_OK && others(l, place, of->entries, &all) == -1)
		c = db_why(l->db, DB_FAILED, strerror(errno));
	if (c == DB_OK && n - all.n == (size_t)of->entries) {
		c = take_out(l, &all);
		if (c == DB_OK && keys_add(&k->done, place) == -1)
			c = db_why(l->db, DB_FAILED, strerror(errno));
	}
	free(all.key);
	return c;
}

static int
settle_sources(struct load *l, struct counted *k)
{
	const struct db_engine *e = l->db->engine;
	struct settling *s = &l->settling;
	struct keys keys = { 0 };
	int c = DB_OK;

	qsort(s->source, s->n, sizeof(*s->source), by_place);
	for (size_t i = 0; i < s->n && c == DB_OK; i++)
		if (keys_add(&keys, &s->source[i].place) == -1)
			c = db_why(l->db, DB_FAILED, strerror(errno));
	if (c == DB_OK)
		c = e->query(l->db, QUERY_COUNT, keys.key, keys.n, counted, k);
	keys.n = 0;
	if (c == DB_OK && k->stale.n > 0)
		c = e->query(l->db, QUERY_STALE, k->stale.key, k->stale.n,
		    give_key, &keys);
	if (c == DB_OK)
		c = take_out(l, &keys);
	for (size_t i = 0; i < k->over.n && c == DB_OK; i++)
		c = settle_over(l, k, &k->over.key[i]);
	if (c == DB_OK && k->done.n > 0)
		c = e->query(
		    l->db, QUERY_DONE, k->done.key, k->done.n, NULL, NULL);
	free(keys.key);
	return c;
}

int
settle(struct load *l)
{
	struct counted k = { .l = l };
	int c = drop_failed(l);

	if (c == DB_OK && l->settling.n > 0)
		c = settle_sources(l, &k);
	free(k.done.key);
	free(k.stale.key);
	free(k.over.key);
	return c;
}
