/* pgsql - the catalogue on a PostgreSQL server */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <libpq-fe.h>

#include "catalogue/db.h"
#include "files/hash.h"
#include "stream/columns.h"

enum { COPY_BLOCK = 65536 };
#define LOCK_ID "1835623785" /* "midi", for advisory locks */

struct pg {
	struct db db;
	PGconn *conn;
	struct buf sql, copy;
	struct field **changed; /* rows that met() changed */
	size_t nchanged, capchanged;
	int flags, lost;
};

static void
quiet(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

/* What may succeed later: a server that starts or stops or is full of
 * clients, a deadlock, a lock that was not given in time. */
static int
transient(const char *state)
{
	static const char *const codes[] = { "40001", "40P01", "53300", "55P03",
		"57P01", "57P02", "57P03" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (strcmp(state, codes[i]) == 0)
			return 1;
	return strncmp(state, "08", 2) == 0;
}

static int
why(struct pg *g, const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	if (text == NULL)
		text = PQerrorMessage(g->conn);
	/* An error without a code is libpq's own: the connection is lost,
	 * even when PQstatus() has not heard of it yet. */
	if (state == NULL || PQstatus(g->conn) == CONNECTION_BAD)
		g->lost = 1;
	return db_why(&g->db,
	    g->lost || transient(state) ? DB_AGAIN : DB_FAILED,
	    *text != '\0' ? text : "the connection was lost");
}

static int
no_memory(struct pg *g)
{
	return db_why(&g->db, DB_FAILED, strerror(ENOMEM));
}

/* Checks a result and frees it; the number of rows it touched in *rows. */
static int
done(struct pg *g, PGresult *r, size_t *rows)
{
	ExecStatusType s = PQresultStatus(r);
	int c = DB_OK;

	if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
		c = why(g, r);
	else if (rows != NULL)
		*rows = (size_t)strtoull(PQcmdTuples(r), NULL, 10);
	PQclear(r);
	return c;
}

static int
run(struct pg *g, const char *sql)
{
	return done(g, PQexec(g->conn, sql), NULL);
}

/* The first value as a number, -1 where there is none, in *v. */
static int
number(struct pg *g, const char *sql, int64_t *v)
{
	PGresult *r = PQexec(g->conn, sql);

	*v = -1;
	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0 &&
	    !PQgetisnull(r, 0, 0))
		*v = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	return done(g, r, NULL);
}

/* --- COPY ------------------------------------------------------------------
 */

static int
copy_field(struct buf *b, const struct field *f)
{
	const char *p = f->p, *end, *run;
	char *q;

	if (p == NULL)
		return buf_add(b, "\\N", 2);
	if (buf_grow(b, 2 * f->n) == -1)
		return -1;
	q = b->p + b->len;
	/* Control bytes were refused, so backslashes are all there is. */
	for (end = p + f->n; p < end;) {
		if ((run = memchr(p, '\\', (size_t)(end - p))) == NULL)
			run = end;
		memcpy(q, p, (size_t)(run - p));
		q += run - p;
		p = run;
		if (p < end) {
			*q++ = '\\';
			*q++ = *p++;
		}
	}
	b->len = (size_t)(q - b->p);
	*q = '\0';
	return 0;
}

static int
send_copy(
    struct pg *g, const struct db_table *t, struct field *const *rows, size_t n)
{
	struct buf *b = &g->copy;
	int bad = 0;

	buf_clear(b);
	for (size_t i = 0; i < n && !bad; i++) {
		for (int k = 0; k < t->ncol; k++) {
			bad |= copy_field(b, &rows[i][k]);
			bad |= buf_byte(b, k + 1 < t->ncol ? '\t' : '\n');
		}
		if (b->len >= COPY_BLOCK || i + 1 == n) {
			if (PQputCopyData(g->conn, b->p, (int)b->len) != 1)
				return -1;
			buf_clear(b);
		}
	}
	return bad;
}

/* Fills the staging table; a count that differs is a failure. */
static int
stage(
    struct pg *g, const struct db_table *t, struct field *const *rows, size_t n)
{
	size_t stored = 0;
	PGresult *r;
	int c, bad;

	buf_clear(&g->sql);
	if (buf_fmt(&g->sql, "COPY stage_%s FROM STDIN", t->name) == -1)
		return no_memory(g);
	r = PQexec(g->conn, g->sql.p);
	if (PQresultStatus(r) != PGRES_COPY_IN) {
		c = why(g, r);
		PQclear(r);
		return c;
	}
	PQclear(r);
	bad = send_copy(g, t, rows, n);
	if (PQputCopyEnd(g->conn, bad ? "no memory" : NULL) != 1)
		bad = 1;
	c = done(g, PQgetResult(g->conn), &stored);
	while ((r = PQgetResult(g->conn)) != NULL)
		PQclear(r);
	if (c != DB_OK)
		return c;
	if (bad)
		return PQstatus(g->conn) == CONNECTION_BAD ? why(g, NULL)
							   : no_memory(g);
	if (stored != n)
		return db_why(
		    &g->db, DB_FAILED, "COPY stored another number of rows");
	return DB_OK;
}

/* --- rows that are there ---------------------------------------------------
 */

/* A stored value; a uuid comes with dashes. */
static int
value(struct pg *g, const PGresult *r, int row, int i, enum db_type type,
    struct field *f)
{
	const char *p = PQgetvalue(r, row, i);
	char *q;

	*f = (struct field){ 0 };
	if (PQgetisnull(r, row, i))
		return 0;
	f->n = (size_t)PQgetlength(r, row, i);
	if ((f->p = q = arena_copy(g->db.arena, p, f->n)) == NULL)
		return -1;
	if (type == DB_HASH) {
		for (; *p != '\0'; p++)
			if (*p != '-')
				*q++ = *p;
		*q = '\0';
		f->n = (size_t)(q - f->p);
	}
	return 0;
}

static int
keep_changed(struct pg *g, const struct db_table *t, const struct field *now)
{
	size_t size = sizeof(*now) * (size_t)t->ncol, cap;
	struct field *row, **p;

	if (g->nchanged == g->capchanged) {
		cap = g->capchanged == 0 ? 1024 : g->capchanged * 2;
		if ((p = reallocarray(g->changed, cap, sizeof(*p))) == NULL)
			return -1;
		g->changed = p;
		g->capchanged = cap;
	}
	if ((row = arena_get(g->db.arena, size)) == NULL)
		return -1;
	memcpy(row, now, size);
	g->changed[g->nchanged++] = row;
	return 0;
}

static int
add_keys(struct buf *b, const struct db_table *t, const char *left,
    const char *right)
{
	int bad = 0;

	for (int i = 0; i < t->nkey; i++)
		bad |= buf_fmt(b, "%s%s.%s = %s.%s", i > 0 ? " AND " : "", left,
		    t->col[t->key[i]].name, right, t->col[t->key[i]].name);
	return bad;
}

static int
add_order(struct buf *b, const struct db_table *t, const char *of)
{
	int bad = buf_str(b, " ORDER BY ");

	for (int i = 0; i < t->nkey; i++)
		bad |= buf_fmt(b, "%s%s.%s", i > 0 ? ", " : "", of,
		    t->col[t->key[i]].name);
	return bad;
}

/* Reads and locks the rows that were there before; one that is the same in
 * every column is left out, as no rule would change it, but for archives,
 * which loaders of the same one wait for. */
static int
lock_met(struct pg *g, const struct db_table *t, PGresult **r)
{
	struct buf *b = &g->sql;
	int bad;

	buf_clear(b);
	bad = buf_fmt(
	    b, "SELECT f.* FROM stage_%s s JOIN %s f ON ", t->name, t->name);
	bad |= add_keys(b, t, "f", "s");
	bad |= buf_str(b,
	    " WHERE f.xmin <> pg_current_xact_id()::xid "
	    "AND (f.* IS DISTINCT FROM s.*");
	if (t == &db_tables[TABLE_SOURCE])
		bad |= buf_str(b, " OR s.kind = 'archive'");
	bad |= buf_byte(b, ')');
	bad |= add_order(b, t, "f");
	bad |= buf_str(b, " FOR UPDATE OF f");
	if (bad)
		return no_memory(g);
	*r = PQexec(g->conn, b->p);
	if (PQresultStatus(*r) == PGRES_TUPLES_OK)
		return DB_OK;
	bad = why(g, *r);
	PQclear(*r);
	return bad;
}

/* Both are in the order of the key, so one walk finds the pairs. */
static int
meet(struct pg *g, const struct db_table *t, const PGresult *r,
    struct field *const *rows, size_t n, const struct db_met *by)
{
	struct field now[DB_WIDEST];
	size_t i = 0;
	int c;

	for (int row = 0; row < PQntuples(r); row++) {
		for (int k = 0; k < t->ncol; k++)
			if (value(g, r, row, k, t->col[k].type, &now[k]) == -1)
				return no_memory(g);
		while (i < n && row_by_key(t, rows[i], now) < 0)
			i++;
		if (i == n || row_by_key(t, rows[i], now) != 0)
			return db_why(
			    &g->db, DB_FAILED, "a row that was not asked for");
		if ((c = by->met(by->ctx, i, now)) == -1 ||
		    (c == 1 && keep_changed(g, t, now) == -1))
			return no_memory(g);
	}
	return DB_OK;
}

static int
update(struct pg *g, const struct db_table *t)
{
	struct buf *b = &g->sql;
	size_t stored = 0, n = g->nchanged;
	int bad, c, first = 1;

	buf_clear(b);
	if (buf_fmt(b, "TRUNCATE stage_%s", t->name) == -1)
		return no_memory(g);
	if ((c = run(g, b->p)) != DB_OK ||
	    (c = stage(g, t, g->changed, n)) != DB_OK)
		return c;
	buf_clear(b);
	bad = buf_fmt(b, "UPDATE %s f SET ", t->name);
	for (int i = 0; i < t->ncol; i++, first = 0)
		bad |= buf_fmt(b, "%s%s = s.%s", first ? "" : ", ",
		    t->col[i].name, t->col[i].name);
	bad |= buf_fmt(b, " FROM stage_%s s WHERE ", t->name);
	bad |= add_keys(b, t, "f", "s");
	if (bad)
		return no_memory(g);
	if ((c = done(g, PQexec(g->conn, b->p), &stored)) != DB_OK)
		return c;
	return stored == n ? DB_OK
			   : db_why(&g->db, DB_FAILED,
				 "UPDATE changed another number of rows");
}

static int
insert_staged(struct pg *g, const struct db_table *t, size_t *inserted)
{
	struct buf *b = &g->sql;
	int bad;

	buf_clear(b);
	bad = buf_fmt(
	    b, "INSERT INTO %s SELECT s.* FROM stage_%s s", t->name, t->name);
	bad |= add_order(b, t, "s");
	bad |= buf_str(b, " ON CONFLICT DO NOTHING");
	return bad ? no_memory(g) : done(g, PQexec(g->conn, b->p), inserted);
}

/* Loaders at work on the same rows do not wait for each other in a ring:
 * tables in a fixed order, in each first the new rows by key, then locks on
 * the others by key; a wait is always for one who is as far or further. */
static int
pg_put(struct db *db, int table, struct field *const *rows, size_t n,
    const struct db_met *by)
{
	const struct db_table *t = &db_tables[table];
	struct pg *g = (struct pg *)db;
	size_t inserted = 0, there;
	PGresult *r = NULL;
	int c;

	g->nchanged = 0;
	if (n == 0)
		return DB_OK;
	if ((c = stage(g, t, rows, n)) != DB_OK ||
	    (c = insert_staged(g, t, &inserted)) != DB_OK || inserted == n)
		return c;
	if ((c = lock_met(g, t, &r)) != DB_OK)
		return c;
	there = (size_t)PQntuples(r);
	c = inserted + there <= n
	    ? by->locked(by->ctx)
	    : db_why(db, DB_FAILED, "more rows are there than were sent");
	if (c == DB_OK)
		c = meet(g, t, r, rows, n, by);
	PQclear(r);
	return c == DB_OK && g->nchanged > 0 ? update(g, t) : c;
}

/* --- the rest of the engine ------------------------------------------------
 */

/* Hashes as the text of an array, in copy. */
static int
array(struct pg *g, const struct field *hash, size_t n)
{
	struct buf *b = &g->copy;
	int bad;

	buf_clear(b);
	bad = buf_byte(b, '{');
	for (size_t i = 0; i < n; i++) {
		bad |= buf_add(b, hash[i].p, hash[i].n);
		bad |= buf_byte(b, i + 1 < n ? ',' : '}');
	}
	return bad;
}

static PGresult *
with_array(struct pg *g, const char *sql)
{
	const char *value[1] = { g->copy.p };

	return PQexecParams(g->conn, sql, 1, NULL, value, NULL, NULL, 0);
}

/* Deleting nothing is not worth sending keys. */
static int
is_needed(struct pg *g, enum db_query q, int64_t *any)
{
	*any = 1;
	return q == QUERY_SOLVED
	    ? number(g, "SELECT 1 FROM problem LIMIT 1", any)
	    : DB_OK;
}

static int
pg_query(struct db *db, enum db_query q, const struct field *keys, size_t n,
    db_row give, void *ctx)
{
	const struct db_query_text *t = &db_queries[q];
	struct field row[QUERY_COLUMNS];
	struct pg *g = (struct pg *)db;
	int bad = 0, c;
	PGresult *r;
	int64_t any;

	if (n == 0)
		return DB_OK;
	if ((c = is_needed(g, q, &any)) != DB_OK || any != 1)
		return c;
	if (array(g, keys, n) == -1)
		return no_memory(g);
	r = with_array(g, t->pgsql);
	for (int i = 0; i < PQntuples(r) && give != NULL && !bad; i++) {
		for (int k = 0; k < t->ncol && !bad; k++)
			bad = value(g, r, i, k, t->type[k], &row[k]);
		if (!bad)
			bad = give(ctx, row);
	}
	c = done(g, r, NULL);
	return c == DB_OK && bad ? no_memory(g) : c;
}

static int
pg_begin(struct db *db)
{
	return run((struct pg *)db, "BEGIN ISOLATION LEVEL READ COMMITTED");
}

static int
pg_commit(struct db *db)
{
	struct pg *g = (struct pg *)db;
	PGresult *r = PQexec(g->conn, "COMMIT");

	/* COMMIT of a transaction that failed says ROLLBACK. */
	if (PQresultStatus(r) == PGRES_COMMAND_OK &&
	    strcmp(PQcmdStatus(r), "COMMIT") != 0) {
		PQclear(r);
		return db_why(db, DB_FAILED, "the server rolled back");
	}
	return done(g, r, NULL);
}

static void
pg_rollback(struct db *db)
{
	struct pg *g = (struct pg *)db;

	if (!g->lost && PQtransactionStatus(g->conn) != PQTRANS_IDLE)
		PQclear(PQexec(g->conn, "ROLLBACK"));
}

static int
session(struct pg *g)
{
	struct buf *b = &g->sql;
	const char *encoding;
	int c;

	PQsetNoticeProcessor(g->conn, quiet, NULL);
	encoding = PQparameterStatus(g->conn, "server_encoding");
	if (encoding != NULL && strcmp(encoding, "UTF8") != 0 &&
	    strcmp(encoding, "SQL_ASCII") != 0)
		return db_why(&g->db, DB_FAILED, "the database is not UTF-8");
	/* Every question of ours is for keys: a plan that reads a whole
	 * table because a temporary one has no statistics must not win. */
	c = run(g,
	    "SET client_encoding = 'UTF8';"
	    "SET client_min_messages = warning;"
	    "SET enable_hashjoin = off; SET enable_mergejoin = off;"
	    "SET jit = off;"
	    "SET temp_buffers = '16MB'; SET work_mem = '32MB';"
	    "SET maintenance_work_mem = '256MB';"
	    "SET lock_timeout = '60s'");
	/* A crash may lose the last half second, and loading it again is
	 * harmless; nothing can be damaged by it. */
	if (c == DB_OK && !(g->flags & DB_DURABLE))
		c = run(g, "SET synchronous_commit = off");
	for (int i = 0; i < TABLES && c == DB_OK && !(g->flags & DB_READ);
	     i++) {
		buf_clear(b);
		c = buf_fmt(b,
			"CREATE TEMP TABLE stage_%s (LIKE %s) "
			"ON COMMIT DELETE ROWS",
			db_tables[i].name, db_tables[i].name) == -1
		    ? no_memory(g)
		    : run(g, b->p);
	}
	return c;
}

static int
pg_again(struct db *db)
{
	struct pg *g = (struct pg *)db;

	if (!g->lost)
		return DB_OK;
	PQreset(g->conn);
	g->lost = 0;
	if (PQstatus(g->conn) == CONNECTION_BAD)
		return why(g, NULL);
	return session(g);
}

/* An extension that the role may create is there afterwards; one that it may
 * not is done without.  1, 0, or a DB_ failure. */
static int
extension(struct pg *g, const char *name)
{
	int64_t there;
	int c;

	buf_clear(&g->sql);
	if (buf_fmt(&g->sql, "SELECT 1 FROM pg_extension WHERE extname = '%s'",
		name) == -1)
		return no_memory(g);
	if ((c = number(g, g->sql.p, &there)) != DB_OK || there == 1)
		return c == DB_OK ? 1 : c;
	buf_clear(&g->sql);
	if (buf_fmt(&g->sql, "CREATE EXTENSION IF NOT EXISTS %s", name) == -1)
		return no_memory(g);
	if ((c = run(g, g->sql.p)) == DB_OK)
		return 1;
	return c == DB_AGAIN ? c : 0;
}

static int
build(struct pg *g, const struct db_index *x, int trgm)
{
	int64_t there;
	int c;

	if (x->needs != NULL && (strcmp(x->needs, "plain") == 0) == trgm)
		return DB_OK;
	/* CREATE INDEX waits for every writer, even if it has nothing to do. */
	buf_clear(&g->sql);
	if (buf_fmt(&g->sql, "SELECT 1 WHERE to_regclass('%s') IS NOT NULL",
		x->name) == -1)
		return no_memory(g);
	c = number(g, g->sql.p, &there);
	return c != DB_OK || there == 1 ? c : run(g, x->create);
}

static int
build_indexes(struct pg *g)
{
	static const char *const useful[] = { "btree_gin", "btree_gist",
		"unaccent" };
	int trgm = extension(g, "pg_trgm"), c = trgm < 0 ? trgm : DB_OK;

	for (size_t i = 0; i < sizeof(useful) / sizeof(*useful) && c >= 0; i++)
		c = extension(g, useful[i]);
	c = c < 0 ? c : DB_OK;
	for (const struct db_index *x = db_pgsql.indexes;
	     x->name != NULL && c == DB_OK; x++)
		c = build(g, x, trgm);
	return c;
}

static int
pg_finish(struct db *db)
{
	struct pg *g = (struct pg *)db;
	int64_t any, missing = 0;
	int c, ignored;

	if ((c = number(g, "SELECT 1 FROM file LIMIT 1", &any)) != DB_OK ||
	    any != 1)
		return c;
	c = run(
	    g, "SET lock_timeout = 0; SELECT pg_advisory_lock(" LOCK_ID ")");
	if (c != DB_OK)
		return c;
	c = number(
	    g, "SELECT 1 WHERE to_regclass('file_bpm') IS NULL", &missing);
	if (c == DB_OK)
		c = build_indexes(g);
	if (c == DB_OK && missing == 1)
		c = run(g,
		    "SET default_statistics_target = 10;"
		    "ANALYZE file; ANALYZE location; ANALYZE source");
	ignored = run(g, "SELECT pg_advisory_unlock(" LOCK_ID ")");
	return c != DB_OK ? c : ignored;
}

static int
pg_get_meta(struct db *db, const char *name, struct buf *b)
{
	struct pg *g = (struct pg *)db;
	PGresult *r =
	    PQexecParams(g->conn, "SELECT value FROM meta WHERE name = $1", 1,
		NULL, &name, NULL, NULL, 0);

	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0 &&
	    buf_str(b, PQgetvalue(r, 0, 0)) == -1) {
		PQclear(r);
		return no_memory(g);
	}
	return done(g, r, NULL);
}

