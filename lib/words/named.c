/* named - what a name states: tempo, key, meter, bars, chord, take */
#include "config.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "words/named.h"
#include "words/notes.h"
#include "words/tokens.h"

enum {
	CHUNKS = 48,
	LOWEST = 30, /* with bpm beside it */
	HIGHEST = 400,
	BARE_LOWEST = 50,
	BARE_HIGHEST = 300,
	SHELF_NARROW = 4,
	SHELF_WIDE = 60,
	SHELF_BARE = 20, /* beside other words */
	COUNTER = 9999,
	MOST_BARS = 512
};

/* A run of letters, digits and `#`; a point between digits belongs to it. */
struct chunk {
	const char *p;
	size_t n;
	size_t digits;      /* of the number it begins with */
	double v;           /* that number */
	char before, after; /* what separates: 0 at the ends, ' ' blanks only,
			     * else the first other character */
	uint8_t number;     /* nothing but that number */
	uint8_t used;       /* stated something */
};

struct reader {
	struct named *x;
	enum named_place place;
	const char *text;
	struct chunk c[CHUNKS];
	size_t n;
};

static int
digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    c == NAMED_FOREIGN;
}

static int
among(const char *const *words, const char *p, size_t n)
{
	/* The lists are in lower case, and most words differ at once. */
	for (; n > 0 && *words != NULL; words++)
		if (**words == (p[0] | 0x20) &&
		    strncasecmp(*words, p, n) == 0 && (*words)[n] == '\0')
			return 1;
	return 0;
}

static int
is_word(const struct chunk *c, const char *const *words)
{
	return among(words, c->p, c->n);
}

/* --- chunks ----------------------------------------------------------------
 */

static void
number_of(struct chunk *c)
{
	double unit = .1;
	size_t i = 0;

	for (c->v = 0; i < c->n && digit(c->p[i]); i++)
		c->v = c->v < 1e7 ? c->v * 10 + (c->p[i] - '0') : c->v;
	c->digits = i;
	if (i > 0 && i + 1 < c->n && c->p[i] == '.')
		for (i++; i < c->n && digit(c->p[i]); i++, unit /= 10)
			c->v += (c->p[i] - '0') * unit;
	c->number = i > 0 && i == c->n;
}

static void
cut(struct reader *r, const char *s, size_t n)
{
	const char *p = s, *end = s + n;
	struct chunk *c;
	char gap = 0;

	while (p < end && r->n < CHUNKS) {
		if (!letter(*p) && !digit(*p) && *p != '#') {
			if (gap == 0 || gap == ' ')
				gap = *p;
			p++;
			continue;
		}
		c = &r->c[r->n];
		*c = (struct chunk){ .p = p, .before = gap };
		if (r->n > 0)
			c[-1].after = gap;
		while (p < end &&
		    (letter(*p) || digit(*p) || *p == '#' ||
			(*p == '.' && p > c->p && digit(p[-1]) && p + 1 < end &&
			    digit(p[1]))))
			p++;
		c->n = (size_t)(p - c->p);
		number_of(c);
		gap = 0;
		r->n++;
	}
	if (r->n > 0 && p == end)
		r->c[r->n - 1].after = gap;
}

static struct named_span
span(const struct reader *r, size_t from, size_t to)
{
	const char *end = r->c[to].p + r->c[to].n;

	return (struct named_span){ (uint16_t)(r->c[from].p - r->text),
		(uint16_t)(end - r->c[from].p) };
}

static void
use(struct reader *r, size_t from, size_t to, struct named_span *at)
{
	*at = span(r, from, to);
	for (; from <= to; from++)
		r->c[from].used = 1;
}

/* What stands behind the number that a chunk begins with. */
static int
unit_is(const struct chunk *c, const char *const *words)
{
	return c->digits > 0 &&
	    among(words, c->p + c->digits, c->n - c->digits);
}

