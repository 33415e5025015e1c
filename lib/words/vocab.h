/* vocab - what words mean: the vocabulary of share/tags.tsv
 *
 * A line is `word TAB tags TAB weight TAB context`; mtag(1) says
 * what may stand there.  Words are compared in lower case, without the gaps
 * between them, so that `hi hat`, `Hi-Hat`, `HiHat` and `hihat` are one.
 *
 * The caller owns the struct; zeroes are valid and vocab_free() is safe on
 * them.  Pointers into it live until the next vocab_add().
 */
#ifndef WORDS_VOCAB_H
#define WORDS_VOCAB_H

#include <stddef.h>
#include <stdint.h>

#include "stream/buf.h"

enum vocab_context {
	VOCAB_FOLDER = 1, /* counts in the name of a folder or an archive */
	VOCAB_NAME = 2,   /* … of the file */
	VOCAB_TRACK = 4,  /* … of a track or an instrument in it */
	VOCAB_ANYWHERE = 7,
	VOCAB_DRUMS = 8,    /* not where the notes are no drums */
	VOCAB_PITCHED = 16, /* not where all notes are drums */
	VOCAB_SHORT = 32    /* not in what is as long as a song */
};

/* A tag that a word has, one of a chain; next counts from 1, 0 ends. */
struct vocab_sense {
	uint32_t tag, next;
	float weight;
	uint16_t context;
};

struct vocab_word {
	uint64_t key; /* 0: the slot is free */
	uint32_t senses;
	uint8_t begins; /* a longer phrase begins with it */
	uint8_t stop;   /* it is known, and says nothing */
	uint8_t file;   /* which file it is from */
};

struct vocab_tag {
	uint64_t key;
	uint32_t text;    /* in texts */
	uint32_t implies; /* senses */
	uint8_t file;
};

/* `=program:33-40`: a number that the analysis found. */
struct vocab_range {
	uint32_t name; /* in texts */
	double low, high;
	uint32_t senses;
};

struct vocab {
	struct vocab_word *word; /* hashed */
	size_t nword, capword;
	struct vocab_sense *sense;
	size_t nsense, capsense;
	struct vocab_tag *tag;
	size_t ntag, captag;
	uint32_t *tag_slot; /* hashed: tag, from 1 */
	size_t captag_slot;
	struct vocab_range *range;
	size_t nrange, caprange;
	struct buf texts;
	int files;
};

/* share/tags.tsv, as it was when this was built. */
extern const char *const vocab_lines[];

/* Adds the lines of a file, over those of the files before it: 0, or -1 with
 * ENOMEM, or EINVAL and the number of the line and what is wrong with it. */
int vocab_add(
    struct vocab *, const char *, size_t n, size_t *line, const char **reason);
/* Adds what was built in: 0, or -1 as above. */
int vocab_add_builtin(struct vocab *);
void vocab_free(struct vocab *);

/* The word, or NULL; the bytes are in lower case, without gaps. */
const struct vocab_word *vocab_find(const struct vocab *, const char *, size_t);
/* The senses of `=NAME:NUMBER`, a chain, or 0. */
uint32_t vocab_number(const struct vocab *, const char *name, double);
/* The tag of that text, or UINT32_MAX. */
uint32_t vocab_tag_find(const struct vocab *, const char *);

static inline const char *
vocab_tag_text(const struct vocab *v, uint32_t tag)
{
	return v->texts.p + v->tag[tag].text;
}

#endif
