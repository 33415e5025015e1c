/* tagger - category and tags of a record */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "music/drums.h"
#include "music/key.h"
#include "music/role.h"
#include "music/tagger.h"
#include "stream/array.h"
#include "stream/num.h"

enum {
	SONG_BARS = 64, /* longer is no loop, fill or section */
	NO_LINE = 2,    /* semitones: not enough of a range for a melody */
	CHORD = 4,      /* notes at once that no drums need */
	DEFAULT_PROGRAM = 1,
	KIND_CATEGORY = 15, /* bits of kind: category, CATEGORIES for none */
	KIND_SOUND = 16,    /* drum:, instrument:, role: what plays */
	KIND_HIDDEN = 32    /* category: is no tag */
};
static const double sure = .9; /* of the analysis, to beat a stated number */

/* What the analysis says, of use here. */
struct facts {
	struct category_facts c;
	int song; /* as long as a song */
	int pitched, drums;
	const struct rec *r;
};

const char *
tagger_text(const struct tagger *t, const struct tagger_evidence *e)
{
	return e->tag == UINT32_MAX ? e->value
				    : vocab_tag_text(&t->vocab, e->tag);
}

static int
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* A tag's category is its own or that of a tag that it implies; two levels
 * are enough, and a circle does no harm. */
static enum category
category_of(const struct vocab *v, uint32_t tag, int levels)
{
	static const char dimension[] = "category:";
	const char *text = vocab_tag_text(v, tag);
	enum category c;

	if (starts(text, dimension))
		return category_find(text + sizeof(dimension) - 1);
	if (levels == 0)
		return CATEGORIES;
	for (uint32_t s = v->tag[tag].implies; s != 0; s = v->sense[s - 1].next)
		if ((c = category_of(v, v->sense[s - 1].tag, levels - 1)) !=
		    CATEGORIES)
			return c;
	return CATEGORIES;
}

int
tagger_ready(struct tagger *t)
{
	const struct vocab *v = &t->vocab;
	const char *text;
	size_t n = v->ntag + 1;

	t->kind = calloc(n, sizeof(*t->kind));
	t->seen = calloc(n, sizeof(*t->seen));
	if (t->kind == NULL || t->seen == NULL)
		return -1;
	for (uint32_t i = 0; i < v->ntag; i++) {
		text = vocab_tag_text(v, i);
		t->kind[i] = (uint8_t)category_of(v, i, 2);
		if (starts(text, "drum:") || starts(text, "instrument:") ||
		    starts(text, "role:"))
			t->kind[i] |= KIND_SOUND;
		if (starts(text, "category:"))
			t->kind[i] |= KIND_HIDDEN;
	}
	t->tags.vocab = v;
	return 0;
}

/* --- evidence --------------------------------------------------------------
 */

static struct tagger_evidence *
add(struct tagger *t)
{
	if (array_room(&t->evidence, t->nevidence + 1, &t->capevidence,
		sizeof(*t->evidence)) == -1)
		return NULL;
	return &t->evidence[t->nevidence++];
}

/* A chain of senses, and what their tags imply. */
static int
add_senses(struct tagger *t, uint32_t s, const struct tagger_evidence *like,
    int levels)
{
	const struct vocab *v = &t->vocab;
	const struct vocab_sense *sense;
	struct tagger_evidence *e, copy;

	for (; s != 0; s = sense->next) {
		sense = &v->sense[s - 1];
		if ((e = add(t)) == NULL)
			return -1;
		*e = *like;
		e->tag = sense->tag;
		/* What is implied is as sure as what implies it. */
		if (!like->implied) {
			e->weight = sense->weight;
			e->context = (uint8_t)sense->context;
		}
		if (levels == 0 || v->tag[e->tag].implies == 0)
			continue;
		copy = *e;
		copy.implied = 1;
		if (add_senses(
			t, v->tag[copy.tag].implies, &copy, levels - 1) == -1)
			return -1;
	}
	return 0;
}

/* What a name states in numbers stands over what those outside it do, and
 * what the path does over the texts in the file. */