static int
leading_zero(const struct chunk *c)
{
	return c->digits > 1 && c->p[0] == '0';
}

/* Whether the word counts what the number behind it numbers. */
static int
counts(const struct chunk *c)
{
	static const char *const words[] = { "alt", "alternative", "bank",
		"bar", "bars", "beat", "bwv", "ch", "chan", "channel",
		"chapter", "chord", "chords", "clip", "cue", "d", "disc", "ex",
		"example", "exercise", "fill", "groove", "hob", "k", "kit",
		"kv", "level", "lick", "loop", "midi", "movement", "mvt", "n",
		"nb", "no", "nr", "num", "number", "op", "opus", "page", "part",
		"pat", "pattern", "preset", "progression", "riff", "roland",
		"s", "scene", "seq", "set", "song", "take", "tk", "tr", "track",
		"trk", "v", "var", "variation", "ver", "version", "vol",
		"volume", "year", NULL };
	size_t n = c->n;

	while (n > 0 && digit(c->p[n - 1]))
		n--;
	return n == c->n && among(words, c->p, n);
}

/* --- tempo -----------------------------------------------------------------
 */

static const char *const bpm_words[] = { "bpm", "bpms", NULL };

static int
tempo_fits(double v)
{
	return v >= LOWEST && v <= HIGHEST;
}

static int
is_shelf(double low, double high)
{
	return low >= BARE_LOWEST - 10 && high <= BARE_HIGHEST + 10 &&
	    high - low >= SHELF_NARROW && high - low <= SHELF_WIDE;
}

static void
set_tempo(struct reader *r, size_t from, size_t to, double v)
{
	r->x->bpm = v;
	r->x->bare = 0;
	use(r, from, to, &r->x->bpm_at);
}

/* `from` is the number, `to` the word bpm or the same. */
static int
with_bpm(struct reader *r, size_t from, size_t to)
{
	const struct chunk *c = &r->c[from];
	double v = c->v;

	/* 120-129 BPM is a shelf; 120_5bpm was 120.5 once. */
	if (from > 0 && c[-1].number && !c[-1].used && c->before == '-' &&
	    is_shelf(c[-1].v, v)) {
		r->x->low = c[-1].v;
		r->x->high = v;
		use(r, from - 1, to, &r->x->shelf_at);
		return 1;
	}
	if (from > 0 && c[-1].number && c->before == '_' && c->digits == 1 &&
	    c[-1].digits == c[-1].n && tempo_fits(c[-1].v)) {
		set_tempo(r, from - 1, to, c[-1].v + v / 10);
		return 1;
	}
	if (!tempo_fits(v))
		return 0;
	set_tempo(r, from, to, v);
	return 1;
}

/* A folder that ends in a shelf, or is nothing else: `House 120-130`. */
static void
find_shelf(struct reader *r, size_t i)
{
	const struct chunk *c = &r->c[i];
	double low = c->v, high = c[1].v;

	if (!c->number || !c[1].number || c->after != '-' || c[1].used ||
	    !is_shelf(low, high) || (i > 0 && counts(c - 1)))
		return;
	if (i > 0 &&
	    (high - low > SHELF_BARE || fmod(low, 5) != 0 ||
		(fmod(high, 5) != 0 && fmod(high, 5) != 4)))
		return;
	r->x->low = low;
	r->x->high = high;
	use(r, i, i + 1, &r->x->shelf_at);
}

