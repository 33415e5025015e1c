/* tagger - category and tags of a record
 *
 * Words are looked for in the folders outside in, in the archive, the file
 * name and the tracks' names; what the analysis found is added, and beats
 * words that say otherwise of the same thing.  Why each tag is there, or is
 * not, is kept as evidence.
 *
 * The caller owns the struct.  Zeroes, a vocabulary filled with vocab_add…()
 * and tagger_ready() make a valid one; clean_init() has been called.  Evidence
 * lives until the next tagger_record().
 */
#ifndef MUSIC_TAGGER_H
#define MUSIC_TAGGER_H

#include "music/category.h"
#include "stream/rec.h"
#include "words/tags.h"

enum tagger_place {
	TAGGER_FOLDER,
	TAGGER_ARCHIVE,
	TAGGER_TRACK, /* title, track and instrument names */
	TAGGER_FILE,
	TAGGER_NOTES /* the analysis */
};

enum tagger_fate {
	TAGGER_KEPT,
	TAGGER_AGAIN,   /* another word has said it */
	TAGGER_UNSURE,  /* too few of the words beside it are known */
	TAGGER_CONTEXT, /* not in this place, or not of such a file */
	TAGGER_BEATEN   /* the analysis says otherwise */
};

struct tagger_evidence {
	uint32_t tag;        /* of the vocabulary, or UINT32_MAX: a value */
	char value[32];      /* key:F#m, tempo:118 … */
	uint8_t place, fate; /* enum tagger_place, tagger_fate */
	uint8_t implied;     /* by another tag of the same word */
	uint8_t context;     /* enum vocab_context */
	uint16_t rank;       /* which name, the nearest to the notes last */
	float weight, known;
	const char *text; /* the name it stood in, n bytes, escaped */
	size_t n;
	size_t word, nword; /* the word, in tagger.said */
};

struct tagger {
	struct vocab vocab;
	struct tags tags;
	int explain; /* keep words and texts of evidence */
	struct tagger_evidence *evidence;
	size_t nevidence, capevidence;
	struct buf said;

	uint8_t *kind;  /* of each tag: category and dimension */
	uint32_t *seen; /* of each tag: the record that had it last */
	uint32_t round;
	struct tagger_stated {
		struct named named;
		uint8_t place;
		const char *text;
		size_t n, word; /* the name's ASCII, in said */
	} tempo, shelf, key, meter, bars, chord;
	char chord_text[32];
	int takes;
	uint16_t rank;
	const char **list;
	size_t nlist, caplist;
	struct buf out;
};

/* When the vocabulary is complete: 0, or -1 ENOMEM. */
int tagger_ready(struct tagger *);
/* Fills category and tags; of a record that is no `ok` one, only the tags of
 * words: 0, or -1 with ENOMEM, or EILSEQ for a bad escape. */
int tagger_record(struct tagger *, struct rec *, int words_only);
/* The text of a piece of evidence: dimension:value. */
const char *tagger_text(const struct tagger *, const struct tagger_evidence *);
void tagger_free(struct tagger *);

#endif