static int
pg_set_meta(struct db *db, const char *name, const char *value)
{
	const char *values[2] = { name, value };
	struct pg *g = (struct pg *)db;

	return done(g,
	    PQexecParams(g->conn,
		"INSERT INTO meta VALUES ($1, $2) ON CONFLICT (name) "
		"DO UPDATE SET value = excluded.value",
		2, NULL, values, NULL, NULL, 0),
	    NULL);
}

static int
pg_folder(struct db *db, struct buf *b)
{
	(void)db;
	(void)b;
	return 0;
}

static void
pg_close(struct db *db)
{
	struct pg *g = (struct pg *)db;

	PQfinish(g->conn);
	buf_free(&g->sql);
	buf_free(&g->copy);
	free(g->changed);
	buf_free(&db->label);
	buf_free(&db->why);
	free(g);
}

static const struct db_engine engine = {
	.begin = pg_begin,
	.commit = pg_commit,
	.rollback = pg_rollback,
	.again = pg_again,
	.put = pg_put,
	.query = pg_query,
	.get_meta = pg_get_meta,
	.set_meta = pg_set_meta,
	.folder = pg_folder,
	.finish = pg_finish,
	.close = pg_close,
};

/* --- opening ---------------------------------------------------------------
 */

static int
add_columns(struct pg *g, const struct db_table *t)
{
	struct buf *b = &g->sql;
	int64_t there;
	int c;

	buf_clear(b);
	if (buf_fmt(b,
		"SELECT count(*) FROM pg_attribute WHERE attnum > 0 AND NOT "
		"attisdropped AND attrelid = '%s'::regclass",
		t->name) == -1)
		return no_memory(g);
	c = number(g, b->p, &there);
	for (int i = (int)there; i < t->ncol && c == DB_OK; i++) {
		buf_clear(b);
		c = buf_fmt(b, "ALTER TABLE %s ADD COLUMN %s %s", t->name,
			t->col[i].name, db_pgsql.types[t->col[i].type]) == -1
		    ? no_memory(g)
		    : run(g, b->p);
	}
	return c;
}