static void
add_stated(struct tagger *t, const struct tagger_stated *now, const char *ascii)
{
	const struct named *x = &now->named;
	int text = now->place == TAGGER_TRACK;

	t->takes |= x->takes;
	if (x->bpm_at.n > 0 && !(text && t->tempo.named.bpm_at.n > 0) &&
	    !(x->bare && (t->takes || t->tempo.named.bpm_at.n > 0)))
		t->tempo = *now;
	if (x->shelf_at.n > 0 && !text)
		t->shelf = *now;
	if (x->key_at.n > 0 && !(text && t->key.named.key_at.n > 0))
		t->key = *now;
	if (x->meter_at.n > 0 && !(text && t->meter.named.meter_at.n > 0))
		t->meter = *now;
	if (x->bars_at.n > 0 && !(text && t->bars.named.bars_at.n > 0))
		t->bars = *now;
	if (x->chord_at.n > 0 && now->place == TAGGER_FILE) {
		t->chord = *now;
		snprintf(t->chord_text, sizeof(t->chord_text), "chord:%.*s",
		    x->chord_at.n, ascii + x->chord_at.at);
	}
}

static int
add_name(struct tagger *t, const char *s, size_t n, enum tagger_place place)
{
	static const enum named_place at[] = { NAMED_FOLDER, NAMED_FOLDER,
		NAMED_TEXT, NAMED_FILE };
	struct tagger_evidence like = {
		.place = (uint8_t)place, .text = s, .n = n
	};
	struct tagger_stated now = {
		.place = (uint8_t)place, .text = s, .n = n
	};
	const struct tags_name *x;

	if (n == 0)
		return 0;
	if ((x = tags_name(&t->tags, s, n, at[place])) == NULL)
		return -1;
	like.rank = place == TAGGER_FILE ? UINT16_MAX
	    : place == TAGGER_TRACK      ? UINT16_MAX - 1
					 : ++t->rank;
	like.known = x->known;
	now.word = t->said.len;
	if (t->explain && buf_add(&t->said, x->text, x->len) == -1)
		return -1;
	now.named = x->named;
	add_stated(t, &now, x->text);
	for (size_t i = 0; i < x->nhit; i++) {
		like.word = now.word + x->hit[i].at;
		like.nword = x->hit[i].n;
		if (add_senses(t, x->hit[i].senses, &like, 2) == -1)
			return -1;
	}
	return 0;
}

/* Every folder of a path, then what it ends in. */
static int
add_path(struct tagger *t, const char *p, enum tagger_place end)
{
	const char *slash;
	size_t n;

	for (; *p != '\0'; p = *slash == '\0' ? slash : slash + 1) {
		slash = p + strcspn(p, "/");
		n = (size_t)(slash - p);
		/* An archive inside the archive: x.zip! */
		if (n > 0 && p[n - 1] == '!' && *slash == '/')
			n--;
		if (add_name(t, p, n, *slash == '\0' ? end : TAGGER_FOLDER) ==
		    -1)
			return -1;
	}
	return 0;
}

/* Track names, joined by ` | `. */
static int
add_tracks(struct tagger *t, const struct rec *r)
{
	const char *words = rec_field(r, COL_WORDS), *title, *p, *bar;

	title = rec_field(r, COL_TITLE);
	if (rec_known(r, COL_TITLE) &&
	    (!rec_known(r, COL_WORDS) || strstr(words, title) == NULL) &&
	    add_name(t, title, strlen(title), TAGGER_TRACK) == -1)
		return -1;
	if (!rec_known(r, COL_WORDS))
		return 0;
	for (p = words; *p != '\0'; p = bar + (*bar != '\0' ? 3 : 0)) {
		if ((bar = strstr(p, " | ")) == NULL)
			bar = p + strlen(p);
		if (add_name(t, p, (size_t)(bar - p), TAGGER_TRACK) == -1)
			return -1;
	}
	return 0;
}

