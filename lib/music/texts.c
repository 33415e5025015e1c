/* texts - the columns that are lists or come from the file's own texts */
#include "config.h"

#include "music/texts.h"
#include "stream/esc.h"
#include "words/decode.h"

enum {
	LONGEST_RAW = 4000, /* bytes that may decode to TEXTS_LONGEST */
	MOST_WORDS = 256
};

static int
blank(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

/* Cuts behind at most n bytes, never inside a character. */
static void
shorten(struct buf *b, size_t n)
{
	if (b->len <= n)
		return;
	while (n > 0 && ((unsigned char)b->p[n] & 0xc0) == 0x80)
		n--;
	buf_cut(b, n);
}

/* Appends a text, decoded and without blanks around it. */
static int
add(struct buf *b, const uint8_t *p, size_t n)
{
	size_t from = b->len, k;

	if (n > LONGEST_RAW)
		n = LONGEST_RAW;
	if (n == 0)
		return 0;
	if (decode_text(b, p, n) == -1)
		return -1;
	while (b->len > from && blank(b->p[b->len - 1]))
		buf_cut(b, b->len - 1);
	for (k = from; k < b->len && blank(b->p[k]);)
		k++;
	memmove(b->p + from, b->p + k, b->len - k);
	buf_cut(b, b->len - (k - from));
	shorten(b, from + TEXTS_LONGEST);
	return 0;
}

int
texts_title(struct buf *b, const struct song *s)
{
	buf_clear(b);
	for (size_t i = 0; i < s->ntracks && b->len == 0; i++)
		if (s->track[i].name != NULL &&
		    add(b, s->track[i].name, s->track[i].name_len) == -1)
			return -1;
	return 0;
}

int
texts_words(struct buf *b, const struct song *s)
{
	struct {
		size_t at, len;
	} word[MOST_WORDS];
	size_t n = 0, k, from, at, len;
	const struct text *t;

	buf_clear(b);
	for (size_t i = 0; i < s->ntexts && b->len < TEXTS_LONGEST; i++) {
		t = &s->text[i];
		if (n == MOST_WORDS)
			break;
		if (t->type != META_TRACK && t->type != META_INSTRUMENT)
			continue;
		from = b->len;
		if (n > 0 && buf_add(b, " | ", 3) == -1)
			return -1;
		at = b->len;
		if (add(b, t->p, t->len) == -1)
			return -1;
		len = b->len - at;
		for (k = 0; k < n; k++)
			if (word[k].len == len &&
			    memcmp(b->p + word[k].at, b->p + at, len) == 0)
				break;
		if (len == 0 || k < n) {
			buf_cut(b, from);
			continue;
		}
		word[n].at = at;
		word[n++].len = len;
	}
	shorten(b, TEXTS_LONGEST);
	return 0;
}

static int
item(struct buf *b, const char *word)
{
	if (b->len > 0 && buf_byte(b, ',') == -1)
		return -1;
	return buf_str(b, word);
}

static int
number(struct buf *b, unsigned v)
{
	char digit[8];
	size_t n = sizeof(digit);

	digit[--n] = '\0';
	do
		digit[--n] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	return item(b, digit + n);
}

int
texts_issues(struct buf *b, uint64_t issues)
{
	buf_clear(b);
	for (int i = 0; i < SMF_ISSUES; i++)
		if ((issues & smf_bit((enum smf_issue)i)) != 0 &&
		    item(b, smf_issue_name((enum smf_issue)i)) == -1)
			return -1;
	return 0;
}

int
texts_programs(struct buf *b, const struct measure *m)
{
	buf_clear(b);
	for (int i = 0; i < m->nprograms; i++)
		if (number(b, m->program[i] + 1u) == -1)
			return -1;
	return 0;
}

int
texts_channels(struct buf *b, uint16_t channels)
{
	buf_clear(b);
	for (unsigned i = 0; i < 16; i++)
		if ((channels >> i & 1) != 0 && number(b, i + 1) == -1)
			return -1;
	return 0;
}

int
texts_drums(struct buf *b, const uint32_t count[DRUMS])
{
	int order[DRUMS], k, n = 0;

	buf_clear(b);
	for (int i = 0; i < DRUMS; i++) {
		if (count[i] == 0)
			continue;
		for (k = n++; k > 0 && count[order[k - 1]] < count[i]; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	for (k = 0; k < n; k++)
		if (item(b, drum_name((enum drum)order[k])) == -1)
			return -1;
	return 0;
}
