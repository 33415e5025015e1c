/* program - a MIDI program (.xpm) that puts a drum map on the pads */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mxml.h>
#include <yajl/yajl_gen.h>

#include "mpc/program.h"
#include "mpc/xml.h"

enum { PADS = 128, YELLOW = 0xffff00, MIDI_TYPE = 4 };

#define PADS_ELEMENT "ProgramPads-v2.10"

/* General MIDI's drums as players lay them out: kick, snare, hats, clap, rim,
 * toms from low to high, cymbals, percussion. */
static const uint8_t kit_order[] = { 36, 38, 42, 46, 39, 37, 45, 47, 50, 49, 51,
	54, 56, 44, 35, 40, 41, 43, 48, 52, 53, 55, 57, 59 };

static void
pad_notes(const struct drum_map *m, uint8_t note[PADS])
{
	uint8_t used[DRUM_NOTES] = { 0 };
	unsigned n = 0, to;

	for (size_t i = 0; i < sizeof(kit_order); i++) {
		to = m->to[kit_order[i]];
		if (!used[to])
			note[n++] = (uint8_t)to;
		used[to] = 1;
	}
	for (unsigned i = 0; n < PADS; i++) {
		to = (36 + i) % DRUM_NOTES;
		if (!used[to])
			note[n++] = (uint8_t)to;
		used[to] = 1;
	}
}

static void
key(yajl_gen g, const char *k)
{
	yajl_gen_string(g, (const unsigned char *)k, strlen(k));
}

static void
one_value(yajl_gen g, const char *k, int flag, long long v)
{
	key(g, k);
	yajl_gen_map_open(g);
	key(g, "value0");
	if (flag)
		yajl_gen_bool(g, v != 0);
	else
		yajl_gen_integer(g, v);
	yajl_gen_map_close(g);
}

/* The pads' colours, none set: JSON inside the XML. */
static int
pads_text(struct buf *b)
{
	yajl_gen g = yajl_gen_alloc(NULL);
	const unsigned char *s;
	char name[16];
	size_t n;
	int bad;

	if (g == NULL)
		return -1;
	yajl_gen_config(g, yajl_gen_beautify, 1);
	yajl_gen_config(g, yajl_gen_indent_string, "    ");
	yajl_gen_map_open(g);
	key(g, PADS_ELEMENT);
	yajl_gen_map_open(g);
	one_value(g, "Universal", 1, 1);
	one_value(g, "Type", 0, MIDI_TYPE);
	key(g, "universalPad");
	yajl_gen_integer(g, YELLOW);
	key(g, "pads");
	yajl_gen_map_open(g);
	for (int i = 0; i < PADS; i++) {
		snprintf(name, sizeof(name), "value%d", i);
		key(g, name);
		yajl_gen_integer(g, 0);
	}
	yajl_gen_map_close(g);
	one_value(g, "UnusedPads", 0, 1);
	yajl_gen_map_close(g);
	yajl_gen_map_close(g);
	bad = yajl_gen_get_buf(g, &s, &n) != yajl_gen_status_ok ||
	    buf_add(b, s, n) == -1;
	yajl_gen_free(g);
	return bad ? -1 : 0;
}

static void
put_notes(mxml_node_t *program, const struct drum_map *m)
{
	mxml_node_t *map = mxmlNewElement(program, "PadNoteMap"), *pad;
	uint8_t note[PADS];

	pad_notes(m, note);
	for (int i = 0; i < PADS; i++) {
		pad = mxmlNewElement(map, "PadNote");
		mxmlElementSetAttrf(pad, "number", "%d", i + 1);
		mxmlNewOpaquef(mxmlNewElement(pad, "Note"), "%d", note[i]);
	}
}

int
program_write(const struct drum_map *m, const char *name, struct buf *b)
{
	mxml_node_t *xml = mxmlNewXML("1.0"), *root, *program;
	struct buf pads = { 0 };
	int bad = -1;

	buf_clear(b);
	if (xml != NULL && pads_text(&pads) == 0) {
		root = mxmlNewElement(xml, "MPCVObject");
		program = mxmlNewElement(root, "Version");
		xml_text(program, "File_Version", "2.1");
		xml_text(program, "Application", "MPC-V");
		xml_text(program, "Application_Version", "2.15.0.18");
		xml_text(program, "Platform", "Linux");
		program = mxmlNewElement(root, "Program");
		mxmlElementSetAttr(program, "type", "MIDI");
		xml_text(program, "ProgramName", name);
		xml_text(program, PADS_ELEMENT, pads.p);
		put_notes(program, m);
		mxmlNewElement(program, "QLinkAssignments");
		bad = xml_write(xml, b);
	}
	mxmlDelete(xml);
	buf_free(&pads);
	return bad;
}

static const char *
check_pads(mxml_node_t *program)
{
	mxml_node_t *map = xml_child(program, "PadNoteMap"), *pad;
	const char *s;
	char *end;
	int n = 0;

	if (map == NULL)
		return "no pad map";
	for (pad = mxmlGetFirstChild(map); pad != NULL;
	     pad = mxmlGetNextSibling(pad)) {
		if (mxmlGetElement(pad) == NULL)
			continue;
		s = xml_value(pad, "Note");
		if (s == NULL || strtol(s, &end, 10) < 0 || end == s ||
		    strtol(s, NULL, 10) > 127)
			return "a pad without a note";
		n++;
	}
	return n == PADS ? NULL : "not 128 pads";
}

int
program_check(const char *text, size_t n, const char **why)
{
	mxml_node_t *xml = xml_parse(text, n), *root, *program;
	const char *type;

	root = xml_child(xml, "MPCVObject");
	program = xml_child(root, "Program");
	type = program == NULL ? NULL : mxmlElementGetAttr(program, "type");
	if (xml == NULL)
		*why = "not XML";
	else if (type == NULL || xml_child(root, "Version") == NULL)
		*why = "not a program";
	/* The name of it was another in the first version. */
	else if (xml_value(program, "ProgramName") == NULL &&
	    xml_value(program, "Name") == NULL)
		*why = "no name";
	else
		*why = check_pads(program);
	mxmlDelete(xml);
	return *why == NULL ? 0 : -1;
}
