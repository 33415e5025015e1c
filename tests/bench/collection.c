/* collection - make a collection of packs to measure on
 *
 * collection [-c] [-j PROCESSES] [-s SEED] ENTRIES DIR: the same for the same
 * SEED and ENTRIES, whatever PROCESSES is; with -c nothing in it is damaged.
 * About 70 % of the entries are copies: two of three packs are later editions
 * of others, and single files turn up again elsewhere.  DIR/zip holds packs as
 * they are mostly sold, DIR/nested zips in zips down to eight levels, DIR/other
 * 7z and tar archives, DIR/loose packs that somebody has unpacked.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <archive.h>
#include <archive_entry.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/draw.h"
#include "bench/song.h"
#include "stream/num.h"

enum { SIZE = 11, EDITION, FORM, ENTRY, NAME, FOLDER };
enum { IN_FOLDER = 100, DEEPEST = 8, MTIME = 1500000000 };

static uint64_t seed = 7;
static int clean;

/* A file of a pack: of all packs together it says what is in it. */
struct entry {
	uint64_t pack, index;
};

static uint64_t
pack_size(uint64_t pack)
{
	struct draw d = draw_from(seed + SIZE, pack, 0);
	unsigned n = draw_in(&d, 200, 1500);

	/* One in forty is a mega pack. */
	return draw_of(&d, 250) ? n * 10 : n;
}

/* The pack that this one is a later edition of, or itself. */
static uint64_t
first_edition(uint64_t pack)
{
	struct draw d = draw_from(seed + EDITION, pack, 0);

	return pack > 0 && draw_of(&d, 6600) ? (draw(&d) >> 8) % pack : pack;
}

/* Follows an entry to where its name comes from. */
static struct entry
named_by(struct entry e)
{
	for (;;) {
		uint64_t from = first_edition(e.pack);
		struct draw d = draw_from(seed + ENTRY, e.pack, e.index);

		if (from == e.pack || e.index >= pack_size(from) ||
		    draw_of(&d, 300))
			return e;
		e.pack = from;
	}
}

/* And to where its content does. */
static struct entry
made_by(struct entry e)
{
	for (;;) {
		struct draw d;

		e = named_by(e);
		d = draw_from(seed + ENTRY, e.pack + 1, e.index);
		if (e.pack == 0 || !draw_of(&d, 4800))
			return e;
		e.pack = (draw(&d) >> 8) % e.pack;
		e.index = (draw(&d) >> 8) % pack_size(e.pack);
	}
}

/* --- names ----------------------------------------------------------------
 */

static const char *
word(struct draw *d)
{
	static const struct {
		unsigned char percent;
		const char *word;
	} words[] = { { 16, "Groove" }, { 10, "Hat" }, { 10, "Fill" },
		{ 7, "Rock" }, { 7, "Ride" }, { 6, "Metal" }, { 5, "Synth" },
		{ 4, "Loop" }, { 3, "Progressive" }, { 3, "Funk" },
		{ 3, "Jazz" }, { 3, "Crash" }, { 3, "Kick" }, { 2, "Swing" },
		{ 2, "Tom" }, { 2, "Electro" }, { 2, "Pop" }, { 2, "Blues" },
		{ 2, "Bass" }, { 1, "Intro" }, { 1, "House" }, { 1, "Latin" },
		{ 1, "Chords" }, { 1, "Verse" }, { 1, "Piano" },
		{ 1, "Djembe" }, { 1, "Samba" } };
	unsigned at = draw_in(d, 0, 99), i = 0;

	while (at >= words[i].percent)
		at -= words[i++].percent;
	return words[i].word;
}

static const char *
key_of(const struct pack *p)
{
	static const char *const name[] = { "C", "Db", "D", "Eb", "E", "F",
		"F#", "G", "Ab", "A", "Bb", "B" };

	return name[p->root];
}

