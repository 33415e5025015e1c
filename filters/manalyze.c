/* manalyze - say what is played: tempo, meter, key, chords, drums and more */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "midi/load.h"
#include "music/music.h"
#include "music/report.h"
#include "music/texts.h"
#include "stream/num.h"
#include "stream/tool.h"
#include "words/named.h"

enum { OPT_EVENTS = TOOL_LONG, OPT_SIZE, OPT_TIMELINE };

static const struct tool_option options[] = {
	TOOL_COLUMNS,
	TOOL_QUIET,
	TOOL_REJECTS,
	TOOL_VERBOSE,
	{ OPT_EVENTS, "max-events", "N",
	    "read at most N events a file (10000000)" },
	{ OPT_SIZE, "max-size", "N", "read no file above N bytes (64M)" },
	{ OPT_TIMELINE, "timeline", "chords",
	    "write path, start, end and chord instead" },
	TOOL_HELP,
	TOOL_VERSION,
	{ 0, NULL, NULL, NULL },
};
static const struct tool tool = { .name = "manalyze",
	.synopsis = "[-Hqv] [-r file] [--max-events n] [--max-size n]"
		    " [--timeline chords]",
	.options = options,
	.last = COL_ISSUES };

struct analysis {
	struct song song;
	struct music music;
	struct load file;
	size_t max_size, max_events;
	int timeline;
	struct buf text;
};

static int
failed(struct stream *s, struct rec *r, const char *code, const char *why)
{
	if (report_nothing(r) == -1 || load_failed(r, code) == -1)
		return WORK_FATAL;
	return stream_why(s, WORK_KEEP | WORK_FAILED, why);
}

/* What the names of the file and of its folders say of the tempo: as it was
 * called in its archive, the archive, the title, the path. */
static int
named(struct analysis *a, const struct rec *r)
{
	const int cols[] = { COL_MEMBER, COL_SOURCE, COL_PATH };
	struct named_tempo t;

	if (a->music.tempo.conf >= .9)
		return 0;
	for (size_t i = 0; i < sizeof(cols) / sizeof(*cols); i++) {
		if (!rec_known(r, cols[i]) ||
		    (cols[i] == COL_PATH && rec_known(r, COL_SOURCE)))
			continue;
		named_tempo(
		    &t, rec_field(r, cols[i]), strlen(rec_field(r, cols[i])));
		tempo_named(&a->music.tempo, &t);
	}
	if (texts_title(&a->text, &a->song) == -1)
		return -1;
	named_tempo(&t, a->text.p, a->text.len);
	tempo_named(&a->music.tempo, &t);
	return 0;
}

/* What a bare path lacks. */
static int
set_file(struct rec *r, const struct load *file)
{
	struct stat st;

	if (!rec_known(r, COL_SIZE) &&
	    rec_set_int(r, COL_SIZE, (int64_t)file->n) == -1)
		return -1;
	if (!rec_known(r, COL_MTIME) && stat(file->path.p, &st) == 0 &&
	    rec_set_int(r, COL_MTIME, st.st_mtime) == -1)
		return -1;
	if (!rec_known(r, COL_KIND) && rec_set(r, COL_KIND, "midi") == -1)
		return -1;
	return 0;
}

static int
put_timeline(struct stream *s, struct rec *r, struct analysis *a)
{
	const struct chords *c = &a->music.chords;
	const struct grid *g = &a->music.tempo.grid;
	double quarter = maps_quarters(&a->song.maps, 1);
	struct buf *b = &s->out.buf;

	for (size_t i = 0; i < c->n; i++) {
		const struct chord *d = &c->chord[i];

		if (buf_fmt(b, "%s\t%.6g\t%.6g\t", r->field[0],
			(g->origin + (c->first + d->from) * g->beat) * quarter,
			(g->origin + (c->first + d->to) * g->beat) * quarter) ==
			-1 ||
		    chord_text(d, &a->music.key, b) == -1 ||
		    rec_end(&s->out) == -1)
			return WORK_FATAL;
	}
	return WORK_DROP;
}

static int
analyse(struct stream *s, struct rec *r, void *ctx)
{
	struct analysis *a = ctx;
	int why;

	if (!load_wanted(r))
		return a->timeline ? WORK_DROP : WORK_KEEP;
	if (load_record(&a->file, r, a->max_size) == -1) {
		if (errno == ENOMEM)
			return WORK_FATAL;
		return failed(s, r, a->file.code,
		    errno == EFBIG ? "larger than --max-size"
				   : strerror(errno));
	}
	why = song_read(&a->song, a->file.bytes, a->file.n, a->max_events);
	if (why == SONG_NOMEM) {
		errno = ENOMEM;
		return WORK_FATAL;
	}
	if (why != SMF_OK)
		return failed(s, r, load_code(why),
		    why == SMF_EMPTY ? "empty" : "not a MIDI file");
	if (music_analyse(&a->music, &a->song) == -1)
		return WORK_FATAL;
	if (a->timeline)
		return put_timeline(s, r, a);
	if (set_file(r, &a->file) == -1 || named(a, r) == -1 ||
	    report_all(r, &a->song, &a->music, &a->text) == -1)
		return WORK_FATAL;
	return WORK_KEEP;
}

static size_t
size_option(const char *arg, int64_t most)
{
	int64_t v;

	if (num_size(arg, 1, most, &v) == -1)
		tool_usage(&tool);
	return (size_t)v;
}

int
main(int argc, char *argv[])
{
	struct analysis a = { .max_size = LOAD_MAX, .max_events = SONG_EVENTS };
	struct stream s;
	int c;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case OPT_EVENTS:
			a.max_events = size_option(optarg, INT32_MAX);
			break;
		case OPT_SIZE:
			a.max_size = size_option(optarg, INT64_MAX / 2);
			break;
		case OPT_TIMELINE:
			if (strcmp(optarg, "chords") != 0)
				tool_usage(&tool);
			a.timeline = 1;
			break;
		}
	if (optind != argc)
		tool_usage(&tool);
	stream_open(&s);
	stream_run(&s, analyse, &a);
	c = stream_close(&s);
	song_free(&a.song);
	music_free(&a.music);
	load_free(&a.file);
	buf_free(&a.text);
	return c;
}
