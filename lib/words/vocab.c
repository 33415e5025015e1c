/* vocab - what words mean: the vocabulary of share/tags.tsv */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "files/hash.h"
#include "stream/array.h"
#include "stream/num.h"
#include "words/tokens.h"
#include "words/vocab.h"

enum { FIELD_LONGEST = 400, FIRST_CAP = 1024 };

struct line {
	struct vocab *v;
	const char *field[4];
	size_t len[4];
	int n;
	const char *reason;
};

static uint64_t
key_of(const char *s, size_t n)
{
	uint64_t k = hash_short(s, n, 0);

	return k != 0 ? k : 1;
}

static int
wrong(struct line *l, const char *reason)
{
	l->reason = reason;
	errno = EINVAL;
	return -1;
}

/* --- words -----------------------------------------------------------------
 */

static struct vocab_word *
slot_of(const struct vocab *v, uint64_t key)
{
	size_t i = key & (v->capword - 1);

	while (v->word[i].key != 0 && v->word[i].key != key)
		i = (i + 1) & (v->capword - 1);
	return &v->word[i];
}

static int
grow(struct vocab *v)
{
	struct vocab_word *old = v->word;
	size_t cap = v->capword;

	v->capword = cap == 0 ? FIRST_CAP : cap * 2;
	v->word = calloc(v->capword, sizeof(*v->word));
	if (v->word == NULL) {
		v->word = old;
		v->capword = cap;
		return -1;
	}
	for (size_t i = 0; i < cap; i++)
		if (old[i].key != 0)
			*slot_of(v, old[i].key) = old[i];
	free(old);
	return 0;
}

static struct vocab_word *
make_word(struct vocab *v, const char *s, size_t n)
{
	struct vocab_word *w;
	uint64_t key = key_of(s, n);

	if (v->nword * 2 >= v->capword && grow(v) == -1)
		return NULL;
	w = slot_of(v, key);
	if (w->key == 0) {
		w->key = key;
		v->nword++;
	}
	return w;
}

const struct vocab_word *
vocab_find(const struct vocab *v, const char *s, size_t n)
{
	const struct vocab_word *w;

	if (v->capword == 0)
		return NULL;
	w = slot_of(v, key_of(s, n));
	return w->key != 0 ? w : NULL;
}

/* --- tags ------------------------------------------------------------------
 */

static uint32_t *
tag_slot(const struct vocab *v, uint64_t key)
{
	size_t i = key & (v->captag_slot - 1);

	while (v->tag_slot[i] != 0 && v->tag[v->tag_slot[i] - 1].key != key)
		i = (i + 1) & (v->captag_slot - 1);
	return &v->tag_slot[i];
}

uint32_t
vocab_tag_find(const struct vocab *v, const char *s)
{
	if (v->captag_slot == 0)
		return UINT32_MAX;
	return *tag_slot(v, key_of(s, strlen(s))) - 1;
}

static int
grow_tags(struct vocab *v)
{
	size_t cap = v->captag_slot == 0 ? FIRST_CAP : v->captag_slot * 2;
	uint32_t *slot = calloc(cap, sizeof(*slot));

	if (slot == NULL)
		return -1;
	free(v->tag_slot);
	v->tag_slot = slot;
	v->captag_slot = cap;
	for (size_t i = 0; i < v->ntag; i++)
		*tag_slot(v, v->tag[i].key) = (uint32_t)i + 1;
	return 0;
}

/* dimension:value, in lower case but for the names of categories, without
 * what separates tags and fields. */
static int
is_tag(const char *s, size_t n)
{
	const char *colon = memchr(s, ':', n);

	if (colon == NULL || colon == s || colon == s + n - 1)
		return 0;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || (unsigned char)s[i] > '~' ||
		    s[i] == ',' || s[i] == '\\')
			return 0;
	return 1;
}

static int
make_tag(struct line *l, const char *s, size_t n, uint32_t *tag)
{
	struct vocab *v = l->v;
	uint64_t key = key_of(s, n);
	uint32_t *slot;

	if (!is_tag(s, n))
		return wrong(l, "a tag is dimension:value");
	if (v->ntag * 2 >= v->captag_slot && grow_tags(v) == -1)
		return -1;
	slot = tag_slot(v, key);
	if (*slot == 0) {
		if (array_room(&v->tag, v->ntag + 1, &v->captag,
			sizeof(*v->tag)) == -1)
			return -1;
		v->tag[v->ntag] = (struct vocab_tag){ .key = key,
			.text = (uint32_t)v->texts.len };
		if (buf_add(&v->texts, s, n + 1) == -1)
			return -1;
		v->texts.p[v->texts.len - 1] = '\0';
		*slot = (uint32_t)++v->ntag;
	}
	*tag = *slot - 1;
	return 0;
}

