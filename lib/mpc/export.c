/* export - one record's file as patterns on a drive */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "mpc/expansion.h"
#include "mpc/export.h"
#include "mpc/program.h"
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
    const struct export *x, const struct rec *r, const struct voice *p)
{
	struct category_facts f = { .bars =
					maps_bars(&x->song.maps, x->song.last),
		.words = CATEGORIES };
	enum category c;

	/* What the record says holds for a part that is all of the file. */
	if (x->voices.n == 1) {
		c = category_find(rec_field(r, COL_CATEGORY));
		if (c != CATEGORIES)
			return c;
		f.role = category_role(rec_field(r, COL_ROLE));
		f.drums = category_drums(rec_field(r, COL_DRUM_PARTS));
	}
	if (f.drums != 0 || p->channel == DRUM_CHANNEL ||
	    rec_is(r, COL_ROLE, "drums"))
		f.role = category_role("drums");
	category_notes(&f, x->voices.note + p->first, p->n);
	return category_decide(&f);
}

static int
set_categories(struct export *x, const struct rec *r)
{
	size_t n = x->voices.n;
	enum category *c;

	if (n > x->capcategory) {
		c = reallocarray(x->category, n + 64, sizeof(*c));
		if (c == NULL)
			return -1;
		x->category = c;
		x->capcategory = n + 64;
	}
	for (size_t i = 0; i < n; i++)
		x->category[i] = category_of_part(x, r, &x->voices.voice[i]);
	return 0;
}

/* Puts bytes on the drive, below top/folder or just top, and their line in
 * the index. */
