/* song - a file as a table of notes, with its maps, tracks and texts */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "midi/song.h"
#include "stream/array.h"

enum { RELEASE_DEFAULT = 64, NONE = -1 };

/* What a channel is doing while one track is read. */
struct sounding {
	int64_t note[16][128]; /* index into the table, or NONE */
	uint32_t used[16][4];  /* bit p: note[c][p] may not be NONE */
};

int
meta_tempo(const struct smf_event *e, uint32_t *uspq, uint64_t *issues)
{
	const uint8_t *p = e->data;

	if (e->status != SMF_META || e->a != META_TEMPO)
		return 0;
	if (e->len != 3)
		*issues |= smf_bit(SMF_META_LENGTH);
	if (e->len < 3)
		return 0;
	*uspq = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
	if (*uspq == 0)
		*issues |= smf_bit(SMF_META_VALUE);
	return *uspq != 0;
}

int
meta_meter(
    const struct smf_event *e, unsigned *num, unsigned *den, uint64_t *issues)
{
	if (e->status != SMF_META || e->a != META_METER)
		return 0;
	if (e->len != 4)
		*issues |= smf_bit(SMF_META_LENGTH);
	if (e->len < 2)
		return 0;
	if (e->data[0] == 0 || e->data[1] > 7) {
		*issues |= smf_bit(SMF_META_VALUE);
		return 0;
	}
	*num = e->data[0];
	*den = 1u << e->data[1];
	return 1;
}

int
meta_key(const struct smf_event *e, int *sharps, int *minor, uint64_t *issues)
{
	if (e->status != SMF_META || e->a != META_KEY)
		return 0;
	if (e->len != 2)
		*issues |= smf_bit(SMF_META_LENGTH);
	if (e->len < 2)
		return 0;
	*sharps = (int8_t)e->data[0];
	*minor = e->data[1];
	if (*sharps < -7 || *sharps > 7 || *minor > 1) {
		*issues |= smf_bit(SMF_META_VALUE);
		return 0;
	}
	return 1;
}

static void
end_note(struct song *s, struct sounding *on, const struct smf_event *e,
    unsigned c, uint8_t release)
{
	struct note *n = &s->note[on->note[c][e->a]];

	n->off = e->tick;
	n->release = release;
	on->note[c][e->a] = NONE;
}

static int
note_on(struct song *s, struct sounding *on, const struct smf_event *e,
    unsigned c, const uint8_t *program)
{
	struct track *t = &s->track[s->ntracks - 1];

	if (on->note[c][e->a] != NONE) {
		s->issues |= smf_bit(SMF_OVERLAP);
		end_note(s, on, e, c, RELEASE_DEFAULT);
	}
	if (array_room(
		&s->note, s->nnotes + 1, &s->capnotes, sizeof(*s->note)) == -1)
		return -1;
	on->note[c][e->a] = (int64_t)s->nnotes;
	on->used[c][e->a >> 5] |= (uint32_t)1 << (e->a & 31);
	s->note[s->nnotes++] = (struct note){ .on = e->tick,
		.off = e->tick,
		.track = (uint16_t)(s->ntracks - 1),
		.channel = (uint8_t)c,
		.pitch = e->a,
		.velocity = e->b,
		.release = RELEASE_DEFAULT,
		.program = program[c] };
	t->notes++;
	t->channels |= (uint16_t)(1u << c);
	return 0;
}

/* Notes that nothing ended last to the end of the track. */
static void
end_hanging(struct song *s, struct sounding *on, int64_t tick)
{
	for (unsigned c = 0; c < 16; c++)
		for (unsigned w = 0; w < 4; w++) {
			for (unsigned b = 0; on->used[c][w] != 0; b++) {
				int64_t *i = &on->note[c][w * 32 + b];

				if ((on->used[c][w] & 1u << b) == 0)
					continue;
				on->used[c][w] &= ~(1u << b);
				if (*i == NONE)
					continue;
				s->note[*i].off = tick;
				s->issues |= smf_bit(SMF_HANGING);
				*i = NONE;
			}
		}
}

static int
keep_text(struct song *s, const struct smf_event *e)
{
	struct track *t = &s->track[s->ntracks - 1];
	uint32_t len = e->len > UINT32_MAX ? UINT32_MAX : (uint32_t)e->len;

	if (e->a == META_TRACK && t->name == NULL && len > 0) {
		t->name = e->data;
		t->name_len = len;
	} else if (e->a == META_INSTRUMENT && t->instrument == NULL &&
	    len > 0) {
		t->instrument = e->data;
		t->instrument_len = len;
	}
	if (array_room(
		&s->text, s->ntexts + 1, &s->captexts, sizeof(*s->text)) == -1)
		return -1;
	s->text[s->ntexts++] = (struct text){ .p = e->data,
		.len = len,
		.track = (uint16_t)(s->ntracks - 1),
		.type = e->a,
		.tick = e->tick };
	return 0;
}

static int
meta(struct song *s, const struct smf_event *e)
{
	struct maps *m = &s->maps;
	uint32_t uspq;
	unsigned num, den;
	int sharps, minor;

	if (e->a >= META_TEXT && e->a <= META_DEVICE_NAME)
		return keep_text(s, e);
	if (s->format == 2 && s->ntracks > 1)
		m = &s->own[s->ntracks - 2];
	if (meta_tempo(e, &uspq, &s->issues))
		return maps_tempo(m, e->tick, uspq);
	if (meta_meter(e, &num, &den, &s->issues))
		return maps_meter(m, e->tick, num, den);
	if (meta_key(e, &sharps, &minor, &s->issues))
		return maps_key(m, e->tick, sharps, minor);
	return 0;
}

