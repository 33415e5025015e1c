/* tags - what the words of one name say
 *
 * A name of a folder, a file or a track is taken apart, the longest phrases
 * that the vocabulary has are found in it, and what it states in numbers.
 * Most names come again and again, so what was read of one is kept: a slot a
 * name, the newest wins.
 *
 * The caller owns the struct; vocab must be set and complete, the rest may be
 * zeroes; clean_init() has been called.  What tags_name() returns lives until
 * the next call.
 */
#ifndef WORDS_TAGS_H
#define WORDS_TAGS_H

#include "words/named.h"
#include "words/tokens.h"
#include "words/vocab.h"

enum { TAGS_HITS = 32, TAGS_KEPT = 4096 };

struct tags_hit {
	uint32_t senses; /* chain of vocab */
	uint16_t at, n;  /* the words, in the text */
};

struct tags_name {
	uint64_t key; /* of the escaped text and its place; 0: none */
	char *text;   /* as ASCII */
	size_t len, cap;
	struct named named;
	float known; /* share of its words that the vocabulary has */
	uint16_t nhit;
	struct tags_hit hit[TAGS_HITS];
};

struct tags {
	const struct vocab *vocab;
	struct tags_name *kept; /* TAGS_KEPT */
	struct tokens tokens;
	struct buf raw, utf8, ascii;
};

/* Reads one name, n bytes of a field, still escaped: NULL with ENOMEM, or
 * with EILSEQ for a bad escape. */
const struct tags_name *tags_name(
    struct tags *, const char *, size_t n, enum named_place);
void tags_free(struct tags *);

#endif
