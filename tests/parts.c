/* parts - splits files, and compares the parts with the file
 *
 * A list of paths on stdin.  For each file, split by track and channel and
 * then by track alone: the notes of its parts together are its notes (onset,
 * end, channel, pitch, velocity, release); the tempo, meter and key maps of a
 * part are the file's (in format 2 only the first track has those); and the
 * programs, controllers, pressures and bends of a part's channels lie between
 * its notes as they do in the file.  Prints the counts, a line for each file
 * that fails, and ends with status 1 then.
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/create.h"
#include "midi/song.h"
#include "midi/split.h"

struct message {
	int64_t tick;
	uint32_t at; /* place in the file */
	uint16_t track;
	uint8_t status, a, b, port;
};

struct messages {
	struct message *p;
	size_t n, cap;
};

static void
keep(struct messages *m, const struct smf_event *e, unsigned track)
{
	if (m->n == m->cap) {
		m->cap = m->cap * 2 + 1024;
		m->p = reallocarray(m->p, m->cap, sizeof(*m->p));
		if (m->p == NULL)
			err(2, "malloc");
	}
	m->p[m->n] = (struct message){ .tick = e->tick,
		.at = (uint32_t)m->n,
		.track = (uint16_t)track,
		.status = e->status,
		.a = e->a,
		.b = e->b };
	m->n++;
}

