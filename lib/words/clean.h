/* clean - the one rule set for names
 *
 * Letters are transliterated to ASCII where they have an equivalent; `#`
 * behind a note letter A to G that no letter precedes becomes `s`; `&`
 * becomes `and`; apostrophes go; digits, letters, `_` and `-` stay; any run
 * of other characters between two that stay becomes one `_`; runs of `_` and
 * of `-` collapse, and both are trimmed at the ends; at most CLEAN_LONGEST
 * bytes; what is empty then is `untitled`.  Cleaning a clean name changes
 * nothing, and the result depends on the input alone.
 *
 * With clean_scripts(1) nothing is transliterated: letters, marks and digits
 * of every script stay, in form NFC.
 *
 * Input is raw bytes; what is not UTF-8 is decoded by guess (decode.h).
 * Functions append to b: 0, or -1 ENOMEM.
 */
#ifndef WORDS_CLEAN_H
#define WORDS_CLEAN_H

#include "stream/buf.h"

enum { CLEAN_LONGEST = 100 };

/* Call once before the others, from main: fixes the locale of LC_CTYPE, on
 * which transliteration and archive names depend.  0, or -1. */
int clean_init(void);
/* Whether letters of every script stay; at first they do not. */
void clean_scripts(int keep);
/* A word or folder, without suffix. */
int clean_stem(struct buf *b, const void *, size_t n);
/* The bytes as ASCII, before any other rule; what has no equivalent is a
 * blank. */
int clean_ascii(struct buf *b, const void *, size_t n);
/* A MIDI file's name: known suffixes become `.mid`, as last resort one is
 * added.  Only the bytes behind the last slash count. */
int clean_file(struct buf *b, const void *, size_t n);
/* The folders of a path, each cleaned; `.`, `..`, empty ones and a drive
 * letter go.  The last component is a folder too.  May append nothing. */
int clean_folders(struct buf *b, const void *, size_t n);

#endif
