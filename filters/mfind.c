/* mfind - find MIDI files and archives and write a record for each */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/kind.h"
#include "files/tree.h"
#include "stream/esc.h"
#include "stream/status.h"
#include "stream/tool.h"

static const struct tool_option options[] = {
	{ '0', "null", NULL, "read names ended by NUL from standard input" },
	TOOL_COLUMNS, { 'L', "follow", NULL, "follow symbolic links" },
	{ 'm', "magic", NULL, "judge other files by their content" },
	TOOL_QUIET, { 'R', "relative", NULL, "write paths as they were given" },
	TOOL_VERBOSE,
	{ 'x', "exclude", "PATTERN", "leave out names that match" }, TOOL_HELP,
	TOOL_VERSION, { 0, NULL, NULL, NULL }
};
static const struct tool tool = { .name = "mfind",
	.synopsis = "[-HLmqRv] [-x pattern] path ...\n"
		    "-0 [-HLmqRv] [-x pattern]",
	.options = options,
	.last = COL_KIND };

struct find {
	struct rec_out out;
	struct tree tree;
	int magic, relative, status;
	struct status *counters;
	size_t found[2]; /* MIDI files, archives */
	char **exclude;
	size_t nexclude;
	struct buf folder, escaped; /* the folder last put, raw and escaped */
};

static void
fail(struct find *f, const char *path, const char *reason)
{
	f->status = SOME_FAILED;
	tool_warn_bytes(path, strlen(path), reason);
}

static void
add(struct buf *b, const void *p, size_t n)
{
	if (buf_add(b, p, n) == -1)
		tool_die("mfind", "%s", strerror(errno));
}

static int
excluded(const struct find *f, const char *path, const char *name)
{
	for (size_t i = 0; i < f->nexclude; i++)
		if (fnmatch(f->exclude[i],
			strchr(f->exclude[i], '/') != NULL ? path : name,
			0) == 0)
			return 1;
	return 0;
}

static enum kind
sniff(struct find *f, int dir, const char *name, const char *path)
{
	unsigned char head[KIND_PEEK];
	ssize_t n;
	int fd;

	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1 || (n = read(fd, head, sizeof(head))) == -1) {
		fail(f, path, strerror(errno));
		n = 0;
	}
	if (fd != -1)
		close(fd);
	return kind_of_bytes(head, (size_t)n);
}

/* A record for a regular file. */
static void
put(struct find *f, const char *path, size_t nfolder, const struct stat *st,
    enum kind kind)
{
	struct buf *b = &f->out.buf;
	const char *name = path + nfolder;

	/* Files of one folder follow each other: it is escaped once. */
	if (f->escaped.p == NULL || f->folder.len != nfolder ||
	    memcmp(f->folder.p, path, nfolder) != 0) {
		buf_clear(&f->folder);
		buf_clear(&f->escaped);
		add(&f->folder, path, nfolder);
		if (esc_add(&f->escaped, path, nfolder) == -1)
			tool_die("mfind", "%s", strerror(errno));
	}
	f->found[kind == KIND_ARCHIVE]++;
	f->counters->out++;
	f->counters->bytes_out += (uint64_t)st->st_size;
	if (buf_add(b, f->escaped.p, f->escaped.len) == -1 ||
	    esc_add(b, name, strlen(name)) == -1 ||
	    buf_fmt(b, "\t%lld\t%lld\t%s", (long long)st->st_size,
		(long long)st->st_mtime, kind_word(kind)) == -1 ||
	    rec_end(&f->out) == -1)
		tool_die("stdout", "%s", strerror(errno));
}

static int
wants(void *ctx, const char *name)
{
	const struct find *f = ctx;

	return f->magic || kind_of_name(name, strlen(name)) != KIND_OTHER;
}

static int
skips(void *ctx, const char *path, const char *name)
{
	return excluded(ctx, path, name);
}

static void
failed(void *ctx, const char *path)
{
	fail(ctx, path, strerror(errno));
}

static void
found(void *ctx, const struct tree_entry *e)
{
	struct find *f = ctx;
	enum kind kind = kind_of_name(e->name, strlen(e->name));

	if (kind == KIND_OTHER)
		kind = sniff(f, e->dir, e->name, e->path);
	if (kind != KIND_OTHER)
		put(f, e->path, e->nfolder, e->st, kind);
}

