/* mfind - find MIDI files and archives and write a record for each */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/kind.h"
#include "files/mark.h"
#include "stream/esc.h"
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

struct entry {
	uint64_t ino;
	size_t name; /* offset in names */
	unsigned char type;
};

struct id {
	dev_t dev;
	ino_t ino;
};

struct find {
	struct rec_out out;
	int follow, magic, relative, status;
	char **exclude;
	size_t nexclude;
	struct entry *entry; /* of the folder at hand */
	size_t nentry, capentry;
	struct buf names;
	char **stack; /* folders still to be read */
	size_t nstack, capstack;
	struct buf path, line;
	struct id *seen; /* with -L: folders that were read */
	size_t nseen, capseen;
};

static void
fail(struct find *f, const char *path, const char *reason)
{
	f->status = SOME_FAILED;
	tool_warn_bytes(path, strlen(path), reason);
}

static void *
more(void *p, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return p;
	*cap = *cap == 0 ? 256 : *cap * 2;
	if ((p = reallocarray(p, *cap, size)) == NULL)
		tool_die("mfind", "%s", strerror(errno));
	return p;
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

/* A record for a regular file; prefix is the escaped folder with its slash. */
static void
put(struct find *f, const char *prefix, size_t nprefix, const char *name,
    const struct stat *st, enum kind kind)
{
	struct buf *b = &f->out.buf;

	add(b, prefix, nprefix);
	if (esc_add(b, name, strlen(name)) == -1 ||
	    buf_fmt(b, "\t%lld\t%lld\t%s", (long long)st->st_size,
		(long long)st->st_mtime, kind_word(kind)) == -1 ||
	    rec_end(&f->out) == -1)
		tool_die("stdout", "%s", strerror(errno));
}

static int
by_inode(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->ino > y->ino) - (x->ino < y->ino);
}

/* Reads a folder's entries: 1; 0 when it is one to leave out. */
static int
list(struct find *f, DIR *d, const char *path, int operand)
{
	struct dirent *e;

	f->nentry = 0;
	buf_clear(&f->names);
	for (errno = 0; (e = readdir(d)) != NULL; errno = 0) {
		if (e->d_name[0] == '.' &&
		    (e->d_name[1] == '\0' || e->d_name[1] == '_' ||
			(e->d_name[1] == '.' && e->d_name[2] == '\0')))
			continue;
		if (strcmp(e->d_name, MARK_NAME) == 0 && !operand)
			return 0;
		f->entry =
		    more(f->entry, f->nentry, &f->capentry, sizeof(*f->entry));
		f->entry[f->nentry++] = (struct entry){
			.ino = e->d_ino, .name = f->names.len, .type = e->d_type
		};
		add(&f->names, e->d_name, strlen(e->d_name) + 1);
	}
	if (errno != 0)
		fail(f, path, strerror(errno));
	if (f->nentry > 1)
		qsort(f->entry, f->nentry, sizeof(*f->entry), by_inode);
	return 1;
}

static void
push(struct find *f, const char *path)
{
	f->stack = more(f->stack, f->nstack, &f->capstack, sizeof(*f->stack));
	if ((f->stack[f->nstack++] = strdup(path)) == NULL)
		tool_die("mfind", "%s", strerror(errno));
}

/* With -L a folder may be met again, even inside itself. */
static int
met(struct find *f, int fd)
{
	struct stat st;

	if (!f->follow || fstat(fd, &st) == -1)
		return 0;
	for (size_t i = 0; i < f->nseen; i++)
		if (f->seen[i].ino == st.st_ino && f->seen[i].dev == st.st_dev)
			return 1;
	f->seen = more(f->seen, f->nseen, &f->capseen, sizeof(*f->seen));
	f->seen[f->nseen++] = (struct id){ st.st_dev, st.st_ino };
	return 0;
}