/* Folders and name of an entry; unlike in one folder. */
static void
put_name(struct buf *b, struct entry e)
{
	static const char *const maker[] = { "Groove Monkee", "EZX",
		"Oddgrooves", "Zero-G", "Loopmasters", "Platinum Samples",
		"Vir2", "Cymatics" };
	struct entry from = named_by(e);
	struct pack p = song_pack(from.pack + seed);
	unsigned n = (unsigned)(from.index % IN_FOLDER) + 1;
	unsigned folder = (unsigned)(from.index / IN_FOLDER);
	struct draw d = draw_from(seed + FOLDER, from.pack, 0);
	const char *by = maker[draw_in(&d, 0, 7)];

	buf_clear(b);
	buf_fmt(b, "%s %s %s/", by, word(&d),
	    draw_of(&d, 3000)       ? "[MIDI]"
		: draw_of(&d, 3000) ? "& Co!"
				    : "Pack");
	d = draw_from(seed + FOLDER, from.pack, folder + 1);
	switch (draw_in(&d, 0, 4)) {
	case 0:
		buf_fmt(b, "%u-%u BPM %u/", p.bpm / 10 * 10,
		    p.bpm / 10 * 10 + 9, folder);
		break;
	case 1:
		buf_fmt(b, "%05u@%s/", folder, word(&d));
		break;
	case 2:
		buf_fmt(
		    b, "%s  #%u (%u-%u)/", word(&d), folder, p.beats, p.unit);
		break;
	default:
		buf_fmt(b, "%s %s %02u/", word(&d), word(&d), folder);
	}
	d = draw_from(seed + NAME, from.pack, from.index);
	if (draw_of(&d, 3))
		buf_str(b, "._");
	switch (draw_in(&d, 0, 11)) {
	case 0:
		buf_fmt(b, "%u %s %02u", p.bpm, word(&d), n);
		break;
	case 1:
		buf_fmt(b, "%s%u_%u_%s%s_%s", by[0] == 'E' ? "EZ" : "LP", n,
		    p.bpm, key_of(&p), p.minor ? "min" : "maj", word(&d));
		break;
	case 2:
		buf_fmt(b, "%s %ubpm %u", word(&d), p.bpm, n);
		break;
	case 3:
		buf_fmt(b, "track_%02u", n);
		break;
	case 4:
		buf_fmt(b, "Variation_%02u", n);
		break;
	case 5:
		buf_fmt(b, "Beat-%02u-%u", n, draw_in(&d, 1, 4));
		break;
	case 6:
		buf_fmt(b, "F%u", n);
		break;
	case 7:
		buf_fmt(b, "(%u) %ss", n, word(&d));
		break;
	case 8:
		buf_fmt(b, "%06u@EZX_%s", n, word(&d));
		break;
	case 9:
		buf_fmt(b, "Vol, %u - %s~+", n, word(&d));
		break;
	case 10:
		buf_fmt(b, "Caf\xc3\xa9 %s %u", word(&d), n);
		break;
	default:
		buf_fmt(b, "%s %s %02u", word(&d), word(&d), n);
	}
	buf_str(b, draw_of(&d, 9000) ? ".mid" : ".MID");
}

static void
put_content(struct buf *b, struct entry e)
{
	struct entry from = made_by(e);
	struct pack p = song_pack(from.pack + seed);

	p.sound = clean;
	if (song_make(&p, from.index, b) == -1)
		err(1, "a file");
}

/* --- archives --------------------------------------------------------------
 */

static struct archive *
checked(struct archive *a, int status)
{
	if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
		errx(1, "%s", archive_error_string(a));
	return a;
}

static la_ssize_t
keep(struct archive *a, void *b, const void *p, size_t n)
{
	(void)a;
	return buf_add(b, p, n) == -1 ? -1 : (la_ssize_t)n;
}

static void
add_file(struct archive *a, const struct buf *name, const struct buf *data)
{
	struct archive_entry *e = archive_entry_new();

	if (e == NULL)
		err(1, NULL);
	archive_entry_set_pathname(e, name->p);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_mtime(e, MTIME, 0);
	archive_entry_set_size(e, (la_int64_t)data->len);
	checked(a, archive_write_header(a, e));
	if (archive_write_data(a, data->p, data->len) != (la_ssize_t)data->len)
		errx(1, "%s", archive_error_string(a));
	archive_entry_free(e);
}

/* Part of a pack into an archive; `levels` of zips lie between. */
static void
fill(struct archive *a, uint64_t pack, uint64_t from, uint64_t to, int levels)
{
	struct buf name = { 0 }, data = { 0 };
	uint64_t step = (to - from) / 3 + 1;

	for (uint64_t i = from; levels == 0 && i < to; i++) {
		struct entry e = { pack, i };

		put_name(&name, e);
		put_content(&data, e);
		add_file(a, &name, &data);
	}
	for (uint64_t i = from; levels > 0 && i < to; i += step) {
		struct archive *in = archive_write_new();

		if (in == NULL)
			err(1, NULL);
		checked(in, archive_write_set_format_zip(in));
		checked(in, archive_write_set_bytes_in_last_block(in, 1));
		buf_clear(&data);
		checked(in, archive_write_open(in, &data, NULL, keep, NULL));
		fill(in, pack, i, i + step < to ? i + step : to, levels - 1);
		checked(in, archive_write_close(in));
		archive_write_free(in);
		buf_clear(&name);
		buf_fmt(&name, "Volume %u/Part %u.zip", (unsigned)levels,
		    (unsigned)((i - from) / step) + 1);
		add_file(a, &name, &data);
	}
	buf_free(&name);
	buf_free(&data);
}

