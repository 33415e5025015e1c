/* schema - the tables of the catalogue, the same in both engines */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "catalogue/schema.h"
#include "stream/columns.h"

_Static_assert(COLUMNS <= (int)DB_WIDEST, "DB_WIDEST is the widest row");

const char *const db_upgrade_1[] = {
	"DROP INDEX IF EXISTS file_category",
	"DROP INDEX IF EXISTS file_key",
	"DROP INDEX IF EXISTS file_music",
	"DROP INDEX IF EXISTS file_name",
	"DROP INDEX IF EXISTS file_role",
	"UPDATE source SET state = 'done' WHERE state = 'read' "
	"AND kind = 'midi'",
	NULL,
};

int
row_by_key(
    const struct db_table *t, const struct field *a, const struct field *b)
{
	const struct field *x, *y;
	int c;

	for (int i = 0; i < t->nkey; i++) {
		x = &a[t->key[i]];
		y = &b[t->key[i]];
		c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
		if (c == 0)
			c = (x->n > y->n) - (x->n < y->n);
		if (c != 0)
			return c;
	}
	return 0;
}

int
field_same(enum db_type type, const struct field *a, const struct field *b)
{
	double x, y;

	if (a->p == NULL || b->p == NULL)
		return a->p == b->p;
	if (a->n == b->n && memcmp(a->p, b->p, a->n) == 0)
		return 1;
	/* An engine gives 120.00 back as 120, and 007 as 7. */
	if (type == DB_INT)
		return strtoll(a->p, NULL, 10) == strtoll(b->p, NULL, 10);
	if (type != DB_REAL)
		return 0;
	x = strtod(a->p, NULL);
	y = strtod(b->p, NULL);
	return !(x < y) && !(x > y);
}

int
row_same(const struct db_table *t, const struct field *a, const struct field *b)
{
	for (int i = 0; i < t->ncol; i++)
		if (!field_same(t->col[i].type, &a[i], &b[i]))
			return 0;
	return 1;
}
