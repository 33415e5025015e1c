/* mdbfind - find in the catalogue, as records */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "catalogue/db.h"
#include "catalogue/found.h"
#include "catalogue/paths.h"
#include "catalogue/find.h"
#include "stream/num.h"
#include "stream/tool.h"

/* Letters of options that say what a row is, and what it must be. */
enum {
	WHATS = TOOL_LONG,
	ASKS = WHATS + FIND_STRAY + 1,
	COUNT = ASKS + ASK_WHERE + 1,
	HASHES,
	LIMIT,
	ORDER,
	PRINT0,
	SAMPLE
};

static const struct tool_option options[] = {
	{ ASKS + ASK_BARS, "bars", "A-B", "bars, as 4, 4-8, 8- or 4,8" },
	{ ASKS + ASK_BPM, "bpm", "A-B", "tempo; 120 is all that rounds to it" },
	{ ASKS + ASK_CATEGORY, "category", "C,...",
	    "Drums/Kicks, or Drums for all of them" },
	{ COUNT, "count", NULL, "print only how many there are" },
	{ 'd', "db", "DB", "SQLite file, PostgreSQL URL or libpq string" },
	{ ASKS + ASK_DRUM_PART, "drum-part", "P,...",
	    "one of kick, snare, hat ..." },
	{ WHATS + FIND_COPIES, "duplicates", NULL,
	    "your own superfluous copies" },
	{ ASKS + ASK_CHORDS, "has-chords", "CHORDS", "as 'Am F', in a row" },
	{ ASKS + ASK_HASH, "hash", "HASH", "the content of that hash" },
	{ HASHES, "hashes", NULL, "print only hashes" }, TOOL_COLUMNS,
	{ ASKS + ASK_KEY, "key", "K,...", "key, as C or F#m" },
	{ ASKS + ASK_KEY_LIKE, "key-like", "K,...",
	    "the same, its relative and its neighbours" },
	{ 'l', "library", "DIR", "the library, where it is now" },
	{ LIMIT, "limit", "N", "at most so many" },
	{ WHATS + FIND_LOCATIONS, "locations", "HASH",
	    "where a content was seen" },
	{ ASKS + ASK_METER, "meter", "M,...", "meter, as 4/4" },
	{ WHATS + FIND_MISSING, "missing", NULL, "rows whose file is gone" },
	{ ASKS + ASK_NAME, "name", "TEXT", "part of the name" },
	{ ASKS + ASK_NOTES, "notes", "A-B", "number of notes" },
	{ ORDER, "order", "COLUMN", "sorted; -COLUMN the largest first" },
	{ PRINT0, "print0", NULL, "raw paths, each with a NUL behind it" },
	{ WHATS + FIND_PROBLEMS, "problems", NULL, "records that failed" },
	TOOL_QUIET,
	{ ASKS + ASK_ROLE, "role", "R,...",
	    "drums, bass, chords, melody, arp, mixed" },
	{ SAMPLE, "sample", "N", "so many at random" },
	{ ASKS + ASK_SOURCE, "source", "PATH",
	    "what came from a file, or from below a folder" },
	{ WHATS + FIND_STRAY, "stray", NULL,
	    "MIDI files in the library without a row" },
	{ ASKS + ASK_TAG, "tag", "T,...", "one of the tags; again: and" },
	{ ASKS + ASK_UNANALYSED, "unanalysed", NULL,
	    "what manalyze has not seen" },
	{ ASKS + ASK_UNLOCATED, "unlocated", NULL, "what has no place" },
	TOOL_VERBOSE,
	{ ASKS + ASK_WHERE, "where", "SQL", "a condition on the columns" },
	TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL }
};
static const struct tool tool = { .name = "mdbfind",
	.synopsis = "[-Hqv] [-d db] [-l library] [--count] [--hashes] "
		    "[--limit n] [--order column] [--print0] [--sample n] "
		    "[condition ...]\n"
		    "[-qv] [-d db] [-l library] [--count] [--hashes] "
		    "[--limit n] [--print0] --duplicates | --locations hash | "
		    "--missing | --problems | --stray [condition ...]",
	.options = options,
	.last = COLUMNS };

struct mdbfind {
	struct db *db;
	struct find find;
	struct found found;
	struct paths paths;
	struct rec_out out;
	struct buf label;
	const char *db_name, *library;
	int count, status;
	int64_t limit, n;
};

static _Noreturn void
die_of_db(const struct mdbfind *m, const char *why)
{
	tool_die(m->label.p != NULL ? m->label.p : "catalogue", "%s",
	    why != NULL ? why : strerror(ENOMEM));
}

static const char *
name_of(int letter)
{
	const struct tool_option *o = options;

	while (o->letter != 0 && o->letter != letter)
		o++;
	return o->name;
}

