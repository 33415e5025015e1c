/* pattern_form - the text of an .mpcpattern
 *
 * The JSON library writes a pattern of two notes once, with marks in the
 * place of their numbers; what stands between the marks is then the text of
 * every pattern.  So the library decides the layout, and a note costs the
 * copying of its text.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "mpc/pattern.h"
#include "stream/num.h"

enum {
	MARK = '@',    /* is in no name or value of the format */
	MODIFIERS = 16 /* of a nested note */
};

static void
key(yajl_gen g, const char *k)
{
	yajl_gen_string(g, (const unsigned char *)k, strlen(k));
}

static void
number(yajl_gen g, const char *k, const char *text)
{
	key(g, k);
	yajl_gen_number(g, text, strlen(text));
}

static void
boolean(yajl_gen g, const char *k, int value)
{
	key(g, k);
	yajl_gen_bool(g, value);
}

static void
length(yajl_gen g)
{
	key(g, "length");
	yajl_gen_integer(g, INT64_MAX); /* unbounded */
}

static void
flat_note(yajl_gen g)
{
	yajl_gen_map_open(g);
	number(g, "type", "2");
	number(g, "time", "@t");
	number(g, "len", "@l");
	number(g, "1", "@n");
	number(g, "2", "@v");
	number(g, "3", "0");
	number(g, "mod", "0");
	number(g, "modVal", "0.5");
	yajl_gen_map_close(g);
}

static void
nested_note(yajl_gen g)
{
	static const char wrapper[] =
	    "EnumCerealisationWrapper(selectedModifierType)";
	static const char tune[] = "Tuning (coarse)";
	char name[32];

	yajl_gen_map_open(g);
	number(g, "version", "2");
	number(g, "time", "@t");
	number(g, "type", "3");
	number(g, "channel", "0");
	boolean(g, "selected", 0);
	boolean(g, "muted", 0);
	boolean(g, "invented", 0);
	key(g, "note");
	yajl_gen_map_open(g);
	number(g, "version", "1");
	number(g, "note", "@n");
	number(g, "velocity", "@v");
	number(g, "length", "@l");
	number(g, "probability", "100");
	number(g, "ratchet", "1");
	number(g, "articulation", "197");
	for (int i = 0; i < MODIFIERS; i++) {
		/* Tuning, fine tuning and decay rest in the middle, the
		 * slice at its end. */
		snprintf(name, sizeof(name), "modifierValue%d", i);
		number(g, name,
		    i == 0 || i == 1 || i == 5 ? "0.5"
			: i == 6               ? "1.0"
					       : "0.0");
		snprintf(name, sizeof(name), "modifierActiveState%d", i);
		boolean(g, name, 0);
	}
	key(g, wrapper);
	key(g, tune);
	yajl_gen_map_close(g);
	yajl_gen_map_close(g);
}

static void
nested_head(yajl_gen g)
{
	number(g, "version", "2");
	number(g, "numFilterTypes", "30");
	key(g, "quantisation");
	yajl_gen_map_open(g);
	number(g, "version", "1");
	number(g, "pulses", "0");
	number(g, "swing", "0.0");
	number(g, "strength", "1.0");
	yajl_gen_map_close(g);
}

static void
two_notes(yajl_gen g, enum pattern_schema schema)
{
	void (*note)(yajl_gen) =
	    schema == PATTERN_MPC3 ? nested_note : flat_note;

	yajl_gen_map_open(g);
	key(g, "pattern");
	yajl_gen_map_open(g);
	length(g);
	if (schema == PATTERN_MPC3)
		nested_head(g);
	key(g, "events");
	yajl_gen_array_open(g);
	note(g);
	note(g);
	yajl_gen_array_close(g);
	yajl_gen_map_close(g);
	yajl_gen_map_close(g);
}

