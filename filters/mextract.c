/* mextract - take MIDI files out of archives, each content once */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/import.h"
#include "archive/kind.h"
#include "stream/esc.h"
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
	OPT_MAX_TIME
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
	{ OPT_MAX_TIME, "max-time", "N",
	    "seconds of CPU an archive (60, and 1 a MiB)" },
	{ OPT_NO_SEEN, "no-seen", NULL, "do not look for duplicates" },
	TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL } };
static const struct tool tool = { .name = "mextract",
	.synopsis =
	    "[-Hqv] [-l library] [-r file] [--copy | --link] [--durable] "
	    "[--no-seen] "
	    "[--max-bytes n] [--max-depth n] [--max-entries n] "
	    "[--max-entry n] [--max-time n]",
	.options = options,
	.last = COL_MEMBER };

struct job {
	struct stream s;
	struct library library;
	struct import import;
	struct rec *source; /* the record at hand */
	struct buf path;    /* its path, absolute */
	struct buf escaped; /* the same, as in the record */
	struct buf place;
	struct rec_in memory; /* for records of our own */
	struct rec out;
};

/* A relative path is made absolute, so that `source` means the same
 * wherever the stream is read. */
static int
set_path(struct job *j, struct rec *r)
{
	char cwd[PATH_MAX];
	const char *p;

	if (rec_bytes(r, COL_PATH, &j->place) == -1)
		return -1;
	buf_clear(&j->path);
	buf_clear(&j->escaped);
	p = j->place.p;
	if (*p != '/') {
		if (getcwd(cwd, sizeof(cwd)) == NULL)
			return -1;
		while (p[0] == '.' && p[1] == '/')
			p += 2;
		if (buf_fmt(&j->path, "%s/",
			strcmp(cwd, "/") == 0 ? "" : cwd) == -1)
			return -1;
	}
	if (buf_str(&j->path, p) == -1)
		return -1;
	return esc_add(&j->escaped, j->path.p, j->path.len);
}

/* The columns that a source and its members get alike. */
static int
set_columns(struct job *j, struct rec *r, const struct import_item *it)
{
	if (rec_set(r, COL_KIND, kind_word(it->kind)) == -1 ||
	    rec_set(r, COL_STATUS, it->status) == -1 ||
	    rec_set(r, COL_DETAIL, it->detail != NULL ? it->detail : "\\N") ==
		-1 ||
	    rec_set_text(r, COL_HASH, it->hash, strlen(it->hash)) == -1 ||
	    rec_set(r, COL_SOURCE, j->escaped.p) == -1)
		return -1;
	return rec_set_text(r, COL_MEMBER, it->member, it->nmember);
}

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
	struct rec *r = &j->out;
	const char *path = it->path;

	buf_clear(&j->place);
	if (path == NULL) {
		if (buf_fmt(&j->place, "%s!/", j->path.p) == -1 ||
		    buf_add(&j->place, it->member, it->nmember) == -1)
			return -1;
	} else if (buf_str(&j->place, path) == -1)
		return -1;
	rec_new(r, &j->memory);
	if (rec_set_text(r, COL_PATH, j->place.p, j->place.len) == -1 ||
	    (it->size >= 0 && rec_set_int(r, COL_SIZE, it->size) == -1) ||
	    rec_set(r, COL_MTIME, rec_field(j->source, COL_MTIME)) == -1 ||
	    set_columns(j, r, it) == -1)
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
	if (set_path(j, r) == -1)
		return stream_why(s, WORK_KEEP | WORK_FAILED, NULL);
	j->source = r;
	if (import_source(&j->import, j->path.p, rec_is(r, COL_KIND, "archive"),
		&it) == -1) {
		/* Interrupted: what came out is in the stream, the archive's
		 * own record is not. */
		return tool_signal ? WORK_DROP
				   : stream_why(s, WORK_FATAL, NULL);
	}
	if (it.path != NULL &&
	    rec_set_text(r, COL_PATH, it.path, strlen(it.path)) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	/* A bare path learns what it is. */
	if ((!rec_known(r, COL_SIZE) || it.hash[0] != '\0') && it.size >= 0 &&
	    rec_set_int(r, COL_SIZE, it.size) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	if (!rec_known(r, COL_MTIME) && it.mtime >= 0 &&
	    rec_set_int(r, COL_MTIME, it.mtime) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	if (set_columns(j, r, &it) == -1)
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

int
main(int argc, char *argv[])
{
	struct job j = {
		.import = { .library = &j.library, .fn = put_member, .ctx = &j }
	};
	const char *dir = library_default(), *what;
	struct walk_limits *lim = &j.import.walk.limits;
	int c, flags = 0, durable = 0, status;

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
		case OPT_MAX_TIME:
			lim->seconds = number(optarg, INT32_MAX);
			break;
		case OPT_NO_SEEN:
			flags |= LIBRARY_NO_SEEN;
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
	rec_free(&j.out);
	rec_in_free(&j.memory);
	buf_free(&j.path);
	buf_free(&j.escaped);
	buf_free(&j.place);
	return tool_end(status);
}
