/* rewrite - writes what was read, and compares the events and the bytes
 *
 * A list of paths on stdin.  Each sound file, one that the reader has nothing
 * to forgive in, is written event by event, with running status and without,
 * and read again: the events must be the same.  Where the file made the same
 * choices as the writer (shortest quantities; running status always or
 * never), so must the bytes be.  The table of its notes, written as a file
 * and read again, must be the same table.  Prints the counts, a line for each
 * file that fails, and ends with status 1 then.
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/create.h"
#include "midi/smf_write.h"
#include "midi/song_write.h"
#include "same_note.h"

struct choices {
	int never;    /* a status that could have been left out was not */
	int always;   /* one was left out */
	int longer;   /* a quantity longer than it had to be */
	int has_more; /* bytes before the header or behind the tracks */
};

static size_t
vlq_length(uint64_t v)
{
	size_t n = 1;

	while (v >>= 7)
		n++;
	return n;
}

/* How an event was written, by the bytes that it took. */
static void
judge(struct choices *c, const struct smf_event *e, int64_t delta, size_t took,
    uint8_t *running)
{
	size_t n = vlq_length((uint64_t)delta) + 1;

	if (smf_is_channel(e)) {
		n += (e->status & 0xe0) == 0xc0 ? 1 : 2;
		if (took == n - 1)
			c->always = 1;
		else if (took != n)
			c->longer = 1;
		else if (e->status == *running)
			c->never = 1;
		*running = e->status;
		return;
	}
	*running = 0;
	n += (e->status == SMF_META) + vlq_length(e->len) + e->len;
	if (took != n)
		c->longer = 1;
}

/* 0, or -1 when the file is not sound. */
static int
copy(const char *bytes, size_t n, int compress, struct buf *out,
    struct choices *c)
{
	struct smf s;
	struct smf_track t;
	struct smf_event e;
	struct smf_writer w;
	const uint8_t *from;
	uint8_t running;
	int64_t tick;

	*c = (struct choices){ 0 };
	if (smf_open(&s, bytes, n) != SMF_OK ||
	    smfw_begin(&w, out, s.format, s.declared, s.division, compress) ==
		-1)
		return -1;
	while (smf_track(&s, &t)) {
		if (smfw_track(&w) == -1)
			err(2, "write");
		running = 0;
		for (tick = 0, from = t.p; smf_event(&t, &e);
		     tick = e.tick, from = t.p) {
			if (smfw_event(&w, &e) == -1)
				err(2, "write");
			judge(c, &e, e.tick - tick, (size_t)(t.p - from),
			    &running);
		}
		if ((size_t)(t.p - from) !=
		    vlq_length((uint64_t)(t.tick - tick)) + 3)
			c->longer = 1;
		if (smfw_end(&w, t.tick) == -1)
			err(2, "write");
	}
	c->has_more = s.data != (const uint8_t *)bytes || s.pos != n;
	return s.issues == 0 ? 0 : -1;
}

static int
same_event(const struct smf_event *a, const struct smf_event *b)
{
	return a->tick == b->tick && a->status == b->status && a->a == b->a &&
	    a->b == b->b && a->len == b->len &&
	    (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static int
same_events(const char *bytes, size_t n, const struct buf *copied)
{
	struct smf s, s2;
	struct smf_track t, t2;
	struct smf_event e, e2;
	int more;

	if (smf_open(&s, bytes, n) != SMF_OK ||
	    smf_open(&s2, copied->p, copied->len) != SMF_OK ||
	    s.format != s2.format || s.division != s2.division ||
	    s.declared != s2.declared)
		return 0;
	while (smf_track(&s, &t)) {
		if (!smf_track(&s2, &t2))
			return 0;
		do {
			more = smf_event(&t, &e);
			if (smf_event(&t2, &e2) != more ||
			    (more && !same_event(&e, &e2)))
				return 0;
		} while (more);
		if (t.tick != t2.tick)
			return 0;
	}
	return !smf_track(&s2, &t2) && s2.issues == 0;
}

static int
same_table(const char *bytes, size_t n, struct buf *out)
{
	static struct song s, back;
	int same;

	if (song_read(&s, bytes, n, SONG_EVENTS) != SMF_OK)
		return 1; /* sound, and without an event */
	for (int running = 0; running < 2; running++) {
		buf_clear(out);
		if (song_write(&s, running, out) == -1)
			err(2, "write");
		/* A file that holds nothing of a table is none. */
		if (song_read(&back, out->p, out->len, SONG_EVENTS) != SMF_OK)
			return s.nnotes == 0 && s.ntexts == 0;
		same = back.issues == 0 && s.nnotes == back.nnotes &&
		    s.ntracks == back.ntracks && s.end == back.end &&
		    s.ntexts == back.ntexts &&
		    s.maps.ntempo == back.maps.ntempo &&
		    s.maps.nmeter == back.maps.nmeter &&
		    s.maps.nkey == back.maps.nkey;
		for (size_t i = 0; same && i < s.nnotes; i++)
			same = same_note(&s.note[i], &back.note[i]);
		if (!same)
			return 0;
	}
	return 1;
}

/* 0 the events are the same, 1 the bytes too; -1 not sound, -2 wrong. */
static int
check(const char *path, const char *bytes, size_t n, struct buf *out)
{
	struct choices c;
	int equal = 0, same;

	for (int compress = 0; compress < 2; compress++) {
		buf_clear(out);
		if (copy(bytes, n, compress, out, &c) == -1)
			return -1;
		if (!same_events(bytes, n, out)) {
			printf("%s: other events\n", path);
			return -2;
		}
		same = out->len == n && memcmp(out->p, bytes, n) == 0;
		if (!same && !c.longer && !c.has_more &&
		    !(compress ? c.never : c.always)) {
			printf("%s: other bytes\n", path);
			return -2;
		}
		equal |= same;
	}
	if (!same_table(bytes, n, out)) {
		printf("%s: another table of notes\n", path);
		return -2;
	}
	return equal;
}

int
main(void)
{
	size_t files = 0, sound = 0, equal = 0, wrong = 0, cap = 0, room = 0;
	char *bytes = NULL, *path = NULL;
	struct buf out = { 0 };
	ssize_t n;

	while ((n = getline(&path, &room, stdin)) > 0) {
		path[n - (path[n - 1] == '\n')] = '\0';
		n = create_slurp(AT_FDCWD, path, &bytes, &cap, 1 << 28);
		if (n == -1)
			err(2, "%s", path);
		files++;
		switch (check(path, bytes, (size_t)n, &out)) {
		case 1:
			equal++; /* fallthrough */
		case 0:
			sound++;
			break;
		case -2:
			wrong++;
			break;
		}
	}
	printf("%zu files, %zu sound, %zu byte for byte equal, %zu wrong\n",
	    files, sound, equal, wrong);
	free(bytes);
	free(path);
	buf_free(&out);
	return fflush(stdout) != 0 || wrong > 0;
}
