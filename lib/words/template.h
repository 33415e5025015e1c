/* template - a path made of a record's columns
 *
 * `{category}/{bars}-{bpm:03.0f}bpm_{key}_{name}`: a column in braces, with a
 * format behind a colon, `[0][width][.precision][f|d|s]` as of printf;
 * `{tags.genre}` is the value of the first tag of a dimension.  Between two
 * slashes, what stands between separators, which are neither letters nor
 * digits, is a word: where all of its columns are unknown, the word goes, and
 * the separator before it.  Values and what they make are cleaned (clean.h).
 *
 * The struct is the caller's, zeroes are valid.
 */
#ifndef WORDS_TEMPLATE_H
#define WORDS_TEMPLATE_H

#include "stream/rec.h"

struct template
{
	struct piece *piece;
	size_t n, cap;
	struct buf word, raw, value; /* for the record at hand */
};

/* Reads a template, which must live as long as the struct: 0; -1 with errno
 * ENOMEM, or EINVAL and what is wrong with it in why. */
int template_parse(struct template *, const char *, struct buf *why);
/* Appends the folders, joined by slashes, maybe none, and the name, ending in
 * `.mid`: 0, or -1 with errno as of rec_bytes(). */
int template_fill(struct template *, const struct rec *, struct buf *folder,
    struct buf *name);
void template_free(struct template *);

#endif