static int
by_time(const void *a, const void *b)
{
	const struct message *x = a, *y = b;

	if (x->tick != y->tick)
		return x->tick < y->tick ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

/* Note-ons, and what a synth keeps for a channel, in the order of time, then
 * of the file; each with the port of its track. */
static void
read_messages(const char *bytes, size_t n, struct messages *m)
{
	struct smf s;
	struct smf_track t;
	struct smf_event e;
	uint8_t port;
	size_t first;

	m->n = 0;
	if (smf_open(&s, bytes, n) != SMF_OK)
		return;
	while (smf_track(&s, &t)) {
		port = 0;
		first = m->n;
		while (smf_event(&t, &e))
			if (e.status == SMF_META && e.a == META_PORT &&
			    e.len == 1)
				port = e.data[0];
			else if (e.status >> 4 == 9
				? e.b > 0
				: e.status >= 0xb0 && e.status < 0xf0)
				keep(m, &e, s.tracks - 1);
		for (size_t i = first; i < m->n; i++)
			m->p[i].port = port;
	}
	if (m->n > 0)
		qsort(m->p, m->n, sizeof(*m->p), by_time);
}

static int
on_channel(const struct message *m, const struct split_part *p)
{
	return p->channels >> (m->status & 15) & 1;
}

/* On the part's channels, its messages are those of the file, in order: the
 * note-ons of its track, the others of its port. */
static int
same_messages(const struct messages *all, const struct messages *one,
    const struct split_part *p, int format)
{
	const struct message *m, *o;
	size_t k = 0;

	for (size_t i = 0; i < all->n; i++) {
		m = &all->p[i];
		if (!on_channel(m, p) ||
		    (m->track != p->track &&
			(m->status >> 4 == 9 || format == 2 ||
			    m->port != p->port)))
			continue;
		while (k < one->n && !on_channel(&one->p[k], p))
			k++;
		if (k == one->n)
			return 0;
		o = &one->p[k++];
		if (o->tick != m->tick || o->status != m->status ||
		    o->a != m->a || o->b != m->b)
			return 0;
	}
	while (k < one->n && !on_channel(&one->p[k], p))
		k++;
	return k == one->n;
}

static int
same_maps(const struct maps *a, const struct maps *b)
{
	if (a->ntempo != b->ntempo || a->nmeter != b->nmeter ||
	    a->nkey != b->nkey)
		return 0;
	for (size_t i = 0; i < a->ntempo; i++)
		if (a->tempo[i].tick != b->tempo[i].tick ||
		    a->tempo[i].uspq != b->tempo[i].uspq)
			return 0;
	for (size_t i = 0; i < a->nmeter; i++)
		if (a->meter[i].tick != b->meter[i].tick ||
		    a->meter[i].num != b->meter[i].num ||
		    a->meter[i].den != b->meter[i].den)
			return 0;
	for (size_t i = 0; i < a->nkey; i++)
		if (a->key[i].tick != b->key[i].tick ||
		    a->key[i].sharps != b->key[i].sharps ||
		    a->key[i].minor != b->key[i].minor)
			return 0;
	return 1;
}

static int
by_note(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

#define BY(f)             \
	if (x->f != y->f) \
	return x->f < y->f ? -1 : 1
	BY(on);
	BY(channel);
	BY(pitch);
	BY(off);
	BY(velocity);
	BY(release);
#undef BY
	return 0;
}

/* The maps of format 2 are a track's own: those of the file are its first
 * track's. */
static int
maps_hold(const struct song *s, const struct song *one, unsigned track)
{
	return (s->format == 2 && track > 0) || same_maps(&s->maps, &one->maps);
}

/* What is wrong with the parts, or NULL. */
static const char *
check(const char *bytes, size_t n, const struct song *s,
    const struct split *split)
{
	static struct messages all, mine;
	struct song one = { 0 };
	struct buf out = { 0 };
	struct note *notes = calloc(s->nnotes + 1, sizeof(*notes));
	const char *wrong = NULL;
	size_t have = 0;

	if (notes == NULL)
		err(2, "malloc");
	read_messages(bytes, n, &all);
	for (size_t i = 0; i < split->nparts && wrong == NULL; i++) {
		buf_clear(&out);
		if (split_write(split, i, 0, &out) == -1)
			err(2, "write");
		if (song_read(&one, out.p, out.len, SONG_EVENTS) != SMF_OK) {
			wrong = "a part cannot be read";
			break;
		}
		read_messages(out.p, out.len, &mine);
		if (one.nnotes != split->part[i].notes ||
		    have + one.nnotes > s->nnotes)
			wrong = "more notes";
		else if (one.division != s->division)
			wrong = "another division";
		else if (!maps_hold(s, &one, split->part[i].track))
			wrong = "other maps";
		else if (!same_messages(
			     &all, &mine, &split->part[i], s->format))
			wrong = "other messages before a note";
		else
			for (size_t k = 0; k < one.nnotes; k++)
				notes[have++] = one.note[k];
	}
	if (wrong == NULL && have != s->nnotes)
		wrong = "fewer notes";
	if (wrong == NULL && have > 0) {
		qsort(notes, have, sizeof(*notes), by_note);
		qsort(s->note, have, sizeof(*notes), by_note);
		for (size_t k = 0; k < have && wrong == NULL; k++)
			if (by_note(&notes[k], &s->note[k]) != 0)
				wrong = "other notes";
	}
	free(notes);
	buf_free(&out);
	song_free(&one);
	return wrong;
}

int
main(void)
{
	size_t files = 0, parts = 0, notes = 0, failed = 0, cap = 0, room = 0;
	char *bytes = NULL, *path = NULL;
	struct song s = { 0 };
	struct split split = { 0 };
	const char *wrong;
	ssize_t n;

	while ((n = getline(&path, &room, stdin)) > 0) {
		path[n - (path[n - 1] == '\n')] = '\0';
		n = create_slurp(AT_FDCWD, path, &bytes, &cap, 1 << 28);
		if (n == -1)
			err(2, "%s", path);
		if (song_read(&s, bytes, (size_t)n, SONG_EVENTS) != SMF_OK)
			continue;
		wrong = NULL;
		for (int by = SPLIT_BOTH; by <= SPLIT_TRACK && wrong == NULL;
		     by++) {
			if (split_read(&split, bytes, (size_t)n,
				(enum split_by)by, SONG_EVENTS) != SMF_OK)
				wrong = "not split";
			else
				wrong = check(bytes, (size_t)n, &s, &split);
			parts += split.nparts;
		}
		files++;
		notes += s.nnotes;
		if (wrong != NULL) {
			printf("%s: %s\n", path, wrong);
			failed++;
		}
	}
	printf("%zu files, %zu parts, %zu notes, %zu wrong\n", files, parts,
	    notes, failed);
	song_free(&s);
	split_free(&split);
	free(bytes);
	free(path);
	return fflush(stdout) != 0 || failed > 0;
}