/* Puts the tags of a line in front of a chain. */
static int
add_senses(struct line *l, float weight, uint16_t context, uint32_t *chain)
{
	struct vocab *v = l->v;
	const char *p = l->field[1], *end = p + l->len[1], *comma;
	uint32_t tag;

	for (; p < end; p = comma + 1) {
		if ((comma = memchr(p, ',', (size_t)(end - p))) == NULL)
			comma = end;
		if (make_tag(l, p, (size_t)(comma - p), &tag) == -1 ||
		    array_room(&v->sense, v->nsense + 1, &v->capsense,
			sizeof(*v->sense)) == -1)
			return -1;
		v->sense[v->nsense] = (struct vocab_sense){ .tag = tag,
			.next = *chain,
			.weight = weight,
			.context = context };
		*chain = (uint32_t)++v->nsense;
	}
	return 0;
}

/* --- lines -----------------------------------------------------------------
 */

static int
read_weight(struct line *l, float *weight)
{
	char text[16];
	double v;

	*weight = 1;
	if (l->n < 3 || l->len[2] == 0)
		return 0;
	if (l->len[2] >= sizeof(text))
		return wrong(l, "a weight is a number from 0.1 to 1");
	memcpy(text, l->field[2], l->len[2]);
	text[l->len[2]] = '\0';
	if (num_real(text, 0.1, 1, &v) == -1)
		return wrong(l, "a weight is a number from 0.1 to 1");
	*weight = (float)v;
	return 0;
}

static int
read_context(struct line *l, uint16_t *context)
{
	static const struct {
		const char *word;
		uint16_t bit;
	} known[] = { { "folder", VOCAB_FOLDER }, { "name", VOCAB_NAME },
		{ "track", VOCAB_TRACK }, { "drums", VOCAB_DRUMS },
		{ "pitched", VOCAB_PITCHED }, { "short", VOCAB_SHORT } };
	const size_t n = sizeof(known) / sizeof(*known);
	const char *p = l->field[3], *end, *comma;
	size_t k;

	*context = 0;
	end = l->n > 3 ? p + l->len[3] : p;
	for (; p < end; p = comma + 1) {
		if ((comma = memchr(p, ',', (size_t)(end - p))) == NULL)
			comma = end;
		for (k = 0; k < n; k++)
			if (strlen(known[k].word) == (size_t)(comma - p) &&
			    memcmp(known[k].word, p, (size_t)(comma - p)) == 0)
				break;
		if (k == n)
			return wrong(l, "no such context");
		*context |= known[k].bit;
	}
	if ((*context & VOCAB_ANYWHERE) == 0)
		*context |= VOCAB_ANYWHERE;
	return 0;
}

/* `=program:33-40` and `=genre:samba`. */
static int
add_rule(struct line *l, float weight, uint16_t context)
{
	const char *s = l->field[0] + 1, *colon;
	size_t n = l->len[0] - 1;
	struct vocab *v = l->v;
	struct vocab_range r = { 0 };
	char text[FIELD_LONGEST], *dash;
	uint32_t tag;

	if (n == 0 || n >= sizeof(text) || !is_tag(s, n))
		return wrong(l, "behind = stands a tag, or a name and numbers");
	memcpy(text, s, n);
	text[n] = '\0';
	colon = memchr(text, ':', n);
	if ((dash = strchr(colon, '-')) != NULL) {
		*dash = '\0';
		if (num_real(colon + 1, 0, 1e6, &r.low) == 0 &&
		    num_real(dash + 1, r.low, 1e6, &r.high) == 0) {
			r.name = (uint32_t)v->texts.len;
			if (buf_add(&v->texts, text, (size_t)(colon - text)) ==
				-1 ||
			    buf_byte(&v->texts, '\0') == -1 ||
			    add_senses(l, weight, context, &r.senses) == -1 ||
			    array_room(&v->range, v->nrange + 1, &v->caprange,
				sizeof(r)) == -1)
				return -1;
			v->range[v->nrange++] = r;
			return 0;
		}
	}
	if (make_tag(l, s, n, &tag) == -1)
		return -1;
	if (v->tag[tag].file != v->files) {
		v->tag[tag].file = (uint8_t)v->files;
		v->tag[tag].implies = 0;
	}
	r.senses = v->tag[tag].implies;
	if (add_senses(l, weight, context, &r.senses) == -1)
		return -1;
	v->tag[tag].implies = r.senses;
	return 0;
}

