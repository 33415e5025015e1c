/* mdbnew - pass what is not yet in the catalogue */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "catalogue/fresh.h"
#include "stream/tool.h"

enum { PATIENCE_MS = 20 };

static const struct tool_option options[] = { { 'd', "db", "DB",
						  "SQLite file, PostgreSQL URL "
						  "or libpq string" },
	TOOL_COLUMNS, { 'l', "library", "DIR", "the library, where it is now" },
	TOOL_QUIET, TOOL_VERBOSE, TOOL_HELP, TOOL_VERSION,
	{ 0, NULL, NULL, NULL } };
static const struct tool tool = { .name = "mdbnew",
	.synopsis = "[-Hqv] [-d db] [-l library]",
	.options = options,
	.last = COL_KIND };

static _Noreturn void
stop(const struct fresh *f, const char *name)
{
	tool_die(f->label.p != NULL ? f->label.p : name, "%s",
	    f->why.p != NULL ? f->why.p : strerror(errno));
}

static void
pass(struct stream *s, void *ctx)
{
	struct fresh *f = ctx;
	const struct fresh_record *p;

	if (fresh_ask(f) == -1)
		stop(f, "catalogue");
	for (size_t i = 0; i < f->n; i++) {
		p = &f->record[i];
		if (p->is_known)
			continue;
		s->put++;
		if (buf_add(&s->out.buf, p->line, p->n) == -1 ||
		    rec_end(&s->out) == -1)
			tool_die("stdout", "%s", strerror(errno));
	}
	fresh_clear(f);
	/* Who waits for more input has what there is. */
	if (rec_flush(&s->out) == -1)
		tool_die("stdout", "%s", strerror(errno));
}

static int
take(struct stream *s, struct rec *r, void *ctx)
{
	struct fresh *f = ctx;

	if (fresh_add(f, r) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	if (f->n == FRESH_BATCH)
		pass(s, f);
	return WORK_DROP;
}

int
main(int argc, char *argv[])
{
	const char *db = NULL, *library = NULL;
	struct buf name = { 0 };
	struct fresh f = { 0 };
	struct stream s;
	int c;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case 'd':
			db = optarg;
			break;
		case 'l':
			library = optarg;
			break;
		}
	if (optind != argc)
		tool_usage(&tool);
	if (db_name_only(&name, db, library) == -1)
		tool_die("catalogue", "%s", strerror(errno));
	if (fresh_open(&f, name.p, library) == -1)
		stop(&f, name.p);
	stream_open(&s);
	s.in.patience = PATIENCE_MS;
	s.idle = pass;
	stream_run(&s, take, &f);
	pass(&s, &f);
	fresh_close(&f);
	buf_free(&name);
	return stream_close(&s);
}