static void
find_tempo(struct reader *r)
{
	static const char *const tempo[] = { "tempo", NULL };
	struct chunk *c;
	struct chunk rest;

	for (size_t i = 0; i < r->n; i++) {
		c = &r->c[i];
		if (unit_is(c, bpm_words) ||
		    (c->digits > 0 && c->n > c->digits &&
			c->p[c->digits] == '.' && c->n > 3 &&
			strncasecmp(c->p + c->n - 3, "bpm", 3) == 0))
			with_bpm(r, i, i);
		else if (c->number && i + 1 < r->n && is_word(c + 1, bpm_words))
			with_bpm(r, i, i + 1);
		else if ((is_word(c, bpm_words) || is_word(c, tempo)) &&
		    !c->used && i + 1 < r->n && c[1].number &&
		    (i == 0 || !c[-1].number) && tempo_fits(c[1].v))
			set_tempo(r, i, i + 1, c[1].v);
		else if (c->n > 3 && strncasecmp(c->p, "bpm", 3) == 0) {
			rest = (struct chunk){ .p = c->p + 3, .n = c->n - 3 };
			number_of(&rest);
			if (rest.number && tempo_fits(rest.v))
				set_tempo(r, i, i, rest.v);
		}
	}
	if (r->place == NAMED_FOLDER && r->n > 1)
		find_shelf(r, r->n - 2);
}

/* Whether it may be a bare tempo, by itself and by its neighbours. */
static int
may_be_bare(const struct reader *r, size_t i)
{
	static const char *const units[] = { "bars", "beats", "best", "bit",
		"chords", "drums", "files", "fills", "free", "grooves", "hits",
		"hz", "kbps", "khz", "licks", "loops", "melodies", "midi",
		"midis", "ms", "nd", "notes", "of", "patterns", "percent",
		"pieces", "presets", "progressions", "rd", "riffs", "samples",
		"songs", "st", "th", "tracks", "tunes", NULL };
	const struct chunk *c = &r->c[i];

	if (!c->number || c->used || leading_zero(c) || c->digits > 3 ||
	    c->v < BARE_LOWEST || c->v >= BARE_HIGHEST)
		return 0;
	if ((c->before == '(' && c->after == ')') ||
	    (c->before == '[' && c->after == ']'))
		return 0;
	if (i > 0 &&
	    (counts(c - 1) ||
		(c[-1].number && c->before != ' ' && c->before != '_')))
		return 0;
	return i + 1 == r->n ||
	    (!is_word(c + 1, units) &&
		!(c[1].number && c->after != ' ' && c->after != '_'));
}

static int
is_counter(const struct chunk *c)
{
	return c->number && !c->used && c->digits == c->n && c->v <= COUNTER &&
	    !(c->before == '(' && c->after == ')');
}

static void
find_bare_tempo(struct reader *r)
{
	size_t last = r->n;
	const struct chunk *c;
	int ok;

	if (r->place == NAMED_TEXT || r->x->bpm_at.n > 0 || r->x->takes)
		return;
	/* A copy's number in brackets is no part of the name. */
	while (
	    last > 0 && r->c[last - 1].number && r->c[last - 1].before == '(')
		last--;
	for (size_t i = 0; i < last; i++) {
		c = &r->c[i];
		if (!may_be_bare(r, i))
			continue;
		/* A key or a meter beside it. */
		ok = r->x->key_at.n > 0 &&
		    ((i > 0 && c[-1].used) || (i + 1 < last && c[1].used));
		/* In `DNB_174_Bass_Dmin` it is a field of its own. */
		ok |= r->x->key_at.n > 0 && i > 0 && i + 1 < last &&
		    c->before == '_' && c->after == '_' && !c[-1].number &&
		    !c[1].number;
		if (r->place == NAMED_FILE && last > 2) {
			if (i == 0)
				ok |=
				    !c[1].number && is_counter(&r->c[last - 1]);
			else if (i + 1 < last)
				ok |= !c[-1].number && !c[1].number &&
				    (is_counter(&r->c[0]) ||
					is_counter(&r->c[last - 1]) ||
					r->x->meter_at.n > 0);
			else
				ok |= is_counter(&r->c[0]) &&
				    (r->c[0].v < BARE_LOWEST ||
					leading_zero(&r->c[0])) &&
				    !c[-1].number;
		}
		if (!ok)
			continue;
		r->x->bpm = c->v;
		r->x->bare = 1;
		use(r, i, i, &r->x->bpm_at);
		return;
	}
}

