/* esc - the escapes of mrec(5)
 *
 * Backslash, tab, newline and return are written \\ \t \n \r; every other
 * control byte, DEL, U+0080 to U+009F, U+2028, U+2029 and every byte that is
 * no part of valid UTF-8 as \xHH.  The result is printable UTF-8, and
 * esc_undo(esc(x)) is x byte for byte.  The empty string has no form in a
 * field: whoever writes one writes \N.
 */
#ifndef STREAM_ESC_H
#define STREAM_ESC_H

#include "stream/buf.h"

enum { ESC_WORST = 4 }; /* bytes out for a byte in, at most */

/* Length of the valid UTF-8 sequence at p (1 to 4), or 0; n bytes are left. */
size_t utf8_len(const unsigned char *p, size_t n);
/* Whether n bytes are valid UTF-8. */
int utf8_valid(const void *, size_t n);

/* Appends n bytes in escaped form: 0, or -1 with ENOMEM. */
int esc_add(struct buf *, const void *, size_t n);
/* Appends the bytes that n escaped bytes stand for: 0; -1 with ENOMEM, or
 * with EILSEQ for an escape that mrec(5) does not know. */
int esc_undo(struct buf *, const char *, size_t n);

#endif
