/* sqlite - the catalogue as one file */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sqlite3.h>

#include "catalogue/db.h"
#include "files/hash.h"
#include "stream/array.h"
#include "stream/columns.h"

/* In the memory that a filter may take (midiflow(7)), most goes here. */
enum { CACHE_KIB = 20 << 10, WAL_PAGES = 16384 };

/* How long a lock is waited for, and how often it is asked for. */
enum { BUSY_MS = 10000, PAUSE_MS = 10 };

enum { INSERT, SELECT, SAME, UPDATE, STATEMENTS };
enum {
	BEGIN,
	COMMIT,
	ROLLBACK,
	TAG_ID,
	NEW_TAG,
	TAG,
	UNTAG,
	FILE_ID,
	HAS_NAMES,
	OTHERS
};
static const char *const others[OTHERS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[TAG_ID] = "SELECT id FROM tag WHERE tag = ?1",
	[NEW_TAG] = "INSERT INTO tag (tag) VALUES (?1)",
	[TAG] = "INSERT OR IGNORE INTO tagged VALUES (?1, ?2)",
	[UNTAG] = "DELETE FROM tagged WHERE tag = ?1 AND file = ?2",
	[FILE_ID] = "SELECT id FROM file WHERE hash = ?1",
	[HAS_NAMES] = "SELECT 1 FROM sqlite_master WHERE name = 'file_names'",
};

struct lite {
	struct db db;
	sqlite3 *sql;
	sqlite3_stmt *of[TABLES][STATEMENTS];
	sqlite3_stmt *other[OTHERS];
	sqlite3_stmt *query[QUERIES]; /* when first asked */
	struct known_tag *known;      /* ids of tags, by hash; a cache */
	struct named {                /* files that are new in a batch */
		sqlite3_int64 id;
		const struct field *name;
	} * named;
	size_t nnamed, capnamed;
};

enum { KNOWN_TAGS = 1024, KNOWN_LENGTH = 47 };
struct known_tag {
	sqlite3_int64 id;
	char text[KNOWN_LENGTH + 1];
};

static int
why(struct lite *l)
{
	int code = sqlite3_errcode(l->sql) & 0xff, e;
	const char *text = sqlite3_errmsg(l->sql);

	e = sqlite3_system_errno(l->sql);
	if ((code == SQLITE_CANTOPEN || code == SQLITE_IOERR) && e != 0)
		text = strerror(e);
	return db_why(&l->db,
	    code == SQLITE_BUSY || code == SQLITE_LOCKED ? DB_AGAIN : DB_FAILED,
	    text);
}

static int
run(struct lite *l, const char *sql)
{
	return sqlite3_exec(l->sql, sql, NULL, NULL, NULL) == SQLITE_OK
	    ? DB_OK
	    : why(l);
}

static int
no_memory(struct lite *l)
{
	return db_why(&l->db, DB_FAILED, strerror(ENOMEM));
}

static int
prepare(struct lite *l, sqlite3_stmt **st, const char *sql)
{
	return sqlite3_prepare_v3(l->sql, sql, -1, SQLITE_PREPARE_PERSISTENT,
		   st, NULL) == SQLITE_OK
	    ? DB_OK
	    : why(l);
}

/* A statement that gives no row. */
static int
step(struct lite *l, sqlite3_stmt *st)
{
	int c = sqlite3_step(st), result = DB_OK;

	if (c != SQLITE_DONE && c != SQLITE_ROW)
		result = why(l);
	sqlite3_reset(st);
	return result;
}

