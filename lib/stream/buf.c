/* buf - a growing run of bytes */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "stream/buf.h"

int
buf_grow(struct buf *b, size_t more)
{
	size_t cap;
	char *p;

	if (more >= SIZE_MAX / 4 - b->len) {
		errno = ENOMEM;
		return -1;
	}
	if (b->cap > b->len + more)
		return 0;
	cap = b->cap < 64 ? 64 : b->cap + b->cap / 2;
	if (cap < b->len + more + 1)
		cap = b->len + more + 1;
	if ((p = realloc(b->p, cap)) == NULL)
		return -1;
	b->p = p;
	b->cap = cap;
	b->p[b->len] = '\0';
	return 0;
}

int
buf_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (buf_grow(b, 64) == -1)
		return -1;
	va_start(ap, fmt);
	n = vsnprintf(b->p + b->len, b->cap - b->len, fmt, ap);
	va_end(ap);
	if (n < 0)
		return -1;
	if ((size_t)n >= b->cap - b->len) {
		if (buf_grow(b, (size_t)n) == -1) {
			b->p[b->len] = '\0';
			return -1;
		}
		va_start(ap, fmt);
		(void)vsnprintf(b->p + b->len, b->cap - b->len, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
	return 0;
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}
