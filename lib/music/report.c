/* report - what was found out, as the columns of a record */
#include "config.h"

#include <math.h>
#include <string.h>

#include "music/report.h"
#include "music/texts.h"

struct saying {
	const struct song *song;
	const struct music *music;
	struct buf *text; /* for lists */
};

/* A list, in the arena; nothing is \N. */
static int
set_list(struct rec *r, int col, struct buf *b)
{
	return rec_set_text(r, col, b->p, b->len);
}

static int
set_shape(struct saying *a, struct rec *r)
{
	const struct song *s = a->song;
	const struct measure *m = &a->music->measure;

	return rec_set_int(r, COL_FORMAT, s->format) == -1 ||
		rec_set_int(r, COL_DIVISION, s->division) == -1 ||
		rec_set_int(r, COL_TRACKS, m->tracks) == -1 ||
		rec_set_int(r, COL_NOTES, (int64_t)s->nnotes) == -1 ||
		rec_set_real(
		    r, COL_SECONDS, maps_seconds(&s->maps, s->last), 3) == -1 ||
		rec_set_int(r, COL_BARS, maps_bars(&s->maps, s->last)) == -1
	    ? -1
	    : 0;
}

static int
set_time(struct saying *a, struct rec *r)
{
	const struct tempo_guess *t = &a->music->tempo;
	const struct meter_guess *m = &a->music->meter;

	buf_clear(a->text);
	if (m->num > 0 && buf_fmt(a->text, "%u/%u", m->num, m->den) == -1)
		return -1;
	return rec_set_real(r, COL_BPM, t->bpm > 0 ? t->bpm : NAN, 2) == -1 ||
		rec_set(r, COL_BPM_FROM, tempo_from_name(t->from)) == -1 ||
		rec_set_real(r, COL_BPM_CONF, t->bpm > 0 ? t->conf : NAN, 2) ==
		    -1 ||
		set_list(r, COL_METER, a->text) == -1 ||
		rec_set(r, COL_METER_FROM, meter_from_name(m->from)) == -1
	    ? -1
	    : 0;
}

static int
set_key(struct saying *a, struct rec *r)
{
	const struct key *k = &a->music->key;
	const char *stated = key_stated(a->song);

	return rec_set(r, COL_KEY,
		   k->tonic < 0 ? "\\N" : key_name(k->tonic, k->minor)) == -1 ||
		rec_set_real(
		    r, COL_KEY_CONF, k->tonic < 0 ? NAN : k->conf, 2) == -1 ||
		rec_set(r, COL_KEY_MAP, stated != NULL ? stated : "\\N") == -1
	    ? -1
	    : 0;
}

static int
set_range(struct saying *a, struct rec *r)
{
	const struct measure *m = &a->music->measure;
	size_t notes = a->song->nnotes;

	if (m->pitched) {
		if (rec_set_int(r, COL_PITCH_LOW, m->low) == -1 ||
		    rec_set_int(r, COL_PITCH_HIGH, m->high) == -1 ||
		    rec_set_int(r, COL_POLYPHONY, m->polyphony) == -1)
			return -1;
	} else
		for (int i = COL_PITCH_LOW; i <= COL_POLYPHONY; i++)
			if (rec_set(r, i, "\\N") == -1)
				return -1;
	return rec_set_real(
		   r, COL_VELOCITY, notes > 0 ? m->velocity : NAN, 1) == -1 ||
		rec_set_real(r, COL_DENSITY,
		    m->quarters > 0 ? (double)notes / m->quarters : NAN,
		    2) == -1 ||
		rec_set_real(r, COL_SWING,
		    a->music->swing > 0 ? a->music->swing : NAN, 1) == -1
	    ? -1
	    : 0;
}

static int
set_parts(struct saying *a, struct rec *r)
{
	const struct music *m = a->music;
	const char *role = role_name(m->role);

	if (texts_programs(a->text, &m->measure) == -1 ||
	    set_list(r, COL_PROGRAMS, a->text) == -1 ||
	    texts_channels(a->text, m->measure.channels) == -1 ||
	    set_list(r, COL_CHANNELS, a->text) == -1 ||
	    rec_set(r, COL_ROLE, role != NULL ? role : "\\N") == -1 ||
	    texts_drums(a->text, m->drums) == -1 ||
	    set_list(r, COL_DRUM_PARTS, a->text) == -1)
		return -1;
	buf_clear(a->text);
	if (chords_text(&m->chords, &m->key, a->text) == -1 ||
	    set_list(r, COL_CHORDS, a->text) == -1)
		return -1;
	buf_clear(a->text);
	if (chords_roman(&m->chords, &m->key, a->text) == -1 ||
	    set_list(r, COL_ROMAN, a->text) == -1)
		return -1;
	return rec_set(r, COL_MUSIC_HASH, m->hash[0] != '\0' ? m->hash : "\\N");
}

/* What the reader forgave, behind what msplit said of the bars it left out. */
static int
set_issues(struct saying *a, struct rec *r)
{
	static const char trimmed[] = "trimmed:";
	const char *was = rec_field(r, COL_ISSUES);
	struct buf *b = a->text;
	size_t n = strcspn(was, ",");

	if (texts_issues(b, a->song->issues) == -1)
		return -1;
	if (strncmp(was, trimmed, sizeof(trimmed) - 1) != 0)
		return set_list(r, COL_ISSUES, b);
	if (buf_grow(b, n + 1) == -1)
		return -1;
	if (b->len > 0) {
		memmove(b->p + n + 1, b->p, b->len);
		b->p[n] = ',';
		b->len++;
	}
	memcpy(b->p, was, n);
	b->len += n;
	return set_list(r, COL_ISSUES, b);
}

static int
set_texts(struct saying *a, struct rec *r)
{
	if (texts_title(a->text, a->song) == -1 ||
	    set_list(r, COL_TITLE, a->text) == -1 ||
	    texts_words(a->text, a->song) == -1 ||
	    set_list(r, COL_WORDS, a->text) == -1)
		return -1;
	return set_issues(a, r);
}

int
report_all(struct rec *r, const struct song *song, const struct music *music,
    struct buf *scratch)
{
	struct saying a = { song, music, scratch };

	if (set_shape(&a, r) == -1 || set_time(&a, r) == -1 ||
	    set_key(&a, r) == -1 || set_range(&a, r) == -1 ||
	    set_parts(&a, r) == -1 || set_texts(&a, r) == -1)
		return -1;
	return 0;
}

int
report_nothing(struct rec *r)
{
	for (int i = COL_FORMAT; i <= COL_ISSUES; i++)
		if (rec_set(r, i, "\\N") == -1)
			return -1;
	return 0;
}