static int
run_all(struct pg *g, const char *const *sql)
{
	int c = DB_OK;

	for (; *sql != NULL && c == DB_OK; sql++)
		c = run(g, *sql);
	return c;
}

static int
create(struct pg *g, int64_t version)
{
	struct buf *b = &g->sql;
	int c;

	if ((c = run_all(g, db_pgsql.drop_views)) != DB_OK ||
	    (c = run_all(g, db_pgsql.tables)) != DB_OK)
		return c;
	c = run(g,
	    "CREATE TABLE IF NOT EXISTS meta ("
	    "name text PRIMARY KEY, value text)");
	for (int t = 0; t < TABLES && c == DB_OK && version >= 0; t++)
		c = add_columns(g, &db_tables[t]);
	if (c == DB_OK && version == 1)
		c = run_all(g, db_upgrade_1);
	if (c == DB_OK)
		c = run_all(g, db_pgsql.views);
	/* The same questions as of SQLite, where it is a table. */
	if (c == DB_OK)
		c = run(g,
		    "CREATE OR REPLACE VIEW file_tag AS SELECT "
		    "unnest(string_to_array(tags, ',')) AS tag, hash "
		    "FROM file");
	if (c != DB_OK)
		return c;
	buf_clear(b);
	if (buf_fmt(b,
		"INSERT INTO meta VALUES ('schema_version', '%d'), "
		"('columns', '%d') ON CONFLICT (name) DO UPDATE SET value = "
		"excluded.value",
		SCHEMA_VERSION, COLUMNS) == -1)
		return no_memory(g);
	return run(g, b->p);
}

