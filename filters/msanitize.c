/* msanitize - give each record a clean file name */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "files/moves.h"
#include "stream/tool.h"
#include "words/clean.h"

enum { OPT_DURABLE = TOOL_LONG, OPT_UNDO, OPT_UNICODE };

static const struct tool_option options[] = { TOOL_COLUMNS,
	{ 'i', "in-place", NULL, "rename the files too" },
	{ 'l', "library", "DIR", "where the undo log lies (./midi-library)" },
	{ 'n', "dry-run", NULL, "say what would be renamed" }, TOOL_QUIET,
	TOOL_REJECTS, TOOL_VERBOSE,
	{ OPT_DURABLE, "durable", NULL, "let the log survive a power cut" },
	{ OPT_UNDO, "undo", "LOG", "take back what a log tells" },
	{ OPT_UNICODE, "unicode", NULL, "keep the letters of every script" },
	TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL } };
static const struct tool tool = { .name = "msanitize",
	.synopsis = "[-Hinqv] [-l library] [-r file] [--durable] [--unicode]\n"
		    "--undo log [-nqv] [-l library] [-r file]",
	.options = options,
	.last = COL_NAME };

struct job {
	struct buf raw, clean;
	int in_place;
	struct moves moves;
};

static int
is_midi(const struct rec *r)
{
	return (!rec_known(r, COL_KIND) || rec_is(r, COL_KIND, "midi")) &&
	    (!rec_known(r, COL_STATUS) || rec_is(r, COL_STATUS, "ok") ||
		rec_is(r, COL_STATUS, "dup"));
}

/* A duplicate inside an archive, or a part that is one, is no file. */
static int
is_file(const struct rec *r)
{
	return !rec_is(r, COL_STATUS, "dup") ||
	    (!rec_known(r, COL_MEMBER) && !rec_known(r, COL_PART));
}

/* A file that was moved where its name was taken has the start of its hash
 * behind it, which is no part of its name. */
static void
cut_hash(const struct rec *r, struct buf *raw)
{
	static const int digits[] = { HASH_SHORT, HASH_DIGITS };
	const char *hash = rec_field(r, COL_HASH), *p;
	size_t n;

	if (strlen(hash) != HASH_DIGITS || raw->len < 4 ||
	    strcmp(raw->p + raw->len - 4, ".mid") != 0)
		return;
	for (size_t i = 0; i < sizeof(digits) / sizeof(*digits); i++) {
		n = (size_t)digits[i] + 5;
		if (raw->len <= n)
			return;
		p = raw->p + raw->len - n;
		if (p[0] == '_' && p[-1] != '/' &&
		    strncmp(p + 1, hash, n - 5) == 0) {
			buf_cut(raw, raw->len - n);
			return;
		}
	}
}

/* An entry is called what it was called in its archive; a part, and a file
 * that lies by itself, what it is called on the disk. */
static int
set_name(struct stream *s, struct rec *r, struct job *j)
{
	int col = COL_PATH;

	if (rec_known(r, COL_MEMBER) && !rec_known(r, COL_PART))
		col = COL_MEMBER;
	if (rec_bytes(r, col, &j->raw) == -1)
		return stream_why(s, WORK_KEEP | WORK_FAILED, NULL);
	if (col == COL_PATH)
		cut_hash(r, &j->raw);
	buf_clear(&j->clean);
	if (clean_file(&j->clean, j->raw.p, j->raw.len) == -1 ||
	    rec_set_text(r, COL_NAME, j->clean.p, j->clean.len) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	return WORK_KEEP;
}

static int
work(struct stream *s, struct rec *r, void *ctx)
{
	struct job *j = ctx;
	int c = WORK_KEEP;

	if (is_midi(r))
		c = set_name(s, r, j);
	else if (j->in_place)
		return moves_pass(&j->moves, s, r);
	if (c != WORK_KEEP && j->moves.plan)
		c |= WORK_DROP;
	if (c != WORK_KEEP || !j->in_place)
		return c;
	return is_file(r) ? moves_add(&j->moves, s, r, NULL, j->clean.p)
			  : moves_pass(&j->moves, s, r);
}

static int
only_records(struct job *j)
{
	struct stream s;

	stream_open(&s);
	stream_run(&s, work, j);
	return stream_close(&s);
}

int
main(int argc, char *argv[])
{
	const char *library = library_default(), *log = NULL;
	struct job j = { 0 };
	int c, status;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case OPT_DURABLE:
			j.moves.durable = 1;
			break;
		case OPT_UNDO:
			log = optarg;
			break;
		case OPT_UNICODE:
			clean_scripts(1);
			break;
		case 'i':
			j.in_place = 1;
			break;
		case 'l':
			library = optarg;
			break;
		case 'n':
			j.in_place = j.moves.plan = 1;
			break;
		}
	if (optind != argc)
		tool_usage(&tool);
	if (log != NULL)
		return moves_undo(library, log, j.moves.plan);
	if (clean_init() == -1)
		tool_die("locale C.UTF-8", "%s", strerror(errno));
	status = j.in_place ? moves_run(&j.moves, library, work, &j)
			    : only_records(&j);
	buf_free(&j.raw);
	buf_free(&j.clean);
	return status;
}