/* The numbers of a list, by the ranges of the vocabulary. */
static int
add_numbers(struct tagger *t, const struct rec *r, int col, const char *name)
{
	struct tagger_evidence like = { .place = TAGGER_NOTES,
		.weight = 1,
		.known = 1,
		.context = VOCAB_ANYWHERE,
		.implied = 1 };
	const char *p = rec_field(r, col);
	char *end;
	double v;

	if (!rec_known(r, col))
		return 0;
	for (;; p = end + 1) {
		v = strtod(p, &end);
		if (end == p)
			return 0;
		like.text = p;
		like.n = (size_t)(end - p);
		/* Program 1 is also what nobody chose. */
		if ((col != COL_PROGRAMS || v != DEFAULT_PROGRAM) &&
		    add_senses(t, vocab_number(&t->vocab, name, v), &like, 2) ==
			-1)
			return -1;
		if (*end != ',')
			return 0;
	}
}

static int
add_kit(struct tagger *t, const struct facts *f)
{
	struct tagger_evidence *e;
	char text[32];
	uint32_t tag;

	for (int d = 0; d < DRUMS; d++) {
		if ((f->c.drums >> d & 1) == 0)
			continue;
		snprintf(
		    text, sizeof(text), "drum:%s", drum_name((enum drum)d));
		tag = vocab_tag_find(&t->vocab, text);
		if (tag == UINT32_MAX)
			continue;
		if ((e = add(t)) == NULL)
			return -1;
		*e = (struct tagger_evidence){ .tag = tag,
			.place = TAGGER_NOTES,
			.weight = 1,
			.known = 1,
			.context = VOCAB_ANYWHERE,
			.text = drum_name((enum drum)d),
			.n = strlen(drum_name((enum drum)d)) };
	}
	return 0;
}

/* --- what the analysis says ------------------------------------------------
 */

static double
number(const struct rec *r, int col, double none)
{
	double v;

	return num_real(rec_field(r, col), -1e9, 1e9, &v) == 0 ? v : none;
}

static int
lists(const char *s, int what)
{
	char *end;

	for (;; s = end + 1) {
		if (strtol(s, &end, 10) == what && end != s)
			return 1;
		if (end == s || *end != ',')
			return 0;
	}
}

static void
read_facts(struct facts *f, const struct rec *r)
{
	const uint32_t kit = 1u << KICK | 1u << SNARE | 1u << HAT,
		       cymbals = 1u << CRASH | 1u << RIDE;
	double low = fmin(fabs(number(r, COL_PITCH_LOW, 0)), 127),
	       high = fmin(fabs(number(r, COL_PITCH_HIGH, 127)), 127);

	f->c.role = category_role(rec_field(r, COL_ROLE));
	f->c.drums = category_drums(rec_field(r, COL_DRUM_PARTS));
	f->c.bars = (int64_t)number(r, COL_BARS, 0);
	f->c.words = CATEGORIES;
	f->song = f->c.bars > SONG_BARS;
	f->drums = f->c.role == ROLE_DRUMS;
	f->pitched =
	    f->c.role != ROLE_NONE && f->c.role != ROLE_MIXED && !f->drums;
	/* Drums are for certain what is on channel 10, what has cymbals, or
	 * plays kick, snare and hat and nothing below them, as a bass does; a
	 * tune is what has a range and a key. */
	if (f->drums)
		f->c.unsure = !lists(rec_field(r, COL_CHANNELS), 10) &&
		    (f->c.drums & cymbals) == 0 &&
		    ((f->c.drums & kit) != kit ||
			(f->c.drums & 1u << PERC) != 0);
	else if (f->pitched || (f->c.role == ROLE_MIXED && f->c.drums != 0))
		f->c.unsure =
		    (high - low <= NO_LINE || !rec_known(r, COL_KEY)) &&
		    number(r, COL_POLYPHONY, 0) < CHORD;
	if (f->c.unsure && !f->drums)
		f->c.range =
		    1u << drum_of((uint8_t)low) | 1u << drum_of((uint8_t)high);
	if (rec_known(r, COL_PROGRAMS) && f->pitched) {
		f->c.effects = 1;
		for (const char *p = rec_field(r, COL_PROGRAMS); *p != '\0';) {
			f->c.effects &= strtol(p, NULL, 10) > 120;
			p += strcspn(p, ",");
			p += *p == ',';
		}
	}
}

