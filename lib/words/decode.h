/* decode - text of unknown encoding as UTF-8
 *
 * Names in old archives and texts in MIDI files carry no word of their
 * encoding.  What is valid UTF-8 is taken as that; else UTF-16 with a byte
 * order mark, Shift-JIS, GBK, Windows-1251 and Windows-1252 are tried, and the
 * first that gives plausible text wins.  Nothing is ever refused or lost: the
 * last resort maps every byte.
 */
#ifndef WORDS_DECODE_H
#define WORDS_DECODE_H

#include "stream/buf.h"

/* Appends n bytes as UTF-8, whatever they are: 0, or -1 ENOMEM.  Control
 * characters stay; callers clean or escape. */
int decode_text(struct buf *b, const void *, size_t n);
/* The encoding that decode_text would choose, for tests and diagnostics. */
const char *decode_guess(const void *, size_t n);

#endif
