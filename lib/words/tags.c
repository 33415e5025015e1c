/* tags - what the words of one name say */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "files/hash.h"
#include "stream/array.h"
#include "stream/esc.h"
#include "words/clean.h"
#include "words/decode.h"
#include "words/tags.h"

enum {
	PHRASE_LONGEST = 64,   /* bytes */
	COMPOUND_SHORTEST = 6, /* of a word that may be two */
	HALF_SHORTEST = 3
};

/* Bytes as ASCII, see named.h: 0, or -1. */
static int
to_ascii(struct tags *t, const char *s, size_t n)
{
	struct buf *b = &t->ascii;
	size_t k, len;

	buf_clear(&t->raw);
	buf_clear(&t->utf8);
	buf_clear(b);
	if (esc_undo(&t->raw, s, n) == -1 ||
	    decode_text(&t->utf8, t->raw.p, t->raw.len) == -1)
		return -1;
	for (size_t i = 0; i < t->utf8.len; i += k) {
		k = utf8_len((unsigned char *)t->utf8.p + i, t->utf8.len - i);
		len = b->len;
		if (k == 0)
			k = 1;
		if (clean_ascii(b, t->utf8.p + i, k) == -1)
			return -1;
		if (k > 1 && b->len == len + 1 &&
		    (b->p[len] == ' ' || b->p[len] == '?'))
			b->p[len] = NAMED_FOREIGN;
	}
	return 0;
}

/* The text as ASCII, without a suffix: 0, or -1. */
static int
set_text(struct tags *t, struct tags_name *x, const char *s, size_t n)
{
	unsigned char any = 0;

	for (size_t i = 0; i < n; i++)
		any |= (unsigned char)(s[i] == '\\' ? 0x80 : s[i]);
	if (any >= 0x80) {
		if (to_ascii(t, s, n) == -1)
			return -1;
		s = t->ascii.p;
		n = t->ascii.len;
	}
	x->len = n < TOKENS_TEXT ? n : TOKENS_TEXT;
	if (array_room(&x->text, x->len + 1, &x->cap, 1) == -1)
		return -1;
	if (x->len > 0)
		memcpy(x->text, s, x->len);
	return 0;
}

static const struct vocab_word *
find(const struct vocab *v, const char *s, size_t n)
{
	const struct vocab_word *w = vocab_find(v, s, n);

	return w != NULL && (w->senses != 0 || w->stop) ? w : NULL;
}

/* The word as it is, or without the ending of a plural. */
static const struct vocab_word *
find_any(const struct vocab *v, const char *s, size_t n)
{
	const struct vocab_word *w = find(v, s, n);
	char one[PHRASE_LONGEST];

	if (w != NULL || n < 4 || s[n - 1] != 's' || s[n - 2] == 's')
		return w;
	if ((w = find(v, s, n - 1)) != NULL || s[n - 2] != 'e')
		return w;
	if (s[n - 3] == 'i') {
		memcpy(one, s, n - 3);
		one[n - 3] = 'y';
		return find(v, one, n - 2);
	}
	return find(v, s, n - 2);
}

static void
add_hit(struct tags_name *x, const struct vocab_word *w, size_t at, size_t n)
{
	if (w->senses == 0 || x->nhit == TAGS_HITS)
		return;
	x->hit[x->nhit++] = (struct tags_hit){
		.senses = w->senses, .at = (uint16_t)at, .n = (uint16_t)n
	};
}

/* The longest phrase from word i on, before word end: how many words it has,
 * or 0. */
static size_t
phrase(
    const struct tags *t, size_t i, size_t end, const struct vocab_word **found)
{
	const struct tokens *k = &t->tokens;
	char key[PHRASE_LONGEST];
	const struct vocab_word *w;
	size_t n = 0, len, best = 0, j;
	const char *p;

	for (j = i; j < end; j++) {
		if (j > i && k->token[j].link == TOKEN_APART)
			break;
		p = tokens_text(k, j, &len);
		if (n + len > sizeof(key))
			break;
		memcpy(key + n, p, len);
		n += len;
		w = find_any(t->vocab, key, n);
		if (w != NULL) {
			best = j + 1 - i;
			*found = w;
		}
		/* CamelCase may cut what is one word: DnB, HiHat. */
		if (j + 1 < end && k->token[j + 1].link == TOKEN_GLUED &&
		    j - i < 3)
			continue;
		w = vocab_find(t->vocab, key, n);
		if (w == NULL || !w->begins)
			break;
	}
	return best;
}