/* Marks what the phrase begins with; the key is the whole of it. */
static int
add_word(struct line *l, float weight, uint16_t context)
{
	struct vocab *v = l->v;
	struct vocab_word *w = NULL;
	char key[FIELD_LONGEST];
	struct tokens t;
	const char *p;
	size_t n = 0, k;

	if (l->len[0] * 3 >= sizeof(key))
		return wrong(l, "the word is too long");
	tokens_read(&t, l->field[0], l->len[0]);
	for (size_t i = 0; i < t.n; i++) {
		if (w != NULL)
			w->begins = 1;
		p = tokens_text(&t, i, &k);
		memcpy(key + n, p, k);
		n += k;
		/* A letter with any number: f# is F1, F2 … */
		if (i + 1 == t.n && l->field[0][l->len[0] - 1] == '#')
			key[n++] = '#';
		if ((w = make_word(v, key, n)) == NULL)
			return -1;
	}
	if (w == NULL)
		return wrong(l, "no word");
	if (w->file != v->files) {
		w->file = (uint8_t)v->files;
		w->senses = 0;
		w->stop = 0;
	}
	if (l->len[1] == 1 && l->field[1][0] == '-') {
		w->stop = 1;
		return 0;
	}
	/* The slot may not move: no word is made from here on. */
	return add_senses(l, weight, context, &w->senses);
}

static int
add_line(struct vocab *v, const char *s, size_t n, const char **reason)
{
	struct line l = { .v = v, .field = { s, "", "", "" } };
	const char *p = s, *end = s + n, *tab;
	uint16_t context;
	float weight;
	int bad;

	if (n > 0 && s[n - 1] == '\r')
		end--;
	if (p == end || *p == '#')
		return 0;
	for (; l.n < 4 && p <= end; p = tab + 1) {
		if ((tab = memchr(p, '\t', (size_t)(end - p))) == NULL)
			tab = end;
		l.field[l.n] = p;
		l.len[l.n++] = (size_t)(tab - p);
	}
	if (p <= end || l.n < 2 || l.len[1] == 0)
		bad = wrong(&l, "not two to four fields");
	else if ((bad = read_weight(&l, &weight)) == 0 &&
	    (bad = read_context(&l, &context)) == 0)
		bad = s[0] == '=' ? add_rule(&l, weight, context)
				  : add_word(&l, weight, context);
	*reason = l.reason;
	return bad;
}

int
vocab_add(
    struct vocab *v, const char *s, size_t n, size_t *line, const char **reason)
{
	const char *end = s + n, *nl;

	v->files++;
	for (*line = 1; s < end; s = nl + 1, ++*line) {
		if ((nl = memchr(s, '\n', (size_t)(end - s))) == NULL)
			nl = end;
		if (add_line(v, s, (size_t)(nl - s), reason) == -1)
			return -1;
	}
	return 0;
}

int
vocab_add_builtin(struct vocab *v)
{
	const char *reason;

	v->files++;
	for (size_t i = 0; vocab_lines[i] != NULL; i++)
		if (add_line(v, vocab_lines[i], strlen(vocab_lines[i]),
			&reason) == -1)
			return -1;
	return 0;
}

uint32_t
vocab_number(const struct vocab *v, const char *name, double x)
{
	for (size_t i = v->nrange; i-- > 0;)
		if (x >= v->range[i].low && x <= v->range[i].high &&
		    strcmp(v->texts.p + v->range[i].name, name) == 0)
			return v->range[i].senses;
	return 0;
}

void
vocab_free(struct vocab *v)
{
	free(v->word);
	free(v->sense);
	free(v->tag);
	free(v->tag_slot);
	free(v->range);
	buf_free(&v->texts);
	*v = (struct vocab){ 0 };
}
