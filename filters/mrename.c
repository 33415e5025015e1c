/* mrename - name files by what is known of them */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/mark.h"
#include "files/moves.h"
#include "stream/tool.h"
#include "words/clean.h"
#include "words/template.h"

enum { OPT_DURABLE = TOOL_LONG, OPT_LINK, OPT_TEMPLATE, OPT_UNDO, OPT_UNICODE };

static const struct tool_option options[] = { TOOL_COLUMNS,
	{ 'l', "library", "DIR", "the library (./midi-library)" },
	{ 'n', "dry-run", NULL, "say what would be renamed" },
	{ 'o', "output", "DIR", "where the tree begins (the library)" },
	TOOL_QUIET, TOOL_REJECTS, TOOL_VERBOSE,
	{ OPT_DURABLE, "durable", NULL, "let the log survive a power cut" },
	{ OPT_LINK, "link", "HOW", "make links instead: symbolic or hard" },
	{ OPT_TEMPLATE, "template", "T", "what a file is to be called" },
	{ OPT_UNDO, "undo", "LOG", "take back what a log tells" },
	{ OPT_UNICODE, "unicode", NULL, "keep the letters of every script" },
	TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL } };
static const struct tool tool = { .name = "mrename",
	.synopsis = "[-Hnqv] [-l library] [-o dir] [-r file] [--durable] "
		    "[--link how] [--template t] [--unicode]\n"
		    "--undo log [-nqv] [-l library] [-r file]",
	.options = options,
	.last = COL_PATH };

static const char usual[] = "{category}/{bars}-{bpm:03.0f}bpm_{key}_{name}";

struct job {
	struct template template;
	struct buf root, folder, name;
	struct moves moves;
};

/* Where the tree begins, absolute; it may not be there yet. */
static int
set_root(struct job *j, const char *path)
{
	char *real = realpath(path, NULL), cwd[PATH_MAX];
	int bad;

	if (real != NULL)
		bad = buf_str(&j->root, strcmp(real, "/") == 0 ? "" : real);
	else if (*path == '/')
		bad = buf_str(&j->root, path);
	else
		bad = getcwd(cwd, sizeof(cwd)) == NULL
		    ? -1
		    : buf_fmt(&j->root, "%s/%s", cwd, path);
	free(real);
	while (!bad && j->root.len > 0 && j->root.p[j->root.len - 1] == '/')
		buf_cut(&j->root, j->root.len - 1);
	return bad;
}

/* A folder that was not there is the toolkit's own output. */
static int
make_root(const char *path)
{
	int fd, bad;

	if (mkdir(path, 0777) == -1)
		return errno == EEXIST ? 0 : -1;
	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	bad = mark_folder(fd);
	close(fd);
	return bad;
}

static int
work(struct stream *s, struct rec *r, void *ctx)
{
	struct job *j = ctx;
	size_t n = j->root.len;

	if ((rec_known(r, COL_KIND) && !rec_is(r, COL_KIND, "midi")) ||
	    (rec_known(r, COL_STATUS) && !rec_is(r, COL_STATUS, "ok")))
		return moves_pass(&j->moves, s, r);
	buf_clear(&j->folder);
	buf_clear(&j->name);
	if (buf_add(&j->folder, j->root.p, n) == -1 ||
	    buf_byte(&j->folder, '/') == -1 ||
	    template_fill(&j->template, r, &j->folder, &j->name) == -1)
		return stream_why(s,
		    errno == ENOMEM     ? WORK_FATAL
			: j->moves.plan ? WORK_DROP | WORK_FAILED
					: WORK_KEEP | WORK_FAILED,
		    NULL);
	if (j->folder.len == n + 1 && n > 0)
		buf_cut(&j->folder, n);
	return moves_add(&j->moves, s, r, j->folder.p, j->name.p);
}

static enum moves_how
how(const char *word)
{
	if (strcmp(word, "symbolic") == 0)
		return MOVES_SYMBOLIC;
	if (strcmp(word, "hard") != 0)
		tool_die(word, "not symbolic or hard");
	return MOVES_HARD;
}

int
main(int argc, char *argv[])
{
	const char *library = library_default(), *root = NULL, *log = NULL,
		   *text = usual;
	struct job j = { 0 };
	struct buf why = { 0 };
	int c, status;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case OPT_DURABLE:
			j.moves.durable = 1;
			break;
		case OPT_LINK:
			j.moves.how = how(optarg);
			break;
		case OPT_TEMPLATE:
			text = optarg;
			break;
		case OPT_UNDO:
			log = optarg;
			break;
		case OPT_UNICODE:
			clean_scripts(1);
			break;
		case 'l':
			library = optarg;
			break;
		case 'n':
			j.moves.plan = 1;
			break;
		case 'o':
			root = optarg;
			break;
		}
	if (optind != argc)
		tool_usage(&tool);
	if (log != NULL)
		return moves_undo(library, log, j.moves.plan);
	if (clean_init() == -1)
		tool_die("locale C.UTF-8", "%s", strerror(errno));
	if (template_parse(&j.template, text, &why) == -1)
		tool_die(
		    "template", "%s", why.len > 0 ? why.p : strerror(errno));
	if (root != NULL && !j.moves.plan && make_root(root) == -1)
		tool_die(root, "%s", strerror(errno));
	if (set_root(&j, root != NULL ? root : library) == -1)
		tool_die(root != NULL ? root : library, "%s", strerror(errno));
	status = moves_run(&j.moves, library, work, &j);
	template_free(&j.template);
	buf_free(&why);
	buf_free(&j.root);
	buf_free(&j.folder);
	buf_free(&j.name);
	return status;
}