/* The first column of the first row, or -1 where there is none. */
static int64_t
number(struct lite *l, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;

	if (prepare(l, &st, sql) == DB_OK && sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

static int
bind(sqlite3_stmt *st, int at, enum db_type type, const struct field *f)
{
	struct hash h;

	if (f->p == NULL)
		return sqlite3_bind_null(st, at);
	switch (type) {
	case DB_INT:
		return sqlite3_bind_int64(st, at, strtoll(f->p, NULL, 10));
	case DB_REAL:
		return sqlite3_bind_double(st, at, strtod(f->p, NULL));
	case DB_HASH:
		if (hash_parse(f->p, &h) == -1)
			return SQLITE_MISMATCH;
		return sqlite3_bind_blob(
		    st, at, h.b, sizeof(h.b), SQLITE_TRANSIENT);
	default:
		return sqlite3_bind_text64(
		    st, at, f->p, f->n, SQLITE_STATIC, SQLITE_UTF8);
	}
}

/* A stored value as a field in the arena: 0, or -1 when memory is out. */
static int
value(
    struct lite *l, sqlite3_stmt *st, int i, enum db_type type, struct field *f)
{
	char hex[HASH_DIGITS + 1];
	const void *p;
	struct hash h;

	*f = (struct field){ 0 };
	if (sqlite3_column_type(st, i) == SQLITE_NULL)
		return 0;
	if (type == DB_HASH) {
		p = sqlite3_column_blob(st, i);
		if (sqlite3_column_bytes(st, i) != sizeof(h.b))
			return 0;
		memcpy(h.b, p, sizeof(h.b));
		hash_hex(&h, hex);
		f->n = HASH_DIGITS;
		f->p = arena_copy(l->db.arena, hex, f->n);
	} else {
		p = sqlite3_column_text(st, i);
		f->n = (size_t)sqlite3_column_bytes(st, i);
		f->p = p == NULL ? NULL : arena_copy(l->db.arena, p, f->n);
	}
	return f->p == NULL ? -1 : 0;
}

static int
is_key(const struct db_table *t, int col)
{
	for (int i = 0; i < t->nkey; i++)
		if (t->key[i] == col)
			return 1;
	return 0;
}

/* Parameter i + 1 is column i in every statement on a table. */
static int
make(struct lite *l, const struct db_table *t, int what, sqlite3_stmt **st)
{
	struct buf b = { 0 }, cols;
	int bad = 0, result;

	for (int i = 0; i < t->ncol; i++) {
		if (what == UPDATE && is_key(t, i))
			continue;
		if (b.len > 0)
			bad |= buf_str(&b, what == SAME ? " AND " : ", ");
		/* The key finds the row; a plus keeps other indexes out. */
		if (what == SAME && !is_key(t, i))
			bad |= buf_byte(&b, '+');
		bad |= buf_str(&b, t->col[i].name);
		if (what == SAME)
			bad |= buf_fmt(
			    &b, is_key(t, i) ? " = ?%d" : " IS ?%d", i + 1);
		if (what == UPDATE)
			bad |= buf_fmt(&b, " = ?%d", i + 1);
	}
	cols = b;
	b = (struct buf){ 0 };
	if (what == SELECT)
		bad |= buf_fmt(&b, "SELECT %s FROM %s", cols.p, t->name);
	else if (what == SAME)
		bad |=
		    buf_fmt(&b, "SELECT 1 FROM %s WHERE %s", t->name, cols.p);
	else if (what == UPDATE)
		bad |= buf_fmt(&b, "UPDATE %s SET %s", t->name, cols.p);
	else
		bad |= buf_fmt(
		    &b, "INSERT INTO %s (%s) VALUES (", t->name, cols.p);
	for (int i = 0; i < t->ncol && what == INSERT; i++)
		bad |= buf_fmt(&b, "%s?%d", i > 0 ? ", " : "", i + 1);
	if (what == INSERT)
		bad |= buf_str(&b, ") ON CONFLICT DO NOTHING");
	for (int i = 0; i < t->nkey && (what == SELECT || what == UPDATE); i++)
		bad |= buf_fmt(&b, " %s %s = ?%d", i == 0 ? "WHERE" : "AND",
		    t->col[t->key[i]].name, t->key[i] + 1);
	result = bad ? no_memory(l) : prepare(l, st, b.p);
	buf_free(&cols);
	buf_free(&b);
	return result;
}

static int
prepare_all(struct lite *l)
{
	int c;

	for (int t = 0; t < TABLES; t++)
		for (int s = 0; s < STATEMENTS; s++)
			if ((c = make(l, &db_tables[t], s, &l->of[t][s])) !=
			    DB_OK)
				return c;
	for (int i = 0; i < OTHERS; i++)
		if ((c = prepare(l, &l->other[i], others[i])) != DB_OK)
			return c;
	return DB_OK;
}

static int
lite_begin(struct db *db)
{
	return step((struct lite *)db, ((struct lite *)db)->other[BEGIN]);
}

static int
lite_commit(struct db *db)
{
	return step((struct lite *)db, ((struct lite *)db)->other[COMMIT]);
}

static void
lite_rollback(struct db *db)
{
	struct lite *l = (struct lite *)db;

	/* Ids that were given in the transaction are gone with it. */
	if (l->known != NULL)
		memset(l->known, 0, KNOWN_TAGS * sizeof(*l->known));
	if (!sqlite3_get_autocommit(l->sql)) {
		sqlite3_step(l->other[ROLLBACK]);
		sqlite3_reset(l->other[ROLLBACK]);
	}
}

static int
lite_again(struct db *db)
{
	(void)db;
	return DB_OK;
}

/* The id of a tag that may be new. */
static int
look_up_tag(struct lite *l, const char *p, size_t n, sqlite3_int64 *id)
{
	const struct field f = { p, n };
	int c;

	if (bind(l->other[TAG_ID], 1, DB_TEXT, &f) != SQLITE_OK)
		return why(l);
	if ((c = sqlite3_step(l->other[TAG_ID])) == SQLITE_ROW)
		*id = sqlite3_column_int64(l->other[TAG_ID], 0);
	sqlite3_reset(l->other[TAG_ID]);
	if (c != SQLITE_DONE)
		return c == SQLITE_ROW ? DB_OK : why(l);
	if (bind(l->other[NEW_TAG], 1, DB_TEXT, &f) != SQLITE_OK)
		return why(l);
	c = step(l, l->other[NEW_TAG]);
	*id = sqlite3_last_insert_rowid(l->sql);
	return c;
}

static int
tag_id(struct lite *l, const char *p, size_t n, sqlite3_int64 *id)
{
	struct known_tag *k = &l->known[hash_short(p, n, 0) % KNOWN_TAGS];
	int c;

	if (n > KNOWN_LENGTH)
		return look_up_tag(l, p, n, id);
	if (k->id == 0 || memcmp(k->text, p, n) != 0 || k->text[n] != '\0') {
		if ((c = look_up_tag(l, p, n, &k->id)) != DB_OK) {
			k->id = 0;
			return c;
		}
		memcpy(k->text, p, n);
		k->text[n] = '\0';
	}
	*id = k->id;
	return DB_OK;
}

/* Runs a statement of tag and file for each tag of a list. */
static int
each_tag(struct lite *l, sqlite3_stmt *st, const struct field *tags,
    sqlite3_int64 file)
{
	const char *p = tags->p, *end, *comma;
	sqlite3_int64 id;
	int c;

	if (p == NULL)
		return DB_OK;
	for (end = p + tags->n; p < end; p = comma + 1) {
		if ((comma = memchr(p, ',', (size_t)(end - p))) == NULL)
			comma = end;
		if (comma == p)
			continue;
		if ((c = tag_id(l, p, (size_t)(comma - p), &id)) != DB_OK)
			return c;
		if (sqlite3_bind_int64(st, 1, id) != SQLITE_OK ||
		    sqlite3_bind_int64(st, 2, file) != SQLITE_OK)
			return why(l);
		if ((c = step(l, st)) != DB_OK)
			return c;
	}
	return DB_OK;
}

static int
retag(struct lite *l, const struct field *old, const struct field *new)
{
	const struct field *before = &old[COL_TAGS - 1];
	const struct field *after = &new[COL_TAGS - 1];
	sqlite3_int64 file;
	int c;

	if (field_same(DB_TEXT, before, after))
		return DB_OK;
	if (bind(l->other[FILE_ID], 1, DB_HASH, &new[COL_HASH - 1]) !=
		SQLITE_OK ||
	    sqlite3_step(l->other[FILE_ID]) != SQLITE_ROW)
		return why(l);
	file = sqlite3_column_int64(l->other[FILE_ID], 0);
	sqlite3_reset(l->other[FILE_ID]);
	if ((c = each_tag(l, l->other[UNTAG], before, file)) != DB_OK)
		return c;
	return each_tag(l, l->other[TAG], after, file);
}

static int
bind_row(sqlite3_stmt *st, const struct db_table *t, const struct field *row)
{
	int c;

	for (int i = 0; i < t->ncol; i++) {
		c = bind(st, i + 1, t->col[i].type, &row[i]);
		if (c != SQLITE_OK)
			return c;
	}
	return SQLITE_OK;
}

static int
fetch(struct lite *l, int table, const struct field *key, struct field *old)
{
	const struct db_table *t = &db_tables[table];
	sqlite3_stmt *st = l->of[table][SELECT];
	int c = SQLITE_OK;

	for (int i = 0; i < t->nkey && c == SQLITE_OK; i++)
		c = bind(
		    st, t->key[i] + 1, t->col[t->key[i]].type, &key[t->key[i]]);
	if (c != SQLITE_OK)
		return why(l);
	if ((c = sqlite3_step(st)) != SQLITE_ROW) {
		c = c == SQLITE_DONE
		    ? db_why(&l->db, DB_FAILED, "a row that was there is gone")
		    : why(l);
		sqlite3_reset(st);
		return c;
	}
	c = DB_OK;
	for (int i = 0; i < t->ncol && c == DB_OK; i++)
		if (value(l, st, i, t->col[i].type, &old[i]) == -1)
			c = no_memory(l);
	sqlite3_reset(st);
	return c;
}

/* Whether that very row is stored: then no rule would change it, and it need
 * not be read.  1, 0, or a DB_ failure. */
static int
is_stored(struct lite *l, int table, const struct field *row)
{
	sqlite3_stmt *st = l->of[table][SAME];
	int c;

	if (bind_row(st, &db_tables[table], row) != SQLITE_OK)
		return why(l);
	c = sqlite3_step(st);
	if (c != SQLITE_ROW && c != SQLITE_DONE)
		c = why(l);
	else
		c = c == SQLITE_ROW;
	sqlite3_reset(st);
	return c;
}

static int
always_met(int table, const struct field *row)
{
	return table == TABLE_SOURCE && row[SOURCE_KIND].p != NULL &&
	    strcmp(row[SOURCE_KIND].p, "archive") == 0;
}

static int
meet(struct lite *l, int table, struct field *row, size_t i, int differs,
    const struct db_met *by)
{
	const struct db_table *t = &db_tables[table];
	struct field old[DB_WIDEST], now[DB_WIDEST];
	int c;

	if (!differs && !always_met(table, row) &&
	    (c = is_stored(l, table, row)) != 0)
		return c == 1 ? DB_OK : c;
	if ((c = fetch(l, table, row, old)) != DB_OK)
		return c;
	memcpy(now, old, sizeof(*now) * (size_t)t->ncol);
	if ((c = by->met(by->ctx, i, now)) == -1)
		return no_memory(l);
	if (c == 0)
		return DB_OK;
	if (bind_row(l->of[table][UPDATE], t, now) != SQLITE_OK)
		return why(l);
	if ((c = step(l, l->of[table][UPDATE])) != DB_OK)
		return c;
	return table == TABLE_FILE ? retag(l, old, now) : DB_OK;
}

static int
note_named(struct lite *l, const struct field *row)
{
	const struct field *name = &row[COL_NAME - 1];

	if (name->p == NULL)
		return DB_OK;
	if (array_room(&l->named, l->nnamed + 1, &l->capnamed,
		sizeof(*l->named)) == -1)
		return no_memory(l);
	l->named[l->nnamed++] =
	    (struct named){ sqlite3_last_insert_rowid(l->sql), name };
	return DB_OK;
}

/* Another loader may have built it since the last batch. */
static int
add_names(struct lite *l)
{
	sqlite3_stmt *st = NULL;
	int c = sqlite3_step(l->other[HAS_NAMES]);

	sqlite3_reset(l->other[HAS_NAMES]);
	if (c != SQLITE_ROW)
		return c == SQLITE_DONE ? DB_OK : why(l);
	c = prepare(
	    l, &st, "INSERT INTO file_names (rowid, name) VALUES (?1, ?2)");
	for (size_t i = 0; i < l->nnamed && c == DB_OK; i++) {
		if (sqlite3_bind_int64(st, 1, l->named[i].id) != SQLITE_OK ||
		    bind(st, 2, DB_TEXT, l->named[i].name) != SQLITE_OK)
			c = why(l);
		else
			c = step(l, st);
	}
	sqlite3_finalize(st);
	return c;
}

static int
lite_put(struct db *db, int table, struct field *const *rows, size_t n,
    const struct db_met *by)
{
	struct lite *l = (struct lite *)db;
	const struct db_table *t = &db_tables[table];
	sqlite3_stmt *st = l->of[table][INSERT];
	int c, known = 0;

	l->nnamed = 0;
	if ((c = by->locked(by->ctx)) != DB_OK)
		return c;
	for (size_t i = 0; i < n; i++) {
		/* Where one was known, the next one is likely to be. */
		if (known && !always_met(table, rows[i])) {
			if ((c = is_stored(l, table, rows[i])) == 1)
				continue;
			if (c != 0)
				return c;
		}
		if (bind_row(st, t, rows[i]) != SQLITE_OK)
			return why(l);
		if ((c = step(l, st)) != DB_OK)
			return c;
		if (sqlite3_changes(l->sql) == 0) {
			c = meet(l, table, rows[i], i, known, by);
			known = 1;
		} else {
			known = 0;
			if (table != TABLE_FILE)
				continue;
			c = note_named(l, rows[i]);
			if (c == DB_OK)
				c = each_tag(l, l->other[TAG],
				    &rows[i][COL_TAGS - 1],
				    sqlite3_last_insert_rowid(l->sql));
		}
		if (c != DB_OK)
			return c;
	}
	return l->nnamed > 0 ? add_names(l) : DB_OK;
}

/* Parts of names are found by their trigrams.  New ones are added at the end
 * of a batch: a trigger would make FTS5 write a segment for each of them.  A
 * library without FTS5 does with a plain index. */
static int
build_names(struct lite *l)
{
	if (number(l,
		"SELECT 1 FROM sqlite_master WHERE name = 'file_names'") == 1)
		return DB_OK;
	if (run(l,
		"CREATE VIRTUAL TABLE file_names USING fts5(name, "
		"content = 'file', content_rowid = 'id', "
		"tokenize = 'trigram', detail = none, columnsize = 0)") !=
	    DB_OK)
		return run(
		    l, "CREATE INDEX IF NOT EXISTS file_name ON file (name)");
	return run(l,
	    "INSERT INTO file_names (file_names) VALUES ('rebuild');"
	    "CREATE TRIGGER file_names_out AFTER DELETE ON file BEGIN "
	    "INSERT INTO file_names (file_names, rowid, name) "
	    "VALUES ('delete', old.id, old.name); END;"
	    "CREATE TRIGGER file_names_new AFTER UPDATE OF name ON file "
	    "WHEN old.name IS NOT new.name BEGIN "
	    "INSERT INTO file_names (file_names, rowid, name) "
	    "VALUES ('delete', old.id, old.name); "
	    "INSERT INTO file_names (rowid, name) VALUES (new.id, new.name); "
	    "END");
}

static int
build_indexes(struct lite *l)
{
	int c = DB_OK;

	for (const struct db_index *x = db_sqlite.indexes;
	     x->name != NULL && c == DB_OK; x++)
		if (x->needs == NULL)
			c = run(l, x->create);
	return c == DB_OK ? build_names(l) : c;
}

/* Whether there is anything that a query could take out. */
static int
is_needed(struct lite *l, enum db_query q)
{
	return q != QUERY_SOLVED ||
	    number(l, "SELECT 1 FROM problem LIMIT 1") == 1;
}

static int
ask(struct lite *l, enum db_query q, const struct field *key, db_row give,
    void *ctx)
{
	const struct db_query_text *t = &db_queries[q];
	struct field row[QUERY_COLUMNS];
	sqlite3_stmt *st = l->query[q];
	int c, bad = 0;

	if (bind(st, 1, DB_HASH, key) != SQLITE_OK)
		return why(l);
	while ((c = sqlite3_step(st)) == SQLITE_ROW && !bad) {
		for (int i = 0; i < t->ncol && !bad; i++)
			bad = value(l, st, i, t->type[i], &row[i]);
		if (!bad && give != NULL)
			bad = give(ctx, row);
	}
	if (c != SQLITE_DONE && c != SQLITE_ROW)
		c = why(l);
	else
		c = bad ? no_memory(l) : DB_OK;
	sqlite3_reset(st);
	return c;
}

static int
lite_query(struct db *db, enum db_query q, const struct field *keys, size_t n,
    db_row give, void *ctx)
{
	struct lite *l = (struct lite *)db;
	int c = DB_OK;

	if (n == 0 || !is_needed(l, q))
		return DB_OK;
	/* Without the index on location this would read it all each time. */
	if (q == QUERY_TAGS || q == QUERY_ORPHANS)
		c = build_indexes(l);
	if (c == DB_OK && l->query[q] == NULL)
		c = prepare(l, &l->query[q], db_queries[q].sqlite);
	for (size_t i = 0; i < n && c == DB_OK; i++)
		c = ask(l, q, &keys[i], give, ctx);
	return c;
}

static int
lite_finish(struct db *db)
{
	struct lite *l = (struct lite *)db;
	int c, first;

	if (number(l, "SELECT 1 FROM file LIMIT 1") != 1)
		return DB_OK;
	if ((c = lite_begin(db)) != DB_OK)
		return c;
	first = number(l, "SELECT 1 FROM meta WHERE name = 'indexes'") != 1;
	if ((c = build_indexes(l)) != DB_OK)
		return c;
	if (first &&
	    (c = run(l,
		 "PRAGMA analysis_limit = 1000; ANALYZE;"
		 "INSERT INTO meta VALUES ('indexes', 'built')")) != DB_OK)
		return c;
	return lite_commit(db);
}

static int
lite_get_meta(struct db *db, const char *name, struct buf *b)
{
	struct lite *l = (struct lite *)db;
	sqlite3_stmt *st = NULL;
	int c = prepare(l, &st, "SELECT value FROM meta WHERE name = ?1");

	if (c == DB_OK &&
	    sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW &&
	    sqlite3_column_text(st, 0) != NULL &&
	    buf_str(b, (const char *)sqlite3_column_text(st, 0)) == -1)
		c = no_memory(l);
	sqlite3_finalize(st);
	return c;
}

static int
lite_set_meta(struct db *db, const char *name, const char *value)
{
	struct lite *l = (struct lite *)db;
	sqlite3_stmt *st = NULL;
	int c = prepare(l, &st, "INSERT OR REPLACE INTO meta VALUES (?1, ?2)");

	if (c == DB_OK &&
	    (sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_bind_text(st, 2, value, -1, SQLITE_STATIC) !=
		    SQLITE_OK))
		c = why(l);
	if (c == DB_OK)
		c = step(l, st);
	sqlite3_finalize(st);
	return c;
}

int
sqlite_folder(sqlite3 *sql, struct buf *b)
{
	char *real = realpath(sqlite3_db_filename(sql, "main"), NULL);
	int bad;

	if (real == NULL)
		return -1;
	/* Of the root folder nothing is left but the slash. */
	*(strrchr(real, '/') + (strrchr(real, '/') == real)) = '\0';
	bad = buf_str(b, real);
	free(real);
	return bad;
}

static int
lite_folder(struct db *db, struct buf *b)
{
	return b == NULL ? 1 : sqlite_folder(((struct lite *)db)->sql, b);
}

static void
lite_close(struct db *db)
{
	struct lite *l = (struct lite *)db;

	/* Not sqlite3_next_stmt(), which gives those of FTS5 too. */
	lite_rollback(db);
	for (int t = 0; t < TABLES; t++)
		for (int s = 0; s < STATEMENTS; s++)
			sqlite3_finalize(l->of[t][s]);
	for (int i = 0; i < OTHERS; i++)
		sqlite3_finalize(l->other[i]);
	for (int i = 0; i < QUERIES; i++)
		sqlite3_finalize(l->query[i]);
	sqlite3_close(l->sql);
	free(l->known);
	free(l->named);
	buf_free(&l->db.label);
	buf_free(&l->db.why);
	free(l);
}

static const struct db_engine engine = {
	.begin = lite_begin,
	.commit = lite_commit,
	.rollback = lite_rollback,
	.again = lite_again,
	.put = lite_put,
	.query = lite_query,
	.get_meta = lite_get_meta,
	.set_meta = lite_set_meta,
	.folder = lite_folder,
	.finish = lite_finish,
	.close = lite_close,
};

/* Columns that were appended since the file was made. */
static int
add_columns(struct lite *l, const struct db_table *t)
{
	struct buf b = { 0 };
	int64_t there;
	int c = DB_OK;

	if (buf_fmt(&b,
		"SELECT count(*) FROM pragma_table_info('%s') "
		"WHERE name <> 'id'",
		t->name) == -1)
		return no_memory(l);
	there = number(l, b.p);
	for (int i = (int)there; i < t->ncol && c == DB_OK; i++) {
		buf_clear(&b);
		c = buf_fmt(&b, "ALTER TABLE %s ADD COLUMN %s %s", t->name,
			t->col[i].name, db_sqlite.types[t->col[i].type]) == -1
		    ? no_memory(l)
		    : run(l, b.p);
	}
	buf_free(&b);
	return c;
}

static int
run_all(struct lite *l, const char *const *sql)
{
	int c = DB_OK;

	for (; *sql != NULL && c == DB_OK; sql++)
		c = run(l, *sql);
	return c;
}

static int
create(struct lite *l, int64_t version)
{
	struct buf b = { 0 };
	int c;

	/* Before the columns, as SQLite looks into every view then. */
	if ((c = run_all(l, db_sqlite.drop_views)) != DB_OK ||
	    (c = run_all(l, db_sqlite.tables)) != DB_OK)
		return c;
	c = run(l,
	    "CREATE TABLE IF NOT EXISTS tag (id INTEGER PRIMARY KEY, "
	    "tag TEXT UNIQUE);"
	    "CREATE TABLE IF NOT EXISTS tagged (tag INTEGER, "
	    "file INTEGER, PRIMARY KEY (tag, file)) WITHOUT ROWID;"
	    "CREATE TRIGGER IF NOT EXISTS file_gone AFTER DELETE ON file "
	    "BEGIN DELETE FROM tagged WHERE file = old.id AND tag IN "
	    "(SELECT id FROM tag WHERE instr(',' || old.tags || ',', "
	    "',' || tag || ',') > 0); END;"
	    "CREATE VIEW IF NOT EXISTS file_tag AS SELECT t.tag, "
	    "f.hash FROM tag t JOIN tagged ON tagged.tag = t.id "
	    "JOIN file f ON f.id = tagged.file;"
	    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, "
	    "value TEXT)");
	for (int t = 0; t < TABLES && c == DB_OK && version >= 0; t++)
		c = add_columns(l, &db_tables[t]);
	if (c == DB_OK && version == 1)
		c = run_all(l, db_upgrade_1);
	if (c == DB_OK)
		c = run_all(l, db_sqlite.views);
	if (c == DB_OK)
		c = buf_fmt(&b,
			"INSERT OR REPLACE INTO meta VALUES ('schema_version', "
			"'%d'), ('columns', '%d')",
			SCHEMA_VERSION, COLUMNS) == -1
		    ? no_memory(l)
		    : run(l, b.p);
	buf_free(&b);
	return c;
}

static int
schema(struct lite *l)
{
	int64_t version = -1, there = -1;
	int c;

	if ((c = run(l, "BEGIN IMMEDIATE")) != DB_OK)
		return c;
	if (number(l, "SELECT 1 FROM sqlite_master LIMIT 1") == 1) {
		version = number(l,
		    "SELECT value FROM meta WHERE name = "
		    "'schema_version'");
		there =
		    number(l, "SELECT value FROM meta WHERE name = 'columns'");
		if (version == -1 || there == -1)
			return db_why(&l->db, DB_FAILED,
			    "a database, but no midiflow catalogue");
	}
	if (version > SCHEMA_VERSION || there > COLUMNS)
		return db_why(
		    &l->db, DB_FAILED, "made by a newer midiflow; update this");
	if ((version < SCHEMA_VERSION || there < COLUMNS) &&
	    (c = create(l, version)) != DB_OK)
		return c;
	return run(l, "COMMIT");
}

/* SQLite does not wait for a lock when it changes the journal, so that two
 * who open a new file at once would fail. */
static int
use_wal(struct lite *l)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };
	int c;

	for (int ms = 0; ms < BUSY_MS; ms += PAUSE_MS) {
		c = run(l, "PRAGMA journal_mode = WAL");
		if (c != DB_AGAIN)
			return c;
		nanosleep(&pause, NULL);
	}
	return c;
}