static int
read_track(
    struct song *s, struct smf_track *t, struct sounding *on, size_t max_events)
{
	struct smf_event e;
	uint8_t program[16] = { 0 };
	unsigned c;

	while (smf_event(t, &e)) {
		if (s->events++ >= max_events) {
			s->issues |= smf_bit(SMF_EVENT_LIMIT);
			break;
		}
		c = e.status & 15;
		switch (e.status >> 4) {
		case 8:
			if (on->note[c][e.a] != NONE)
				end_note(s, on, &e, c, e.b);
			else
				s->issues |= smf_bit(SMF_STRAY_OFF);
			break;
		case 9:
			if (e.b > 0) {
				if (note_on(s, on, &e, c, program) == -1)
					return -1;
			} else if (on->note[c][e.a] != NONE)
				end_note(s, on, &e, c, RELEASE_DEFAULT);
			break;
		case 12:
			program[c] = e.a;
			break;
		case 15:
			if (e.status == SMF_META && meta(s, &e) == -1)
				return -1;
			break;
		}
	}
	end_hanging(s, on, t->tick);
	s->track[s->ntracks - 1].end = t->tick;
	if (t->tick > s->end)
		s->end = t->tick;
	return 0;
}

/* The tracks are runs sorted by onset: merges neighbours until one is left. */
static int
sort_notes(struct song *s)
{
	struct note *a = s->note, *b;
	size_t n = s->nnotes, i, j, k, mid, hi;

	for (i = 1; i < n && a[i - 1].on <= a[i].on; i++)
		continue;
	if (i >= n)
		return 0;
	if (s->capspare < s->capnotes) {
		b = reallocarray(s->spare, s->capnotes, sizeof(*b));
		if (b == NULL)
			return -1;
		s->spare = b;
		s->capspare = s->capnotes;
	}
	for (;;) {
		a = s->note;
		b = s->spare;
		for (k = 0, i = 0; i < n; i = hi) {
			for (mid = i + 1; mid < n && a[mid - 1].on <= a[mid].on;
			     mid++)
				continue;
			for (hi = mid + 1; hi < n && a[hi - 1].on <= a[hi].on;
			     hi++)
				continue;
			if (hi > n)
				hi = n;
			if (i == 0 && mid == n)
				return 0;
			for (j = mid; i < mid || j < hi;)
				b[k++] =
				    j >= hi || (i < mid && a[i].on <= a[j].on)
				    ? a[i++]
				    : a[j++];
		}
		s->note = b;
		s->spare = a;
		k = s->capnotes;
		s->capnotes = s->capspare;
		s->capspare = k;
	}
}

/* A track more, with maps of its own behind the first of format 2. */
static int
add_track(struct song *s)
{
	size_t n = s->ntracks, had = s->capown;

	if (array_room(&s->track, n + 1, &s->captracks, sizeof(*s->track)) ==
	    -1)
		return -1;
	s->track[s->ntracks++] = (struct track){ 0 };
	if (s->format != 2 || n == 0)
		return 0;
	if (array_room(&s->own, n, &s->capown, sizeof(*s->own)) == -1)
		return -1;
	if (s->capown > had)
		memset(s->own + had, 0, (s->capown - had) * sizeof(*s->own));
	maps_clear(&s->own[n - 1]);
	return 0;
}

static int
finish_maps(struct song *s)
{
	for (size_t i = 1; s->format == 2 && i < s->ntracks; i++)
		if (maps_finish(&s->own[i - 1], s->division) == -1)
			return -1;
	return maps_finish(&s->maps, s->division);
}

const struct maps *
song_maps(const struct song *s, unsigned track)
{
	return s->format == 2 && track > 0 ? &s->own[track - 1] : &s->maps;
}

int
song_read(struct song *s, const void *bytes, size_t n, size_t max_events)
{
	struct smf smf;
	struct smf_track t;
	int why;

	/* Kept between files: end_hanging() leaves it all NONE. */
	if (s->sounding == NULL) {
		if ((s->sounding = calloc(1, sizeof(*s->sounding))) == NULL)
			return SONG_NOMEM;
		memset(s->sounding->note, 0xff, sizeof(s->sounding->note));
	}
	s->nnotes = s->ntracks = s->ntexts = s->events = 0;
	s->first = s->last = s->end = 0;
	s->issues = 0;
	maps_clear(&s->maps);
	if ((why = smf_open(&smf, bytes, n)) != SMF_OK)
		return why;
	s->format = smf.format;
	s->division = smf.division;
	while (smf_track(&smf, &t)) {
		/* The header cannot say more either. */
		if (s->ntracks == UINT16_MAX) {
			s->issues |= smf_bit(SMF_TRACK_COUNT);
			break;
		}
		if (add_track(s) == -1)
			return SONG_NOMEM;
		if (read_track(s, &t, s->sounding, max_events) == -1) {
			end_hanging(s, s->sounding, t.tick);
			return SONG_NOMEM;
		}
		if (s->events > max_events)
			break;
	}
	s->issues |= smf.issues;
	if (s->events == 0)
		return s->issues & smf_bit(SMF_TRUNCATED) ? SMF_CUT : SMF_EMPTY;
	if (finish_maps(s) == -1 || sort_notes(s) == -1)
		return SONG_NOMEM;
	for (size_t i = 0; i < s->nnotes; i++) {
		if (i == 0)
			s->first = s->note[0].on;
		if (s->note[i].off > s->last)
			s->last = s->note[i].off;
	}
	return SMF_OK;
}

void
song_free(struct song *s)
{
	free(s->note);
	free(s->spare);
	free(s->sounding);
	free(s->track);
	free(s->text);
	maps_free(&s->maps);
	for (size_t i = 0; i < s->capown; i++)
		maps_free(&s->own[i]);
	free(s->own);
	*s = (struct song){ 0 };
}
