/* fuzz_smf - any bytes as a MIDI file: read, split, repair, read again
 *
 * The parts' notes together must be exactly the file's.  What is repaired must
 * read as the file did, with nothing left to forgive but what is kept, and
 * repairing it again must change nothing.  The table of notes must read the
 * same when it is written as a file.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "midi/repair.h"
#include "midi/song.h"
#include "midi/song_write.h"
#include "midi/split.h"

enum { EVENTS = 20000, PARTS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hold(int true)
{
	if (!true)
		abort();
}

static int
order(const void *a, const void *b)
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

static void
check_notes(const struct song *s)
{
	for (size_t i = 0; i < s->nnotes; i++) {
		hold(s->note[i].off >= s->note[i].on);
		hold(i == 0 || s->note[i].on >= s->note[i - 1].on);
		hold(s->note[i].pitch < 128 && s->note[i].velocity < 128);
		hold(s->note[i].track < s->ntracks);
	}
	hold(s->maps.ntempo > 0 && s->maps.nmeter > 0);
	hold(maps_seconds(&s->maps, s->last) >= 0);
	hold(maps_bars(&s->maps, s->last) >= 0);
}

static void
check_parts(const struct song *s, const struct split *parts)
{
	struct song one = { 0 };
	struct buf out = { 0 };
	struct note *all = calloc(s->nnotes + 1, sizeof(*all));
	size_t n = 0;

	hold(all != NULL);
	for (size_t i = 0; i < parts->nparts; i++) {
		buf_clear(&out);
		hold(split_write(parts, i, 0, &out) == 0);
		hold(song_read(&one, out.p, out.len, SONG_EVENTS) == SMF_OK);
		hold(n + one.nnotes <= s->nnotes);
		for (size_t k = 0; k < one.nnotes; k++)
			all[n++] = one.note[k];
		if (s->format != 2) {
			hold(one.maps.ntempo == s->maps.ntempo);
			hold(one.maps.nmeter == s->maps.nmeter);
		}
	}
	hold(n == s->nnotes);
	if (n > 0) {
		qsort(all, n, sizeof(*all), order);
		qsort(s->note, n, sizeof(*s->note), order);
	}
	for (size_t i = 0; i < n; i++)
		hold(order(&all[i], &s->note[i]) == 0);
	free(all);
	buf_free(&out);
	song_free(&one);
}

static void
same_bytes(const uint8_t *a, size_t n, const uint8_t *b, size_t m)
{
	hold(n == m && (n == 0 || memcmp(a, b, n) == 0));
}

static void
same_maps(const struct maps *a, const struct maps *b)
{
	hold(a->ntempo == b->ntempo);
	for (size_t i = 0; i < a->ntempo; i++) {
		hold(a->tempo[i].tick == b->tempo[i].tick);
		hold(a->tempo[i].uspq == b->tempo[i].uspq);
		hold(a->tempo[i].given == b->tempo[i].given);
	}
	hold(a->nmeter == b->nmeter);
	for (size_t i = 0; i < a->nmeter; i++) {
		hold(a->meter[i].tick == b->meter[i].tick);
		hold(a->meter[i].num == b->meter[i].num);
		hold(a->meter[i].den == b->meter[i].den);
		hold(a->meter[i].given == b->meter[i].given);
	}
	hold(a->nkey == b->nkey);
	for (size_t i = 0; i < a->nkey; i++) {
		hold(a->key[i].tick == b->key[i].tick);
		hold(a->key[i].sharps == b->key[i].sharps);
		hold(a->key[i].minor == b->key[i].minor);
	}
}

/* The next text that says something; an empty one may bridge a gap. */
static size_t
next_text(const struct song *s, size_t i)
{
	while (i < s->ntexts && s->text[i].len == 0 &&
	    s->text[i].type == META_TEXT)
		i++;
	return i;
}

