/* decode - text of unknown encoding as UTF-8 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>

#include "stream/esc.h"
#include "words/decode.h"

enum { CONVERTERS = 6, CP932 = 0, GBK, CP1251, CP1252, UTF16LE, UTF16BE };

/* In the order of trying; each iconv descriptor is opened once and kept. */
static struct converter {
	const char *name;
	iconv_t cd;
	int open;
} converters[CONVERTERS] = {
	[CP932] = { .name = "CP932" },
	[GBK] = { .name = "GBK" },
	[CP1251] = { .name = "WINDOWS-1251" },
	[CP1252] = { .name = "WINDOWS-1252" },
	[UTF16LE] = { .name = "UTF-16LE" },
	[UTF16BE] = { .name = "UTF-16BE" },
};

/* Converts all n bytes behind b: 1, 0 when they are not of that encoding,
 * -1 ENOMEM. */
static int
convert(struct converter *c, struct buf *b, const char *p, size_t n)
{
	union {
		const char *in;
		char *out;
	} u = { .in = p };
	size_t room = n * 3 + 4, left;
	char *q;

	if (!c->open) {
		if ((c->cd = iconv_open("UTF-8", c->name)) == (iconv_t)-1)
			return 0;
		c->open = 1;
	}
	if (n > SIZE_MAX / 8) {
		errno = ENOMEM;
		return -1;
	}
	if (buf_grow(b, room) == -1)
		return -1;
	q = b->p + b->len;
	left = room;
	iconv(c->cd, NULL, NULL, NULL, NULL);
	if (iconv(c->cd, &u.out, &n, &q, &left) == (size_t)-1 || n > 0) {
		b->p[b->len] = '\0';
		return 0;
	}
	b->len = (size_t)(q - b->p);
	*q = '\0';
	return 1;
}

/* The code point at p, which is valid UTF-8 of k bytes. */
static uint32_t
point(const unsigned char *p, size_t k)
{
	uint32_t c = k == 1 ? p[0] : p[0] & (0x7fu >> k);

	for (size_t i = 1; i < k; i++)
		c = c << 6 | (p[i] & 0x3fu);
	return c;
}

/* Whether UTF-8 text looks as if a person wrote it in Japanese (kana) or
 * Chinese: no half-width kana alone, no rare planes, no private use. */
static int
plausible_cjk(const struct buf *b, size_t from, int kana_wanted)
{
	const unsigned char *p = (unsigned char *)b->p + from;
	size_t n = b->len - from, k, kana = 0, half = 0, han = 0, odd = 0;
	uint32_t c;

	for (; n > 0; p += k, n -= k) {
		k = utf8_len(p, n);
		c = point(p, k);
		if (c >= 0x3041 && c <= 0x30fe)
			kana++;
		else if (c >= 0xff61 && c <= 0xff9f)
			half++;
		else if (c >= 0x4e00 && c <= 0x9fff)
			han++;
		else if (c >= 0x80 && (c < 0x3000 || c > 0x303f) &&
		    (c < 0xff01 || c > 0xff5e))
			odd++;
	}
	if (kana_wanted)
		return kana > 0 ? odd + half <= kana + han
				: han >= 2 && odd + half == 0;
	return han >= 2 && odd == 0 && half == 0;
}

/* Chinese is mostly written with the common characters, whose first bytes in
 * GBK are B0 to D7; what is something else falls anywhere. */
static int
common_gbk(const unsigned char *p, size_t n)
{
	size_t common = 0, rare = 0;

	/* Between small letters one such character is an accented one and
	 * the letter behind it. */
	for (size_t i = 1; i + 2 < n; i++)
		if (p[i] >= 0x80 && islower(p[i - 1]) && islower(p[i + 1]))
			return 0;

	for (size_t i = 0; i + 1 < n; i++)
		if (p[i] >= 0x80) {
			if (p[i] >= 0xb0 && p[i] <= 0xd7)
				common++;
			else
				rare++;
			i++;
		}
	return common > rare;
}

/* Cyrillic words are letters from C0 to FF throughout; in the languages of
 * Western Europe those stand alone among ASCII letters. */
static int
cyrillic(const unsigned char *p, size_t n)
{
	size_t high = 0, low = 0, run = 0, longest = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 0xc0 || p[i] == 0xa8 || p[i] == 0xb8) {
			high++;
			run++;
		} else {
			low += p[i] >= 0x80 || isalpha(p[i]) != 0;
			run = 0;
		}
		if (run > longest)
			longest = run;
	}
	return longest >= 3 && high > low;
}

/* Whether text that was converted, behind from, may be what was meant. */
static int
plausible(int encoding, const struct buf *b, size_t from,
    const unsigned char *p, size_t n)
{
	switch (encoding) {
	case CP932:
		return plausible_cjk(b, from, 1);
	case GBK:
		return plausible_cjk(b, from, 0) && common_gbk(p, n);
	case CP1251:
		return cyrillic(p, n);
	default:
		return 1;
	}
}

/* Mapping each byte by itself to U+0080 + byte is what ISO 8859-1 does, and
 * it cannot fail. */
static int
latin1(struct buf *b, const unsigned char *p, size_t n)
{
	if (n > SIZE_MAX / 4) {
		errno = ENOMEM;
		return -1;
	}
	if (buf_grow(b, 2 * n) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x80)
			b->p[b->len++] = (char)p[i];
		else {
			b->p[b->len++] = (char)(0xc0 | p[i] >> 6);
			b->p[b->len++] = (char)(0x80 | (p[i] & 0x3f));
		}
	}
	b->p[b->len] = '\0';
	return 0;
}

/* Decodes and names the encoding; NULL for ENOMEM. */
static const char *
decode(struct buf *b, const unsigned char *p, size_t n)
{
	const char *text = (const char *)p;
	size_t from = b->len;
	int c, utf16;

	if (n >= 2 &&
	    ((p[0] == 0xff && p[1] == 0xfe) ||
		(p[0] == 0xfe && p[1] == 0xff))) {
		utf16 = p[0] == 0xff ? UTF16LE : UTF16BE;
		c = convert(&converters[utf16], b, text + 2, n - 2);
		if (c == -1)
			return NULL;
		if (c == 1)
			return converters[utf16].name;
	}
	if (utf8_valid(p, n))
		return buf_add(b, p, n) == -1 ? NULL : "UTF-8";
	for (int i = CP932; i <= CP1252; i++) {
		if ((c = convert(&converters[i], b, text, n)) == -1)
			return NULL;
		if (c == 1 && plausible(i, b, from, p, n))
			return converters[i].name;
		buf_cut(b, from);
	}
	return latin1(b, p, n) == -1 ? NULL : "ISO-8859-1";
}

int
decode_text(struct buf *b, const void *p, size_t n)
{
	return decode(b, p, n) == NULL ? -1 : 0;
}

const char *
decode_guess(const void *p, size_t n)
{
	struct buf b = { 0 };
	const char *name = decode(&b, p, n);

	buf_free(&b);
	return name != NULL ? name : "unknown";
}
