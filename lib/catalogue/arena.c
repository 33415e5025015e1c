/* arena - memory of one batch, given back at once */
#include "config.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue/arena.h"

enum { BLOCK = 1 << 20, ALIGN = alignof(max_align_t) };

struct arena_block {
	struct arena_block *next;
	size_t cap, len;
	alignas(max_align_t) unsigned char bytes[];
};

void *
arena_get(struct arena *a, size_t n)
{
	struct arena_block *b = a->at, *new;
	size_t cap;

	if (n > SIZE_MAX / 2) {
		errno = ENOMEM;
		return NULL;
	}
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	while (b != NULL && b->cap - b->len < n && b->next != NULL)
		b = b->next;
	if (b == NULL || b->cap - b->len < n) {
		cap = n > BLOCK ? n : BLOCK;
		if ((new = malloc(sizeof(*new) + cap)) == NULL)
			return NULL;
		*new = (struct arena_block){ .cap = cap };
		if (b == NULL)
			a->first = new;
		else
			b->next = new;
		b = new;
	}
	a->at = b;
	b->len += n;
	a->used += n;
	return b->bytes + b->len - n;
}

char *
arena_copy(struct arena *a, const void *p, size_t n)
{
	char *q;

	if ((q = arena_get(a, n + 1)) == NULL)
		return NULL;
	if (n > 0)
		memcpy(q, p, n);
	q[n] = '\0';
	return q;
}

void
arena_reset(struct arena *a)
{
	struct arena_block **link = &a->first, *b;

	/* A block made for one huge field is not kept. */
	while ((b = *link) != NULL)
		if (b->cap > BLOCK) {
			*link = b->next;
			free(b);
		} else {
			b->len = 0;
			link = &b->next;
		}
	a->at = a->first;
	a->used = 0;
}

void
arena_free(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->first) != NULL) {
		a->first = b->next;
		free(b);
	}
	*a = (struct arena){ 0 };
}