static void
cut_at_marks(struct pattern_form *f)
{
	const char *text = f->text.p, *mark;
	size_t at = 0;

	for (size_t i = 0; i < PATTERN_PIECES; i++) {
		mark = memchr(text + at, MARK, f->text.len - at);
		f->piece[i].at = at;
		f->piece[i].field = mark == NULL ? '\0' : mark[1];
		f->piece[i].len = mark == NULL ? f->text.len - at
					       : (size_t)(mark - text) - at;
		at += f->piece[i].len + 2;
		if (mark == NULL)
			return;
	}
}

/* The devices hold a velocity as a 32-bit float: its value, in the fewest
 * digits that a reader of doubles takes for the same. */
static void
velocities(struct pattern_form *f)
{
	for (int v = 0; v < 128; v++) {
		double x = (double)((float)v / 127.0f);
		char *s = f->velocity[v];
		size_t room = sizeof(f->velocity[v]);

		for (int digits = 1; digits <= 17; digits++) {
			snprintf(s, room, "%.*g", digits, x);
			if (strtod(s, NULL) == x)
				break;
		}
		if (strchr(s, '.') == NULL)
			snprintf(s, room, "%.1f", x);
	}
}

int
pattern_form_make(struct pattern_form *f, enum pattern_schema schema)
{
	const unsigned char *text;
	size_t len;
	yajl_gen g;
	int bad;

	*f = (struct pattern_form){ 0 };
	if ((g = yajl_gen_alloc(NULL)) == NULL) {
		errno = ENOMEM;
		return -1;
	}
	yajl_gen_config(g, yajl_gen_beautify, 1);
	yajl_gen_config(g, yajl_gen_indent_string, "  ");
	two_notes(g, schema);
	bad = yajl_gen_get_buf(g, &text, &len) != yajl_gen_status_ok ||
	    buf_add(&f->text, text, len) == -1;
	yajl_gen_free(g);
	if (bad) {
		errno = ENOMEM;
		return -1;
	}
	cut_at_marks(f);
	velocities(f);
	return 0;
}

void
pattern_form_free(struct pattern_form *f)
{
	buf_free(&f->text);
}

static char *
put_field(const struct pattern_form *f, char *q, char field,
    const struct pattern_note *n)
{
	switch (field) {
	case 't':
		return num_put(q, (uint64_t)n->time);
	case 'l':
		return num_put(q, (uint64_t)(n->end - n->time));
	case 'n':
		return num_put(q, n->pitch);
	default:
		return stpcpy(q, f->velocity[n->velocity & 127]);
	}
}

static char *
put_piece(const struct pattern_form *f, char *q, size_t i)
{
	memcpy(q, f->text.p + f->piece[i].at, f->piece[i].len);
	return q + f->piece[i].len;
}

/* Piece 0 opens the first note, 1 to 3 stand inside a note, 4 between two,
 * 8 behind the last; 5 to 7 are 1 to 3 again. */
int
pattern_write(
    const struct pattern_form *f, const struct pattern *p, struct buf *b)
{
	size_t most = f->text.len + PATTERN_FIELDS * sizeof(*f->velocity);
	char *q;

	buf_clear(b);
	if (p->n >= SIZE_MAX / 8 / most) {
		errno = ENOMEM;
		return -1;
	}
	for (size_t i = 0; i < p->n; i++) {
		if (b->cap - b->len <= most && buf_grow(b, most) == -1)
			return -1;
		q = put_piece(f, b->p + b->len, i == 0 ? 0 : PATTERN_FIELDS);
		for (size_t k = 0; k < PATTERN_FIELDS; k++) {
			if (k > 0)
				q = put_piece(f, q, k);
			q = put_field(f, q, f->piece[k].field, &p->note[i]);
		}
		b->len = (size_t)(q - b->p);
	}
	return buf_add(b, f->text.p + f->piece[PATTERN_PIECES - 1].at,
	    f->piece[PATTERN_PIECES - 1].len);
}