/* A name that was given, not found: a folder is walked, a file is taken if
 * it is anything at all. */
static void
operand(struct find *f, const char *given, int listed)
{
	char *real = NULL;
	const char *path = given, *slash;
	enum kind kind;
	struct stat st;

	if (!f->relative && !listed &&
	    (path = real = realpath(given, NULL)) == NULL) {
		fail(f, given, strerror(errno));
		return;
	}
	if ((listed && !f->tree.follow ? lstat : stat)(path, &st) == -1)
		fail(f, given, strerror(errno));
	else if (S_ISDIR(st.st_mode) && !listed) {
		if (tree_walk(&f->tree, path) == -1)
			tool_die("mfind", "%s", strerror(errno));
	} else if (S_ISREG(st.st_mode)) {
		kind = kind_of_name(path, strlen(path));
		if (kind == KIND_OTHER && (f->magic || !listed))
			kind = sniff(f, AT_FDCWD, path, path);
		slash = strrchr(path, '/');
		if (kind != KIND_OTHER)
			put(f, path,
			    slash == NULL ? 0 : (size_t)(slash + 1 - path), &st,
			    kind);
		else if (!listed)
			fail(f, given, "neither MIDI nor an archive");
	} else if (!listed)
		fail(f, given, "neither a file nor a folder");
	free(real);
}

/* Names as `find -print0` writes them; folders among them say nothing. */
static void
from_stdin(struct find *f)
{
	struct rec_in in = { .fd = STDIN_FILENO, .nul = 1, .tie = &f->out };
	struct buf full = { 0 };
	char cwd[PATH_MAX];
	const char *name, *base;
	struct rec r = { 0 };
	int c;

	if (getcwd(cwd, sizeof(cwd)) == NULL)
		tool_die(".", "%s", strerror(errno));
	while ((c = rec_get(&in, &r)) == 1) {
		name = r.field[0];
		buf_clear(&full);
		if (!f->relative && name[0] != '/') {
			while (name[0] == '.' && name[1] == '/')
				for (name += 2; *name == '/'; name++)
					continue;
			add(&full, cwd, strlen(cwd));
			add(&full, "/", 1);
		}
		add(&full, name, strlen(name));
		base = strrchr(full.p, '/');
		base = base != NULL ? base + 1 : full.p;
		if (!kind_is_fork(full.p, full.len) &&
		    !excluded(f, full.p, base))
			operand(f, full.p, 1);
	}
	if (c == -1)
		tool_die(
		    f->out.failed ? "stdout" : "stdin", "%s", strerror(errno));
	if (c == REC_CUT) {
		tool_warn_bytes(
		    r.field[0], r.len[0], "the last name is cut off");
		f->status = FATAL;
	}
	buf_free(&full);
	rec_free(&r);
	rec_in_free(&in);
}

int
main(int argc, char *argv[])
{
	struct find f = { .out = { .fd = STDOUT_FILENO },
		.tree = { .wants = wants,
		    .skips = skips,
		    .file = found,
		    .failed = failed,
		    .ctx = &f } };
	int c, null = 0;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case '0':
			null = 1;
			break;
		case 'L':
			f.tree.follow = 1;
			break;
		case 'm':
			f.magic = 1;
			break;
		case 'R':
			f.relative = 1;
			break;
		case 'x':
			f.exclude = reallocarray(
			    f.exclude, f.nexclude + 1, sizeof(*f.exclude));
			if (f.exclude == NULL)
				tool_die("mfind", "%s", strerror(errno));
			f.exclude[f.nexclude++] = optarg;
			break;
		}
	if (null ? optind != argc : optind == argc)
		tool_usage(&tool);
	f.counters = status_of(tool.name);
	status_on_signal();
	if (null)
		from_stdin(&f);
	for (int i = optind; i < argc; i++)
		operand(&f, argv[i], 0);
	if (rec_close(&f.out) == -1)
		tool_die("stdout", "%s", strerror(errno));
	status_end();
	if (tool_loudness > 1)
		tool_warn("done", "%zu MIDI files, %zu archives", f.found[0],
		    f.found[1]);
	tree_free(&f.tree);
	buf_free(&f.folder);
	buf_free(&f.escaped);
	free(f.exclude);
	return f.status;
}