/* Whether a word's tag says what the notes deny. */
static int
beaten(const struct tagger *t, const struct facts *f,
    const struct tagger_evidence *e)
{
	enum category c = (enum category)(t->kind[e->tag] & KIND_CATEGORY);
	const char *text = vocab_tag_text(&t->vocab, e->tag);
	uint32_t part;

	if ((t->kind[e->tag] & KIND_SOUND) == 0 || f->c.unsure)
		return 0;
	if (f->pitched && c <= DRUMS_LOOPS)
		return 1;
	if (f->drums && c >= BASS && c <= CHORDS)
		return 1;
	if (f->c.drums == 0 || f->c.drums == 1u << PERC ||
	    !starts(text, "drum:"))
		return 0;
	if (strcmp(text, "drum:cymbal") == 0)
		return (f->c.drums & (1u << CRASH | 1u << RIDE)) == 0;
	part = category_drums(text + sizeof("drum:") - 1);
	return part != 0 && part != 1u << PERC && (f->c.drums & part) == 0;
}

static enum tagger_fate
fate_of(const struct tagger *t, const struct facts *f,
    const struct tagger_evidence *e)
{
	static const uint8_t bit[] = { VOCAB_FOLDER, VOCAB_FOLDER, VOCAB_TRACK,
		VOCAB_NAME, VOCAB_ANYWHERE };

	if ((e->context & bit[e->place]) == 0 ||
	    ((e->context & VOCAB_DRUMS) != 0 && f->pitched && !f->c.unsure) ||
	    ((e->context & VOCAB_PITCHED) != 0 && f->drums && !f->c.unsure) ||
	    ((e->context & VOCAB_SHORT) != 0 && f->song))
		return TAGGER_CONTEXT;
	if (e->place == TAGGER_NOTES)
		return TAGGER_KEPT;
	/* A word of weight w counts where 1 - w of its neighbours, itself
	 * among them, are known. */
	if (e->known < 1 - e->weight - 1e-4f)
		return TAGGER_UNSURE;
	return beaten(t, f, e) ? TAGGER_BEATEN : TAGGER_KEPT;
}

/* The category that the nearest name with a word for one says, of all words
 * or of those for what plays alone; *agreed: whether all names agree that it
 * is drums, or is none. */
static enum category
category_said(const struct tagger *t, uint8_t kind, int *agreed)
{
	unsigned kit = 0, all = 0;
	enum category c, last = CATEGORIES;
	const struct tagger_evidence *e;
	int rank = -1, mixed = 0;

	for (size_t i = 0; i < t->nevidence; i++) {
		e = &t->evidence[i];
		if (e->tag == UINT32_MAX || e->place == TAGGER_NOTES ||
		    e->fate > TAGGER_AGAIN || (t->kind[e->tag] & kind) == 0)
			continue;
		c = (enum category)(t->kind[e->tag] & KIND_CATEGORY);
		if (c == CATEGORIES)
			continue;
		all |= category_is_drums(c) ? 1 : 2;
		if (e->rank < rank)
			continue;
		if (e->rank > rank) {
			kit = 0;
			mixed = 0;
			last = CATEGORIES;
		}
		rank = e->rank;
		mixed |= last != CATEGORIES &&
		    category_is_drums(last) != category_is_drums(c);
		if (c < DRUMS_LOOPS)
			kit |= 1u << c;
		last = c;
	}
	*agreed = all == 1 || all == 2;
	if (mixed)
		return CATEGORIES;
	return last <= DRUMS_LOOPS ? category_of_kit(kit) : last;
}

/* Words prevail over notes that leave it open whether they are drums, when
 * all of them are for the same. */