/* Nothing is made; what is no catalogue yet holds nothing. */
static int
set_up_read(struct lite *l)
{
	int64_t version;

	if (number(l, "SELECT count(*) FROM sqlite_master") == -1)
		return why(l);
	if (number(l, "SELECT 1 FROM sqlite_master LIMIT 1") != 1) {
		l->db.empty = 1;
		return DB_OK;
	}
	version =
	    number(l, "SELECT value FROM meta WHERE name = 'schema_version'");
	if (version == -1)
		return db_why(
		    &l->db, DB_FAILED, "a database, but no midiflow catalogue");
	if (version > SCHEMA_VERSION)
		return db_why(
		    &l->db, DB_FAILED, "made by a newer midiflow; update this");
	return DB_OK;
}

static int
set_up(struct lite *l, int flags)
{
	struct buf b = { 0 };
	int c;

	sqlite3_busy_timeout(l->sql, BUSY_MS);
	if (flags & DB_READ)
		return set_up_read(l);
	if (buf_fmt(&b,
		"PRAGMA synchronous = %s;"
		"PRAGMA cache_size = -%d; PRAGMA wal_autocheckpoint = %d",
		flags & DB_DURABLE ? "FULL" : "NORMAL", CACHE_KIB,
		WAL_PAGES) == -1)
		return no_memory(l);
	c = use_wal(l);
	if (c == DB_OK)
		c = run(l, b.p);
	buf_free(&b);
	if (c == DB_OK)
		c = schema(l);
	return c == DB_OK ? prepare_all(l) : c;
}

struct db *
sqlite_open(const char *name, int flags, struct buf *reason)
{
	struct lite *l;
	int c;

	if ((l = calloc(1, sizeof(*l))) == NULL ||
	    (l->known = calloc(KNOWN_TAGS, sizeof(*l->known))) == NULL) {
		(void)buf_str(reason, strerror(errno));
		free(l);
		return NULL;
	}
	l->db.engine = &engine;
	c = sqlite3_open_v2(name, &l->sql,
	    (flags & DB_READ ? SQLITE_OPEN_READONLY
			     : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
		SQLITE_OPEN_NOMUTEX,
	    NULL);
	c = c == SQLITE_OK ? set_up(l, flags) : why(l);
	if (c == DB_OK)
		return &l->db;
	(void)buf_str(reason, l->db.why.p);
	lite_close(&l->db);
	return NULL;
}
