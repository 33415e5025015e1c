/* expansion - what makes a folder of patterns a browsable pack
 *
 * Expansion.xml, and a cover whose colours and figure come from the pack's
 * name.  Functions replace what is in the buffer: 0, or -1 ENOMEM.
 *
 * Source: inspected device files, see "Expansion packs" in mexport-mpc(1).
 */
#ifndef MPC_EXPANSION_H
#define MPC_EXPANSION_H

#include "stream/buf.h"

#define EXPANSION_XML "Expansion.xml"
#define EXPANSION_COVER "cover.png"

int expansion_xml(const char *title, struct buf *);
int expansion_cover(const char *title, struct buf *);
/* Checks an Expansion.xml: 0; -1 and *why, a static text. */
int expansion_check(const char *text, size_t n, const char **why);

#endif
