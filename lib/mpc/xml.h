/* xml - what writers and readers of the device's XML files share
 *
 * Trees are the XML library's; NULL is taken everywhere as a tree that has
 * nothing in it.  mxmlDelete() frees one.
 */
#ifndef MPC_XML_H
#define MPC_XML_H

#include <mxml.h>

#include "stream/buf.h"

/* An element with a text in it. */
void xml_text(mxml_node_t *parent, const char *name, const char *text);
/* Appends a document, indented by two: 0, or -1 ENOMEM. */
int xml_write(mxml_node_t *, struct buf *);
/* The tree of a text of n bytes, or NULL when it is no XML. */
mxml_node_t *xml_parse(const char *, size_t n);
/* An element directly below, or NULL. */
mxml_node_t *xml_child(mxml_node_t *, const char *name);
/* Its text, or NULL. */
const char *xml_value(mxml_node_t *, const char *name);

#endif