static int64_t
number(const char *text)
{
	int64_t v;

	if (num_int(text, 1, INT64_MAX, &v) == -1)
		tool_die(text, "not a number from 1");
	return v;
}

static void
read_options(struct mdbfind *m, int argc, char *argv[])
{
	struct find *q = &m->find;
	int c;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case 'd':
			m->db_name = optarg;
			break;
		case 'l':
			m->library = optarg;
			break;
		case COUNT:
			m->count = 1;
			break;
		case HASHES:
			m->found.hashes = 1;
			break;
		case LIMIT:
			m->limit = number(optarg);
			break;
		case ORDER:
			m->find.ordered = optarg;
			break;
		case PRINT0:
			m->found.raw = 1;
			break;
		case SAMPLE:
			m->find.sample = number(optarg);
			break;
		default:
			if (c < ASKS && q->what != FIND_FILES &&
			    (int)q->what != c - WHATS)
				tool_die(name_of(c), "not together with --%s",
				    name_of(WHATS + (int)q->what));
			if (c < ASKS)
				q->what = (enum find_what)(c - WHATS);
			/* Of those only --locations has a text. */
			if ((c >= ASKS || optarg != NULL) &&
			    find_ask(q,
				c < ASKS ? ASK_HASH : (enum find_ask)(c - ASKS),
				optarg) == -1)
				tool_die("memory", "%s", strerror(errno));
		}
	if (optind != argc)
		tool_usage(&tool);
	if (m->found.hashes && m->found.raw)
		tool_die("hashes", "not together with --print0");
	/* What the disk decides is counted and limited here. */
	if (q->what < FIND_COPIES) {
		q->limit = m->limit;
		q->only_count = m->count;
		q->only_hashes = m->found.hashes && !m->count;
	}
}

static void
put(void *ctx, const struct field *row)
{
	struct mdbfind *m = ctx;

	if (m->limit > 0 && m->n == m->limit)
		return;
	m->n++;
	if (m->count)
		return;
	if (found_put(&m->found, &m->find, row, &m->out) == -1 ||
	    rec_out_tick(&m->out) == -1)
		tool_die("stdout", "%s", strerror(errno));
}

static void
find_rows(struct mdbfind *m)
{
	struct find *q = &m->find;
	struct field row[DB_WIDEST];
	int c;

	if (find_sql(q) == -1)
		tool_die("memory", "%s", strerror(errno));
	c = m->db->engine->ask(m->db, q);
	while (c == DB_OK && (c = m->db->engine->next(m->db, q, row)) == 1) {
		if (q->only_count) {
			m->n = strtoll(row[0].p, NULL, 10);
			return;
		}
		if ((c = found_wanted(&m->found, q, row)) == 1)
			put(m, row);
		else if (c == -1) {
			tool_warn(m->found.text.p, "%s", strerror(errno));
			m->status = SOME_FAILED;
		}
		if (m->limit > 0 && m->n == m->limit)
			return;
		c = DB_OK;
	}
	if (c != DB_OK)
		die_of_db(m, m->db->why.p);
}

int
main(int argc, char *argv[])
{
	struct mdbfind m = { .out = { .fd = STDOUT_FILENO } };
	struct buf name = { 0 }, why = { 0 };

	m.found.paths = &m.paths;
	read_options(&m, argc, argv);
	if (db_name_only(&name, m.db_name, m.library) == -1)
		tool_die("memory", "%s", strerror(errno));
	if ((m.db = db_open_read(name.p, &m.label, &why)) == NULL)
		die_of_db(&m, why.p);
	if (paths_open(&m.paths, m.db, m.library, 0) != DB_OK)
		die_of_db(&m, m.db->why.p);
	m.find.paths = &m.paths;
	m.find.server = m.db->server;
	m.find.names = m.db->names;
	if (find_begin(&m.find) == -1)
		tool_die(m.find.wrong, "%s", m.find.why.p);
	for (; m.find.unknown < find_parts(&m.find) &&
	     (m.limit == 0 || m.n < m.limit);
	     m.find.unknown++)
		find_rows(&m);
	if (m.find.what == FIND_STRAY && found_stray(&m.found, put, &m) == -1)
		tool_die(m.found.text.p, "%s", strerror(errno));
	if (m.count &&
	    (buf_fmt(&m.out.buf, "%lld", (long long)m.n) == -1 ||
		rec_end(&m.out) == -1))
		tool_die("stdout", "%s", strerror(errno));
	if (rec_close(&m.out) == -1)
		tool_die("stdout", "%s", strerror(errno));
	if (tool_loudness > 1)
		tool_warn(m.label.p, "%lld found", (long long)m.n);
	db_close(m.db);
	find_free(&m.find);
	found_free(&m.found);
	paths_free(&m.paths);
	buf_free(&m.label);
	buf_free(&name);
	return m.status;
}