static void
same_texts(const struct song *a, const struct song *b)
{
	size_t i = next_text(a, 0), k = next_text(b, 0);

	while (i < a->ntexts && k < b->ntexts) {
		hold(a->text[i].tick == b->text[k].tick);
		hold(a->text[i].track == b->text[k].track);
		hold(a->text[i].type == b->text[k].type);
		same_bytes(
		    a->text[i].p, a->text[i].len, b->text[k].p, b->text[k].len);
		i = next_text(a, i + 1);
		k = next_text(b, k + 1);
	}
	hold(i == a->ntexts && k == b->ntexts);
}

/* maps_first: maps have moved to the first track, which may end later now. */
static void
same_song(const struct song *a, const struct song *b, int maps_first)
{
	hold(b->format == (a->format == 0 && a->ntracks > 1 ? 1 : a->format));
	hold(a->division == b->division);
	hold(a->end == b->end && a->ntracks == b->ntracks);
	for (size_t i = 0; i < a->ntracks; i++) {
		hold(a->track[i].end == b->track[i].end ||
		    (maps_first && i == 0 && b->track[0].end <= b->end));
		hold(a->track[i].notes == b->track[i].notes);
	}
	hold(a->nnotes == b->nnotes);
	for (size_t i = 0; i < a->nnotes; i++) {
		hold(order(&a->note[i], &b->note[i]) == 0);
		hold(a->note[i].track == b->note[i].track);
		hold(a->note[i].program == b->note[i].program);
	}
	same_maps(&a->maps, &b->maps);
	same_texts(a, b);
}

static void
check_repair(const uint8_t *p, size_t n)
{
	struct song old = { 0 }, new = { 0 };
	struct buf out = { 0 }, again = { 0 };

	hold(song_read(&old, p, n, SONG_EVENTS) == SMF_OK);
	/* No more than the driver reads can be behind the cap. */
	hold((old.issues & smf_bit(SMF_EVENT_LIMIT)) == 0);
	if (repair_write(&old, p, n, &out) == 0)
		hold(out.len == 0 && old.nnotes == 0 && old.ntexts == 0);
	else {
		hold(song_read(&new, out.p, out.len, SONG_EVENTS) == SMF_OK);
		same_song(&old, &new, 0);
		hold(new.issues == (old.issues & ~repair_issues(&old)));
		hold(repair_issues(&new) == 0);
		hold(repair_write(&new, out.p, out.len, &again) == 1);
		same_bytes(
		    (uint8_t *)out.p, out.len, (uint8_t *)again.p, again.len);
	}
	buf_free(&out);
	buf_free(&again);
	song_free(&old);
	song_free(&new);
}

/* The table of notes, written and read, is the same table. */
static void
check_table(const struct song *s)
{
	uint64_t kept = smf_bit(SMF_TICK_OVERFLOW);
	struct song back = { 0 };
	struct buf out = { 0 };

	if (s->division < 0)
		kept |= smf_bit(SMF_DIVISION);
	for (int running = 0; running < 2; running++) {
		buf_clear(&out);
		hold(song_write(s, running, &out) == 0);
		if (song_read(&back, out.p, out.len, SONG_EVENTS) != SMF_OK) {
			hold(s->nnotes == 0 && s->ntexts == 0);
			continue;
		}
		same_song(s, &back, 1);
		for (size_t i = 1; s->format == 2 && i < s->ntracks; i++)
			same_maps(&s->own[i - 1], &back.own[i - 1]);
		hold((back.issues & ~kept) == 0);
	}
	buf_free(&out);
	song_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct song s = { 0 };
	struct split parts = { 0 };

	if (song_read(&s, p, n, EVENTS) == SMF_OK) {
		check_notes(&s);
		check_table(&s);
		check_repair(p, n);
		for (int by = SPLIT_BOTH; by <= SPLIT_TRACK; by++)
			if (split_read(&parts, p, n, (enum split_by)by,
				EVENTS + 2048) == SMF_OK &&
			    (s.issues & smf_bit(SMF_EVENT_LIMIT)) == 0 &&
			    parts.nparts <= PARTS)
				check_parts(&s, &parts);
	}
	split_free(&parts);
	song_free(&s);
	return 0;
}
