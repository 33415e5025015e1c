/* settle - the tree and the index of a drive as any order would give them
 *
 * Files are placed as they come, so which of two equal names has the digits,
 * and on which page of a folder a file lies, depends on the order.  Settling
 * moves the files that the index names to the places that depend on them
 * alone: a content that several names were given has the first of them, of the
 * contents that claim one name the smallest has it bare, and the names of a
 * folder fill its pages in their order.  What the index does not
 * name is not touched, and nothing is replaced.  The index is then written
 * anew, sorted by file, with each line once, and the summary with it.
 *
 * What a killed run leaves moved and not indexed, the next export of the
 * same records finds by name and bytes.
 */
#ifndef MPC_SETTLE_H
#define MPC_SETTLE_H

#include "stream/buf.h"

enum { SETTLE_PAGE = 200 }; /* entries of a folder */

/* fd is the drive's, meta that of METADATA; no other process uses the index.
 * 0, or -1 with errno. */
int settle(int fd, int meta);

#endif