static enum category
decide(const struct tagger *t, struct facts *f)
{
	enum category plays;
	int agreed;

	plays = category_said(t, KIND_SOUND, &agreed);
	if (!agreed || plays == CATEGORIES)
		f->c.unsure = 0;
	f->c.words =
	    f->c.unsure ? plays : category_said(t, KIND_HIDDEN, &agreed);
	return category_decide(&f->c);
}

/* --- tags ------------------------------------------------------------------
 */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
put(struct tagger *t, const char *text)
{
	if (array_room(&t->list, t->nlist + 1, &t->caplist, sizeof(*t->list)) ==
	    -1)
		return -1;
	t->list[t->nlist++] = text;
	return 0;
}

static int
add_value(struct tagger *t, const struct tagger_stated *s,
    const struct named_span *at, int denied, const char *value)
{
	struct tagger_evidence *e = add(t);

	if (e == NULL)
		return -1;
	*e = (struct tagger_evidence){ .tag = UINT32_MAX,
		.place = s->place,
		.fate = denied ? TAGGER_BEATEN : TAGGER_KEPT,
		.text = s->text,
		.n = s->n,
		.word = s->word + at->at,
		.nword = at->n };
	snprintf(e->value, sizeof(e->value), "%s", value);
	return 0;
}

/* Whether a believable tempo map has neither the tempo nor its half or
 * double. */
static int
tempo_denied(const struct rec *r, double bpm)
{
	double map = number(r, COL_BPM, 0), x;

	if (!rec_is(r, COL_BPM_FROM, "map") || map <= 0 ||
	    number(r, COL_BPM_CONF, 0) < sure)
		return 0;
	x = log2(bpm / map);
	return fabs(x - round(x)) > .03 || fabs(x) > 1.1;
}

/* A key that shares no more than a neighbour's notes with a certain one. */
static int
key_denied(const struct rec *r, const struct named *x)
{
	const char *key = rec_field(r, COL_KEY);
	int relative, tonic = -1, minor = 0;

	if (!rec_known(r, COL_KEY) || number(r, COL_KEY_CONF, 0) < sure)
		return 0;
	for (int i = 0; i < 24 && tonic < 0; i++)
		if (strcmp(key_name(i % 12, i / 12), key) == 0) {
			tonic = i % 12;
			minor = i / 12;
		}
	if (tonic < 0 || tonic == x->tonic)
		return 0;
	relative = (tonic + (minor ? 3 : 9)) % 12;
	return minor == x->minor || relative != x->tonic;
}

static int
meter_denied(const struct rec *r, const char *meter)
{
	return rec_is(r, COL_METER_FROM, "map") &&
	    !rec_is(r, COL_METER, "4/4") && !rec_is(r, COL_METER, meter);
}

static int
add_values(struct tagger *t, const struct rec *r)
{
	const struct named *x;
	char text[32], meter[16];

	if ((x = &t->tempo.named)->bpm_at.n > 0) {
		snprintf(text, sizeof(text), "tempo:%g", x->bpm);
		if (add_value(t, &t->tempo, &x->bpm_at, tempo_denied(r, x->bpm),
			text) == -1)
			return -1;
	}
	if ((x = &t->shelf.named)->shelf_at.n > 0) {
		snprintf(text, sizeof(text), "tempo:%g-%g", x->low, x->high);
		if (add_value(t, &t->shelf, &x->shelf_at, 0, text) == -1)
			return -1;
	}
	if ((x = &t->key.named)->key_at.n > 0) {
		snprintf(
		    text, sizeof(text), "key:%s", key_name(x->tonic, x->minor));
		if (add_value(t, &t->key, &x->key_at, key_denied(r, x), text) ==
		    -1)
			return -1;
	}
	if ((x = &t->meter.named)->meter_at.n > 0) {
		snprintf(meter, sizeof(meter), "%u/%u", x->num, x->den);
		snprintf(text, sizeof(text), "meter:%s", meter);
		if (add_value(t, &t->meter, &x->meter_at,
			meter_denied(r, meter), text) == -1)
			return -1;
	}
	if ((x = &t->chord.named)->chord_at.n > 0 &&
	    add_value(t, &t->chord, &x->chord_at, 0, t->chord_text) == -1)
		return -1;
	if ((x = &t->bars.named)->bars_at.n > 0) {
		snprintf(text, sizeof(text), "bars:%u", x->bars);
		if (add_value(t, &t->bars, &x->bars_at, 0, text) == -1)
			return -1;
	}
	return 0;
}