/* --- bars, takes -----------------------------------------------------------
 */

static void
find_bars(struct reader *r)
{
	static const char *const words[] = { "bar", "bars", "battuta",
		"battute", "compas", "compases", "measure", "measures",
		"mesure", "mesures", "takt", "takte", NULL };
	struct chunk *c;
	size_t to;

	for (size_t i = 0; i < r->n; i++) {
		c = &r->c[i];
		if (c->used || c->digits == 0 || c->v < 1 || c->v > MOST_BARS ||
		    c->v != floor(c->v))
			continue;
		if (unit_is(c, words))
			to = i;
		else if (c->number && i + 1 < r->n && is_word(c + 1, words) &&
		    (c->after == ' ' || c->after == '-' || c->after == '_'))
			to = i + 1;
		else
			continue;
		/* `loop 3 bar 4` and `4-8 bars` state no length. */
		if (to > i && to + 1 < r->n && r->c[to + 1].number)
			continue;
		if (i > 0 && c[-1].number && c->before == '-')
			continue;
		r->x->bars = (uint16_t)c->v;
		use(r, i, to, &r->x->bars_at);
	}
}

static void
find_takes(struct reader *r)
{
	static const char *const words[] = { "take", "takes", "tk", "tks",
		"variation", "variations", "var", NULL };
	const struct chunk *c;
	size_t n;

	for (size_t i = 0; i < r->n; i++) {
		c = &r->c[i];
		for (n = c->n; n > 0 && digit(c->p[n - 1]);)
			n--;
		if (!among(words, c->p, n))
			continue;
		r->x->takes = 1;
		if (n < c->n) {
			for (r->x->take = 0; n < c->n && r->x->take < 1000; n++)
				r->x->take = (uint16_t)(r->x->take * 10 +
				    (c->p[n] - '0'));
			use(r, i, i, &r->x->take_at);
		} else if (i + 1 < r->n && c[1].number && c[1].v < 10000) {
			r->x->take = (uint16_t)c[1].v;
			use(r, i, i + 1, &r->x->take_at);
		}
	}
}

/* --- meter -----------------------------------------------------------------
 */

static int
is_meter(double num, double den)
{
	static const uint32_t over[] = {
		[2] = 1u << 2 | 1u << 3 | 1u << 4,
		[4] = 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 6 |
		    1u << 7 | 1u << 9,
		[8] = 1u << 3 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 9 |
		    1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 15 |
		    1u << 17 | 1u << 19 | 1u << 21,
		[16] = 1u << 5 | 1u << 7 | 1u << 9 | 1u << 11 | 1u << 13 |
		    1u << 15 | 1u << 17 | 1u << 19 | 1u << 21,
	};

	return (den == 2 || den == 4 || den == 8 || den == 16) && num < 32 &&
	    num == floor(num) && (over[(int)den] >> (int)num & 1) != 0;
}

static void
set_meter(struct reader *r, size_t from, size_t to, double num, double den)
{
	r->x->num = (uint8_t)num;
	r->x->den = (uint8_t)den;
	use(r, from, to, &r->x->meter_at);
}

/* Whether the numbers at i and i + 1 are a meter, not a range, a date or two
 * counters. */
static int
meter_at(const struct reader *r, size_t i)
{
	static const char *const times[] = { "beat", "feel", "groove", "meter",
		"metre", "shuffle", "signature", "takt", "time", "waltz",
		NULL };
	const struct chunk *c = &r->c[i];
	char in = c->after;

	if (leading_zero(c) || leading_zero(c + 1) || !is_meter(c->v, c[1].v))
		return 0;
	if (in == ' ')
		return i + 2 < r->n && is_word(c + 2, times);
	if (in != '-' && in != '_' && in != '/')
		return 0;
	if (i > 0 && c[-1].number && c->before == in)
		return 0;
	if (i + 2 < r->n && c[2].number && c[1].after == in)
		return 0;
	if (i > 0 && counts(c - 1))
		return c->before != in && (c->before != ' ' || c->v >= c[1].v);
	return 1;
}

