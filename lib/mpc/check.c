/* check - whether a drive holds what it should, in forms that can be read */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "files/create.h"
#include "files/hash.h"
#include "files/map.h"
#include "midi/song.h"
#include "mpc/check.h"
#include "mpc/expansion.h"
#include "mpc/index.h"
#include "mpc/json.h"
#include "mpc/pattern_read.h"
#include "mpc/program.h"
#include "mpc/progression.h"

enum { LARGEST = 1 << 30 };

struct reader {
	struct check *c;
	int fd; /* of the drive */
	char *bytes;
	size_t cap;
	struct pattern pattern;
	struct song song;
	struct map notes;   /* of a path, plus 1, as they were read */
	struct map indexed; /* paths that the index names */
	const char *part;   /* the part of it that is written to */
};

static void
found(struct reader *d, const char *file, const char *why)
{
	d->c->findings++;
	d->c->wrong(d->c->ctx, file, why);
}

static int
ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcasecmp(s + n - m, suffix) == 0;
}

/* Reads one file by its suffix: 0, or -1 ENOMEM. */
static int
read_file(struct reader *d, const char *path, const char *name)
{
	const char *why = NULL;
	uint64_t *notes;
	ssize_t n;
	int bad = 0, mid = ends(name, ".mid");
	int pattern = ends(name, ".mpcpattern");
	int progression = ends(name, ".progression");
	int program = ends(name, ".xpm");
	int pack = strcmp(name, EXPANSION_XML) == 0;

	if (!mid && !pattern && !progression && !program && !pack)
		return 0;
	n = create_slurp(d->fd, path, &d->bytes, &d->cap, LARGEST);
	if (n == -1) {
		if (errno == ENOMEM)
			return -1;
		found(d, path, strerror(errno));
		return 0;
	}
	d->c->mids += (uint64_t)mid;
	d->c->patterns += (uint64_t)pattern;
	d->c->progressions += (uint64_t)progression;
	d->c->programs += (uint64_t)program;
	d->c->packs += (uint64_t)pack;
	if (mid) {
		bad = song_read(&d->song, d->bytes, (size_t)n, SONG_EVENTS);
		if (bad == SONG_NOMEM)
			return -1;
		why = "not a MIDI file";
	} else if (pattern)
		bad = pattern_read(&d->pattern, d->bytes, (size_t)n, &why);
	else if (progression)
		bad = progression_check(d->bytes, (size_t)n, &why);
	else if (program)
		bad = program_check(d->bytes, (size_t)n, &why);
	else
		bad = expansion_check(d->bytes, (size_t)n, &why);
	if (bad && why == NULL)
		return -1;
	if (bad)
		found(d, path, why);
	if (bad || !(mid || pattern))
		return 0;
	notes = map_at(&d->notes, hash_short(path, strlen(path), 0));
	if (notes == NULL)
		return -1;
	*notes = 1 + (mid ? d->song.nnotes : d->pattern.n);
	return 0;
}

static int
read_tree(struct reader *d, const char *drive)
{
	char *path = strdup(drive), *argv[] = { path, NULL };
	size_t skip = strlen(drive);
	FTSENT *e;
	FTS *fts;
	int bad = 0;

	if (path == NULL)
		return -1;
	fts = fts_open(argv, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (fts == NULL) {
		free(path);
		return -1;
	}
	while (bad == 0 && (e = fts_read(fts)) != NULL) {
		const char *below = e->fts_path + skip;

		while (*below == '/')
			below++;
		switch (e->fts_info) {
		case FTS_F:
			bad = read_file(d, below, e->fts_name);
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			found(d, below, strerror(e->fts_errno));
			break;
		}
	}
	if (e == NULL && bad == 0 && errno != 0)
		bad = -1;
	fts_close(fts);
	free(path);
	return bad;
}

/* The content of what the index names, and how many notes it should hold. */
static int
compare(struct reader *d, const char *file, const char *content, yajl_val line)
{
	char hex[HASH_DIGITS + 1];
	uint64_t *notes, *met, key = hash_short(file, strlen(file), 0);
	struct hash hash;
	long long n;
	ssize_t len;

	if ((met = map_at(&d->indexed, key)) == NULL)
		return -1;
	if (*met != 0)
		return 0;
	*met = 1;
	if (strncmp(file, "../", 3) == 0 || strstr(file, "/../") != NULL ||
	    file[0] == '/') {
		found(d, file, "is not on the drive");
		return 0;
	}
	len = create_slurp(d->fd, file, &d->bytes, &d->cap, LARGEST);
	if (len == -1) {
		if (errno == ENOMEM)
			return -1;
		found(
		    d, file, errno == ENOENT ? "is missing" : strerror(errno));
		return 0;
	}
	hash = hash_bytes(d->bytes, (size_t)len);
	hash_hex(&hash, hex);
	if (strcmp(hex, content) != 0) {
		found(d, file, "is not what the index says");
		return 0;
	}
	if ((notes = map_at(&d->notes, key)) == NULL)
		return -1;
	if (*notes > 0 && json_int(line, "notes", 0, INT32_MAX, &n) &&
	    (uint64_t)n != *notes - 1)
		found(d, file, "does not hold the notes that the index says");
	return 0;
}

static int
read_line(struct reader *d, const char *s, size_t n)
{
	yajl_val line = json_parse(s, n);
	const char *file = json_text(line, "file");
	const char *content = json_text(line, "content");
	int bad = 0;

	d->c->lines++;
	if (file == NULL || content == NULL)
		found(d, d->part, "a line that cannot be read");
	else
		bad = compare(d, file, content, line);
	yajl_tree_free(line);
	return bad;
}

static int
read_index(struct reader *d)
{
	int fd = openat(d->fd, d->part, O_RDONLY | O_CLOEXEC), bad = 0;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	FILE *f;

	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if ((f = fdopen(fd, "r")) == NULL) {
		close(fd);
		return -1;
	}
	while (bad == 0 && (n = getline(&line, &cap, f)) > 0)
		if (line[n - 1] == '\n')
			bad = read_line(d, line, (size_t)n - 1);
		else
			found(d, d->part, "its last line is cut off");
	if (ferror(f))
		bad = -1;
	fclose(f);
	free(line);
	return bad;
}

int
check_drive(struct check *c, const char *path)
{
	struct reader d = { .c = c, .part = "METADATA/index.jsonl" };
	int bad, e;

	d.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d.fd == -1)
		return -1;
	bad = read_tree(&d, path) == -1 || read_index(&d) == -1;
	e = errno;
	close(d.fd);
	free(d.bytes);
	pattern_free(&d.pattern);
	song_free(&d.song);
	map_free(&d.notes);
	map_free(&d.indexed);
	errno = e;
	return bad ? -1 : 0;
}
