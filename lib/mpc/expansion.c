/* expansion - what makes a folder of patterns a browsable pack */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "files/hash.h"
#include "mpc/expansion.h"
#include "mpc/xml.h"

enum {
	SIDE = 600, /* pixels */
	CELLS = 10, /* of the figure, a side */
	CELL = SIDE / CELLS
};

/* org.midiflow.nightdrive: letters and digits alone. */
static int
identifier(struct buf *b, const char *title)
{
	if (buf_str(b, "org.midiflow.") == -1)
		return -1;
	for (; *title != '\0'; title++)
		if (isalnum((unsigned char)*title) &&
		    buf_byte(b, (char)tolower((unsigned char)*title)) == -1)
			return -1;
	return 0;
}

int
expansion_xml(const char *title, struct buf *b)
{
	mxml_node_t *xml = mxmlNewXML("1.0"), *e;
	struct buf id = { 0 };
	int bad = -1;

	buf_clear(b);
	if (xml != NULL && identifier(&id, title) == 0) {
		e = mxmlNewElement(xml, "expansion");
		mxmlElementSetAttr(e, "version", "2.0.0.0");
		mxmlElementSetAttr(e, "buildVersion", "2.11.2.2");
		mxmlNewElement(e, "local");
		xml_text(e, "identifier", id.p);
		xml_text(e, "title", title);
		xml_text(e, "manufacturer", "midiflow");
		xml_text(e, "version", "1.0.0.0");
		xml_text(e, "type", "drum");
		xml_text(e, "priority", "50");
		xml_text(e, "img", EXPANSION_COVER);
		xml_text(e, "description", "MIDI patterns, by tempo.");
		xml_text(e, "separator", "-");
		bad = xml_write(xml, b);
	}
	mxmlDelete(xml);
	buf_free(&id);
	return bad;
}

int
expansion_check(const char *text, size_t n, const char **why)
{
	static const char *const needs[] = { "identifier", "title",
		"manufacturer", "version", "type" };
	mxml_node_t *xml = xml_parse(text, n);
	mxml_node_t *e = xml_child(xml, "expansion");

	*why = xml == NULL ? "not XML" : e == NULL ? "not an expansion" : NULL;
	for (size_t i = 0; *why == NULL && i < sizeof(needs) / sizeof(*needs);
	     i++)
		if (xml_value(e, needs[i]) == NULL)
			*why = "an element is missing";
	mxmlDelete(xml);
	return *why == NULL ? 0 : -1;
}

/* A figure that is the same left and right, with an empty edge. */
static int
in_figure(uint64_t shape, int x, int y)
{
	int cx = x / CELL, cy = y / CELL;
	int column = cx < CELLS / 2 ? cx : CELLS - 1 - cx;

	return column > 0 && cy > 0 && cy < CELLS - 1 &&
	    (shape >> (cy * (CELLS / 2) + column) & 1) != 0;
}

static void
paint(uint64_t h, uint8_t *p)
{
	static const uint8_t ground[3] = { 24, 26, 30 };
	uint8_t colour[3];

	for (int i = 0; i < 3; i++)
		colour[i] = (uint8_t)(80 + (h >> 8 * i) % 160);
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++, p += 3)
			memcpy(p, in_figure(h, x, y) ? colour : ground, 3);
}

int
expansion_cover(const char *title, struct buf *b)
{
	png_image image = { .version = PNG_IMAGE_VERSION,
		.width = SIDE,
		.height = SIDE,
		.format = PNG_FORMAT_RGB };
	png_alloc_size_t n = PNG_IMAGE_PNG_SIZE_MAX(image);
	uint8_t *pixels = calloc(SIDE * SIDE, 3);
	int bad = -1;

	buf_clear(b);
	if (pixels != NULL && buf_grow(b, n) == 0) {
		paint(hash_short(title, strlen(title), 0), pixels);
		if (png_image_write_to_memory(
			&image, b->p, &n, 0, pixels, 0, NULL)) {
			b->len = n;
			bad = 0;
		}
	}
	png_image_free(&image);
	free(pixels);
	if (bad)
		errno = ENOMEM;
	return bad;
}
