/* split - a file as one file for each (track, channel) that has notes */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "midi/smf_write.h"
#include "midi/song.h"
#include "midi/split.h"
#include "stream/array.h"

enum { RELEASE = 64, NOBODY = -1 };

struct split_event {
	struct smf_event e;
	uint32_t list; /* see list_of() */
	uint16_t track;
};

struct split_track {
	int64_t end;
	const uint8_t *name, *instrument;
	size_t name_len, instrument_len;
	uint8_t port;
	int32_t part[16]; /* index of the part, or NOBODY */
};

/* Lists that the parts are merged from: one for the file, one a channel,
 * then one a track for its texts, then one a part for its notes. */
enum { LIST_FILE, LIST_CHANNEL, LIST_TRACK = LIST_CHANNEL + 16 };

static int
add_event(struct split *s, const struct smf_event *e)
{
	if (array_room(&s->event, s->nevents + 1, &s->capevents,
		sizeof(*s->event)) == -1)
		return -1;
	s->event[s->nevents++] = (struct split_event){ .e = *e,
		.track = (uint16_t)(s->ntracks - 1) };
	return 0;
}

/* What a text or port event says about its track. */
static void
note_meta(struct split_track *t, const struct smf_event *e)
{
	if (e->a == META_TRACK && t->name == NULL && e->len > 0) {
		t->name = e->data;
		t->name_len = e->len;
	} else if (e->a == META_INSTRUMENT && t->instrument == NULL &&
	    e->len > 0) {
		t->instrument = e->data;
		t->instrument_len = e->len;
	} else if (e->a == META_PORT && e->len == 1)
		t->port = e->data[0];
}

/* The part that notes of the latest track on a channel belong to: its index,
 * or -1 ENOMEM. */
static int32_t
part_of(struct split *s, unsigned channel)
{
	const struct split_track *t = &s->track[s->ntracks - 1];
	uint16_t track = (uint16_t)(s->ntracks - 1);
	struct split_part *p;

	/* Only few parts are looked through: those of one track, or one for
	 * each channel and port. */
	for (size_t i = s->nparts; i > 0; i--) {
		p = &s->part[i - 1];
		if (s->by != SPLIT_CHANNEL && p->track != track)
			break;
		if (s->by == SPLIT_TRACK ||
		    (p->channels == 1u << channel && p->port == t->port))
			return (int32_t)i - 1;
	}
	if (array_room(
		&s->part, s->nparts + 1, &s->capparts, sizeof(*s->part)) == -1)
		return -1;
	s->part[s->nparts++] =
	    (struct split_part){ .track = track, .port = t->port };
	return (int32_t)s->nparts - 1;
}

/* Reads one track; ends the notes that it leaves sounding. */
static int
read_track(struct split *s, struct smf_track *in, size_t max_events)
{
	struct split_track *t = &s->track[s->ntracks - 1];
	struct split_part *part;
	uint32_t notes[16] = { 0 };
	uint8_t sounds[16][128] = { { 0 } };
	struct smf_event e;

	while (smf_event(in, &e)) {
		if (s->nevents >= max_events)
			return SPLIT_LIMIT;
		if (add_event(s, &e) == -1)
			return SPLIT_NOMEM;
		if (e.status == SMF_META)
			note_meta(t, &e);
		else if (e.status >> 4 == 9 && e.b > 0) {
			notes[e.status & 15]++;
			sounds[e.status & 15][e.a] = 1;
		} else if (e.status >> 4 == 8 || e.status >> 4 == 9)
			sounds[e.status & 15][e.a] = 0;
	}
	t->end = in->tick;
	for (unsigned c = 0; c < 16; c++) {
		t->part[c] = NOBODY;
		if (notes[c] == 0)
			continue;
		if ((t->part[c] = part_of(s, c)) == -1)
			return SPLIT_NOMEM;
		part = &s->part[t->part[c]];
		part->channels |= (uint16_t)(1u << c);
		part->notes += notes[c];
		if (t->end > part->end)
			part->end = t->end;
		for (unsigned p = 0; p < 128; p++) {
			e = (struct smf_event){ .tick = t->end,
				.status = (uint8_t)(0x80 | c),
				.a = (uint8_t)p,
				.b = RELEASE };
			if (sounds[c][p] && add_event(s, &e) == -1)
				return SPLIT_NOMEM;
		}
	}
	return SMF_OK;
}

/* Merges neighbouring runs until the events are sorted by tick, stable: the
 * order of tracks, then of the file, among those of one tick. */
