/* mextract - take MIDI files out of archives, each content once */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/import.h"
#include "archive/password.h"
#include "archive/record.h"
#include "files/rescan.h"
#include "stream/num.h"
#include "stream/tool.h"
#include "words/clean.h"

enum {
	OPT_COPY = TOOL_LONG,
	OPT_DURABLE,
	OPT_LINK,
	OPT_NO_SEEN,
	OPT_MAX_ENTRY,
	OPT_MAX_BYTES,
	OPT_MAX_ENTRIES,
	OPT_MAX_DEPTH,
	OPT_MAX_MEMORY,
	OPT_MAX_TIME,
	OPT_PASSWORD_FILE,
	OPT_RESCAN,
	OPT_SANDBOX_STATUS
};
enum { BATCH = 4 << 20 }; /* bytes of records that --durable holds back */

static const struct tool_option options[] = { TOOL_COLUMNS,
	{ 'l', "library", "DIR", "the library (./midi-library)" }, TOOL_QUIET,
	TOOL_REJECTS, TOOL_VERBOSE,
	{ OPT_COPY, "copy", NULL, "copy loose files into the library too" },
	{ OPT_DURABLE, "durable", NULL,
	    "write a record when its file is on the disk" },
	{ OPT_LINK, "link", NULL, "the same by hard links where that can be" },
	{ OPT_MAX_BYTES, "max-bytes", "N",
	    "bytes unpacked of an archive (1G, or 200 times its size)" },
	{ OPT_MAX_DEPTH, "max-depth", "N", "archives in archives (10)" },
	{ OPT_MAX_ENTRIES, "max-entries", "N",
	    "entries of an archive (5000000)" },
	{ OPT_MAX_ENTRY, "max-entry", "N", "bytes of a MIDI file (64M)" },
	{ OPT_MAX_MEMORY, "max-memory", "N",
	    "bytes of memory for decoding (2G)" },
	{ OPT_MAX_TIME, "max-time", "N",
	    "seconds of CPU an archive (60, and 1 a MiB)" },
	{ OPT_NO_SEEN, "no-seen", NULL, "do not look for duplicates" },
	{ OPT_PASSWORD_FILE, "password-file", "FILE",
	    "passwords to try, one a line" },
	{ OPT_RESCAN, "rescan", NULL,
	    "make the set of seen contents anew, and exit" },
	{ OPT_SANDBOX_STATUS, "sandbox-status", NULL,
	    "say how the decoding is shut in, and exit" },
	TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL } };
static const struct tool tool = { .name = "mextract",
	.synopsis =
	    "[-Hqv] [-l library] [-r file] [--copy | --link] [--durable] "
	    "[--no-seen] [--max-bytes n] [--max-depth n] [--max-entries n] "
	    "[--max-entry n] [--max-memory n] [--max-time n] "
	    "[--password-file file]\n[-qv] [-l library] --rescan\n--sandbox-status",
	.options = options,
	.last = COL_MEMBER };

struct job {
	struct stream s;
	struct library library;
	struct import import;
	struct record record;
};

/* With --durable: what is said to be there is there. */
static int
sync_library(void *ctx)
{
	return library_sync(ctx);
}

/* The record of a member, behind those before it. */
static int
put_member(void *ctx, const struct import_item *it)
{
	struct job *j = ctx;
	const struct rec *r = record_member(&j->record, it);

	if (r == NULL)
		return -1;
	stream_put(&j->s, r);
	if (it->failed)
		stream_fail(&j->s, r, it->detail);
	if (rec_out_tick(&j->s.out) == -1)
		tool_die("stdout", "%s", strerror(errno));
	errno = EINTR;
	return tool_signal ? -1 : 0;
}

/* What a failed archive's counts do not say. */
static const char *
reason(const struct import_item *it)
{
	const char *comma = strrchr(it->detail, ',');

	return comma != NULL ? comma + 1 : it->detail;
}

