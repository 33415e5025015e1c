/* mexport-mpc - put MIDI files on a drive as Akai MPC and Force patterns */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mpc/back.h"
#include "mpc/check.h"
#include "mpc/export.h"
#include "mpc/settings.h"
#include "stream/esc.h"
#include "stream/num.h"
#include "stream/tool.h"
#include "words/clean.h"

enum { LAYOUT = TOOL_LONG, PACK, ARPS, PROGRESSIONS, CHECK, TO_MID };

static const struct tool_option options[] = {
	{ ARPS, "arps", NULL, "write arp patterns of short parts too" },
	{ 'b', "bake-sustain", NULL, "lengthen notes to where the pedal ends" },
	{ CHECK, "check", "DRIVE", "read what is on a drive; write nothing" },
	{ 'f', "format", "FORMAT", "mpc-one, akai-force or both [mpc-one]" },
	{ 'k', "fold-kick", NULL, "drum note 35 becomes 36" },
	{ LAYOUT, "layout", "LAYOUT",
	    "documents, expansion or both with a comma [documents]" },
	{ 'm', "no-mid", NULL, "leave the .mid files out" },
	{ 'n', "dry-run", NULL, "write nothing, and say how much it would be" },
	{ 'o', "output", "DRIVE", "folder of the drive" },
	{ 'p', "drum-map", "MAP", "gm, kit or a file of 128 numbers [gm]" },
	{ PACK, "pack", "NAME", "name of the expansion [midiflow]" },
	{ PROGRESSIONS, "progressions", "N",
	    "at most N in a folder, 0 none [500]" },
	TOOL_QUIET, TOOL_REJECTS,
	{ 's', "schema", "SCHEMA", "flat, or mpc3 for nested events [flat]" },
	{ TO_MID, "to-mid", NULL, "turn patterns into MIDI files in DRIVE" },
	{ 't', "trim-bars", NULL, "leave out empty bars before the notes" },
	TOOL_VERBOSE, TOOL_HELP, TOOL_VERSION, { 0, NULL, NULL, NULL }
};
static const struct tool tool = { .name = "mexport-mpc",
	.synopsis = "[-bkmnqtv] [-f format] [-p map] [-r file] [-s schema] "
		    "[--arps] [--layout layout] [--pack name] "
		    "[--progressions n] [--to-mid] [--check drive] [-o drive]",
	.options = options };

struct work {
	struct export x;
	struct export_memory memory;
	struct back back;
	const char *drive, *check;
	enum pattern_schema schema;
	int to_mid;
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
die_of_drive(const struct work *w, const char *below)
{
	const char *reason = strerror(errno);
	struct buf b = { 0 };

	if (buf_fmt(&b, "%s%s%s", w->drive,
		below != NULL && below[0] != '\0' ? "/" : "",
		below != NULL ? below : "") == -1)
		die_of(w->drive, reason);
	die_of(b.p, reason);
}

static void
read_drum_map(struct work *w, const char *file, int fold)
{
	const char *why;

	if (export_drum_map(&w->x, &w->memory, file, fold, &why) == -1)
		die_of(file, why != NULL ? why : strerror(errno));
}

static void
read_options(struct work *w, int argc, char *argv[])
{
	const char *map = "gm", *layout = "documents", *pack = "midiflow";
	const char *format = "mpc-one";
	struct export *x = &w->x;
	int64_t n = PROGRESSIONS_MOST;
	int c, fold = 0;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case ARPS:
			x->arps = 1;
			break;
		case 'b':
			x->bake = 1;
			break;
		case CHECK:
			w->check = optarg;
			break;
		case 'f':
			format = optarg;
			break;
		case 'k':
			fold = 1;
			break;
		case LAYOUT:
			layout = optarg;
			break;
		case 'm':
			x->mid = 0;
			break;
		case 'n':
			x->dry = 1;
			break;
		case 'o':
			w->drive = optarg;
			break;
		case 'p':
			map = optarg;
			break;
		case PACK:
			pack = optarg;
			break;
		case PROGRESSIONS:
			if (num_int(optarg, 0, UINT16_MAX, &n) == -1)
				tool_die(optarg, "not a number of files");
			break;
		case 's':
			if (strcmp(optarg, "mpc3") == 0)
				w->schema = PATTERN_MPC3;
			else if (strcmp(optarg, "flat") != 0)
				tool_die(optarg, "no schema; flat or mpc3");
			break;
		case TO_MID:
			w->to_mid = 1;
			break;
		case 't':
			x->trim = 1;
			break;
		}
	if (optind != argc || (w->check != NULL) == (w->drive != NULL) ||
	    (w->drive != NULL && w->drive[0] == '\0'))
		tool_usage(&tool);
	if (clean_init() == -1)
		tool_die("locale", "C.UTF-8 is missing");
	x->progressions = (size_t)n;
	if (export_format(x, format) == -1)
		tool_die(format, "no format; mpc-one, akai-force or both");
	if (export_layout(x, layout) == -1)
		tool_die(layout,
		    "no layout; documents, expansion or both "
		    "with a comma");
	if (export_pack(x, &w->memory, pack) == -1 ||
	    pattern_form_make(&x->form, w->schema) == -1)
		tool_die("memory", "%s", strerror(errno));
	read_drum_map(w, map, fold);
}

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
		die_of_drive(w, w->x.drive.file.p);
	}
}

