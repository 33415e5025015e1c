/* msanitize - give each record a clean file name */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "stream/tool.h"
#include "words/clean.h"

static const struct tool_option options[] = { TOOL_COLUMNS, TOOL_QUIET,
	TOOL_REJECTS, TOOL_VERBOSE, TOOL_HELP, TOOL_VERSION,
	{ 0, NULL, NULL, NULL } };
static const struct tool tool = { .name = "msanitize",
	.synopsis = "[-Hqv] [-r file]",
	.options = options,
	.last = COL_NAME };

struct job {
	struct buf raw, clean;
};

/* An entry is called what it was called in its archive; a part, and a file
 * that lies by itself, what it is called on the disk. */
static int
work(struct stream *s, struct rec *r, void *ctx)
{
	struct job *j = ctx;
	int col = COL_PATH;

	if ((rec_known(r, COL_KIND) && !rec_is(r, COL_KIND, "midi")) ||
	    (rec_known(r, COL_STATUS) && !rec_is(r, COL_STATUS, "ok") &&
		!rec_is(r, COL_STATUS, "dup")))
		return WORK_KEEP;
	if (rec_known(r, COL_MEMBER) && !rec_known(r, COL_PART))
		col = COL_MEMBER;
	if (rec_bytes(r, col, &j->raw) == -1)
		return stream_why(s, WORK_KEEP | WORK_FAILED, NULL);
	buf_clear(&j->clean);
	if (clean_file(&j->clean, j->raw.p, j->raw.len) == -1 ||
	    rec_set_text(r, COL_NAME, j->clean.p, j->clean.len) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	return WORK_KEEP;
}

int
main(int argc, char *argv[])
{
	struct job j = { 0 };
	struct stream s;

	while (tool_option(&tool, argc, argv) != -1)
		continue;
	if (optind != argc)
		tool_usage(&tool);
	if (clean_init() == -1)
		tool_die("locale C.UTF-8", "%s", strerror(errno));
	stream_open(&s);
	stream_run(&s, work, &j);
	buf_free(&j.raw);
	buf_free(&j.clean);
	return stream_close(&s);
}
