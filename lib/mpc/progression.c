/* progression - the chords of a song as a .progression */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "mpc/json.h"
#include "mpc/progression.h"

enum {
	LOWEST = 27,  /* that any known file of the device has, */
	HIGHEST = 83, /* and highest */
	MIDDLE = 48,  /* where notes are added that the file does not play */
	FEWEST = 3,
	MOST = 6,
	OCTAVE = 2,    /* what most known files say */
	HALF_BANK = 8, /* pads: 8 or 16 */
	CLASSES = 12
};

static const char *const roots[CLASSES] = { "C", "C#", "D", "D#", "E", "F",
	"F#", "G", "G#", "A", "A#", "B" };
static const char *const scales[] = { "Major", "Natural Minor",
	"Pentatonic Minor", "Chromatic" };
static const char *const pad_roles[] = { [PAD_NORMAL] = "Normal",
	[PAD_ROOT] = "Root",
	[PAD_BELOW_ROOT] = "BelowRoot",
	[PAD_ABOVE_ROOT] = "AboveRoot" };

/* --- making ----------------------------------------------------------------
 */

/* The pitches of a chord's classes that sound between two ticks. */
static void
heard(const struct song *s, const struct parts *parts, int64_t from, int64_t to,
    unsigned classes, uint8_t pitch[128])
{
	memset(pitch, 0, 128);
	for (size_t i = 0; i < s->nnotes && s->note[i].on < to; i++) {
		const struct note *n = &s->note[i];

		if ((n->off > from || n->on >= from) && n->pitch >= LOWEST &&
		    n->pitch <= HIGHEST &&
		    (classes >> n->pitch % CLASSES & 1) != 0 &&
		    !parts_is_drum(parts, n))
			pitch[n->pitch] = 1;
	}
}

static unsigned
count(const uint8_t pitch[128], unsigned class)
{
	unsigned n = 0;

	for (unsigned p = 0; p < 128; p++)
		n += pitch[p] && (class == CLASSES || p % CLASSES == class);
	return n;
}

/* What the chord lacks is added in the middle; of what is doubled, the
 * highest goes until a hand can hold the rest. */
static void
voice(struct pad_chord *c, unsigned classes, uint8_t pitch[128])
{
	unsigned p, class;

	for (class = 0; class < CLASSES; class ++)
		if ((classes >> class & 1) != 0 && count(pitch, class) == 0)
			pitch[MIDDLE + class] = 1;
	for (p = HIGHEST + 1; count(pitch, CLASSES) > MOST && p-- > 0;)
		if (pitch[p] && count(pitch, p % CLASSES) > 1)
			pitch[p] = 0;
	for (p = 0, c->n = 0; p < 128; p++)
		if (pitch[p])
			c->note[c->n++] = (uint8_t)p;
}

/* Am, or Am/C where another of its notes is the lowest. */
static int
name_pad(struct pad_chord *pad, const struct chord *c, const struct key *key)
{
	struct chord bass = { .root = pad->note[0] % CLASSES };
	struct buf b = { 0 };
	int bad = chord_text(c, key, &b) == -1;

	if (!bad && bass.root != c->root)
		bad =
		    buf_byte(&b, '/') == -1 || chord_text(&bass, key, &b) == -1;
	if (!bad && b.len < sizeof(pad->name))
		memcpy(pad->name, b.p, b.len + 1);
	buf_free(&b);
	return bad ? -1 : 0;
}

static int64_t
tick_of(const struct music *m, uint32_t beat)
{
	const struct grid *g = &m->tempo.grid;

	return (int64_t)(g->origin + (m->chords.first + beat) * g->beat);
}

static int
make_pad(struct pad_chord *pad, const struct chord *c, const struct song *s,
    const struct music *m)
{
	unsigned classes = chord_classes(c);
	int64_t from = tick_of(m, c->from), to = tick_of(m, c->to);
	uint8_t pitch[128];

	*pad = (struct pad_chord){ .role = PAD_NORMAL };
	/* As it begins; all of it where that is broken or arpeggiated. */
	heard(s, &m->parts, from, tick_of(m, c->from + 1), classes, pitch);
	if (count(pitch, CLASSES) < FEWEST)
		heard(s, &m->parts, from, to, classes, pitch);
	voice(pad, classes, pitch);
	return name_pad(pad, c, &m->key);
}

/* Their number, or 0 when there are more than max. */
static int
find_distinct(const struct chords *c, const struct chord *chord[], unsigned max)
{
	unsigned n = 0, k;

	for (size_t i = 0; i < c->n; i++) {
		for (k = 0; k < n; k++)
			if (chord[k]->root == c->chord[i].root &&
			    chord[k]->quality == c->chord[i].quality)
				break;
		if (k < n)
			continue;
		if (n == max)
			return 0;
		chord[n++] = &c->chord[i];
	}
	return (int)n;
}

static void
find_root(struct progression *p, const struct chord *const chord[], unsigned n)
{
	unsigned at = 0;

	for (unsigned i = n; i-- > 0;)
		if (chord[i]->root == p->root)
			at = i;
	p->pad[at].role = PAD_ROOT;
}

int
progression_make(
    struct progression *p, const struct song *s, const struct music *m)
{
	const struct chord *chord[PROGRESSION_PADS];
	int n = find_distinct(&m->chords, chord, PROGRESSION_PADS);
	unsigned distinct = (unsigned)n;

