/* export - one record's file as patterns on a drive */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mpc/export.h"
#include "stream/num.h"
#include "words/clean.h"

enum { DRUM_CHANNEL = 9, FASTEST = 1000 };

/* The words of a file's name, without its suffix. */
static int
set_title(struct export *x, const struct rec *r)
{
	static const int part[] = { COL_MEMBER, COL_SOURCE, COL_NAME };
	static const int whole[] = { COL_NAME, COL_MEMBER };
	const int *col = rec_known(r, COL_PART) ? part : whole;
	size_t n = rec_known(r, COL_PART) ? 3 : 2, i = 0;

	/* What was split off has the name of what it was split from. */
	while (i < n && rec_bytes(r, col[i], &x->text) == -1)
		i++;
	if (i == n && rec_bytes(r, COL_PATH, &x->text) == -1)
		return -1;
	buf_clear(&x->part);
	buf_clear(&x->title);
	if (clean_file(&x->part, x->text.p, x->text.len) == -1)
		return -1;
	return name_words(
	    &x->title, x->part.p, x->part.len - (sizeof(".mid") - 1));
}

/* Column part: tTT or tTTcCC. */
static void
read_part(const struct rec *r, int *track, int *channel)
{
	unsigned t = 0, c = 0;

	if (sscanf(rec_field(r, COL_PART), "t%5uc%2u", &t, &c) < 1 ||
	    t > UINT16_MAX || c > 16)
		t = c = 0;
	*track = (int)t;
	*channel = (int)c;
}

/* As the record has it, else the tempo that lasts longest. */
static double
tempo_of(const struct song *s, const struct rec *r)
{
	const struct maps *m = &s->maps;
	int64_t end, length, longest = -1;
	uint32_t uspq = TEMPO_DEFAULT;
	double bpm;

	if (num_real(rec_field(r, COL_BPM), 1, FASTEST, &bpm) == 0)
		return bpm;
	for (size_t i = 0; i < m->ntempo; i++) {
		end = i + 1 < m->ntempo && m->tempo[i + 1].tick < s->last
		    ? m->tempo[i + 1].tick
		    : s->last;
		if ((length = end - m->tempo[i].tick) > longest) {
			longest = length;
			uspq = m->tempo[i].uspq;
		}
	}
	return 6e7 / uspq;
}

static enum category
category_of_part(
    const struct export *x, const struct rec *r, const struct part *p)
{
	const struct note *note = x->parts.note + p->first;
	int64_t bars = maps_bars(&x->song.maps, x->song.last);
	enum category c;

	/* What the record says holds for a part that is all of the file. */
	if (x->parts.n == 1) {
		if ((c = category_find(rec_field(r, COL_CATEGORY))) !=
		    CATEGORIES)
			return c;
		if (rec_known(r, COL_DRUM_PARTS))
			return category_of_drum_list(
			    rec_field(r, COL_DRUM_PARTS));
		if (rec_known(r, COL_ROLE))
			return category_of_role(
			    rec_field(r, COL_ROLE), note, p->n, bars);
	}
	if (p->channel == DRUM_CHANNEL || rec_is(r, COL_ROLE, "drums"))
		return category_of_drums(note, p->n);
	return category_of_notes(note, p->n, bars);
}

static int
set_categories(struct export *x, const struct rec *r)
{
	size_t n = x->parts.n;
	enum category *c;

	if (n > x->capcategory) {
		c = reallocarray(x->category, n + 64, sizeof(*c));
		if (c == NULL)
			return -1;
		x->category = c;
		x->capcategory = n + 64;
	}
	for (size_t i = 0; i < n; i++)
		x->category[i] = category_of_part(x, r, &x->parts.part[i]);
	return 0;
}

static int
set_tree(struct export *x, const char *below)
{
	buf_clear(&x->tree);
	return buf_fmt(&x->tree, "%s/%s", x->documents, below);
}

/* Puts bytes on the drive and its line in the index. */
static int
put(struct export *x, const struct rec *r, const struct name *name,
    const char *part, size_t notes, const void *p, size_t n)
{
	struct hash hash = hash_bytes(p, n);
	struct index_entry entry = { .part = part,
		.category = category_folder(name->category),
		.bpm = name->bpm,
		.key = name->key,
		.bars = name->bars,
		.notes = notes };

	if (drive_put(&x->drive, x->tree.p, name, &hash, p, n) == -1 ||
	    drive_note(&x->drive, &entry, &hash, r) == -1)
		return EXPORT_FATAL;
	return EXPORT_OK;
}

static void
set_key(struct name *name, const struct rec *r)
{
	name->key[0] = '\0';
	if (!category_is_drums(name->category))
		(void)name_key(name->key, rec_field(r, COL_KEY));
}

/* The families of General MIDI's programs, eight each. */
static const char *const families[16] = { "Piano", "Mallets", "Organ", "Guitar",
	"Bass", "Strings", "Ensemble", "Brass", "Reed", "Pipe", "Lead", "Pad",
	"Effects", "Ethnic", "Percussion", "Sounds" };

/* What tells a part from its neighbours: the track's name where that says
 * more than the title and is for this channel alone, else the instrument.
 * (The first track's name is that of the whole, as the standard has it.) */
