/* sqlite_read - questions to a catalogue in a file */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "catalogue/db.h"
#include "catalogue/find.h"
#include "files/hash.h"

enum { CACHE_KIB = 16 << 10, BUSY_MS = 10000 };

struct lite {
	struct db db;
	sqlite3 *sql;
	sqlite3_stmt *st;
	char hex[DB_WIDEST][HASH_DIGITS + 1];
};

static int
why(struct lite *l)
{
	int code = sqlite3_errcode(l->sql) & 0xff;
	int e = sqlite3_system_errno(l->sql);

	if ((code == SQLITE_CANTOPEN || code == SQLITE_IOERR) && e != 0)
		return db_why(&l->db, DB_FAILED, strerror(e));
	return db_why(&l->db, DB_FAILED, sqlite3_errmsg(l->sql));
}

/* What a question may do: read.  FTS5 asks for the version of its data. */
static int
may(void *ctx, int what, const char *a, const char *b, const char *c,
    const char *d)
{
	(void)ctx;
	(void)b;
	(void)c;
	(void)d;
	switch (what) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_PRAGMA:
		return a != NULL && strcmp(a, "data_version") == 0
		    ? SQLITE_OK
		    : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

/* The first column of the first row, or -1 where there is none, in *v. */
static int
number(struct lite *l, const char *sql, int64_t *v)
{
	sqlite3_stmt *st = NULL;
	int c;

	*v = -1;
	if (sqlite3_prepare_v2(l->sql, sql, -1, &st, NULL) != SQLITE_OK)
		return why(l);
	if ((c = sqlite3_step(st)) == SQLITE_ROW)
		*v = sqlite3_column_int64(st, 0);
	else if (c != SQLITE_DONE)
		(void)why(l);
	sqlite3_finalize(st);
	return c == SQLITE_ROW || c == SQLITE_DONE ? 0 : -1;
}

static int
bind(struct lite *l, int i, const struct find_value *v)
{
	struct hash h;

	switch (v->type) {
	case DB_INT:
		return sqlite3_bind_int64(
		    l->st, i, strtoll(v->text.p, NULL, 10));
	case DB_REAL:
		return sqlite3_bind_double(l->st, i, strtod(v->text.p, NULL));
	case DB_HASH:
		if (hash_parse(v->text.p, &h) == -1)
			return SQLITE_MISMATCH;
		return sqlite3_bind_blob(
		    l->st, i, h.b, sizeof(h.b), SQLITE_TRANSIENT);
	case DB_TEXT:
	default:
		return sqlite3_bind_text64(
		    l->st, i, v->text.p, v->text.n, SQLITE_STATIC, SQLITE_UTF8);
	}
}

static int
lite_ask(struct db *db, const struct find *q)
{
	struct lite *l = (struct lite *)db;
	char name[24];
	const char *rest;
	int i;

	sqlite3_finalize(l->st);
	l->st = NULL;
	if (sqlite3_prepare_v2(l->sql, q->sql.p, -1, &l->st, &rest) !=
	    SQLITE_OK)
		return why(l);
	if (rest[strspn(rest, " \n\t")] != '\0')
		return db_why(db, DB_FAILED, "more than one statement");
	for (size_t k = 0; k < q->nvalue; k++) {
		/* The order in the text is another than that of the values. */
		sqlite3_snprintf(sizeof(name), name, "$%d", (int)k + 1);
		i = sqlite3_bind_parameter_index(l->st, name);
		if (i != 0 && bind(l, i, &q->value[k]) != SQLITE_OK)
			return why(l);
	}
	return 0;
}

static void
value(struct lite *l, int i, enum db_type type, struct field *f)
{
	struct hash h;

	*f = (struct field){ 0 };
	if (sqlite3_column_type(l->st, i) == SQLITE_NULL)
		return;
	if (type == DB_HASH) {
		if (sqlite3_column_bytes(l->st, i) != sizeof(h.b))
			return;
		memcpy(h.b, sqlite3_column_blob(l->st, i), sizeof(h.b));
		hash_hex(&h, l->hex[i]);
		*f = (struct field){ l->hex[i], HASH_DIGITS };
		return;
	}
	f->p = (const char *)sqlite3_column_text(l->st, i);
	f->n = (size_t)sqlite3_column_bytes(l->st, i);
}

static int
lite_next(struct db *db, const struct find *q, struct field *row)
{
	struct lite *l = (struct lite *)db;
	int c = sqlite3_step(l->st);

	if (c == SQLITE_DONE)
		return 0;
	if (c != SQLITE_ROW)
		return why(l);
	for (int i = 0; i < q->ncol; i++)
		value(l, i, find_type(q->col[i]), &row[i]);
	return 1;
}

static int
lite_get_meta(struct db *db, const char *name, struct buf *b)
{
	struct lite *l = (struct lite *)db;
	sqlite3_stmt *st = NULL;
	int c = sqlite3_prepare_v2(
	    l->sql, "SELECT value FROM meta WHERE name = ?1", -1, &st, NULL);

	if (c == SQLITE_OK)
		c = sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	if (c == SQLITE_OK)
		c = sqlite3_step(st);
	if (c != SQLITE_ROW && c != SQLITE_DONE)
		c = why(l);
	else if (c == SQLITE_ROW && sqlite3_column_text(st, 0) != NULL &&
	    buf_str(b, (const char *)sqlite3_column_text(st, 0)) == -1)
		c = db_why(db, DB_FAILED, strerror(ENOMEM));
	else
		c = DB_OK;
	sqlite3_finalize(st);
	return c;
}

static int
lite_folder(struct db *db, struct buf *b)
{
	struct lite *l = (struct lite *)db;

	return b == NULL ? 1 : sqlite_folder(l->sql, b);
}

static void
lite_close(struct db *db)
{
	struct lite *l = (struct lite *)db;

	sqlite3_finalize(l->st);
	sqlite3_close(l->sql);
	buf_free(&db->label);
	buf_free(&db->why);
	free(l);
}

static const struct db_engine engine = {
	.get_meta = lite_get_meta,
	.folder = lite_folder,
	.ask = lite_ask,
	.next = lite_next,
	.close = lite_close,
};

static int
look(struct lite *l)
{
	int64_t v, version = -1, there = -1;

	if (number(l, "SELECT 1 FROM sqlite_master WHERE name = 'meta'", &v) ==
	    -1)
		return -1;
	if (v == 1 &&
	    (number(l, "SELECT value FROM meta WHERE name = 'schema_version'",
		 &version) == -1 ||
		number(l, "SELECT value FROM meta WHERE name = 'columns'",
		    &there) == -1))
		version = -1;
	if (db_readable(&l->db, version, there) == -1)
		return -1;
	if (number(l, "SELECT 1 FROM sqlite_master WHERE name = 'file_names'",
		&v) == -1)
		return -1;
	/* Connects it, which the authorizer would not let happen. */
	l->db.names =
	    v == 1 && number(l, "SELECT 1 FROM file_names LIMIT 0", &v) == 0;
	return 0;
}

static int
set_up(struct lite *l)
{
	struct buf b = { 0 };
	int bad;

	sqlite3_busy_timeout(l->sql, BUSY_MS);
	bad = buf_fmt(&b,
	    "PRAGMA query_only = 1; PRAGMA trusted_schema = 0; "
	    "PRAGMA cache_size = -%d",
	    CACHE_KIB);
	if (!bad && sqlite3_exec(l->sql, b.p, NULL, NULL, NULL) != SQLITE_OK)
		bad = why(l);
	buf_free(&b);
	if (bad || look(l) == -1)
		return -1;
	sqlite3_set_authorizer(l->sql, may, NULL);
	return 0;
}

/* A file in a folder that cannot be written, where no log of writers lies
 * either, does not change: SQLite has to be told so. */
static int
frozen(const char *name, struct buf *uri)
{
	struct buf b = { 0 };
	int bad = buf_fmt(&b, "%s-wal", name), there;

	there = !bad && access(b.p, F_OK) == 0;
	buf_free(&b);
	if (bad || there || access(name, R_OK) == -1)
		return 0;
	bad |= buf_str(uri, "file:");
	for (const char *p = name; *p != '\0'; p++)
		bad |= strchr("?#%", *p) != NULL
		    ? buf_fmt(uri, "%%%02x", (unsigned char)*p)
		    : buf_byte(uri, *p);
	bad |= buf_str(uri, "?immutable=1");
	return !bad;
}

static int
open_file(struct lite *l, const char *name, int flags)
{
	sqlite3_close(l->sql);
	l->sql = NULL;
	if (sqlite3_open_v2(name, &l->sql,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flags,
		NULL) != SQLITE_OK)
		return why(l);
	return set_up(l);
}

struct db *
sqlite_open_read(const char *name, struct buf *reason)
{
	struct buf uri = { 0 };
	struct lite *l;
	int c, code;

	if (access(name, R_OK) == -1 || (l = calloc(1, sizeof(*l))) == NULL) {
		(void)buf_str(reason, strerror(errno));
		return NULL;
	}
	l->db.engine = &engine;
	c = open_file(l, name, 0);
	code = sqlite3_errcode(l->sql) & 0xff;
	if (c == -1 && (code == SQLITE_CANTOPEN || code == SQLITE_READONLY) &&
	    frozen(name, &uri))
		c = open_file(l, uri.p, SQLITE_OPEN_URI);
	buf_free(&uri);
	if (c == 0)
		return &l->db;
	(void)buf_str(reason, l->db.why.p);
	db_close(&l->db);
	return NULL;
}
