/* mexport-mpc - put MIDI files on a drive as Akai MPC and Force patterns */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "files/create.h"
#include "mpc/export.h"
#include "stream/esc.h"
#include "stream/tool.h"
#include "words/clean.h"

enum { LAYOUT = TOOL_LONG };

static const struct tool_option options[] = {
	{ 'b', "bake-sustain", NULL, "lengthen notes to where the pedal ends" },
	{ 'f', "format", "FORMAT", "mpc-one, akai-force or both [mpc-one]" },
	{ 'k', "fold-kick", NULL, "drum note 35 becomes 36" },
	{ LAYOUT, "layout", "LAYOUT", "documents [documents]" },
	{ 'm', "no-mid", NULL, "leave the .mid files out" },
	{ 'n', "dry-run", NULL, "write nothing, and say how much it would be" },
	{ 'o', "output", "DRIVE", "folder of the drive" },
	{ 'p', "drum-map", "MAP", "gm, kit or a file of 128 numbers [gm]" },
	TOOL_QUIET, TOOL_REJECTS,
	{ 's', "schema", "SCHEMA", "flat, or mpc3 for nested events [flat]" },
	{ 't', "trim-bars", NULL, "leave out empty bars before the notes" },
	TOOL_VERBOSE, TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL }
};
static const struct tool tool = { .name = "mexport-mpc",
	.synopsis = "[-bkmnqtv] [-f format] [-p map] [-r file] [-s schema] "
		    "[--layout layout] -o drive",
	.options = options };

static const char mpc_documents[] = "MPC_Documents";
static const char force_documents[] = "Force_Documents";
static const char force_text[] =
    "The Force reads the same patterns as the MPC.  They lie on this drive\n"
    "once, in MPC_Documents/Patterns: open that folder in the browser.\n";

struct settings {
	const char *drive, *map_file;
	int both, dry;
	enum pattern_schema schema;
	struct drum_map map;
};

static _Noreturn void
die_of(const char *thing, const char *reason)
{
	struct buf b = { 0 };

	if (esc_add(&b, thing, strlen(thing)) == -1)
		tool_die("memory", "%s", strerror(errno));
	tool_die(b.p, "%s", reason);
}

/* The drive, and what on it is at fault. */
static _Noreturn void
die_of_drive(const struct settings *set, const char *below)
{
	const char *reason = strerror(errno);
	struct buf b = { 0 };

	if (buf_fmt(&b, "%s%s%s", set->drive,
		below != NULL && below[0] != '\0' ? "/" : "",
		below != NULL ? below : "") == -1)
		die_of(set->drive, reason);
	die_of(b.p, reason);
}

static void
set_format(struct export *x, struct settings *set, const char *s)
{
	set->both = strcmp(s, "both") == 0;
	if (set->both || strcmp(s, "mpc-one") == 0)
		x->documents = mpc_documents;
	else if (strcmp(s, "akai-force") == 0)
		x->documents = force_documents;
	else
		tool_die(s, "no format; mpc-one, akai-force or both");
}

static void
read_map(struct export *x, struct settings *set, const char *file, int fold)
{
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;

	drum_map_gm(&set->map);
	if (file != NULL && strcmp(file, "kit") == 0)
		drum_map_kit(&set->map);
	else if (file != NULL && strcmp(file, "gm") != 0) {
		n = create_slurp(AT_FDCWD, file, &text, &cap, 1 << 16);
		if (n == -1)
			die_of(file, strerror(errno));
		if (drum_map_parse(&set->map, text, (size_t)n) == -1)
			die_of(file, "not 128 numbers from 0 to 127");
		free(text);
	}
	if (fold)
		drum_map_fold_kick(&set->map);
	x->map = &set->map;
}

static void
read_options(struct export *x, struct settings *set, int argc, char *argv[])
{
	const char *map = NULL;
	int c, fold = 0;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case 'b':
			x->bake = 1;
			break;
		case 'f':
			set_format(x, set, optarg);
			break;
		case 'k':
			fold = 1;
			break;
		case LAYOUT:
			if (strcmp(optarg, "documents") != 0)
				tool_die(optarg, "no layout; documents");
			break;
		case 'm':
			x->mid = 0;
			break;
		case 'n':
			set->dry = 1;
			break;
		case 'o':
			set->drive = optarg;
			break;
		case 'p':
			map = optarg;
			break;
		case 's':
			if (strcmp(optarg, "mpc3") == 0)
				set->schema = PATTERN_MPC3;
			else if (strcmp(optarg, "flat") != 0)
				tool_die(optarg, "no schema; flat or mpc3");
			break;
		case 't':
			x->trim = 1;
			break;
		}
	if (set->drive == NULL || set->drive[0] == '\0' || optind != argc)
		tool_usage(&tool);
	read_map(x, set, map, fold);
}

struct work {
	struct export x;
	struct settings set;
};

static int
work(struct stream *s, struct rec *r, void *ctx)
{
	struct work *w = ctx;
	const char *reason;

	if (!load_wanted(r))
		return WORK_KEEP;
	switch (export_record(&w->x, r, &reason)) {
	case EXPORT_OK:
		return WORK_KEEP;
	case EXPORT_BAD:
		return stream_why(s, WORK_KEEP | WORK_FAILED, reason);
	default:
		die_of_drive(&w->set, w->x.drive.file.p);
	}
}

/* The counts of a run, for the log and for -v. */
static void
sum_up(const struct work *w, struct buf *b)
{
	const struct export *x = &w->x;
	char date[32];
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		date[0] = '\0';
	if (buf_fmt(b,
		"%s %llu records, %llu patterns, %llu .mid; "
		"%llu files %s, %llu there already",
		date, (unsigned long long)x->records,
		(unsigned long long)x->patterns, (unsigned long long)x->mids,
		(unsigned long long)x->drive.written,
		w->set.dry ? "to write" : "written",
		(unsigned long long)x->drive.unchanged) == -1)
		tool_die("memory", "%s", strerror(errno));
}

int
main(int argc, char *argv[])
{
	struct work w = { .x = { .documents = mpc_documents, .mid = 1 } };
	struct buf sum = { 0 };
	const char *what;
	struct stream s;
	int status;

	read_options(&w.x, &w.set, argc, argv);
	if (clean_init() == -1)
		tool_die("locale", "C.UTF-8 is missing");
	if (pattern_form_make(&w.x.form, w.set.schema) == -1)
		tool_die("memory", "%s", strerror(errno));
	stream_open(&s);
	if (drive_open(&w.x.drive, w.set.drive, w.set.dry, &what) == -1)
		die_of_drive(&w.set, what == w.set.drive ? NULL : what);
	if (w.set.both &&
	    drive_text(&w.x.drive, force_documents, "README.txt", force_text) ==
		-1)
		die_of_drive(&w.set, force_documents);
	tool_catch_signals();
	stream_run(&s, work, &w);
	sum_up(&w, &sum);
	if (drive_close(&w.x.drive, sum.p) == -1)
		die_of_drive(&w.set, NULL);
	if (tool_loudness > 1 || w.set.dry)
		tool_warn(w.set.drive, "%s", sum.p + strcspn(sum.p, " ") + 1);
	status = stream_close(&s);
	export_free(&w.x);
	buf_free(&sum);
	return tool_end(status);
}