static int
look(struct pg *g, int64_t *version, int64_t *there)
{
	int64_t any;
	int c;

	*version = *there = -1;
	c = number(g, "SELECT 1 WHERE to_regclass('meta') IS NOT NULL", &any);
	if (c != DB_OK || any != 1)
		return c;
	c = number(
	    g, "SELECT value FROM meta WHERE name = 'schema_version'", version);
	if (c != DB_OK)
		return db_why(&g->db, DB_FAILED,
		    "its table meta is not midiflow's; name another database");
	return number(
	    g, "SELECT value FROM meta WHERE name = 'columns'", there);
}

static int
schema(struct pg *g)
{
	int64_t version, there;
	int c;

	/* Whoever may only write rows must not need to create anything. */
	if ((c = look(g, &version, &there)) != DB_OK)
		return c;
	if (version > SCHEMA_VERSION || there > COLUMNS)
		return db_why(
		    &g->db, DB_FAILED, "made by a newer midiflow; update this");
	if (g->flags & DB_READ)
		g->db.empty = version == -1;
	if (g->flags & DB_READ ||
	    (version == SCHEMA_VERSION && there == COLUMNS))
		return DB_OK;
	if ((c = run(g, "BEGIN; SELECT pg_advisory_xact_lock(" LOCK_ID ")")) !=
		DB_OK ||
	    (c = look(g, &version, &there)) != DB_OK)
		return c;
	if ((version < SCHEMA_VERSION || there < COLUMNS) &&
	    (c = create(g, version)) != DB_OK)
		return c;
	return run(g, "COMMIT");
}

