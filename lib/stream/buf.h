/* buf - a growing run of bytes
 *
 * The caller owns the struct; zeroes are valid and buf_free() is safe on
 * them.  After each buf_add the byte behind the last one is NUL, so that p
 * is a string where the bytes are.  p may move with any call that adds.
 * Functions return 0, or -1 with errno ENOMEM and the bytes as they were.
 */
#ifndef STREAM_BUF_H
#define STREAM_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *p;
	size_t len, cap;
};

int buf_grow(struct buf *, size_t more); /* room for more and a NUL */
int buf_str(struct buf *, const char *);
int buf_fmt(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_free(struct buf *);

static inline int
buf_add(struct buf *b, const void *p, size_t n)
{
	if (b->cap - b->len <= n && buf_grow(b, n) == -1)
		return -1;
	memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
	return 0;
}

static inline int
buf_byte(struct buf *b, int c)
{
	char byte = (char)c;

	return buf_add(b, &byte, 1);
}

/* Empties it and keeps the memory. */
static inline void
buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

static inline void
buf_cut(struct buf *b, size_t len)
{
	if (len < b->len) {
		b->len = len;
		b->p[len] = '\0';
	}
}

#endif
