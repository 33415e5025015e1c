/* advice - what would help a server with a bulk load, in words */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "catalogue/advice.h"
#include "catalogue/db.h"
#include "files/create.h"
#include "stream/esc.h"

struct ask {
	PGconn *conn;
	struct buf *out, *why;
};

static void
quiet(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

static PGresult *
run(struct ask *a, const char *sql, const char *value)
{
	PGresult *r = value == NULL
	    ? PQexec(a->conn, sql)
	    : PQexecParams(a->conn, sql, 1, NULL, &value, NULL, NULL, 0);
	const char *text;

	if (PQresultStatus(r) == PGRES_TUPLES_OK ||
	    PQresultStatus(r) == PGRES_COMMAND_OK)
		return r;
	text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	if (text == NULL)
		text = PQerrorMessage(a->conn);
	(void)buf_add(a->why, text, strcspn(text, "\n"));
	PQclear(r);
	return NULL;
}

/* A number that a file begins with, 0 where there is none. */
static long long
number_in(const char *path)
{
	char *p = NULL;
	size_t cap = 0;
	ssize_t n = create_slurp(AT_FDCWD, path, &p, &cap, 4096);
	long long v = n > 0 ? strtoll(p, NULL, 10) : 0;

	free(p);
	return v > 0 ? v : 0;
}

/* Bytes of memory that the server may have: those of this machine, or of its
 * container; 0 when it is elsewhere. */
static long long
memory(PGconn *conn)
{
	static const char *const limits[] = { "/sys/fs/cgroup/memory.max",
		"/sys/fs/cgroup/memory/memory.limit_in_bytes" };
	const char *host = PQhost(conn);
	long long v, limit;

	if (host != NULL && host[0] != '/' && host[0] != '\0' &&
	    strcmp(host, "localhost") != 0 && strcmp(host, "127.0.0.1") != 0 &&
	    strcmp(host, "::1") != 0)
		return 0;
	v = (long long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if ((limit = number_in(limits[i])) > 0 && limit < v)
			v = limit;
	return v;
}

static const char *
cell(const PGresult *r, int row, const char *name)
{
	int i = PQfnumber(r, name);

	return i == -1 || PQgetisnull(r, row, i) ? NULL : PQgetvalue(r, row, i);
}

static int
yes(const PGresult *r, int row, const char *name)
{
	const char *p = cell(r, row, name);

	return p != NULL && *p == 't';
}

/* Words in lines of at most 78 bytes, each indented. */
static int
paragraph(struct buf *b, const char *text)
{
	size_t line = 0, n;
	int bad = 0;

	for (; *text != '\0'; text += n + strspn(text + n, " ")) {
		n = strcspn(text, " ");
		if (line == 0 || line + 1 + n > 78) {
			bad |= buf_str(b, line == 0 ? "    " : "\n    ");
			line = 4;
		} else {
			bad |= buf_byte(b, ' ');
			line++;
		}
		bad |= buf_add(b, text, n);
		line += n;
	}
	return bad | buf_byte(b, '\n');
}

static int
say_setting(struct ask *a, const PGresult *r, int i)
{
	static const char reload[] = "; SELECT pg_reload_conf()";
	const char *refused = cell(r, i, "refused");
	const char *better = cell(r, i, "better");
	int restart = yes(r, i, "restart");
	struct buf *b = a->out;
	int bad;

	bad = buf_fmt(b, "\n%s is %s", cell(r, i, "name"), cell(r, i, "now"));
	if (refused == NULL || better != NULL)
		bad |= buf_fmt(b, "%s%s", refused == NULL ? "; better: " : "",
		    refused == NULL ? better : "");
	bad |= buf_byte(b, '\n');
	bad |= paragraph(b, cell(r, i, "gain"));
	if (refused != NULL) {
		bad |= buf_str(b, "    Not advised:\n");
		return bad | paragraph(b, refused);
	}
	bad |= buf_fmt(b, "    holds: %s\n    apply: %s%s;\n    undo:  %s%s;\n",
	    restart ? "after a restart" : "at once", cell(r, i, "apply"),
	    restart ? "" : reload, cell(r, i, "undo"), restart ? "" : reload);
	return bad;
}

static int
say_extension(struct ask *a, const PGresult *r, int i)
{
	const char *preload = cell(r, i, "preload");
	struct buf *b = a->out;
	int bad;

	bad = buf_fmt(b, "\n%s: %s\n", cell(r, i, "name"), cell(r, i, "gain"));
	if (yes(r, i, "installed"))
		return bad | buf_str(b, "    It is there.\n");
	if (!yes(r, i, "available"))
		return bad |
		    buf_str(b,
			"    The server does not have it; it comes "
			"with postgresql-contrib.\n");
	bad |= buf_fmt(b, "    %s: %s;\n",
	    yes(r, i, "any_owner") ? "the database's owner"
				   : "an administrator",
	    cell(r, i, "line"));
	if (preload != NULL)
		bad |= buf_fmt(b, "    before, and then a restart: %s%s\n",
		    preload, strncmp(preload, "ALTER", 5) == 0 ? ";" : "");
	return bad;
}

/* Settings that are in the files and would keep the server from starting;
 * only an administrator may see them. */
static int
say_faults(struct ask *a)
{
	PGresult *r = PQexec(a->conn,
	    "SELECT name, setting, error, sourcefile FROM pg_file_settings "
	    "WHERE error IS NOT NULL AND error NOT LIKE "
	    "'%without restarting%'");
	int bad = 0;

	for (int i = 0; i < PQntuples(r); i++)
		bad |= buf_fmt(a->out,
		    "\n%s = %s in %s: %s\n    The server would not start with "
		    "it; take it out first.\n",
		    cell(r, i, "name"), cell(r, i, "setting"),
		    cell(r, i, "sourcefile"), cell(r, i, "error"));
	PQclear(r);
	return bad;
}

static int
say_all(struct ask *a)
{
	long long bytes = memory(a->conn);
	struct buf *b = a->out;
	char text[24] = "";
	PGresult *r;
	int bad, rows;

	if (bytes > 0)
		snprintf(text, sizeof(text), "%lld", bytes);
	bad = buf_fmt(
	    b, "PostgreSQL %s", PQparameterStatus(a->conn, "server_version"));
	bad |= bytes > 0 ? buf_fmt(b, ", %lld MB of memory\n", bytes >> 20)
			 : buf_str(b, ", on another machine\n");
	PQclear(run(a, "BEGIN", NULL));
	if ((r = run(a, "SELECT set_config('midiflow.memory', $1, true)",
		 text)) == NULL)
		return -1;
	PQclear(r);
	if ((r = run(a, advice_sql, NULL)) == NULL)
		return -1;
	PQclear(r);
	r = run(a, "SELECT * FROM midiflow_advice ORDER BY seq, name", NULL);
	if (r == NULL)
		return -1;
	rows = PQntuples(r);
	for (int i = 0; i < rows; i++)
		bad |= say_setting(a, r, i);
	PQclear(r);
	if (rows == 0)
		bad |= buf_str(b, "\nThe settings are right for a load.\n");
	bad |= buf_str(b,
	    "\nWhat only holds for a connection mdbload sets by itself.  All "
	    "of the above by\none command, and back: fast-load.sql, "
	    "restore.sql.\n\nExtensions, none of which is needed:\n");
	r = run(a, "SELECT * FROM midiflow_extensions ORDER BY seq", NULL);
	if (r == NULL)
		return -1;
	for (int i = 0; i < PQntuples(r); i++)
		bad |= say_extension(a, r, i);
	PQclear(r);
	PQclear(run(a, "ROLLBACK", NULL));
	bad |= say_faults(a);
	if (bad)
		(void)buf_str(a->why, strerror(ENOMEM));
	return bad;
}

int
advice(const char *name, struct buf *out, struct buf *label, struct buf *why)
{
	const char *keys[] = { "connect_timeout", "dbname",
		"fallback_application_name", NULL };
	const char *values[] = { "10", name, "mdbload", NULL };
	struct ask a = { .out = out, .why = why };
	int c;

	if (!db_is_server(name)) {
		if (esc_add(label, name, strlen(name)) == -1)
			return -1;
		return buf_str(out,
		    "A catalogue in a file: mdbload sets by itself what helps "
		    "it.\nOn a network file system it is slow and not safe; "
		    "keep it on a disk of this machine.\n");
	}
	if (pgsql_label(name, label, why) == -1)
		return -1;
	a.conn = PQconnectdbParams(keys, values, 1);
	PQsetNoticeProcessor(a.conn, quiet, NULL);
	if (PQstatus(a.conn) != CONNECTION_OK) {
		(void)buf_add(why, PQerrorMessage(a.conn),
		    strcspn(PQerrorMessage(a.conn), "\n"));
		c = -1;
	} else
		c = say_all(&a);
	PQfinish(a.conn);
	return c;
}
