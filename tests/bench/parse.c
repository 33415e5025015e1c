/* parse - how fast files in memory become tables of notes
 *
 * parse FILE ...: reads the files into memory, then parses all of them with
 * song_read() again and again for two seconds of its own processor time, and
 * prints MB/s and files/s.  Processor time, because the machine may be busy
 * with something else.
 */
#include "config.h"

#include <sys/resource.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "files/create.h"
#include "midi/song.h"

enum { SECONDS = 2 };

static double
used(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int
main(int argc, char **argv)
{
	size_t files = (size_t)argc - 1, bytes = 0, notes = 0;
	struct {
		char *p;
		size_t n;
	} *file = calloc(files + 1, sizeof(*file));
	struct song s = { 0 };
	double start, seconds;
	long rounds = 0;
	size_t cap;
	ssize_t n;

	if (argc < 2)
		errx(2, "usage: parse file ...");
	if (file == NULL)
		err(2, "malloc");
	for (size_t i = 0; i < files; i++) {
		cap = 0;
		n = create_slurp(
		    AT_FDCWD, argv[i + 1], &file[i].p, &cap, 1 << 28);
		if (n == -1)
			err(2, "%s", argv[i + 1]);
		file[i].n = (size_t)n;
		bytes += (size_t)n;
	}
	/* Once for the memory to grow. */
	for (size_t i = 0; i < files; i++)
		if (song_read(&s, file[i].p, file[i].n, SONG_EVENTS) == SMF_OK)
			notes += s.nnotes;
	start = used();
	do {
		for (size_t i = 0; i < files; i++)
			song_read(&s, file[i].p, file[i].n, SONG_EVENTS);
		rounds++;
	} while ((seconds = used() - start) < SECONDS);
	printf("%zu files of %.1f KB, %zu notes: %.0f MB/s, %.0f files/s\n",
	    files, (double)bytes / (double)files / 1e3, notes,
	    (double)bytes * (double)rounds / seconds / 1e6,
	    (double)files * (double)rounds / seconds);
	for (size_t i = 0; i < files; i++)
		free(file[i].p);
	free(file);
	song_free(&s);
	return 0;
}