static int
sort_events(struct split *s)
{
	struct split_event *a, *b;
	size_t n = s->nevents, i, j, k, mid, hi, cap;

	for (;;) {
		a = s->event;
		for (i = 1; i < n && a[i - 1].e.tick <= a[i].e.tick; i++)
			continue;
		if (i >= n)
			return 0;
		if (array_room(&s->spare, n, &s->capspare, sizeof(*s->spare)) ==
		    -1)
			return -1;
		b = s->spare;
		for (k = 0, i = 0; i < n; i = hi) {
			for (mid = i + 1;
			     mid < n && a[mid - 1].e.tick <= a[mid].e.tick;
			     mid++)
				continue;
			for (hi = mid + 1;
			     hi < n && a[hi - 1].e.tick <= a[hi].e.tick; hi++)
				continue;
			if (hi > n)
				hi = n;
			for (j = mid; i < mid || j < hi;)
				b[k++] = j >= hi ||
					(i < mid && a[i].e.tick <= a[j].e.tick)
				    ? a[i++]
				    : a[j++];
		}
		s->event = b;
		s->spare = a;
		cap = s->capevents;
		s->capevents = s->capspare;
		s->capspare = cap;
	}
}

/* Which list an event belongs to. */
static uint32_t
list_of(const struct split *s, const struct split_event *ev)
{
	const struct smf_event *e = &ev->e;
	const struct split_track *t = &s->track[ev->track];
	uint32_t track = LIST_TRACK + ev->track;
	int32_t part;

	if (smf_is_channel(e)) {
		/* Key pressure goes with the notes; a note-off where there
		 * are no notes belongs to nobody. */
		if (e->status >> 4 > 0xa)
			return LIST_CHANNEL + (e->status & 15u);
		part = t->part[e->status & 15];
		return part == NOBODY
		    ? track
		    : LIST_TRACK + (uint32_t)s->ntracks + (uint32_t)part;
	}
	if (e->status != SMF_META)
		return LIST_FILE;
	switch (e->a) {
	case META_MARKER:
	case META_CUE:
	case META_TEMPO:
	case META_OFFSET:
	case META_METER:
	case META_KEY:
		return LIST_FILE;
	default:
		return track;
	}
}

/* Sorts the events' indices into their lists, in the order of time. */
static int
make_lists(struct split *s)
{
	size_t lists = LIST_TRACK + s->ntracks + s->nparts, at = 0, n;

	if (s->nevents > UINT32_MAX ||
	    array_room(&s->begin, lists + 1, &s->capbegin, sizeof(*s->begin)) ==
		-1 ||
	    array_room(&s->list, s->nevents, &s->caplist, sizeof(*s->list)) ==
		-1)
		return -1;
	memset(s->begin, 0, (lists + 1) * sizeof(*s->begin));
	for (size_t i = 0; i < s->nevents; i++) {
		s->event[i].list = list_of(s, &s->event[i]);
		s->begin[s->event[i].list]++;
	}
	for (size_t i = 0; i <= lists; i++) {
		n = s->begin[i];
		s->begin[i] = at;
		at += n;
	}
	for (size_t i = 0; i < s->nevents; i++)
		s->list[s->begin[s->event[i].list]++] = (uint32_t)i;
	/* Filling moved each beginning to its end: move them back. */
	memmove(s->begin + 1, s->begin, lists * sizeof(*s->begin));
	s->begin[0] = 0;
	return 0;
}

int
split_read(struct split *s, const void *bytes, size_t n, enum split_by by,
    size_t max_events)
{
	struct smf smf;
	struct smf_track in;
	const struct split_track *t;
	int why;

	s->nparts = s->nevents = s->ntracks = 0;
	if ((why = smf_open(&smf, bytes, n)) != SMF_OK)
		return why;
	s->format = smf.format;
	s->division = smf.division;
	/* The tracks of format 2 are pieces of their own. */
	s->by = smf.format == 2 && by == SPLIT_CHANNEL ? SPLIT_BOTH : by;
	while (s->ntracks < UINT16_MAX && smf_track(&smf, &in)) {
		if (array_room(&s->track, s->ntracks + 1, &s->captracks,
			sizeof(*s->track)) == -1)
			return SPLIT_NOMEM;
		s->track[s->ntracks++] = (struct split_track){ 0 };
		if ((why = read_track(s, &in, max_events)) != SMF_OK)
			return why;
	}
	if (s->nevents == 0)
		return smf.issues & smf_bit(SMF_TRUNCATED) ? SMF_CUT
							   : SMF_EMPTY;
	for (size_t i = 0; i < s->nparts; i++) {
		t = &s->track[s->part[i].track];
		s->part[i].name = t->name != NULL ? t->name : t->instrument;
		s->part[i].name_len =
		    t->name != NULL ? t->name_len : t->instrument_len;
	}
	return sort_events(s) == -1 || make_lists(s) == -1 ? SPLIT_NOMEM
							   : SMF_OK;
}