	if (n < PROGRESSION_LEAST)
		return 0;
	*p = (struct progression){ .root = m->key.tonic >= 0 ? m->key.tonic
							     : chord[0]->root,
		.minor = m->key.tonic >= 0 ? m->key.minor
					   : chord[0]->quality == CHORD_MIN,
		.octave = OCTAVE,
		.pads = distinct <= HALF_BANK ? HALF_BANK : PROGRESSION_PADS };
	for (unsigned i = 0; i < distinct; i++)
		if (make_pad(&p->pad[i], chord[i], s, m) == -1)
			return -1;
	for (unsigned i = distinct; i < p->pads; i++)
		p->pad[i] = p->pad[i - distinct];
	find_root(p, chord, distinct);
	return n;
}

/* --- writing ---------------------------------------------------------------
 */

static void
text(yajl_gen g, const char *s)
{
	yajl_gen_string(g, (const unsigned char *)s, strlen(s));
}

static void
pair(yajl_gen g, const char *key, const char *s)
{
	text(g, key);
	text(g, s);
}

static void
write_pad(yajl_gen g, const struct pad_chord *c)
{
	yajl_gen_map_open(g);
	pair(g, "name", c->name);
	pair(g, "role", pad_roles[c->role]);
	text(g, "notes");
	yajl_gen_array_open(g);
	for (unsigned i = 0; i < c->n; i++)
		yajl_gen_integer(g, c->note[i]);
	yajl_gen_array_close(g);
	yajl_gen_map_close(g);
}

int
progression_write(const struct progression *p, const char *name, struct buf *b)
{
	yajl_gen g = yajl_gen_alloc(NULL);
	const unsigned char *s;
	size_t n;
	int bad;

	buf_clear(b);
	if (g == NULL) {
		errno = ENOMEM;
		return -1;
	}
	yajl_gen_config(g, yajl_gen_beautify, 1);
	yajl_gen_config(g, yajl_gen_indent_string, "    ");
	yajl_gen_map_open(g);
	text(g, "progression");
	yajl_gen_map_open(g);
	pair(g, "name", name);
	pair(g, "rootNote", roots[p->root]);
	pair(g, "scale", scales[p->minor != 0]);
	text(g, "recordingOctave");
	yajl_gen_integer(g, p->octave);
	text(g, "chords");
	yajl_gen_array_open(g);
	for (unsigned i = 0; i < p->pads; i++)
		write_pad(g, &p->pad[i]);
	yajl_gen_array_close(g);
	yajl_gen_map_close(g);
	yajl_gen_map_close(g);
	bad = yajl_gen_get_buf(g, &s, &n) != yajl_gen_status_ok ||
	    buf_add(b, s, n) == -1;
	yajl_gen_free(g);
	if (bad)
		errno = ENOMEM;
	return bad ? -1 : 0;
}

/* --- checking --------------------------------------------------------------
 */

static int
is_one_of(const char *s, const char *const list[], size_t n)
{
	for (size_t i = 0; s != NULL && i < n; i++)
		if (strcmp(s, list[i]) == 0)
			return 1;
	return 0;
}

static const char *
check_pad(yajl_val pad)
{
	yajl_val notes = json_member(pad, "notes");
	yajl_val v;

	if (json_text(pad, "name") == NULL)
		return "a chord without a name";
	if (!is_one_of(json_text(pad, "role"), pad_roles,
		sizeof(pad_roles) / sizeof(*pad_roles)))
		return "a chord without a role";
	if (!YAJL_IS_ARRAY(notes) || notes->u.array.len == 0)
		return "a chord without notes";
	for (size_t i = 0; i < notes->u.array.len; i++) {
		v = notes->u.array.values[i];
		if (!YAJL_IS_INTEGER(v) || YAJL_GET_INTEGER(v) < 0 ||
		    YAJL_GET_INTEGER(v) > 127)
			return "a note out of range";
	}
	return NULL;
}

static const char *
check_all(yajl_val p)
{
	yajl_val chords = json_member(p, "chords");
	long long octave;
	const char *why = NULL, *role;
	size_t n, root = 0;

	if (json_text(p, "name") == NULL)
		return "no name";
	if (!is_one_of(json_text(p, "rootNote"), roots, CLASSES))
		return "no root note";
	if (!is_one_of(json_text(p, "scale"), scales,
		sizeof(scales) / sizeof(*scales)))
		return "a scale that the device does not know";
	if (!json_int(p, "recordingOctave", 0, 8, &octave))
		return "no recording octave";
	if (!YAJL_IS_ARRAY(chords))
		return "no chords";
	n = chords->u.array.len;
	if (n != HALF_BANK && n != PROGRESSION_PADS)
		return "neither 8 nor 16 chords";
	for (size_t i = 0; i < n && why == NULL; i++) {
		why = check_pad(chords->u.array.values[i]);
		role = json_text(chords->u.array.values[i], "role");
		root += role != NULL && strcmp(role, "Root") == 0;
	}
	if (why == NULL && root > 1)
		why = "more than one root";
	return why;
}

int
progression_check(const char *s, size_t n, const char **why)
{
	yajl_val root = json_parse(s, n);
	yajl_val p = json_member(root, "progression");

	/* Some of the device's own files spell it so. */
	if (p == NULL)
		p = json_member(root, "progession");
	*why = root == NULL      ? "not JSON"
	    : !YAJL_IS_OBJECT(p) ? "not a progression"
				 : check_all(p);
	yajl_tree_free(root);
	return *why == NULL ? 0 : -1;
}
