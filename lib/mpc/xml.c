/* xml - what writers and readers of the device's XML files share */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mpc/xml.h"

enum { INDENT = 2, DEEPEST = 8 };

void
xml_text(mxml_node_t *parent, const char *name, const char *text)
{
	mxmlNewOpaque(mxmlNewElement(parent, name), text);
}

static int
depth(mxml_node_t *n)
{
	int d = 0;

	for (n = mxmlGetParent(n); n != NULL; n = mxmlGetParent(n))
		d += strncmp(mxmlGetElement(n), "?xml", 4) != 0;
	return d;
}

static int
holds_elements(mxml_node_t *n)
{
	n = mxmlGetFirstChild(n);
	return n != NULL && mxmlGetType(n) == MXML_ELEMENT;
}

/* Each element on a line of its own; a text stays inside its own. */
static const char *
space(mxml_node_t *n, int where)
{
	static const char blanks[] = "\n                ";
	int d = depth(n);

	if (d > DEEPEST)
		d = DEEPEST;
	switch (where) {
	case MXML_WS_BEFORE_OPEN:
		if (strncmp(mxmlGetElement(n), "?xml", 4) == 0)
			return NULL;
		break;
	case MXML_WS_BEFORE_CLOSE:
		if (!holds_elements(n))
			return NULL;
		break;
	default:
		return NULL;
	}
	/* The library keeps no copy, so each depth has its own text. */
	{
		static char line[DEEPEST + 1][sizeof(blanks)];

		memcpy(line[d], blanks, sizeof(blanks));
		line[d][1 + INDENT * d] = '\0';
		return line[d];
	}
}

int
xml_write(mxml_node_t *xml, struct buf *b)
{
	char *s;
	int bad;

	mxmlSetWrapMargin(0);
	if ((s = mxmlSaveAllocString(xml, space)) == NULL) {
		errno = ENOMEM;
		return -1;
	}
	bad = buf_str(b, s) == -1 ||
	    (b->len > 0 && b->p[b->len - 1] != '\n' && buf_byte(b, '\n') == -1);
	free(s);
	return bad ? -1 : 0;
}

/* What it has to complain of is told by its NULL. */
static void
silent(const char *message)
{
	(void)message;
}

mxml_node_t *
xml_parse(const char *s, size_t n)
{
	char *text;
	mxml_node_t *xml;

	if (memchr(s, '\0', n) != NULL || (text = strndup(s, n)) == NULL)
		return NULL;
	mxmlSetErrorCallback(silent);
	xml = mxmlLoadString(NULL, text, MXML_OPAQUE_CALLBACK);
	free(text);
	return xml;
}

mxml_node_t *
xml_child(mxml_node_t *n, const char *name)
{
	const char *element;

	if (n == NULL)
		return NULL;
	/* Without a declaration the root is the tree itself. */
	element = mxmlGetElement(n);
	if (mxmlGetParent(n) == NULL && element != NULL &&
	    strcmp(element, name) == 0)
		return n;
	for (n = mxmlGetFirstChild(n); n != NULL; n = mxmlGetNextSibling(n)) {
		element = mxmlGetElement(n);
		if (element != NULL && strcmp(element, name) == 0)
			return n;
	}
	return NULL;
}

const char *
xml_value(mxml_node_t *n, const char *name)
{
	n = xml_child(n, name);
	return n == NULL ? NULL : mxmlGetOpaque(n);
}
