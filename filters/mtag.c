/* mtag - give each record a category and tags, by its words and its notes */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/create.h"
#include "music/tagger.h"
#include "stream/esc.h"
#include "stream/tool.h"
#include "words/clean.h"

enum { WORDS_LARGEST = 1 << 26 };

static const struct tool_option options[] = {
	{ 'e', "explain", NULL,
	    "write the evidence instead: path, tag, word, place, name, fate" },
	TOOL_COLUMNS, TOOL_QUIET, TOOL_REJECTS, TOOL_VERBOSE,
	{ 'w', "words", "FILE", "add the words of FILE; may be given again" },
	TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL }
};
static const struct tool tool = { .name = "mtag",
	.synopsis = "[-eHqv] [-r file] [-w file]",
	.options = options,
	.last = COL_TAGS };

static _Noreturn void
die_of(const char *file, size_t line, const char *reason)
{
	struct buf b = { 0 };

	if (esc_add(&b, file, strlen(file)) == -1 ||
	    (line > 0 && buf_fmt(&b, ":%zu", line) == -1))
		tool_die("memory", "%s", strerror(ENOMEM));
	tool_die(b.p, "%s", reason);
}

static void
read_words(struct vocab *v, const char *file)
{
	const char *reason = NULL;
	char *text = NULL;
	size_t cap = 0, line = 0;
	ssize_t n = create_slurp(AT_FDCWD, file, &text, &cap, WORDS_LARGEST);

	if (n == -1)
		die_of(file, 0, strerror(errno));
	if (v->files == UINT8_MAX)
		die_of(file, 0, "too many files of words");
	if (vocab_add(v, text, (size_t)n, &line, &reason) == -1)
		die_of(file, line, reason != NULL ? reason : strerror(errno));
	free(text);
}

/* The evidence of one record, a line a word and tag. */
static int
explain(struct stream *s, const struct rec *r, const struct tagger *t)
{
	static const char *const place[] = { "folder", "archive", "track",
		"file", "notes" };
	static const char *const fate[] = { "kept", "again", "unsure",
		"context", "beaten" };
	struct buf *b = &s->out.buf;
	const struct tagger_evidence *e;

	for (size_t i = 0; i < t->nevidence; i++) {
		e = &t->evidence[i];
		if (buf_add(b, r->field[0], r->len[0]) == -1 ||
		    buf_fmt(b, "\t%s\t", tagger_text(t, e)) == -1 ||
		    esc_add(b, e->nword > 0 ? t->said.p + e->word : e->text,
			e->nword > 0 ? e->nword : e->n) == -1 ||
		    buf_fmt(b, "\t%s\t%.*s\t%s%s", place[e->place], (int)e->n,
			e->text, fate[e->fate],
			e->implied ? ",implied" : "") == -1 ||
		    rec_end(&s->out) == -1)
			return -1;
	}
	return 0;
}

static int
work(struct stream *s, struct rec *r, void *ctx)
{
	struct tagger *t = ctx;
	int dup = rec_is(r, COL_STATUS, "dup");

	if ((rec_known(r, COL_KIND) && !rec_is(r, COL_KIND, "midi")) ||
	    (!dup && rec_known(r, COL_STATUS) && !rec_is(r, COL_STATUS, "ok")))
		return t->explain ? WORK_DROP : WORK_KEEP;
	if (tagger_record(t, r, dup) == -1)
		return errno == EILSEQ
		    ? stream_why(s,
			  (t->explain ? WORK_DROP : WORK_KEEP) | WORK_FAILED,
			  NULL)
		    : stream_why(s, WORK_FATAL, NULL);
	if (!t->explain)
		return WORK_KEEP;
	return explain(s, r, t) == -1 ? stream_why(s, WORK_FATAL, NULL)
				      : WORK_DROP;
}

int
main(int argc, char *argv[])
{
	struct tagger t = { 0 };
	struct stream s;
	int c, status;

	if (clean_init() == -1)
		tool_die("locale C.UTF-8", "%s", strerror(errno));
	if (vocab_add_builtin(&t.vocab) == -1)
		tool_die("memory", "%s", strerror(errno));
	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case 'e':
			t.explain = 1;
			break;
		case 'w':
			read_words(&t.vocab, optarg);
			break;
		}
	if (optind != argc)
		tool_usage(&tool);
	if (tagger_ready(&t) == -1)
		tool_die("memory", "%s", strerror(errno));
	stream_open(&s);
	stream_run(&s, work, &t);
	status = stream_close(&s);
	tagger_free(&t);
	return status;
}
