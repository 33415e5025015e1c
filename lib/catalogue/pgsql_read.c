/* pgsql_read - questions to a catalogue on a PostgreSQL server */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <libpq-fe.h>

#include "catalogue/db.h"
#include "catalogue/find.h"
#include "files/hash.h"

/* Rows that are asked for at once: few at first, so that they come soon. */
enum { FIRST_ROWS = 50, MORE_ROWS = 1000 };

struct pg {
	struct db db;
	PGconn *conn;
	PGresult *rows;
	int row, asked, open;
	char hex[DB_WIDEST][HASH_DIGITS + 1];
};

static void
quiet(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

static int
why(struct pg *g, PGresult *r)
{
	const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	if (text == NULL)
		text = PQerrorMessage(g->conn);
	(void)db_why(&g->db, DB_FAILED,
	    *text != '\0' ? text : "the connection was lost");
	PQclear(r);
	return -1;
}

static int
done(struct pg *g, PGresult *r)
{
	ExecStatusType s = PQresultStatus(r);

	if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
		return why(g, r);
	PQclear(r);
	return 0;
}

static int
run(struct pg *g, const char *sql)
{
	return done(g, PQexec(g->conn, sql));
}

static int
number(struct pg *g, const char *sql, int64_t *v)
{
	PGresult *r = PQexec(g->conn, sql);

	*v = -1;
	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0 &&
	    !PQgetisnull(r, 0, 0))
		*v = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	return done(g, r);
}

/* By the extended protocol, in which a statement cannot bring another one
 * along; the cursor makes the planner look for the first rows. */
static int
pg_ask(struct db *db, const struct find *q)
{
	struct pg *g = (struct pg *)db;
	const char **value;
	struct buf b = { 0 };
	PGresult *res;

	PQclear(g->rows);
	g->rows = NULL;
	if (g->open && run(g, "CLOSE found") == -1)
		return -1;
	g->open = 0;
	g->asked = FIRST_ROWS;
	value = calloc(q->nvalue + 1, sizeof(*value));
	if (value == NULL ||
	    buf_fmt(&b, "DECLARE found NO SCROLL CURSOR FOR %s", q->sql.p) ==
		-1) {
		free(value);
		buf_free(&b);
		return db_why(db, DB_FAILED, strerror(ENOMEM));
	}
	for (size_t i = 0; i < q->nvalue; i++)
		value[i] = q->value[i].text.p;
	res = PQexecParams(
	    g->conn, b.p, (int)q->nvalue, NULL, value, NULL, NULL, 0);
	free(value);
	buf_free(&b);
	g->open = done(g, res) == 0;
	return g->open ? 0 : -1;
}

static int
fetch(struct pg *g)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "FETCH %d FROM found", g->asked);
	g->asked = g->asked < MORE_ROWS / 2 ? g->asked * 2 : MORE_ROWS;
	PQclear(g->rows);
	g->row = 0;
	g->rows = PQexec(g->conn, sql);
	if (PQresultStatus(g->rows) == PGRES_TUPLES_OK)
		return PQntuples(g->rows) > 0;
	(void)why(g, g->rows);
	g->rows = NULL;
	return -1;
}

static void
value(struct pg *g, int i, enum db_type type, struct field *f)
{
	const char *p = PQgetvalue(g->rows, g->row, i);
	size_t n = 0;

	*f = (struct field){ 0 };
	if (PQgetisnull(g->rows, g->row, i))
		return;
	*f = (struct field){ p, (size_t)PQgetlength(g->rows, g->row, i) };
	if (type != DB_HASH)
		return;
	for (; *p != '\0' && n < HASH_DIGITS; p++)
		if (*p != '-')
			g->hex[i][n++] = *p;
	*f = (struct field){ g->hex[i], n };
}

static int
pg_next(struct db *db, const struct find *q, struct field *row)
{
	struct pg *g = (struct pg *)db;
	int c;

	if (g->rows == NULL || ++g->row >= PQntuples(g->rows))
		if ((c = fetch(g)) != 1)
			return c;
	for (int i = 0; i < q->ncol; i++)
		value(g, i, find_type(q->col[i]), &row[i]);
	return 1;
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
		return db_why(db, DB_FAILED, strerror(ENOMEM));
	}
	return done(g, r);
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

	PQclear(g->rows);
	PQfinish(g->conn);
	buf_free(&db->label);
	buf_free(&db->why);
	free(g);
}

static const struct db_engine engine = {
	.get_meta = pg_get_meta,
	.folder = pg_folder,
	.ask = pg_ask,
	.next = pg_next,
	.close = pg_close,
};

static int
set_up(struct pg *g)
{
	int64_t any, version = -1, there = -1;

	PQsetNoticeProcessor(g->conn, quiet, NULL);
	if (run(g,
		"SET client_encoding = 'UTF8';"
		"SET default_transaction_read_only = on;"
		"SET client_min_messages = warning;"
		"SET jit = off; SET cursor_tuple_fraction = 0.01") == -1)
		return -1;
	/* Ctrl-C here ends the work there. */
	if (PQserverVersion(g->conn) >= 140000)
		PQclear(PQexec(
		    g->conn, "SET client_connection_check_interval = '1s'"));
	if (number(g, "SELECT 1 WHERE to_regclass('meta') IS NOT NULL", &any) ==
	    -1)
		return -1;
	if (any == 1 &&
	    (number(g, "SELECT value FROM meta WHERE name = 'schema_version'",
		 &version) == -1 ||
		number(g, "SELECT value FROM meta WHERE name = 'columns'",
		    &there) == -1))
		return -1;
	if (db_readable(&g->db, version, there) == -1)
		return -1;
	return run(g, "BEGIN TRANSACTION READ ONLY");
}

struct db *
pgsql_open_read(const char *name, struct buf *label, struct buf *reason)
{
	const char *keys[] = { "connect_timeout", "dbname",
		"fallback_application_name", NULL };
	const char *values[] = { "10", name, "mdbfind", NULL };
	struct pg *g;
	int c;

	if (pgsql_label(name, label, reason) == -1)
		return NULL;
	if ((g = calloc(1, sizeof(*g))) == NULL) {
		(void)buf_str(reason, strerror(errno));
		return NULL;
	}
	g->db.engine = &engine;
	g->db.server = 1;
	g->conn = PQconnectdbParams(keys, values, 1);
	c = PQstatus(g->conn) == CONNECTION_OK ? set_up(g) : why(g, NULL);
	if (c == 0)
		return &g->db;
	(void)buf_str(reason, g->db.why.p);
	db_close(&g->db);
	return NULL;
}
