/* mdbload - load records into the catalogue */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "catalogue/advice.h"
#include "catalogue/load.h"
#include "stream/num.h"
#include "stream/tool.h"

enum { ADVISE = TOOL_LONG, BATCH, DURABLE, FORGET, RETRY_FOR };
enum { PATIENCE_MS = 500, RETRY_SECONDS = 60, MOST = 1000000 };

static const struct tool_option options[] = {
	{ ADVISE, "advise", NULL, "say what would help the server" },
	{ BATCH, "batch", "N", "records a transaction, 10000 at first" },
	{ 'd', "db", "DB", "SQLite file, PostgreSQL URL or libpq string" },
	{ DURABLE, "durable", NULL,
	    "let each transaction survive a power cut" },
	{ FORGET, "forget", NULL, "take the records out instead" },
	TOOL_COLUMNS, { 'l', "library", "DIR", "the library, where it is now" },
	{ 'n', "dry-run", NULL, "check the records, store nothing" },
	TOOL_QUIET, TOOL_REJECTS,
	{ RETRY_FOR, "retry-for", "SECONDS",
	    "how long to try again, 60 at first" },
	{ 't', "tee", NULL, "pass each record on once it is committed" },
	TOOL_VERBOSE, TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL }
};
static const struct tool tool = { .name = "mdbload",
	.synopsis = "[-Hnqtv] [-d db] [-l library] [-r file] [--batch n] "
		    "[--durable] [--forget] [--retry-for seconds]\n"
		    "[-d db] [-l library] --advise",
	.options = options,
	.last = COLUMNS };

struct mdbload {
	struct load load;
	int tee;
};

static _Noreturn void
stop(const struct mdbload *m)
{
	tool_die(m->load.label.p != NULL ? m->load.label.p : "catalogue",
	    "%s; %zu records are committed",
	    m->load.why.p != NULL ? m->load.why.p : strerror(errno),
	    m->load.committed);
}

static void
commit(struct stream *s, struct mdbload *m)
{
	struct load *l = &m->load;
	char *p;

	if (load_commit(l) == -1)
		stop(m);
	for (size_t i = 0; i < l->nrecord && m->tee; i++) {
		p = l->record[i].line;
		for (size_t k = 0; k < l->record[i].len; k++)
			if (p[k] == '\0')
				p[k] = '\t';
		s->put++;
		if (buf_add(&s->out.buf, p, l->record[i].len) == -1 ||
		    rec_end(&s->out) == -1)
			tool_die("stdout", "%s", strerror(errno));
	}
	load_clear(l);
}

static int
take(struct stream *s, struct rec *r, void *ctx)
{
	struct mdbload *m = ctx;
	int c;

	if ((c = load_add(&m->load, r)) == -1)
		stop(m);
	if (load_due(&m->load))
		commit(s, m);
	return c == 0 ? WORK_DROP
		      : stream_why(s, WORK_DROP | WORK_FAILED, m->load.why.p);
}

static void
idle(struct stream *s, void *ctx)
{
	struct mdbload *m = ctx;

	if (load_due(&m->load))
		commit(s, m);
}

/* What the server's administrator may do, on the standard output. */
static _Noreturn void
say_advice(const char *db)
{
	struct rec_out out = { .fd = STDOUT_FILENO };
	struct buf label = { 0 }, why = { 0 };

	if (advice(db, &out.buf, &label, &why) == -1)
		tool_die(label.p != NULL ? label.p : db, "%s",
		    why.p != NULL ? why.p : strerror(errno));
	if (rec_close(&out) == -1)
		tool_die("stdout", "%s", strerror(errno));
	exit(OK);
}

static int64_t
number(const char *text, int64_t lo)
{
	int64_t v;

	if (num_int(text, lo, MOST, &v) == -1)
		tool_die(
		    text, "not a number from %lld to %d", (long long)lo, MOST);
	return v;
}

int
main(int argc, char *argv[])
{
	struct mdbload m = { .load = { .patience = RETRY_SECONDS * 1000 } };
	const char *db = NULL, *library = NULL;
	int c, advise = 0, flags = 0, dry = 0, status;
	struct buf name = { 0 };
	struct stream s;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case ADVISE:
			advise = 1;
			break;
		case BATCH:
			m.load.limit = (size_t)number(optarg, 1);
			break;
		case 'd':
			db = optarg;
			break;
		case DURABLE:
			flags |= DB_DURABLE;
			break;
		case FORGET:
			m.load.forget = 1;
			break;
		case 'l':
			library = optarg;
			break;
		case 'n':
			dry = 1;
			break;
		case RETRY_FOR:
			m.load.patience = number(optarg, 0) * 1000;
			break;
		case 't':
			m.tee = 1;
			break;
		}
	if (optind != argc)
		tool_usage(&tool);
	if (advise && db_name_only(&name, db, library) == 0)
		say_advice(name.p);
	if (!dry && db_name(&name, db, library) == -1)
		tool_die(name.p, "%s", strerror(errno));
	if (load_open(&m.load, dry ? NULL : name.p, library, flags) == -1)
		tool_die(m.load.label.p != NULL ? m.load.label.p : name.p, "%s",
		    m.load.why.p);
	stream_open(&s);
	s.in.patience = PATIENCE_MS;
	s.idle = idle;
	tool_catch_signals();
	stream_run(&s, take, &m);
	commit(&s, &m);
	if (!tool_signal && load_finish(&m.load) == -1)
		stop(&m);
	if (tool_loudness > 1)
		tool_warn(m.load.label.p != NULL ? m.load.label.p : "dry run",
		    "%zu records", m.load.committed);
	load_close(&m.load);
	buf_free(&name);
	status = stream_close(&s);
	return tool_end(status);
}
