/* mrepair - write damaged MIDI files anew as valid ones */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/derived.h"
#include "midi/load.h"
#include "midi/repair.h"
#include "stream/num.h"
#include "stream/tool.h"
#include "words/clean.h"

enum { OPT_NO_SEEN = TOOL_LONG, OPT_MAX_EVENTS };

static const struct tool_option options[] = { TOOL_COLUMNS,
	{ 'l', "library", "DIR", "the library (./midi-library)" },
	{ 'n', "dry-run", NULL, "write nothing, say what would be repaired" },
	TOOL_QUIET, TOOL_REJECTS, TOOL_VERBOSE,
	{ OPT_MAX_EVENTS, "max-events", "N",
	    "events of a file that is repaired (10000000)" },
	{ OPT_NO_SEEN, "no-seen", NULL, "do not look for duplicates" },
	TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL } };
static const struct tool tool = { .name = "mrepair",
	.synopsis = "[-Hnqv] [-l library] [-r file] [--max-events n] "
		    "[--no-seen]",
	.options = options,
	.last = COL_PART };

/* What stands in the column part, and where the files lie. */
static const char word[] = "repaired";

struct job {
	struct library library;
	struct load load;
	struct song song;
	int dry;
	int64_t max_events;
	struct buf folder, name, bytes, tmp;
	char parent[HASH_DIGITS + 1];
	struct derived out;
};

/* repaired/HH and NAME_HASH8.mid, HH and HASH8 of the parent's hash. */
static int
set_place(struct job *j, const struct rec *r)
{
	buf_clear(&j->folder);
	buf_clear(&j->name);
	if (rec_bytes(r, rec_known(r, COL_NAME) ? COL_NAME : COL_PATH,
		&j->tmp) == -1 ||
	    buf_fmt(&j->folder, "%s/%.2s", word, j->parent) == -1 ||
	    clean_file(&j->name, j->tmp.p, j->tmp.len) == -1)
		return -1;
	/* Clean names end in `.mid`. */
	if (j->name.len > 4)
		buf_cut(&j->name, j->name.len - 4);
	return buf_fmt(&j->name, "_%.*s.mid", HASH_SHORT, j->parent);
}

static int
put_repaired(struct job *j, struct stream *s, const struct rec *r)
{
	struct derived *d = &j->out;

	library_begin(&j->library);
	d->word = word;
	d->folder = j->folder.p;
	d->name = j->name.p;
	d->parent = j->parent;
	d->bytes = j->bytes.p;
	d->size = j->bytes.len;
	if (derived_store(d, &j->library, r) == -1)
		return -1;
	stream_put(s, &d->rec);
	return 0;
}

static int
failed(struct stream *s, struct rec *r, const char *code)
{
	if (load_failed(r, code) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	return stream_why(s, WORK_KEEP | WORK_FAILED, code);
}

/* -n: names what would be done, with the words of mrec(5). */
static int
tell(struct job *j, struct stream *s, const struct rec *r, uint64_t issues)
{
	buf_clear(&j->tmp);
	for (unsigned i = 0; i < SMF_ISSUES; i++)
		if ((issues & smf_bit(i)) != 0 &&
		    buf_fmt(&j->tmp, "%s%s", j->tmp.len > 0 ? "," : "",
			smf_issue_name(i)) == -1)
			return stream_why(s, WORK_FATAL, NULL);
	tool_warn(r->field[0], "would repair: %s", j->tmp.p);
	return WORK_KEEP;
}

static int
repair_file(struct job *j, struct stream *s, const struct rec *r)
{
	struct hash h = hash_bytes(j->load.bytes, j->load.n);

	hash_hex(&h, j->parent);
	if (set_place(j, r) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	stream_put(s, r);
	if (put_repaired(j, s, r) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	return WORK_DROP;
}

static int
work(struct stream *s, struct rec *r, void *ctx)
{
	struct job *j = ctx;
	uint64_t issues;
	int why;

	if (!load_wanted(r) || rec_known(r, COL_PARENT))
		return WORK_KEEP;
	if (load_record(&j->load, r, LOAD_MAX) == -1)
		return failed(s, r, j->load.code);
	why = song_read(
	    &j->song, j->load.bytes, j->load.n, (size_t)j->max_events);
	if (why != SMF_OK)
		return failed(s, r, load_code(why));
	if ((j->song.issues & smf_bit(SMF_EVENT_LIMIT)) != 0)
		return stream_why(s, WORK_KEEP | WORK_FAILED, "limit:events");
	if ((issues = repair_issues(&j->song)) == 0)
		return WORK_KEEP;
	buf_clear(&j->bytes);
	switch (repair_write(&j->song, j->load.bytes, j->load.n, &j->bytes)) {
	case -1:
		return stream_why(s, WORK_FATAL, NULL);
	case 0:
		return stream_why(
		    s, WORK_KEEP | WORK_FAILED, "nothing can be repaired");
	default:
		return j->dry ? tell(j, s, r, issues) : repair_file(j, s, r);
	}
}

int
main(int argc, char *argv[])
{
	struct job j = { .max_events = SONG_EVENTS };
	const char *dir = library_default(), *what;
	struct stream s;
	int c, flags = 0, status;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case OPT_MAX_EVENTS:
			if (num_int(optarg, 1, UINT32_MAX, &j.max_events) == -1)
				tool_die(optarg, "%s", strerror(errno));
			break;
		case OPT_NO_SEEN:
			flags |= LIBRARY_NO_SEEN;
			break;
		case 'l':
			dir = optarg;
			break;
		case 'n':
			j.dry = 1;
			flags |= LIBRARY_DRY;
			break;
		}
	if (optind != argc)
		tool_usage(&tool);
	if (clean_init() == -1)
		tool_die("locale C.UTF-8", "%s", strerror(errno));
	if (library_open(&j.library, dir, flags, &what) == -1)
		tool_die(what, "%s", strerror(errno));
	stream_open(&s);
	tool_catch_signals();
	stream_run(&s, work, &j);
	status = stream_close(&s);
	library_close(&j.library);
	load_free(&j.load);
	song_free(&j.song);
	derived_free(&j.out);
	buf_free(&j.folder);
	buf_free(&j.name);
	buf_free(&j.bytes);
	buf_free(&j.tmp);
	return tool_end(status);
}