/* A word of two that the vocabulary has: funkrock, Basslinie has only one. */
static int
compound(const struct tags *t, struct tags_name *x, const struct token *k)
{
	const struct vocab_word *a, *b;
	const char *s = t->tokens.low + k->at;

	if (k->n < COMPOUND_SHORTEST || k->n > PHRASE_LONGEST || k->number)
		return 0;
	for (size_t n = k->n - (size_t)HALF_SHORTEST; n >= HALF_SHORTEST; n--) {
		if ((a = find(t->vocab, s, n)) == NULL ||
		    (b = find_any(t->vocab, s + n, k->n - n)) == NULL)
			continue;
		add_hit(x, a, k->at, n);
		add_hit(x, b, k->at + n, k->n - n);
		return 1;
	}
	return 0;
}

/* A name that is one letter with a number behind it: F3. */
static int
lettered(const struct tags *t, struct tags_name *x)
{
	const struct tokens *k = &t->tokens;
	const struct vocab_word *w;
	char key[2] = { k->low[0], '#' };

	if (k->n != 2 || k->token[0].at != 0 || k->token[0].n != 1 ||
	    !k->token[1].number || k->token[1].link != TOKEN_GLUED ||
	    (w = find(t->vocab, key, sizeof(key))) == NULL)
		return 0;
	add_hit(x, w, 0, x->len);
	return 1;
}

static int
within(const struct named_span *s, const struct token *k)
{
	return k->at >= s->at && k->at + k->n <= s->at + s->n;
}

/* Whether what the name states in numbers has this word. */
static int
stated(const struct named *x, const struct token *k)
{
	return within(&x->key_at, k) || within(&x->bpm_at, k) ||
	    within(&x->shelf_at, k) || within(&x->chord_at, k) ||
	    within(&x->meter_at, k);
}

/* In 050-Melodic-Techno the dashes divide fields, so that a phrase across one
 * may be two words as well. */
static void
fields(struct tags *t, struct tags_name *x, size_t from, size_t end)
{
	const struct tokens *k = &t->tokens;
	const struct token *a, *z;
	const struct vocab_word *w;
	size_t n, to;

	if (!((from > 0 && k->token[from].link == TOKEN_DASH) ||
		(end < k->n && k->token[end].link == TOKEN_DASH)))
		return;
	for (to = from + 1; to < end && k->token[to].link != TOKEN_DASH; to++)
		continue;
	if (to == end)
		return;
	for (; from < end; from += n) {
		if (from == to)
			to = end;
		if ((n = phrase(t, from, to, &w)) == 0) {
			n = 1;
			continue;
		}
		a = &k->token[from];
		z = &k->token[from + n - 1];
		add_hit(x, w, a->at, (size_t)(z->at + z->n - a->at));
	}
}

static void
match(struct tags *t, struct tags_name *x)
{
	const struct tokens *k = &t->tokens;
	const struct vocab_word *w;
	const struct token *a, *z;
	size_t known = 0, words = 0, n, i;

	if (lettered(t, x))
		i = k->n;
	else
		i = 0;
	for (; i < k->n; i += n) {
		a = &k->token[i];
		n = 1;
		if (stated(&x->named, a))
			continue;
		if ((n = phrase(t, i, k->n, &w)) > 0 &&
		    !(n == 1 && a->number && a->link == TOKEN_GLUED)) {
			z = &k->token[i + n - 1];
			add_hit(x, w, a->at, (size_t)(z->at + z->n - a->at));
			fields(t, x, i, i + n);
			known += (size_t)!w->stop;
			words += (size_t)!w->stop;
			continue;
		}
		n = 1;
		/* Numbers and single letters say nothing either way. */
		if (a->number || a->n == 1)
			continue;
		words++;
		known += (size_t)compound(t, x, a);
	}
	x->known = words > 0 ? (float)known / (float)words : 1;
}

const struct tags_name *
tags_name(struct tags *t, const char *s, size_t n, enum named_place place)
{
	uint64_t key = hash_short(s, n, (uint64_t)place + 1);
	struct tags_name *x;

	if (t->kept == NULL &&
	    (t->kept = calloc(TAGS_KEPT, sizeof(*t->kept))) == NULL)
		return NULL;
	if (key == 0)
		key = 1;
	x = &t->kept[key % TAGS_KEPT];
	if (x->key == key)
		return x;
	x->key = 0;
	if (set_text(t, x, s, place == NAMED_TEXT ? n : tokens_stem(s, n)) ==
	    -1)
		return NULL;
	x->nhit = 0;
	named_read(&x->named, x->text, x->len, place);
	tokens_read(&t->tokens, x->text, x->len);
	match(t, x);
	x->key = key;
	return x;
}

void
tags_free(struct tags *t)
{
	for (size_t i = 0; t->kept != NULL && i < TAGS_KEPT; i++)
		free(t->kept[i].text);
	free(t->kept);
	buf_free(&t->raw);
	buf_free(&t->utf8);
	buf_free(&t->ascii);
	*t = (struct tags){ 0 };
}
