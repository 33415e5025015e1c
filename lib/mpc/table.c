/* table - 64-bit keys with a number each */
#include "config.h"

#include <stdlib.h>

#include "mpc/table.h"

/* The place of a key, or the free one where it would go. */
static struct table_slot *
place(const struct table *t, uint64_t key)
{
	size_t i = (size_t)key & (t->cap - 1);

	while (t->slot[i].key != 0 && t->slot[i].key != key)
		i = (i + 1) & (t->cap - 1);
	return &t->slot[i];
}

static int
grow(struct table *t)
{
	struct table old = *t;

	t->cap = old.cap == 0 ? 256 : old.cap * 2;
	if ((t->slot = calloc(t->cap, sizeof(*t->slot))) == NULL) {
		*t = old;
		return -1;
	}
	for (size_t i = 0; i < old.cap; i++)
		if (old.slot[i].key != 0)
			*place(t, old.slot[i].key) = old.slot[i];
	free(old.slot);
	return 0;
}

uint64_t *
table_get(const struct table *t, uint64_t key)
{
	struct table_slot *s;

	if (t->cap == 0)
		return NULL;
	s = place(t, key + (key == 0));
	return s->key == 0 ? NULL : &s->value;
}

int
table_set(struct table *t, uint64_t key, uint64_t value)
{
	struct table_slot *s;

	if (t->n >= t->cap / 4 * 3 && grow(t) == -1)
		return -1;
	key += key == 0;
	s = place(t, key);
	t->n += s->key == 0;
	*s = (struct table_slot){ key, value };
	return 0;
}

void
table_free(struct table *t)
{
	free(t->slot);
	*t = (struct table){ 0 };
}