static int
set_part_words(struct export *x, const struct part *p, struct name *name)
{
	const struct track *t = &x->song.track[p->track];
	unsigned program = x->parts.note[p->first].program & 127;

	buf_clear(&x->part);
	name->part = NULL;
	if (t->name != NULL && name->channel == 0 &&
	    name_words(&x->part, t->name, t->name_len) == -1)
		return -1;
	if (x->part.len > 0 && strcmp(x->part.p, "untitled") != 0 &&
	    strncasecmp(x->part.p, x->title.p, x->part.len) != 0)
		name->part = x->part.p;
	else if (category_is_drums(name->category))
		name->part = NULL;
	else if (program > 0) /* 0 is also what nobody chose */
		name->part = families[program / 8];
	return 0;
}

static int
put_pattern(struct export *x, const struct rec *r, size_t i, struct name *name)
{
	const struct part *p = &x->parts.part[i];
	const struct track *t = &x->song.track[p->track];
	struct pattern_how how = { .trim = x->trim };
	char id[16];
	int several = (t->channels & (t->channels - 1)) != 0;

	name->category = x->category[i];
	if (category_is_drums(name->category) && x->map != NULL)
		how.map = x->map->to;
	if (x->bake)
		how.pedal = &x->pedal;
	if (x->parts.n > 1) {
		name->track = p->track + 1;
		name->channel = p->channel + 1;
	} else {
		read_part(r, &name->track, &name->channel);
		several = 0;
	}
	snprintf(id, sizeof(id), "t%02dc%02d", name->track, name->channel);
	/* In the first track the channel is named always: format 0 has all
	 * of its channels there, and what was split off must be called the
	 * same as in its file. */
	if (name->track != 1 && !several)
		name->channel = 0;
	if (pattern_make(&x->pattern, &x->song, x->parts.note + p->first, p->n,
		&how) == -1 ||
	    pattern_write(&x->form, &x->pattern, &x->text) == -1 ||
	    set_part_words(x, p, name) == -1)
		return EXPORT_FATAL;
	name->bars = x->pattern.bars;
	set_key(name, r);
	x->patterns++;
	return put(x, r, name, name->track > 0 ? id : NULL, x->pattern.n,
	    x->text.p, x->text.len);
}

/* The file itself, without what a wrapper puts round it. */
static int
put_mid(struct export *x, const struct rec *r, struct name *name)
{
	enum category c = category_find(rec_field(r, COL_CATEGORY));
	int64_t bars = maps_bars(&x->song.maps, x->song.last);
	struct smf smf;

	if (smf_open(&smf, x->load.bytes, x->load.n) != SMF_OK)
		return EXPORT_OK;
	name->category = c != CATEGORIES
	    ? c
	    : category_of_parts(x->category, x->parts.n, bars);
	name->bars = bars > 0 ? bars : 1;
	name->part = NULL;
	name->suffix = ".mid";
	read_part(r, &name->track, &name->channel);
	set_key(name, r);
	x->mids++;
	return put(x, r, name,
	    rec_known(r, COL_PART) ? rec_field(r, COL_PART) : NULL,
	    x->song.nnotes, smf.data, smf.size);
}

static int
put_all(struct export *x, const struct rec *r)
{
	struct name name = { .suffix = ".mpcpattern" };
	int bad = EXPORT_OK;

	if (parts_make(&x->parts, &x->song) == -1 ||
	    set_categories(x, r) == -1 || set_title(x, r) == -1 ||
	    set_tree(x, "Patterns") == -1 ||
	    (x->bake && pedal_read(&x->pedal, x->load.bytes, x->load.n) == -1))
		return EXPORT_FATAL;
	name.title = x->title.p;
	name.bpm = tempo_of(&x->song, r);
	for (size_t i = 0; i < x->parts.n && bad == EXPORT_OK; i++)
		bad = put_pattern(x, r, i, &name);
	if (bad == EXPORT_OK && x->mid)
		bad = set_tree(x, "SAMPLES") == -1 ? EXPORT_FATAL
						   : put_mid(x, r, &name);
	if (bad == EXPORT_OK && drive_commit(&x->drive) == -1)
		bad = EXPORT_FATAL;
	return bad;
}

int
export_record(struct export *x, const struct rec *r, const char **reason)
{
	int why;

	*reason = NULL;
	buf_clear(&x->drive.file);
	if (load_record(&x->load, r, LOAD_MAX) == -1) {
		*reason = x->load.code;
		return EXPORT_BAD;
	}
	why = song_read(&x->song, x->load.bytes, x->load.n, SONG_EVENTS);
	if (why == SONG_NOMEM) {
		errno = ENOMEM;
		return EXPORT_FATAL;
	}
	if (why != SMF_OK) {
		*reason = load_code(why);
		return EXPORT_BAD;
	}
	x->records++;
	if (x->song.nnotes == 0)
		return EXPORT_OK;
	return put_all(x, r);
}

void
export_free(struct export *x)
{
	pattern_form_free(&x->form);
	drive_free(&x->drive);
	song_free(&x->song);
	parts_free(&x->parts);
	pedal_free(&x->pedal);
	pattern_free(&x->pattern);
	free(x->category);
	buf_free(&x->tree);
	load_free(&x->load);
	buf_free(&x->title);
	buf_free(&x->part);
	buf_free(&x->text);
	*x = (struct export){ .drive = { .fd = -1 } };
}
