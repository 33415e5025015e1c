/* modules - what each module of the analysis costs
 *
 * A list of paths on stdin.  Each file is read once, then analysed module by
 * module as music_analyse() does, in rounds of two seconds of processor time;
 * prints microseconds a file for each, and their share.
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "files/create.h"
#include "music/music.h"
#include "stream/array.h"

enum { SECONDS = 2 };

enum module {
	READ,
	PARTS,
	DRUM,
	ROLE,
	MEASURE,
	TEMPO,
	METER,
	KEY,
	CHORDS,
	SWING,
	HASH,
	MODULES
};
static const char *const names[MODULES] = { "song, events to notes",
	"parts, figure", "drums", "role", "measure", "tempo, grid", "meter",
	"key", "chords", "swing", "fingerprint" };

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Books the time since *at to a module. */
static void
book(double spent[MODULES], enum module m, double *at)
{
	double t = now();

	spent[m] += t - *at;
	*at = t;
}

static int
analyse(struct song *s, struct music *m, const char *bytes, size_t n,
    double spent[MODULES])
{
	double at = now(), bar = 0;

	if (song_read(s, bytes, n, SONG_EVENTS) != SMF_OK)
		return 0;
	book(spent, READ, &at);
	if (parts_find(&m->parts, s) == -1)
		return -1;
	book(spent, PARTS, &at);
	drums_find(&m->parts, s);
	drums_count(&m->parts, s, m->drums);
	book(spent, DRUM, &at);
	m->role = role_find(&m->parts, s);
	book(spent, ROLE, &at);
	if (measure_take(&m->measure, s, &m->parts) == -1)
		return -1;
	book(spent, MEASURE, &at);
	if (tempo_find(&m->tempo, s, &m->parts) == -1)
		return -1;
	book(spent, TEMPO, &at);
	if (meter_find(&m->meter, s, &m->parts, &m->tempo.grid) == -1)
		return -1;
	book(spent, METER, &at);
	m->key = key_find(s, &m->parts);
	book(spent, KEY, &at);
	if (m->meter.num > 0)
		bar = 4.0 * m->meter.num / m->meter.den;
	if (chords_find(
		&m->chords, s, &m->parts, &m->tempo.grid, &m->key, bar) == -1)
		return -1;
	book(spent, CHORDS, &at);
	m->swing = swing_find(s, &m->tempo.grid);
	book(spent, SWING, &at);
	fingerprint(s, m->hash);
	book(spent, HASH, &at);
	return 0;
}

int
main(void)
{
	double spent[MODULES] = { 0 }, all = 0, begin;
	struct {
		char *bytes;
		size_t n;
	} *file = NULL;
	struct music m = { 0 };
	struct song s = { 0 };
	char *line = NULL;
	size_t cap = 0, slots = 0, n = 0, bytes = 0, room;
	ssize_t len;
	long rounds = 0;

	while ((len = getline(&line, &cap, stdin)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (array_room(&file, n + 1, &slots, sizeof(*file)) == -1)
			err(2, "malloc");
		room = 0;
		file[n].bytes = NULL;
		len = create_slurp(
		    AT_FDCWD, line, &file[n].bytes, &room, 1 << 28);
		if (len == -1)
			err(2, "%s", line);
		file[n].n = (size_t)len;
		bytes += file[n++].n;
	}
	if (n == 0)
		errx(2, "usage: modules <list");
	begin = now();
	do {
		/* The first round is for the memory to grow. */
		if (rounds == 1)
			memset(spent, 0, sizeof(spent));
		for (size_t i = 0; i < n; i++)
			if (analyse(&s, &m, file[i].bytes, file[i].n, spent) ==
			    -1)
				err(2, "malloc");
	} while (rounds++ == 0 || now() - begin < SECONDS);
	for (int i = 0; i < MODULES; i++)
		all += spent[i];
	printf("%zu files of %.1f KB\n", n, (double)bytes / (double)n / 1e3);
	for (int i = 0; i < MODULES; i++)
		printf("%-22s %9.2f us a file %6.1f %%\n", names[i],
		    spent[i] / (double)((size_t)(rounds - 1) * n) * 1e6,
		    100 * spent[i] / all);
	printf("%-22s %9.2f us a file %8.0f files/s %6.1f MB/s\n", "all",
	    all / (double)((size_t)(rounds - 1) * n) * 1e6,
	    (double)((size_t)(rounds - 1) * n) / all,
	    (double)bytes * (double)(rounds - 1) / all / 1e6);
	for (size_t i = 0; i < n; i++)
		free(file[i].bytes);
	free(file);
	free(line);
	song_free(&s);
	music_free(&m);
	return 0;
}