static void
pack_up(const char *dir, uint64_t pack, uint64_t n)
{
	static const char *const suffix[] = { "tar.gz", "tar.zst", "7z",
		"tar.xz" };
	struct draw d = draw_from(seed + FORM, pack, 0);
	struct archive *a = archive_write_new();
	unsigned form = draw_in(&d, 0, 99), other = draw_in(&d, 0, 3);
	int levels = form < 4 || form >= 20 ? 0 : 1;
	char path[PATH_MAX];

	if (a == NULL)
		err(1, NULL);
	while (levels > 0 && levels < DEEPEST - 1 && draw_of(&d, 2500))
		levels++;
	if (form < 4) {
		checked(a,
		    other == 2 ? archive_write_set_format_7zip(a)
			       : archive_write_set_format_pax_restricted(a));
		if (other != 2)
			checked(a,
			    other == 0       ? archive_write_add_filter_gzip(a)
				: other == 1 ? archive_write_add_filter_zstd(a)
					     : archive_write_add_filter_xz(a));
		/* Without the time of day in it. */
		if (other == 0)
			checked(
			    a, archive_write_set_options(a, "gzip:!timestamp"));
		else if (other >= 2)
			checked(a,
			    archive_write_set_options(
				a, "compression-level=1"));
	} else
		checked(a, archive_write_set_format_zip(a));
	snprintf(path, sizeof(path), "%s/%s/Pack %05llu.%s", dir,
	    form < 4         ? "other"
		: levels > 0 ? "nested"
			     : "zip",
	    (unsigned long long)pack, form < 4 ? suffix[other] : "zip");
	checked(a, archive_write_set_bytes_in_last_block(a, 1));
	checked(a, archive_write_open_filename(a, path));
	fill(a, pack, 0, n, levels);
	checked(a, archive_write_close(a));
	archive_write_free(a);
}

static void
lay_out(const char *dir, uint64_t pack, uint64_t n)
{
	struct buf name = { 0 }, data = { 0 };
	char path[PATH_MAX];

	for (uint64_t i = 0; i < n; i++) {
		struct entry e = { pack, i };
		FILE *f;

		put_name(&name, e);
		snprintf(path, sizeof(path), "%s/loose/%05llu %s", dir,
		    (unsigned long long)pack, name.p);
		f = fopen(path, "wbx");
		for (char *slash = path + strlen(dir) + 7; f == NULL &&
		     errno == ENOENT && (slash = strchr(slash, '/')) != NULL;
		     slash++) {
			*slash = '\0';
			if (mkdir(path, 0777) == -1 && errno != EEXIST)
				err(1, "%s", path);
			*slash = '/';
			errno = ENOENT;
		}
		if (f == NULL && (f = fopen(path, "wbx")) == NULL) {
			if (errno != EEXIST)
				err(1, "%s", path);
			errx(1, "%s: made twice", path);
		}
		put_content(&data, e);
		if ((data.len > 0 && fwrite(data.p, data.len, 1, f) != 1) ||
		    fclose(f) != 0)
			err(1, "%s", path);
	}
	buf_free(&name);
	buf_free(&data);
}

/* Every `of`-th pack, from number `mine`. */
static void
make(const char *dir, uint64_t entries, uint64_t mine, uint64_t of)
{
	uint64_t done = 0;

	for (uint64_t pack = 0; done < entries; pack++) {
		struct draw d = draw_from(seed + FORM, pack, 1);
		uint64_t n = pack_size(pack);

		if (n > entries - done)
			n = entries - done;
		done += n;
		if (pack % of != mine)
			continue;
		/* A small collection has one of these too. */
		if (pack == 1 || draw_of(&d, 500))
			lay_out(dir, pack, n);
		else
			pack_up(dir, pack, n);
	}
}

static void
make_dir(const char *dir, const char *sub)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, sub);
	if (mkdir(path, 0777) == -1)
		err(2, "%s", path);
}

static uint64_t
number(const char *s)
{
	int64_t n;

	if (num_int(s, 1, 1000000000, &n) == -1)
		errx(2, "%s: not a number of them", s);
	return (uint64_t)n;
}

int
main(int argc, char **argv)
{
	static const char *const sub[] = { "zip", "nested", "other", "loose" };
	uint64_t jobs = 1;
	int c, status, worst = 0;

	while ((c = getopt(argc, argv, "cj:s:")) != -1)
		switch (c) {
		case 'c':
			clean = 1;
			break;
		case 'j':
			jobs = number(optarg);
			break;
		case 's':
			seed = number(optarg) * 1000003;
			break;
		default:
			argc = 0;
		}
	if (argc - optind != 2) {
		fputs(
		    "usage: collection [-c] [-j processes] [-s seed] entries dir\n",
		    stderr);
		return 2;
	}
	if (mkdir(argv[optind + 1], 0777) == -1 && errno != EEXIST)
		err(2, "%s", argv[optind + 1]);
	for (size_t i = 0; i < 4; i++)
		make_dir(argv[optind + 1], sub[i]);
	for (uint64_t k = 0; k < jobs; k++) {
		pid_t pid = fork();

		if (pid == -1)
			err(2, "fork");
		if (pid == 0) {
			make(argv[optind + 1], number(argv[optind]), k, jobs);
			_exit(0);
		}
	}
	while (wait(&status) != -1)
		if (status != 0)
			worst = 1;
	return worst;
}
