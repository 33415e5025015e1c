/* clean - the one rule set for names */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <locale.h>
#include <stdlib.h>
#include <strings.h>

#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "stream/esc.h"
#include "words/clean.h"
#include "words/decode.h"

static iconv_t to_ascii = (iconv_t)-1;
static int every_script;

int
clean_init(void)
{
	/* glibc transliterates by the tables of the locale: only a fixed one
	 * gives the same name to everybody. */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return -1;
	to_ascii = iconv_open("ASCII//TRANSLIT", "UTF-8");
	return to_ascii == (iconv_t)-1 ? -1 : 0;
}

void
clean_scripts(int keep)
{
	every_script = keep;
}

static int
is_ascii(const unsigned char *p, size_t n)
{
	unsigned char any = 0;

	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any < 0x80;
}

/* One character of UTF-8 as ASCII; what has no equivalent is a blank, and a
 * combining mark is nothing. */
static int
transliterate(struct buf *b, const char *p, size_t k)
{
	union {
		const char *in;
		char *out;
	} u = { .in = p };
	char ascii[32], *q = ascii;
	size_t left = sizeof(ascii);

	iconv(to_ascii, NULL, NULL, NULL, NULL);
	if (iconv(to_ascii, &u.out, &k, &q, &left) == (size_t)-1)
		return buf_byte(b, ' ');
	return buf_add(b, ascii, (size_t)(q - ascii));
}

/* One character of text that is not ASCII, before the rules. */
static int
other_character(struct buf *b, const char *p, size_t k, int every)
{
	static const char sharp[] = "\xe2\x99\xaf", flat[] = "\xe2\x99\xad",
			  left[] = "\xe2\x80\x98", right[] = "\xe2\x80\x99";

	if (k == 3 && memcmp(p, sharp, k) == 0)
		return buf_byte(b, '#');
	if (k == 3 && memcmp(p, flat, k) == 0)
		return buf_byte(b, 'b');
	if (!every)
		return transliterate(b, p, k);
	if (k == 3 && (memcmp(p, left, k) == 0 || memcmp(p, right, k) == 0))
		return buf_byte(b, '\'');
	return buf_add(b, p, k);
}

/* The text that the rules are applied to: ASCII, or all that can be read. */
static int
readable(struct buf *b, const unsigned char *p, size_t n, int every)
{
	struct buf text = { 0 };
	size_t k;
	int bad = 0;

	if (decode_text(&text, p, n) == -1)
		return -1;
	for (size_t i = 0; i < text.len && !bad; i += k) {
		k = utf8_len((unsigned char *)text.p + i, text.len - i);
		if (k == 1)
			bad = buf_byte(b, text.p[i]) == -1;
		else
			bad = other_character(b, text.p + i, k, every) == -1;
	}
	buf_free(&text);
	return bad ? -1 : 0;
}

int
clean_ascii(struct buf *b, const void *p, size_t n)
{
	return is_ascii(p, n) ? buf_add(b, p, n) : readable(b, p, n, 0);
}

/* What becomes of a character beyond ASCII. */
enum fate { STAYS, GOES, SEPARATES };

/* A mark stays where it stands on something, what cannot be seen goes. */
static enum fate
fate(const char *p, size_t k, int behind_gap)
{
	ucs4_t c;

	u8_mbtouc(&c, (const uint8_t *)p, k);
	if (uc_is_general_category(c, UC_MARK))
		return behind_gap ? GOES : STAYS;
	if (uc_is_general_category(c, UC_LETTER) ||
	    uc_is_general_category(c, UC_NUMBER))
		return STAYS;
	return uc_is_general_category(c, UC_FORMAT) ? GOES : SEPARATES;
}

static int
note_letter(char c)
{
	return (c >= 'A' && c <= 'G');
}

static int
is_separator(char c)
{
	return c == '_' || c == '-';
}