static int
turn_back(struct stream *s, struct rec *r, void *ctx)
{
	struct work *w = ctx;
	const char *why;

	switch (back_record(&w->back, r, &why)) {
	case 0:
		return WORK_KEEP;
	case BACK_BAD:
		return stream_why(s, WORK_DROP | WORK_FAILED, why);
	default:
		return stream_why(s, WORK_FATAL, NULL);
	}
}

static int
run_back(struct work *w)
{
	struct stream s;
	int status;

	stream_open(&s);
	if (back_open(&w->back, w->drive) == -1)
		die_of_drive(w, NULL);
	tool_catch_signals();
	stream_run(&s, turn_back, w);
	if (tool_loudness > 1)
		tool_warn(w->drive, "%llu files, %llu notes",
		    (unsigned long long)w->back.files,
		    (unsigned long long)w->back.notes);
	status = stream_close(&s);
	back_free(&w->back);
	return status;
}

static void
wrong(void *ctx, const char *file, const char *why)
{
	struct buf b = { 0 };

	(void)ctx;
	if (buf_fmt(&b, "%s", file) == 0)
		tool_warn_bytes(b.p, b.len, why);
	buf_free(&b);
}

static int
run_check(const struct work *w)
{
	struct check c = { .wrong = wrong };

	if (check_drive(&c, w->check) == -1)
		die_of(w->check, strerror(errno));
	printf("%llu patterns, %llu progressions, %llu programs, %llu packs, "
	       "%llu .mid, %llu lines of the index; %llu wrong\n",
	    (unsigned long long)c.patterns, (unsigned long long)c.progressions,
	    (unsigned long long)c.programs, (unsigned long long)c.packs,
	    (unsigned long long)c.mids, (unsigned long long)c.lines,
	    (unsigned long long)c.findings);
	if (fflush(stdout) != 0)
		tool_die("standard output", "%s", strerror(errno));
	return c.findings > 0 ? SOME_FAILED : OK;
}

static int
run_export(struct work *w)
{
	struct export *x = &w->x;
	struct buf sum = { 0 };
	const char *what;
	struct stream s;
	int status;

	stream_open(&s);
	if (drive_open(&x->drive, w->drive, x->dry, &what) == -1)
		die_of_drive(w, what == w->drive ? NULL : what);
	if (export_begin(x) == -1)
		die_of_drive(w, x->tree.p);
	tool_catch_signals();
	stream_run(&s, work, w);
	if (export_sum(x, &sum) == -1)
		tool_die("memory", "%s", strerror(errno));
	if (drive_close(&x->drive, sum.p) == -1)
		die_of_drive(w, NULL);
	if (tool_loudness > 1 || x->dry)
		tool_warn(w->drive, "%s", sum.p + strcspn(sum.p, " ") + 1);
	status = stream_close(&s);
	buf_free(&sum);
	return status;
}

int
main(int argc, char *argv[])
{
	struct work w = { .x = { .mid = 1 } };
	int status;

	read_options(&w, argc, argv);
	if (w.check != NULL)
		status = run_check(&w);
	else if (w.to_mid)
		status = run_back(&w);
	else
		status = run_export(&w);
	export_free(&w.x);
	export_memory_free(&w.memory);
	return tool_end(status);
}