int
pgsql_label(const char *name, struct buf *label, struct buf *reason)
{
	static const char *const parts[] = { "user", "host", "port", "dbname" };
	PQconninfoOption *all, *o;
	const char *part[4] = { NULL };
	int bad;

	if ((all = PQconninfoParse(name, NULL)) == NULL) {
		(void)buf_str(label, "postgresql");
		(void)buf_str(reason, "not a connection string of libpq");
		return -1;
	}
	for (o = all; o->keyword != NULL; o++)
		for (size_t i = 0; i < 4; i++)
			if (strcmp(o->keyword, parts[i]) == 0)
				part[i] = o->val;
	bad = buf_fmt(label, "postgresql://%s%s%s%s%s/%s",
	    part[0] != NULL ? part[0] : "", part[0] != NULL ? "@" : "",
	    part[1] != NULL ? part[1] : "", part[2] != NULL ? ":" : "",
	    part[2] != NULL ? part[2] : "", part[3] != NULL ? part[3] : "");
	PQconninfoFree(all);
	return bad;
}

struct db *
pgsql_open(const char *name, int flags, struct buf *label, struct buf *reason)
{
	/* What the string says goes before the first, after the last. */
	const char *keys[] = { "connect_timeout", "dbname",
		"fallback_application_name", NULL };
	const char *values[] = { "10", name, "mdbload", NULL };
	struct pg *g;
	int c;

	if (pgsql_label(name, label, reason) == -1)
		return NULL;
	if ((g = calloc(1, sizeof(*g))) == NULL) {
		(void)buf_str(reason, strerror(errno));
		return NULL;
	}
	g->db.engine = &engine;
	g->flags = flags;
	g->conn = PQconnectdbParams(keys, values, 1);
	if (PQstatus(g->conn) != CONNECTION_OK)
		c = why(g, NULL);
	else {
		PQsetNoticeProcessor(g->conn, quiet, NULL);
		c = schema(g);
		if (c == DB_OK)
			c = session(g);
	}
	if (c == DB_OK)
		return &g->db;
	(void)buf_str(reason, g->db.why.p);
	pg_close(&g->db);
	return NULL;
}