/* Whether part i takes an event of one of its lists. */
static int
takes(const struct split *s, size_t i, const struct split_event *ev)
{
	const struct split_part *p = &s->part[i];

	if (ev->track == p->track || ev->list == LIST_TRACK + s->ntracks + i)
		return 1;
	if (s->format == 2)
		return 0;
	return ev->list == LIST_FILE || s->track[ev->track].port == p->port;
}

int
split_word(const struct split *s, size_t i, struct buf *b)
{
	const struct split_part *p = &s->part[i];
	int channel = __builtin_ctz(p->channels) + 1;

	if (s->by == SPLIT_TRACK)
		return buf_fmt(b, "t%02u", p->track + 1u);
	if (s->by == SPLIT_BOTH)
		return buf_fmt(b, "t%02uc%02d", p->track + 1u, channel);
	if (p->port != 0 && buf_fmt(b, "p%u", p->port) == -1)
		return -1;
	return buf_fmt(b, "c%02d", channel);
}

int
split_lead(struct split *s, size_t i, int64_t *bars, int64_t *tick)
{
	const size_t notes = LIST_TRACK + s->ntracks + i;
	const struct split_event *ev;
	int64_t bar, beat, rest, first = 0;
	unsigned num, den;
	uint64_t issues;
	uint32_t uspq;

	maps_clear(&s->maps);
	for (size_t k = s->begin[LIST_FILE]; k < s->begin[LIST_FILE + 1]; k++) {
		ev = &s->event[s->list[k]];
		if (!takes(s, i, ev))
			continue;
		if ((meta_tempo(&ev->e, &uspq, &issues) &&
			maps_tempo(&s->maps, ev->e.tick, uspq) == -1) ||
		    (meta_meter(&ev->e, &num, &den, &issues) &&
			maps_meter(&s->maps, ev->e.tick, num, den) == -1))
			return -1;
	}
	if (maps_finish(&s->maps, s->division) == -1)
		return -1;
	for (size_t k = s->begin[notes]; k < s->begin[notes + 1]; k++) {
		ev = &s->event[s->list[k]];
		if (ev->e.status >> 4 == 9 && ev->e.b > 0) {
			first = ev->e.tick;
			break;
		}
	}
	maps_position(&s->maps, first, &bar, &beat, &rest);
	*bars = bar - 1;
	*tick = maps_tick_at(&s->maps, bar, 1, 0);
	return 0;
}

int
split_write(const struct split *s, size_t i, int64_t skip, struct buf *out)
{
	enum { SOURCES = 3 + 16 };
	const struct split_part *p = &s->part[i];
	const uint32_t track = LIST_TRACK + p->track;
	size_t lists[SOURCES] = { LIST_FILE, track,
		LIST_TRACK + s->ntracks + i };
	size_t at[SOURCES], end[SOURCES];
	const struct split_event *ev;
	struct smf_event e;
	struct smf_writer w;
	int k, n = 3;

	for (unsigned c = 0; c < 16; c++)
		if (p->channels & 1u << c)
			lists[n++] = LIST_CHANNEL + c;
	if (smfw_begin(&w, out, 0, 1, s->division, 1) == -1 ||
	    smfw_track(&w) == -1)
		return -1;
	for (k = 0; k < n; k++) {
		at[k] = s->begin[lists[k]];
		end[k] = s->begin[lists[k] + 1];
	}
	for (;;) {
		/* Indices are in the order of time: the least comes next. */
		int next = -1;

		for (k = 0; k < n; k++)
			if (at[k] < end[k] &&
			    (next == -1 || s->list[at[k]] < s->list[at[next]]))
				next = k;
		if (next == -1)
			break;
		ev = &s->event[s->list[at[next]++]];
		/* A track's list may hold note-offs that end nothing. */
		if (!takes(s, i, ev) ||
		    (ev->list == track && smf_is_channel(&ev->e)))
			continue;
		e = ev->e;
		e.tick = e.tick > skip ? e.tick - skip : 0;
		if (smfw_event(&w, &e) == -1)
			return -1;
	}
	return smfw_end(&w, p->end - skip);
}

void
split_free(struct split *s)
{
	free(s->part);
	free(s->event);
	free(s->spare);
	free(s->track);
	free(s->list);
	free(s->begin);
	maps_free(&s->maps);
	*s = (struct split){ 0 };
}
