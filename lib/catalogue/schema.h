/* schema - the tables of the catalogue, the same in both engines
 *
 * What they are is made at build time from share/columns.tsv and
 * share/catalogue.tsv; the order of the tables is that in which a batch
 * touches them, everywhere alike, so that loaders do not wait in a ring.
 *
 * A row is an array of fields, one a column of its table.  A field is text,
 * whatever its type: numbers as digits, a hash as 32 lower-case digits, text
 * in the escaped form of mrec(5).  p NULL is unknown (SQL's NULL).  Column
 * number i of the table `file` is columns[i + 1].
 */
#ifndef CATALOGUE_SCHEMA_H
#define CATALOGUE_SCHEMA_H

#include <stddef.h>

#include "catalogue/tables.h"

enum { SCHEMA_VERSION = 2 };

enum db_type { DB_TEXT, DB_INT, DB_REAL, DB_HASH };

struct db_column {
	const char *name;
	enum db_type type;
};

enum { DB_KEYS = 2, DB_WIDEST = 64 }; /* columns of a key, of a row */

struct db_table {
	const char *name;
	const struct db_column *col;
	int ncol, nkey;
	int key[DB_KEYS];
};
extern const struct db_table db_tables[TABLES];

struct db_index {
	const char *name, *create;
	const char *needs; /* NULL, an extension, or "plain": not without */
};

/* The SQL of one engine; the lists end with NULL. */
struct db_schema {
	const char *const *tables;
	const struct db_index *indexes;
	const char *const *drop_views;
	const char *const *views;
	const char *const *types; /* by enum db_type */
};
extern const struct db_schema db_sqlite, db_pgsql;

/* What changes in either engine from version 1 to 2, but for columns. */
extern const char *const db_upgrade_1[];

struct field {
	const char *p;
	size_t n;
};

static inline struct field *
file_field(struct field *file, int col)
{
	return &file[col - 1];
}

/* Order of two rows by the table's key, as both engines sort it. */
int row_by_key(
    const struct db_table *, const struct field *a, const struct field *b);
/* Whether two fields are the same value of that type. */
int field_same(enum db_type, const struct field *, const struct field *);
/* Whether two rows are the same in every column. */
int row_same(
    const struct db_table *, const struct field *a, const struct field *b);

#endif