/* Weighs all evidence and lists the tags that stand. */
static int
weigh(struct tagger *t, const struct facts *f)
{
	struct tagger_evidence *e;

	t->nlist = 0;
	for (size_t i = 0; i < t->nevidence; i++) {
		e = &t->evidence[i];
		if (e->tag == UINT32_MAX) {
			if (e->fate == TAGGER_KEPT && put(t, e->value) == -1)
				return -1;
			continue;
		}
		e->fate = (uint8_t)fate_of(t, f, e);
		if (e->fate != TAGGER_KEPT)
			continue;
		if (t->seen[e->tag] == t->round) {
			e->fate = TAGGER_AGAIN;
			continue;
		}
		t->seen[e->tag] = t->round;
		if ((t->kind[e->tag] & KIND_HIDDEN) == 0 &&
		    put(t, vocab_tag_text(&t->vocab, e->tag)) == -1)
			return -1;
	}
	return 0;
}

static int
set_tags(struct tagger *t, struct rec *r)
{
	if (t->nlist > 1)
		qsort(t->list, t->nlist, sizeof(*t->list), by_text);
	buf_clear(&t->out);
	for (size_t i = 0; i < t->nlist; i++) {
		if (i > 0 && strcmp(t->list[i], t->list[i - 1]) == 0)
			continue;
		if ((t->out.len > 0 && buf_byte(&t->out, ',') == -1) ||
		    buf_str(&t->out, t->list[i]) == -1)
			return -1;
	}
	return rec_set_text(r, COL_TAGS, t->out.p, t->out.len);
}

static void
begin(struct tagger *t)
{
	t->nevidence = 0;
	buf_clear(&t->said);
	t->takes = 0;
	t->rank = 0;
	t->tempo.named.bpm_at.n = t->shelf.named.shelf_at.n = 0;
	t->key.named.key_at.n = t->meter.named.meter_at.n = 0;
	t->bars.named.bars_at.n = t->chord.named.chord_at.n = 0;
	if (++t->round == 0) {
		memset(t->seen, 0, (t->vocab.ntag + 1) * sizeof(*t->seen));
		t->round = 1;
	}
}

int
tagger_record(struct tagger *t, struct rec *r, int words_only)
{
	struct facts f = { .r = r, .c.words = CATEGORIES };
	int archived = rec_known(r, COL_MEMBER);
	enum category c;

	begin(t);
	if (add_path(t,
		rec_field(r, rec_known(r, COL_SOURCE) ? COL_SOURCE : COL_PATH),
		archived ? TAGGER_ARCHIVE : TAGGER_FILE) == -1 ||
	    (archived &&
		add_path(t, rec_field(r, COL_MEMBER), TAGGER_FILE) == -1))
		return -1;
	if (!words_only) {
		read_facts(&f, r);
		if (add_tracks(t, r) == -1 || add_kit(t, &f) == -1 ||
		    add_numbers(t, r, COL_PROGRAMS, "program") == -1 ||
		    add_numbers(t, r, COL_SWING, "swing") == -1)
			return -1;
	}
	if (add_values(t, r) == -1 || weigh(t, &f) == -1)
		return -1;
	c = CATEGORIES;
	if (!words_only)
		c = decide(t, &f);
	return rec_set(r, COL_CATEGORY,
		   c == CATEGORIES ? "\\N" : category_folder(c)) == -1
	    ? -1
	    : set_tags(t, r);
}

void
tagger_free(struct tagger *t)
{
	vocab_free(&t->vocab);
	tags_free(&t->tags);
	free(t->evidence);
	free(t->kind);
	free(t->seen);
	free(t->list);
	buf_free(&t->said);
	buf_free(&t->out);
	*t = (struct tagger){ 0 };
}
