/* fold - names that are one where case does not count
 *
 * exFAT, APFS and NTFS take `Kick.mid` and `kick.mid` for one file.  Two
 * names with the same key are one there, or would be under another form of
 * the same Unicode text.
 */
#ifndef FILES_FOLD_H
#define FILES_FOLD_H

#include <stddef.h>
#include <stdint.h>

/* The key of n raw bytes: a name, or a path. */
uint64_t fold_key(const void *, size_t n, uint64_t seed);

#endif