/* One entry that is not known to be no file and no folder. */
static void
visit(struct find *f, int dir, const struct entry *e, size_t nfolder)
{
	const char *name = f->names.p + e->name;
	enum kind kind = kind_of_name(name, strlen(name));
	struct stat st = { 0 };
	int type = e->type;

	/* The path in full is for folders, patterns and diagnostics. */
	buf_cut(&f->path, nfolder);
	if (type == DT_REG && kind == KIND_OTHER && !f->magic)
		return;
	add(&f->path, name, strlen(name));
	if (excluded(f, f->path.p, name))
		return;
	if (type != DT_DIR) {
		if (fstatat(dir, name, &st,
			f->follow ? 0 : AT_SYMLINK_NOFOLLOW) == -1) {
			fail(f, f->path.p, strerror(errno));
			return;
		}
		type = S_ISDIR(st.st_mode) ? DT_DIR
		    : S_ISREG(st.st_mode)  ? DT_REG
					   : DT_UNKNOWN;
	}
	if (type == DT_DIR) {
		if (strcmp(name, "__MACOSX") != 0)
			push(f, f->path.p);
		return;
	}
	if (type != DT_REG)
		return;
	if (kind == KIND_OTHER && f->magic)
		kind = sniff(f, dir, name, f->path.p);
	if (kind != KIND_OTHER)
		put(f, f->line.p, f->line.len, name, &st, kind);
}

static void
folder(struct find *f, const char *path, int operand)
{
	size_t bottom = f->nstack, n, i;
	char *tmp;
	DIR *d;

	if ((d = opendir(path)) == NULL) {
		fail(f, path, strerror(errno));
		return;
	}
	buf_clear(&f->path);
	add(&f->path, path, strlen(path));
	if (f->path.p[f->path.len - 1] != '/')
		add(&f->path, "/", 1);
	n = f->path.len;
	buf_clear(&f->line);
	if (esc_add(&f->line, f->path.p, n) == -1)
		tool_die("mfind", "%s", strerror(errno));
	if (!met(f, dirfd(d)) && list(f, d, path, operand))
		for (i = 0; i < f->nentry; i++)
			if (f->entry[i].type == DT_DIR ||
			    f->entry[i].type == DT_REG ||
			    f->entry[i].type == DT_UNKNOWN ||
			    (f->entry[i].type == DT_LNK && f->follow))
				visit(f, dirfd(d), &f->entry[i], n);
	closedir(d);
	/* The stack gives the last first: turn the new ones round. */
	for (i = bottom, n = f->nstack; i + 1 < n; i++, n--) {
		tmp = f->stack[i];
		f->stack[i] = f->stack[n - 1];
		f->stack[n - 1] = tmp;
	}
}

/* A name that was given, not found: a folder is walked, a file is taken if
 * it is anything at all. */
static void
operand(struct find *f, const char *given, int listed)
{
	char *real = NULL, *next;
	const char *path = given;
	enum kind kind;
	struct stat st;

	if (!f->relative && !listed &&
	    (path = real = realpath(given, NULL)) == NULL) {
		fail(f, given, strerror(errno));
		return;
	}
	if ((listed && !f->follow ? lstat : stat)(path, &st) == -1)
		fail(f, given, strerror(errno));
	else if (S_ISDIR(st.st_mode) && !listed) {
		folder(f, path, 1);
		while (f->nstack > 0) {
			next = f->stack[--f->nstack];
			folder(f, next, 0);
			free(next);
		}
	} else if (S_ISREG(st.st_mode)) {
		kind = kind_of_name(path, strlen(path));
		if (kind == KIND_OTHER && (f->magic || !listed))
			kind = sniff(f, AT_FDCWD, path, path);
		if (kind != KIND_OTHER)
			put(f, "", 0, path, &st, kind);
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
	struct find f = { .out = { .fd = STDOUT_FILENO } };
	int c, null = 0;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case '0':
			null = 1;
			break;
		case 'L':
			f.follow = 1;
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
	if (null)
		from_stdin(&f);
	for (int i = optind; i < argc; i++)
		operand(&f, argv[i], 0);
	if (rec_close(&f.out) == -1)
		tool_die("stdout", "%s", strerror(errno));
	buf_free(&f.names);
	buf_free(&f.path);
	buf_free(&f.line);
	free(f.entry);
	free(f.stack);
	free(f.seen);
	free(f.exclude);
	return f.status;
}