static int
put(struct export *x, const struct rec *r, const char *top, const char *folder,
    const struct name *name, const char *part, size_t notes, const void *p,
    size_t n)
{
	struct hash hash = hash_bytes(p, n);
	struct index_entry entry = { .part = part,
		.category = name->plain ? folder != NULL ? folder : top
					: category_folder(name->category),
		.bpm = name->bpm,
		.key = name->key,
		.bars = name->bars,
		.notes = notes };

	buf_clear(&x->tree);
	if (buf_fmt(&x->tree, "%s%s%s", top, folder != NULL ? "/" : "",
		folder != NULL ? folder : "") == -1)
		return EXPORT_FATAL;
	switch (drive_put(&x->drive, x->tree.p, name, &hash, p, n)) {
	case 0:
		break;
	case DRIVE_NO_ROOM:
		x->left_out++;
		return EXPORT_OK;
	default:
		return EXPORT_FATAL;
	}
	return drive_note(&x->drive, &entry, &hash, r) == -1 ? EXPORT_FATAL
							     : EXPORT_OK;
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
set_part_words(struct export *x, const struct voice *p, struct name *name)
{
	const struct track *t = &x->song.track[p->track];
	unsigned program = x->voices.note[p->first].program & 127;

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

/* The drum map's pads, once. */
static int
put_program(struct export *x)
{
	struct buf file = { 0 };
	int bad = 0;

	if (x->has_program || x->map == NULL || x->no_documents)
		return 0;
	x->has_program = 1;
	bad = program_write(x->map, x->map_name, &x->stem) == -1 ||
	    buf_fmt(&file, "%s.xpm", x->map_name) == -1;
	for (int i = 0; i < EXPORT_DEVICES && !bad; i++) {
		if (x->documents[i] == NULL)
			break;
		buf_clear(&x->tree);
		bad = buf_fmt(&x->tree, "%s/Programs", x->documents[i]) == -1 ||
		    drive_file(&x->drive, x->tree.p, file.p, x->stem.p,
			x->stem.len) == -1;
	}
	buf_free(&file);
	return bad ? -1 : 0;
}

static int
put_pattern(struct export *x, const struct rec *r, size_t i, struct name *name)
{
	const struct voice *p = &x->voices.voice[i];
	const struct track *t = &x->song.track[p->track];
	struct pattern_how how = { .trim = x->trim };
	char id[16];
	int several = (t->channels & (t->channels - 1)) != 0;

	name->category = x->category[i];
	if (category_is_drums(name->category) && x->map != NULL)
		how.map = x->map->to;
	if (x->bake)
		how.pedal = &x->pedal;
	if (x->voices.n > 1) {
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
	if (pattern_make(&x->pattern, &x->song, x->voices.note + p->first, p->n,
		&how) == -1 ||
	    pattern_write(&x->form, &x->pattern, &x->text) == -1 ||
	    set_part_words(x, p, name) == -1)
		return EXPORT_FATAL;
	name->bars = x->pattern.bars;
	set_key(name, r);
	x->patterns++;
	if (category_is_drums(name->category) && put_program(x) == -1)
		return EXPORT_FATAL;
	if (!x->no_documents &&
	    put(x, r, x->documents[0], "Patterns", name,
		name->track > 0 ? id : NULL, x->pattern.n, x->text.p,
		x->text.len) != EXPORT_OK)
		return EXPORT_FATAL;
	return x->pack == NULL ? EXPORT_OK
			       : put(x, r, "Expansions", x->pack, name,
				     name->track > 0 ? id : NULL, x->pattern.n,
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
	    : category_of_parts(x->category, x->voices.n, bars);
	name->bars = bars > 0 ? bars : 1;
	name->part = NULL;
	name->suffix = ".mid";
	read_part(r, &name->track, &name->channel);
	set_key(name, r);
	x->mids++;
	return put(x, r, x->documents[0], "SAMPLES", name,
	    rec_known(r, COL_PART) ? rec_field(r, COL_PART) : NULL,
	    x->song.nnotes, smf.data, smf.size);
}

/* What was made of the song, in a folder of each device: `made` is what
 * harmony_… returned. */
static int
put_made(struct export *x, const struct rec *r, struct name *name, int made,
    const char *const tops[EXPORT_DEVICES], const char *folder)
{
	int bad = EXPORT_OK;

	if (made != 1)
		return made == 0 ? EXPORT_OK : EXPORT_FATAL;
	x->made++;
	name->title = x->stem.p;
	for (int i = 0; i < EXPORT_DEVICES && bad == EXPORT_OK; i++)
		if (tops[i] != NULL)
			bad = put(x, r, tops[i], folder, name, NULL,
			    x->song.nnotes, x->text.p, x->text.len);
	return bad;
}

/* Where the devices look for progressions, and where the firmware does. */
static int
put_progression(struct export *x, const struct rec *r, struct name *name)
{
	static const char *const none[EXPORT_DEVICES];
	int made = harmony_progression(
	    x->harmony, &x->song, r, x->title.p, &x->stem, &x->text);
	int bad;

	name->suffix = ".progression";
	name->most = x->progressions;
	bad = put_made(x, r, name, made, x->no_documents ? none : x->documents,
	    "Progressions");
	if (made != 1 || bad != EXPORT_OK)
		return bad;
	return put(x, r, "Progressions", NULL, name, NULL, x->song.nnotes,
	    x->text.p, x->text.len);
}

static int
put_arp(struct export *x, const struct rec *r, struct name *name)
{
	int made = harmony_arp(
	    x->harmony, &x->song, r, x->title.p, &x->stem, &x->text);

	name->suffix = ".mid";
	name->most = 0;
	return put_made(x, r, name, made, x->internal, "Arp Patterns");
}

/* What is made of the chords and figures. */
static int
put_harmony(struct export *x, const struct rec *r, double bpm)
{
	struct name name = { .plain = 1, .bpm = bpm };
	int64_t bars = maps_bars(&x->song.maps, x->song.last);
	int bad = EXPORT_OK;

	if (x->progressions == 0 && !x->arps)
		return EXPORT_OK;
	if (x->harmony == NULL && (x->harmony = harmony_new()) == NULL)
		return EXPORT_FATAL;
	harmony_next(x->harmony);
	name.bars = bars > 0 ? bars : 1;
	(void)name_key(name.key, rec_field(r, COL_KEY));
	if (x->progressions > 0)
		bad = put_progression(x, r, &name);
	if (bad == EXPORT_OK && x->arps)
		bad = put_arp(x, r, &name);
	return bad;
}

static int
put_all(struct export *x, const struct rec *r)
{
	struct name name = { .suffix = ".mpcpattern" };
	int bad = EXPORT_OK;

	if (voices_make(&x->voices, &x->song) == -1 ||
	    set_categories(x, r) == -1 || set_title(x, r) == -1 ||
	    (x->bake && pedal_read(&x->pedal, x->load.bytes, x->load.n) == -1))
		return EXPORT_FATAL;
	name.title = x->title.p;
	name.bpm = tempo_of(&x->song, r);
	for (size_t i = 0; i < x->voices.n && bad == EXPORT_OK; i++)
		bad = put_pattern(x, r, i, &name);
	if (bad == EXPORT_OK && x->mid && !x->no_documents)
		bad = put_mid(x, r, &name);
	if (bad == EXPORT_OK)
		bad = put_harmony(x, r, name.bpm);
	if (bad == EXPORT_OK && drive_commit(&x->drive) == -1)
		bad = EXPORT_FATAL;
	return bad;
}

static const char force_text[] =
    "The Force reads the same patterns as the MPC.  They lie on this drive\n"
    "once, in MPC_Documents/Patterns: open that folder in the browser.\n";

/* A pack is browsable when it has its description and its cover. */
static int
begin_pack(struct export *x)
{
	buf_clear(&x->tree);
	if (buf_fmt(&x->tree, "Expansions/%s", x->pack) == -1 ||
	    expansion_xml(x->pack, &x->text) == -1 ||
	    drive_file(&x->drive, x->tree.p, EXPANSION_XML, x->text.p,
		x->text.len) == -1 ||
	    expansion_cover(x->pack, &x->text) == -1)
		return -1;
	return drive_file(
	    &x->drive, x->tree.p, EXPANSION_COVER, x->text.p, x->text.len);
}

int
export_begin(struct export *x)
{
	buf_clear(&x->tree);
	if (x->pack != NULL && begin_pack(x) == -1)
		return -1;
	if (x->documents[1] == NULL || x->no_documents)
		return 0;
	buf_clear(&x->tree);
	if (buf_str(&x->tree, x->documents[1]) == -1)
		return -1;
	return drive_file(&x->drive, x->tree.p, "README.txt", force_text,
	    sizeof(force_text) - 1);
}

int
export_sum(const struct export *x, struct buf *b)
{
	char date[32];
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		date[0] = '\0';
	if (buf_fmt(b,
		"%s %llu records, %llu patterns, %llu .mid, "
		"%llu progressions and arps; %llu files %s, "
		"%llu there already",
		date, (unsigned long long)x->records,
		(unsigned long long)x->patterns, (unsigned long long)x->mids,
		(unsigned long long)x->made,
		(unsigned long long)x->drive.written,
		x->dry ? "to write" : "written",
		(unsigned long long)x->drive.unchanged) == -1)
		return -1;
	return x->left_out == 0 ? 0
				: buf_fmt(b, ", %llu progressions left out",
				      (unsigned long long)x->left_out);
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
	voices_free(&x->voices);
	pedal_free(&x->pedal);
	pattern_free(&x->pattern);
	free(x->category);
	buf_free(&x->tree);
	load_free(&x->load);
	buf_free(&x->title);
	buf_free(&x->part);
	buf_free(&x->text);
	buf_free(&x->stem);
	harmony_free(x->harmony);
	*x = (struct export){ .drive = { .fd = -1 } };
}