static void
find_meter(struct reader *r)
{
	const char *hash;
	struct chunk den;
	struct chunk *c;

	for (size_t i = 0; i < r->n; i++) {
		c = &r->c[i];
		if (c->used)
			continue;
		if (c->number && i + 1 < r->n && c[1].number && !c[1].used &&
		    meter_at(r, i)) {
			set_meter(r, i, i + 1, c->v, c[1].v);
			continue;
		}
		/* Drum libraries write 6#8, since a name has no slash. */
		if (c->digits == 0 || c->n <= c->digits + 1 ||
		    c->p[c->digits] != '#')
			continue;
		hash = c->p + c->digits;
		den = (struct chunk){ .p = hash + 1,
			.n = (size_t)(c->p + c->n - hash) - 1 };
		number_of(&den);
		if (den.number && !leading_zero(c) && is_meter(c->v, den.v))
			set_meter(r, i, i, c->v, den.v);
	}
}

/* --- key -------------------------------------------------------------------
 */

/* A chunk and those behind it as a note name with what follows. */
static struct notes_name
note_at(const struct reader *r, size_t i)
{
	const char *p[3];
	size_t n[3], k;

	for (k = 0; k < 3 && i + k < r->n; k++) {
		if (k > 0 &&
		    (r->c[i + k].used ||
			(r->c[i + k].before != ' ' &&
			    r->c[i + k].before != '-' &&
			    r->c[i + k].before != '_')))
			break;
		p[k] = r->c[i + k].p;
		n[k] = r->c[i + k].n;
	}
	return notes_name(p, n, k);
}

static int
plain_word(const struct chunk *c)
{
	return !c->used && c->digits == 0;
}

/* Whether a lone `Am` or `Bb` is no key but English, or a clarinet. */
static int
is_english(const struct reader *r, size_t i)
{
	static const char *const before[] = { "all", "as", "beat", "get",
		"give", "here", "hit", "i", "kill", "let", "show", "so", "tell",
		"what", "where", "who", NULL };
	static const char *const after[] = { "all", "alto", "baritone",
		"clarinet", "cornet", "horn", "i", "instrument", "not",
		"saxophone", "sax", "soprano", "tenor", "trumpet", "tuba",
		NULL };
	const struct chunk *c = &r->c[i];

	return (i > 0 && is_word(c - 1, before)) ||
	    (i + 1 < r->n && is_word(c + 1, after));
}

/* Whether the word before says that a key follows. */
static int
announced(const struct reader *r, size_t i, size_t to)
{
	static const char *const key[] = { "key", "keyof", "tonality", "tonart",
		"tonalite", "tonalita", NULL };
	static const char *const in[] = { "in", NULL };
	static const char *const of[] = { "of", NULL };
	const struct chunk *c = &r->c[i];

	if (i > 0 && is_word(c - 1, key))
		return 1;
	if (i > 1 && is_word(c - 1, of) && is_word(c - 2, key))
		return 1;
	/* `in A` at the end, or before a number: `in a silent way` is none. */
	return i > 0 && is_word(c - 1, in) &&
	    (to + 1 == r->n || r->c[to].after != ' ' ||
		r->c[to + 1].digits > 0);
}

/* `120bpm_C_` and `124bpm C 8bar`, as names made of columns have it. */
static int
behind_tempo(const struct reader *r, size_t i)
{
	const struct chunk *c = &r->c[i];

	return i > 0 && r->x->bpm_at.n > 0 && c[-1].used &&
	    c[-1].p + c[-1].n == r->text + r->x->bpm_at.at + r->x->bpm_at.n &&
	    ((c->before == '_' && c->after == '_') ||
		(i + 1 < r->n && c[1].used &&
		    c[1].p == r->text + r->x->bars_at.at));
}

