/* tokens - the words that one folder, file or track name is made of
 *
 * A name falls apart where a character is neither letter nor digit, between
 * letters and digits, and at the humps of CamelCase: `HiHats_02 (DnB)` gives
 * hi, hats, 02, dn, b.  What stood between two words is kept, because `hi-hat`
 * may be one thing and `Bass, Drum` is not.
 *
 * The text is ASCII, see clean_ascii().  The caller owns the struct, which
 * needs no clearing; a name longer than TOKENS_TEXT or of more than
 * TOKENS_MOST words is read as far as that.
 */
#ifndef WORDS_TOKENS_H
#define WORDS_TOKENS_H

#include <stddef.h>
#include <stdint.h>

enum { TOKENS_MOST = 64, TOKENS_TEXT = 512 };

enum token_link {
	TOKEN_APART, /* from the word before, by more than what follows */
	TOKEN_DASH,  /* to it, by `-`, which joins words, or divides fields */
	TOKEN_NEXT,  /* to it, by a blank, `_`, `.` or an apostrophe */
	TOKEN_GLUED  /* nothing between */
};

struct token {
	uint16_t at, n; /* bytes of low[], and of the text */
	uint8_t number; /* digits only */
	uint8_t link;
};

struct tokens {
	size_t n;
	struct token token[TOKENS_MOST];
	char low[TOKENS_TEXT]; /* the text in lower case */
};

/* A word's letters; `&` is and. */
static inline const char *
tokens_text(const struct tokens *t, size_t i, size_t *n)
{
	const struct token *k = &t->token[i];

	if (t->low[k->at] == '&') {
		*n = 3;
		return "and";
	}
	*n = k->n;
	return t->low + k->at;
}

void tokens_read(struct tokens *, const char *, size_t n);
/* Length of a file's name without what says that it is a MIDI file or an
 * archive: .mid, .zip, .tar.gz … */
size_t tokens_stem(const char *, size_t n);

#endif
