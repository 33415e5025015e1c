/* msplit - write each track and channel as a file of its own */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/derived.h"
#include "midi/load.h"
#include "midi/split.h"
#include "stream/num.h"
#include "stream/tool.h"
#include "words/clean.h"

enum {
	OPT_BY = TOOL_LONG,
	OPT_MAX_EVENTS,
	OPT_MIN_NOTES,
	OPT_NO_SEEN,
	OPT_TRIM
};
enum {
	EVENTS = 10000000, /* default cap on events */
	GROWTH = 200,      /* bytes of all parts for a byte of the file */
	LEAST = 64 << 20   /* but at least these */
};

static const struct tool_option options[] = { TOOL_COLUMNS,
	{ 'l', "library", "DIR", "the library (./midi-library)" },
	{ 'n', "dry-run", NULL, "write no files, only records" }, TOOL_QUIET,
	TOOL_REJECTS, TOOL_VERBOSE,
	{ OPT_BY, "by", "WHAT", "track, channel or both (both)" },
	{ OPT_MAX_EVENTS, "max-events", "N",
	    "events of a file that is split (10000000)" },
	{ OPT_MIN_NOTES, "min-notes", "N", "notes that a part must have (1)" },
	{ OPT_NO_SEEN, "no-seen", NULL, "do not look for duplicates" },
	{ OPT_TRIM, "trim", NULL,
	    "leave out whole empty bars before the notes" },
	TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL } };
static const struct tool tool = { .name = "msplit",
	.synopsis = "[-Hnqv] [-l library] [-r file] [--by what] "
		    "[--max-events n] [--min-notes n] [--no-seen] [--trim]",
	.options = options,
	.last = COL_PART };

struct job {
	struct library library;
	struct load load;
	struct split split;
	int64_t max_events, min_notes;
	enum split_by by;
	int trim;
	int64_t bars; /* that were trimmed */
	struct buf folder, name, part, path, bytes;
	char parent[HASH_DIGITS + 1];
	struct derived out;
};

/* parts/HH/NAME_HASH8, HH and HASH8 of the parent's hash. */
static int
set_folder(struct job *j, const struct rec *r)
{
	size_t from;

	buf_clear(&j->folder);
	if (rec_bytes(r, rec_known(r, COL_NAME) ? COL_NAME : COL_PATH,
		&j->path) == -1 ||
	    buf_fmt(&j->folder, "parts/%.2s/", j->parent) == -1)
		return -1;
	from = j->folder.len;
	if (clean_file(&j->folder, j->path.p, j->path.len) == -1)
		return -1;
	/* A folder is called like the file without `.mid`. */
	if (j->folder.len > from + 4)
		buf_cut(&j->folder, j->folder.len - 4);
	return buf_fmt(&j->folder, "_%.*s", HASH_SHORT, j->parent);
}

/* What part i is called, as a word and as a file: t02c10 and
 * t02_c10_NAME.mid. */
static int
set_names(struct job *j, size_t i)
{
	const struct split_part *p = &j->split.part[i];

	buf_clear(&j->part);
	buf_clear(&j->path);
	buf_clear(&j->name);
	if (split_word(&j->split, i, &j->part) == -1)
		return -1;
	for (const char *w = j->part.p; *w != '\0'; w++)
		if ((*w == 'c' && w > j->part.p &&
			buf_byte(&j->path, '_') == -1) ||
		    buf_byte(&j->path, *w) == -1)
			return -1;
	if (buf_byte(&j->path, '_') == -1 ||
	    (p->name != NULL && buf_add(&j->path, p->name, p->name_len) == -1))
		return -1;
	return clean_file(&j->name, j->path.p, j->path.len);
}

static int
put_part(struct job *j, struct stream *s, const struct rec *r, size_t i)
{
	struct derived *d = &j->out;

	if (set_names(j, i) == -1)
		return -1;
	d->word = j->part.p;
	d->folder = j->folder.p;
	d->name = j->name.p;
	d->parent = j->parent;
	d->bytes = j->bytes.p;
	d->size = j->bytes.len;
	if (derived_store(d, &j->library, r) == -1)
		return -1;
	if (j->bars > 0) {
		buf_clear(&j->path);
		if (buf_fmt(&j->path, "trimmed:%lld", (long long)j->bars) ==
			-1 ||
		    rec_set(&d->rec, COL_ISSUES, j->path.p) == -1)
			return -1;
	}
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

static int
split_file(struct stream *s, struct rec *r, struct job *j)
{
	struct hash h = hash_bytes(j->load.bytes, j->load.n);
	size_t written = 0, most = j->load.n * GROWTH;
	int64_t skip;

	hash_hex(&h, j->parent);
	if (set_folder(j, r) == -1)
		return stream_why(s, WORK_FATAL, NULL);
	library_begin(&j->library);
	stream_put(s, r);
	for (size_t i = 0; i < j->split.nparts && !tool_signal; i++) {
		if (j->split.part[i].notes < j->min_notes)
			continue;
		buf_clear(&j->bytes);
		skip = j->bars = 0;
		if ((j->trim &&
			split_lead(&j->split, i, &j->bars, &skip) == -1) ||
		    split_write(&j->split, i, skip, &j->bytes) == -1 ||
		    put_part(j, s, r, i) == -1)
			return stream_why(s, WORK_FATAL, NULL);
		written += j->bytes.len;
		if (written > LEAST && written > most)
			return stream_why(
			    s, WORK_DROP | WORK_FAILED, "limit:bytes");
	}
	return WORK_DROP;
}

static int
work(struct stream *s, struct rec *r, void *ctx)
{
	struct job *j = ctx;
	int why;

	if (!load_wanted(r) || rec_known(r, COL_PART))
		return WORK_KEEP;
	if (load_record(&j->load, r, LOAD_MAX) == -1)
		return failed(s, r, j->load.code);
	why = split_read(
	    &j->split, j->load.bytes, j->load.n, j->by, (size_t)j->max_events);
	if (why == SPLIT_LIMIT)
		return stream_why(s, WORK_KEEP | WORK_FAILED, "limit:events");
	if (why != SMF_OK)
		return failed(s, r, load_code(why));
	if (j->split.nparts < 2)
		return WORK_KEEP;
	return split_file(s, r, j);
}

int
main(int argc, char *argv[])
{
	struct job j = { .max_events = EVENTS };
	const char *dir = library_default(), *what;
	struct stream s;
	int c, flags = 0, status;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case OPT_BY:
			if (strcmp(optarg, "track") == 0)
				j.by = SPLIT_TRACK;
			else if (strcmp(optarg, "channel") == 0)
				j.by = SPLIT_CHANNEL;
			else if (strcmp(optarg, "both") != 0)
				tool_die(optarg, "not track, channel or both");
			break;
		case OPT_MIN_NOTES:
			if (num_int(optarg, 1, UINT32_MAX, &j.min_notes) == -1)
				tool_die(optarg, "%s", strerror(errno));
			break;
		case OPT_MAX_EVENTS:
			if (num_int(optarg, 1, UINT32_MAX, &j.max_events) == -1)
				tool_die(optarg, "%s", strerror(errno));
			break;
		case OPT_TRIM:
			j.trim = 1;
			break;
		case OPT_NO_SEEN:
			flags |= LIBRARY_NO_SEEN;
			break;
		case 'l':
			dir = optarg;
			break;
		case 'n':
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
	split_free(&j.split);
	derived_free(&j.out);
	buf_free(&j.folder);
	buf_free(&j.name);
	buf_free(&j.part);
	buf_free(&j.path);
	buf_free(&j.bytes);
	return tool_end(status);
}