static int
is_letter(char c)
{
	return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The rules: kept characters, with `_` for a run of others. */
static void
apply(struct buf *b, const char *p, size_t n)
{
	size_t from = b->len, k;
	int gap = 0;
	enum fate f;
	char c;

	for (size_t i = 0; i < n; i += k) {
		k = 1;
		c = p[i];
		if (c == '\'' || c == '`')
			continue;
		if ((unsigned char)c >= 0x80) {
			k = utf8_len((const unsigned char *)p + i, n - i);
			f = fate(p + i, k,
			    gap || b->len == from ||
				is_separator(b->p[b->len - 1]));
			if (f == SEPARATES)
				gap = 1;
			if (f != STAYS)
				continue;
			if (gap && b->len > from && b->p[b->len - 1] != '_')
				b->p[b->len++] = '_';
			gap = 0;
			memcpy(b->p + b->len, p + i, k);
			b->len += k;
			continue;
		}
		if (c == '#' && i > 0 && note_letter(p[i - 1]) &&
		    (i == 1 || !is_letter(p[i - 2])))
			c = 's';
		if (c != '&' && !isalnum((unsigned char)c) &&
		    !is_separator(c)) {
			gap = 1;
			continue;
		}
		/* A run of what goes, between two that stay, is one `_`. */
		if (gap && b->len > from && c != '_' && b->p[b->len - 1] != '_')
			b->p[b->len++] = '_';
		gap = 0;
		if (is_separator(c)) {
			if (b->len == from || b->p[b->len - 1] == c)
				continue;
			b->p[b->len++] = c;
		} else if (c == '&') {
			memcpy(b->p + b->len, "and", 3);
			b->len += 3;
		} else
			b->p[b->len++] = c;
	}
}

/* Composes what is behind from, which may need other bytes for the same. */
static int
compose(struct buf *b, size_t from)
{
	uint8_t *p;
	size_t n;
	int bad;

	p = u8_normalize(
	    UNINORM_NFC, (uint8_t *)b->p + from, b->len - from, NULL, &n);
	if (p == NULL)
		return -1;
	b->len = from;
	bad = buf_add(b, p, n) == -1;
	free(p);
	return bad ? -1 : 0;
}

/* Not too long, between two characters, and no separator at the end. */
static void
shorten(struct buf *b, size_t from)
{
	size_t n = from + CLEAN_LONGEST;

	if (b->len > n) {
		while (n > from && ((unsigned char)b->p[n] & 0xc0) == 0x80)
			n--;
		b->len = n;
	}
	while (b->len > from && is_separator(b->p[b->len - 1]))
		b->len--;
	b->p[b->len] = '\0';
}

int
clean_stem(struct buf *b, const void *p, size_t n)
{
	struct buf text = { 0 };
	size_t from = b->len;
	int bad = 0;

	if (!is_ascii(p, n)) {
		bad = readable(&text, p, n, every_script) == -1;
		p = text.p;
		n = text.len;
	}
	/* `and` for `&` is the only rule that makes a name longer. */
	if (!bad && (bad = buf_grow(b, n * 3 + 1) == -1) == 0) {
		apply(b, p, n);
		if (b->len > from &&
		    !is_ascii((void *)(b->p + from), b->len - from))
			bad = compose(b, from) == -1;
		shorten(b, from);
	}
	buf_free(&text);
	if (bad)
		return -1;
	return b->len > from ? 0 : buf_str(b, "untitled");
}

/* Length without the suffixes that a MIDI file may have; `.MID.mid` has two. */
static size_t
without_suffix(const char *p, size_t n)
{
	static const char *const suffixes[] = { ".mid", ".midi", ".kar", ".rmi",
		".rmid", ".smf" };
	size_t k, again;

	do {
		again = n;
		for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes);
		     i++) {
			k = strlen(suffixes[i]);
			if (n >= k &&
			    strncasecmp(p + n - k, suffixes[i], k) == 0)
				n -= k;
		}
	} while (n != again);
	return n;
}

int
clean_file(struct buf *b, const void *path, size_t n)
{
	const char *p = path, *slash = n > 0 ? memrchr(p, '/', n) : NULL;

	if (slash != NULL) {
		n -= (size_t)(slash + 1 - p);
		p = slash + 1;
	}
	if (clean_stem(b, p, without_suffix(p, n)) == -1)
		return -1;
	return buf_str(b, ".mid");
}

int
clean_folders(struct buf *b, const void *path, size_t n)
{
	const char *p = path, *end = p + n, *slash;
	size_t k, from = b->len;

	for (; p < end; p = slash + 1) {
		if ((slash = memchr(p, '/', (size_t)(end - p))) == NULL)
			slash = end;
		k = (size_t)(slash - p);
		if (k == 0 || (k == 1 && p[0] == '.') ||
		    (k == 2 && p[0] == '.' && p[1] == '.') ||
		    (k == 2 && p[1] == ':' && p == path))
			continue;
		if ((b->len > from && buf_byte(b, '/') == -1) ||
		    clean_stem(b, p, k) == -1)
			return -1;
	}
	return 0;
}
