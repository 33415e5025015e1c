/* mextract - take MIDI files out of archives, each content once */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/import.h"
#include "archive/kind.h"
#include "files/create.h"
#include "stream/esc.h"
#include "stream/num.h"
#include "stream/tool.h"
#include "words/clean.h"

enum {
	OPT_COPY = TOOL_LONG,
	OPT_NO_SEEN,
	OPT_MAX_ENTRY,
	OPT_MAX_BYTES,
	OPT_MAX_ENTRIES,
	OPT_MAX_DEPTH,
	OPT_MAX_TIME
};

static const struct tool_option options[] = { TOOL_COLUMNS,
	{ 'l', "library", "DIR", "the library (./midi-library)" }, TOOL_QUIET,
	TOOL_REJECTS, TOOL_VERBOSE,
	{ OPT_COPY, "copy", NULL, "copy loose files into the library too" },
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
	.synopsis = "[-Hqv] [-l library] [-r file] [--copy] [--no-seen] "
		    "[--max-bytes n] [--max-depth n] [--max-entries n] "
		    "[--max-entry n] [--max-time n]",
	.options = options,
	.last = COL_MEMBER };

struct job {
	struct stream s;
	struct library library;
	struct import import;
	int copy;
	struct rec *source; /* the record at hand */
	struct buf path;    /* its path, absolute */
	struct buf escaped; /* the same, as in the record */
	struct buf place, detail;
	struct rec_in memory; /* for records of our own */
	struct rec out;
	char *bytes;
	size_t cap;
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

/* The record of a member, behind those before it. */
static int
put_member(void *ctx, const struct import_item *it)
{
	struct job *j = ctx;
	struct rec *r = &j->out;
	int bad;

	rec_new(r, &j->memory);
	buf_clear(&j->place);
	bad = it->path == NULL &&
	    (buf_fmt(&j->place, "%s!/", j->path.p) == -1 ||
		buf_add(&j->place, it->member, it->nmember) == -1);
	bad = bad ||
	    (it->path != NULL
		    ? rec_set_text(r, COL_PATH, it->path, strlen(it->path))
		    : rec_set_text(r, COL_PATH, j->place.p, j->place.len)) ==
		-1 ||
	    (it->size >= 0 && rec_set_int(r, COL_SIZE, it->size) == -1) ||
	    rec_set(r, COL_MTIME, rec_field(j->source, COL_MTIME)) == -1 ||
	    rec_set(r, COL_KIND, it->archive ? "archive" : "midi") == -1 ||
	    rec_set(r, COL_STATUS, it->status) == -1 ||
	    rec_set(r, COL_DETAIL, it->detail != NULL ? it->detail : "\\N") ==
		-1 ||
	    rec_set(r, COL_HASH, it->hash[0] != '\0' ? it->hash : "\\N") ==
		-1 ||
	    rec_set(r, COL_SOURCE, j->escaped.p) == -1 ||
	    rec_set_text(r, COL_MEMBER, it->member, it->nmember) == -1;
	if (bad)
		return -1;
	stream_put(&j->s, r);
	if (strcmp(it->status, "ok") != 0 && strcmp(it->status, "dup") != 0)
		stream_fail(&j->s, r, it->detail);
	if (rec_out_tick(&j->s.out) == -1)
		tool_die("stdout", "%s", strerror(errno));
	if (tool_signal) {
		errno = EINTR;
		return -1;
	}
	return 0;
}

/* The columns that every source gets. */
static int
set_columns(struct job *j, struct rec *r, enum kind kind, const char *status,
    const char *detail)
{
	if (rec_set(r, COL_KIND, kind_word(kind)) == -1 ||
	    rec_set(r, COL_STATUS, status) == -1 ||
	    (detail == NULL ? rec_set(r, COL_DETAIL, "\\N")
			    : rec_set_text(r, COL_DETAIL, detail,
				  strlen(detail))) == -1 ||
	    rec_set(r, COL_HASH, "\\N") == -1 ||
	    rec_set(r, COL_SOURCE, j->escaped.p) == -1 ||
	    rec_set(r, COL_MEMBER, "\\N") == -1)
		return stream_why(&j->s, WORK_FATAL, NULL);
	if (strcmp(status, "error") == 0)
		return stream_why(&j->s, WORK_FAILED, detail);
	return WORK_KEEP;
}

static int
failed(struct job *j, struct rec *r, enum kind kind, const char *code)
{
	return set_columns(j, r, kind, "error", code);
}

/* A system call failed on the source: io:ERRNO. */
static int
io_failed(struct job *j, struct rec *r)
{
	const char *name = strerrorname_np(errno);

	buf_clear(&j->detail);
	if (buf_fmt(&j->detail, "io:%s", name != NULL ? name : "EIO") == -1)
		return stream_why(&j->s, WORK_FATAL, NULL);
	return failed(j, r,
	    rec_is(r, COL_KIND, "archive") ? KIND_ARCHIVE : KIND_MIDI,
	    j->detail.p);
}

static int
loose(struct job *j, struct rec *r)
{
	struct import_item it;
	ssize_t n;
	int what;

	n = create_slurp(AT_FDCWD, j->path.p, &j->bytes, &j->cap,
	    (size_t)j->import.walk.limits.entry);
	if (n == -1)
		return errno == EFBIG ? failed(j, r, KIND_MIDI, "limit:entry")
				      : io_failed(j, r);
	if (import_loose(
		&j->import, j->path.p, j->bytes, (size_t)n, j->copy, &it) == -1)
		return stream_why(&j->s, WORK_FATAL, NULL);
	what = set_columns(j, r, KIND_MIDI, it.status, NULL);
	if (rec_set_int(r, COL_SIZE, it.size) == -1 ||
	    rec_set_text(r, COL_HASH, it.hash, HASH_DIGITS) == -1 ||
	    (it.path != NULL &&
		rec_set_text(r, COL_PATH, it.path, strlen(it.path)) == -1))
		return stream_why(&j->s, WORK_FATAL, NULL);
	return what;
}

static int
archive(struct job *j, struct rec *r, int fd, int64_t size)
{
	struct import *m = &j->import;
	const struct walk *w = &m->walk;
	int opened, what;

	if (import_archive(m, j->path.p, fd, size) == -1) {
		/* Interrupted: what came out is in the stream, the archive's
		 * own record is not. */
		if (tool_signal)
			return WORK_DROP;
		return stream_why(&j->s, WORK_FATAL, NULL);
	}
	opened = w->seen > 0 || w->code == NULL;
	if (!opened)
		return failed(j, r, KIND_ARCHIVE, w->code);
	buf_clear(&j->detail);
	if (buf_fmt(&j->detail, "midi:%lld,dup:%lld,error:%lld,other:%lld%s%s",
		(long long)m->midi, (long long)m->dup, (long long)m->error,
		(long long)w->other, w->code != NULL ? "," : "",
		w->code != NULL ? w->code : "") == -1)
		return stream_why(&j->s, WORK_FATAL, NULL);
	what = set_columns(j, r, KIND_ARCHIVE,
	    w->code != NULL || m->error > 0 || m->failed > 0 ? "partial" : "ok",
	    j->detail.p);
	if (w->code != NULL)
		what = stream_why(&j->s, what | WORK_FAILED, w->code);
	return what;
}

/* What the source is, by its first bytes. */
static int
import_source(struct job *j, struct rec *r, int fd, const struct stat *st)
{
	static char head[65536 + 8];
	enum kind kind, named = kind_of_name(j->path.p, j->path.len);
	ssize_t n = pread(fd, head, KIND_PEEK, 0);

	if (n == -1)
		return io_failed(j, r);
	if (named == KIND_OTHER && rec_is(r, COL_KIND, "archive"))
		named = KIND_ARCHIVE;
	if (n == 0)
		return failed(
		    j, r, named == KIND_ARCHIVE ? named : KIND_MIDI, "empty");
	kind = kind_of_bytes(head, (size_t)n);
	if (kind == KIND_OTHER && named == KIND_ARCHIVE)
		kind = named;
	if (kind == KIND_OTHER) {
		n = pread(fd, head, sizeof(head), 0);
		if (n == -1)
			return io_failed(j, r);
		if (!kind_midi_inside(head, (size_t)n))
			return failed(j, r, KIND_MIDI, "not-midi");
	}
	if (kind == KIND_ARCHIVE)
		return archive(j, r, fd, (int64_t)st->st_size);
	return loose(j, r);
}

static int
work(struct stream *s, struct rec *r, void *ctx)
{
	struct job *j = ctx;
	struct stat st;
	int fd, what;

	if (rec_known(r, COL_SOURCE) ||
	    (rec_known(r, COL_STATUS) && !rec_is(r, COL_STATUS, "ok")))
		return WORK_KEEP;
	if (set_path(j, r) == -1)
		return stream_why(s, WORK_KEEP | WORK_FAILED, NULL);
	j->source = r;
	fd = open(j->path.p, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1)
		return io_failed(j, r);
	if (fstat(fd, &st) == -1)
		what = io_failed(j, r);
	else if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		what = io_failed(j, r);
	} else {
		if (!rec_known(r, COL_SIZE) &&
		    (rec_set_int(r, COL_SIZE, (int64_t)st.st_size) == -1 ||
			rec_set_int(r, COL_MTIME, (int64_t)st.st_mtime) == -1))
			what = stream_why(s, WORK_FATAL, NULL);
		else
			what = import_source(j, r, fd, &st);
	}
	close(fd);
	return what;
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
	int c, flags = 0, status;

	*lim = walk_defaults;
	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case OPT_COPY:
			j.copy = 1;
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
	buf_free(&j.detail);
	free(j.bytes);
	return tool_end(status);
}