static void
set_key(struct reader *r, size_t i, const struct notes_name *k)
{
	r->x->tonic = k->tonic;
	r->x->minor = k->minor;
	use(r, i, i + k->words - 1, &r->x->key_at);
}

/* Of all note names in the text the one that is a key.  One whose mode is
 * spelled out is, if the others agree; else one that is announced; else a
 * lone `F#m` among words.  What is left of a lone one is a chord. */
static void
find_key(struct reader *r)
{
	static const char *const chords[] = { "chord", "triad", "akkord",
		"accord", "acorde", "accordo", NULL };
	struct notes_name k, full = { 0 }, lone = { 0 };
	size_t full_at = 0, lone_at = 0, names = 0, words = 0, i;
	int others = 0, chord = 0, was = 0;

	for (i = 0; i<r->n; i += k.words> 0 ? k.words : 1) {
		k = (struct notes_name){ 0 };
		if (r->c[i].used)
			continue;
		k = note_at(r, i);
		if (k.words > 0 && k.how != NOTES_CHORD &&
		    (announced(r, i, i + k.words - 1) || behind_tempo(r, i))) {
			set_key(r, i, &k);
			return;
		}
		if (k.words == 0 ||
		    (k.how == NOTES_LETTER && r->place == NAMED_TEXT)) {
			words += plain_word(&r->c[i]) ? 1 : 0;
			chord |= is_word(&r->c[i], chords);
			k.words = 0;
			was = 0;
			continue;
		}
		/* C - Am - F: letters that stand by chords are chords. */
		if (was && (k.how == NOTES_LETTER || was == NOTES_LETTER))
			names++;
		was = (int)k.how;
		if (k.how == NOTES_MODE) {
			others |= full.words > 0 &&
			    (full.tonic != k.tonic || full.minor != k.minor);
			full = k;
			full_at = i;
		} else if (k.how != NOTES_LETTER && !is_english(r, i)) {
			names++;
			lone = k;
			lone_at = i;
		}
	}
	if (full.words > 0 && !others)
		set_key(r, full_at, &full);
	if (names != 1 || lone.words == 0 || full.words > 0 ||
	    r->place == NAMED_TEXT)
		return;
	if (lone.how != NOTES_CHORD && !chord &&
	    (r->place == NAMED_FOLDER || words > 0))
		set_key(r, lone_at, &lone);
	else if (lone.how != NOTES_LETTER)
		use(r, lone_at, lone_at, &r->x->chord_at);
}

/* --- all of it -------------------------------------------------------------
 */

void
named_read(struct named *x, const char *s, size_t n, enum named_place place)
{
	struct reader r = { .x = x, .place = place, .text = s };

	*x = (struct named){ 0 };
	cut(&r, s, n < TOKENS_TEXT ? n : TOKENS_TEXT);
	find_tempo(&r);
	find_takes(&r);
	find_bars(&r);
	find_meter(&r);
	find_key(&r);
	find_bare_tempo(&r);
}

double
named_tempo(const char *s, size_t n, double *conf)
{
	const char *p = s, *end, *slash;
	struct named x;
	double found = 0;
	size_t k;
	int takes = 0;

	*conf = 0;
	if (n == 0)
		return 0;
	for (end = s + n; p < end; p = slash + 1) {
		if ((slash = memchr(p, '/', (size_t)(end - p))) == NULL)
			slash = end;
		k = tokens_stem(p, (size_t)(slash - p));
		named_read(&x, p, k, slash == end ? NAMED_FILE : NAMED_FOLDER);
		takes |= x.takes;
		/* What is stated in full is not taken back by a bare one. */
		if (x.bpm == 0 || (x.bare && (takes || *conf > .8)))
			continue;
		found = x.bpm;
		*conf = x.bare ? .8 : .9;
	}
	return found;
}
