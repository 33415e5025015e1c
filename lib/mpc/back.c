/* back - patterns as MIDI files again */
#include "config.h"

#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/create.h"
#include "files/hash.h"
#include "mpc/back.h"
#include "mpc/pattern_read.h"
#include "words/clean.h"

enum { DRUMS = 9, LARGEST = 1 << 30, SLOWEST = 4, FASTEST = 1000 };

int
back_open(struct back *b, const char *folder)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

	b->folder = folder;
	b->fd = open(folder, flags);
	if (b->fd == -1 && errno == ENOENT &&
	    (mkdir(folder, 0755) == 0 || errno == EEXIST))
		b->fd = open(folder, flags);
	return b->fd == -1 ? -1 : 0;
}

/* The number before `bpm`, or 0. */
static double
tempo_in(const char *name)
{
	const char *p = strstr(name, "bpm"), *from = p;
	double bpm;

	if (p == NULL)
		return 0;
	while (from > name && isdigit((unsigned char)from[-1]))
		from--;
	bpm = atof(from);
	return bpm >= SLOWEST && bpm <= FASTEST ? bpm : 0;
}

static int
write_file(struct back *b, const char *stem, size_t n)
{
	struct hash hash = hash_bytes(b->out.p, b->out.len);
	char hex[HASH_DIGITS + 1];

	hash_hex(&hash, hex);
	for (int digits = 0; digits <= HASH_DIGITS; digits += HASH_SHORT) {
		buf_clear(&b->name);
		if (clean_stem(&b->name, stem, n) == -1 ||
		    buf_fmt(&b->name, "%s%.*s.mid", digits > 0 ? "_" : "",
			digits, hex) == -1)
			return -1;
		if (create_file(b->fd, b->name.p, hex, b->out.p, b->out.len) ==
		    0)
			return 0;
		if (errno != EEXIST)
			return -1;
		if (create_same(b->fd, b->name.p, b->out.p, b->out.len))
			return 0;
	}
	errno = EEXIST;
	return -1;
}

static int
make_record(struct back *b, struct rec *r)
{
	buf_clear(&b->path);
	if (buf_fmt(&b->path, "%s/%s", b->folder, b->name.p) == -1)
		return -1;
	/* All else was of the pattern. */
	r->nf = COL_PATH;
	return rec_set_text(r, COL_PATH, b->path.p, b->path.len);
}

int
back_record(struct back *b, struct rec *r, const char **why)
{
	const char *name, *dot;
	int bad;

	if (load_record(&b->load, r, LARGEST) == -1) {
		*why = b->load.code;
		return errno == ENOMEM ? BACK_FATAL : BACK_BAD;
	}
	bad = pattern_read(&b->pattern, b->load.bytes, b->load.n, why);
	if (bad == -1)
		return *why == NULL ? BACK_FATAL : BACK_BAD;
	name = strrchr(b->load.path.p, '/');
	name = name == NULL ? b->load.path.p : name + 1;
	dot = strrchr(name, '.');
	buf_clear(&b->out);
	if (pattern_to_mid(&b->pattern, tempo_in(name),
		strncmp(name, "Drums-", 6) == 0 ? DRUMS : 0, &b->out) == -1 ||
	    write_file(b, name,
		dot == NULL ? strlen(name) : (size_t)(dot - name)) == -1 ||
	    make_record(b, r) == -1)
		return BACK_FATAL;
	b->files++;
	b->notes += b->pattern.n;
	return 0;
}

void
back_free(struct back *b)
{
	if (b->fd > 0)
		close(b->fd);
	load_free(&b->load);
	pattern_free(&b->pattern);
	buf_free(&b->name);
	buf_free(&b->path);
	buf_free(&b->out);
}