static int
work(struct stream *s, struct rec *r, void *ctx)
{
	struct job *j = ctx;
	struct import_item it;

	if (rec_known(r, COL_SOURCE) ||
	    (rec_known(r, COL_STATUS) && !rec_is(r, COL_STATUS, "ok")))
		return WORK_KEEP;
	if (record_begin(&j->record, r) == -1)
		return stream_why(s, WORK_KEEP | WORK_FAILED, NULL);
	if (import_source(&j->import, j->record.path.p,
		rec_is(r, COL_KIND, "archive"), &it) == -1) {
		/* Interrupted: what came out is in the stream, the archive's
		 * own record is not. */
		return tool_signal ? WORK_DROP
				   : stream_why(s, WORK_FATAL, NULL);
	}
	if (record_source(&j->record, r, &it) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	return it.failed ? stream_why(s, WORK_KEEP | WORK_FAILED, reason(&it))
			 : WORK_KEEP;
}

static int64_t
number(const char *s, int64_t hi)
{
	int64_t v;

	if (num_size(s, 1, hi, &v) == -1)
		tool_die(
		    s, "%s", errno == ERANGE ? "out of range" : "not a number");
	return v;
}

/* What --sandbox-status says. */
static int
sandbox_status(struct import *m)
{
	struct rec_out out = { .fd = STDOUT_FILENO };
	struct sandbox s;

	m->worker.walk = &m->walk;
	if (worker_sandbox(&m->worker, &s) == -1 ||
	    sandbox_text(&s, &out.buf) == -1)
		tool_die("sandbox", "%s", strerror(errno));
	worker_free(&m->worker);
	if (rec_close(&out) == -1)
		tool_die("stdout", "%s", strerror(errno));
	return sandbox_whole(&s) ? OK : SOME_FAILED;
}

static void
unread(void *ctx, const char *path)
{
	const char *why = strerror(errno);

	*(int *)ctx = SOME_FAILED;
	if (tool_loudness > 0)
		tool_warn_bytes(path, strlen(path), why);
}

/* What --rescan does. */
static int
rescan(const char *dir)
{
	struct library library;
	const char *what;
	int status = OK;
	struct rescan r = { .library = &library,
		.failed = unread,
		.ctx = &status,
		.stop = &tool_signal };

	if (library_open(&library, dir, LIBRARY_RESCAN, &what) == -1)
		tool_die(what, "%s", strerror(errno));
	tool_catch_signals();
	if (rescan_library(&r) == -1)
		tool_die(dir, "%s", strerror(errno));
	if (tool_loudness > 1)
		tool_warn(dir,
		    "%llu files, %llu of them new to the set, "
		    "%llu contents forgotten",
		    (unsigned long long)r.files, (unsigned long long)r.added,
		    (unsigned long long)r.dropped);
	library_close(&library);
	return tool_end(status);
}

int
main(int argc, char *argv[])
{
	struct job j = {
		.import = { .library = &j.library, .fn = put_member, .ctx = &j }
	};
	struct passwords pw = { 0 };
	const char *dir = library_default(), *what;
	struct walk_limits *lim = &j.import.walk.limits;
	int c, flags = 0, ask = 0, anew = 0, durable = 0, status;

	*lim = walk_defaults;
	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case OPT_COPY:
			j.import.loose = LOOSE_COPY;
			break;
		case OPT_DURABLE:
			durable = 1;
			break;
		case OPT_LINK:
			j.import.loose = LOOSE_LINK;
			break;
		case OPT_MAX_BYTES:
			lim->bytes = number(optarg, INT64_MAX / 4);
			break;
		case OPT_MAX_DEPTH:
			lim->depth = (int)number(optarg, WALK_DEEPEST);
			break;
		case OPT_MAX_ENTRIES:
			lim->entries = number(optarg, INT64_MAX / 4);
			break;
		case OPT_MAX_ENTRY:
			lim->entry = number(optarg, (int64_t)1 << 40);
			break;
		case OPT_MAX_MEMORY:
			j.import.worker.memory =
			    (uint64_t)number(optarg, INT64_MAX / 4);
			break;
		case OPT_MAX_TIME:
			lim->seconds = number(optarg, INT32_MAX);
			break;
		case OPT_NO_SEEN:
			flags |= LIBRARY_NO_SEEN;
			break;
		case OPT_PASSWORD_FILE:
			password_free(&pw);
			if (password_read(&pw, optarg) == -1)
				tool_die(optarg, "%s", strerror(errno));
			break;
		case OPT_RESCAN:
			anew = 1;
			break;
		case OPT_SANDBOX_STATUS:
			ask = 1;
			break;
		case 'l':
			dir = optarg;
			break;
		}
	if (optind != argc)
		tool_usage(&tool);
	/* libarchive asks for the time zone with every entry of a zip; a
	 * fixed one needs no file. */
	if (clean_init() == -1 || setenv("TZ", "UTC0", 1) == -1)
		tool_die("locale C.UTF-8", "%s", strerror(errno));
	if (ask)
		return sandbox_status(&j.import);
	if (anew)
		return rescan(dir);
	j.import.walk.password = pw.word;
	j.import.walk.npassword = pw.n;
	if (library_open(&j.library, dir, flags, &what) == -1)
		tool_die(what, "%s", strerror(errno));
	stream_open(&j.s);
	if (durable) {
		j.s.out.hold = BATCH;
		j.s.out.before = sync_library;
		j.s.out.ctx = &j.library;
	}
	tool_catch_signals();
	stream_run(&j.s, work, &j);
	status = stream_close(&j.s);
	import_free(&j.import);
	library_close(&j.library);
	record_free(&j.record);
	password_free(&pw);
	return tool_end(status);
}
