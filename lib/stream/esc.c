/* esc - the escapes of mrec(5) */
#include "config.h"

#include <errno.h>

#include "stream/esc.h"

size_t
utf8_len(const unsigned char *p, size_t n)
{
	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		return n >= 2 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
	if (p[0] >= 0xe0 && p[0] <= 0xef) {
		if (n < 3 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
			return 0;
		if (p[0] == 0xe0 && p[1] < 0xa0) /* overlong */
			return 0;
		if (p[0] == 0xed && p[1] >= 0xa0) /* surrogate */
			return 0;
		return 3;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		if (n < 4 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 ||
		    (p[3] & 0xc0) != 0x80)
			return 0;
		if (p[0] == 0xf0 && p[1] < 0x90)
			return 0;
		if (p[0] == 0xf4 && p[1] >= 0x90)
			return 0;
		return 4;
	}
	return 0;
}

int
utf8_valid(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	size_t k;

	for (; n > 0; p += k, n -= k)
		if ((k = utf8_len(p, n)) == 0)
			return 0;
	return 1;
}

/* Bytes that stand for themselves wherever they are. */
static int
plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

/* Characters that are valid but end a line or steer a terminal. */
static int
steers(const unsigned char *p, size_t k)
{
	if (k == 2)
		return p[0] == 0xc2 && p[1] < 0xa0;
	return k == 3 && p[0] == 0xe2 && p[1] == 0x80 &&
	    (p[2] == 0xa8 || p[2] == 0xa9);
}

int
esc_add(struct buf *b, const void *bytes, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *p = bytes, *end = p + n, *run;
	size_t k;
	char *q;

	if (n >= SIZE_MAX / (2 * ESC_WORST)) {
		errno = ENOMEM;
		return -1;
	}
	if (buf_grow(b, n * ESC_WORST) == -1)
		return -1;
	q = b->p + b->len;
	while (p < end) {
		for (run = p; p < end && plain(*p); p++)
			continue;
		memcpy(q, run, (size_t)(p - run));
		q += p - run;
		if (p == end)
			break;
		k = utf8_len(p, (size_t)(end - p));
		if (k > 1 && !steers(p, k)) {
			memcpy(q, p, k);
			q += k;
			p += k;
			continue;
		}
		for (k = k == 0 ? 1 : k; k > 0; k--, p++) {
			*q++ = '\\';
			switch (*p) {
			case '\\':
				*q++ = '\\';
				break;
			case '\t':
				*q++ = 't';
				break;
			case '\n':
				*q++ = 'n';
				break;
			case '\r':
				*q++ = 'r';
				break;
			default:
				*q++ = 'x';
				*q++ = hex[*p >> 4];
				*q++ = hex[*p & 15];
			}
		}
	}
	b->len = (size_t)(q - b->p);
	*q = '\0';
	return 0;
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
esc_undo(struct buf *b, const char *p, size_t n)
{
	const char *end = p + n, *run;
	char *q;
	int hi, lo;

	if (buf_grow(b, n) == -1)
		return -1;
	q = b->p + b->len;
	while (p < end) {
		run = p;
		if ((p = memchr(p, '\\', (size_t)(end - p))) == NULL)
			p = end;
		memcpy(q, run, (size_t)(p - run));
		q += p - run;
		if (p == end)
			break;
		if (end - p < 2)
			goto bad;
		switch (p[1]) {
		case '\\':
			*q++ = '\\';
			break;
		case 't':
			*q++ = '\t';
			break;
		case 'n':
			*q++ = '\n';
			break;
		case 'r':
			*q++ = '\r';
			break;
		case 'x':
			if (end - p < 4 || (hi = nibble(p[2])) == -1 ||
			    (lo = nibble(p[3])) == -1)
				goto bad;
			*q++ = (char)(hi << 4 | lo);
			p += 2;
			break;
		default:
			goto bad;
		}
		p += 2;
	}
	b->len = (size_t)(q - b->p);
	*q = '\0';
	return 0;
bad:
	b->p[b->len] = '\0';
	errno = EILSEQ;
	return -1;
}
