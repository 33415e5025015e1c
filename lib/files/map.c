/* map - 64-bit keys to 64-bit values, in memory */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "files/map.h"

enum { SMALLEST = 256, KEPT = 65536 };

/* Key 0 marks a free entry: it is stored as this. */
static const uint64_t zero_key = 0x9e3779b97f4a7c15;

struct map_entry {
	uint64_t key, value;
};

static struct map_entry *
find(struct map *m, uint64_t key)
{
	size_t i = key & (m->cap - 1);

	while (m->entry[i].key != 0 && m->entry[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return &m->entry[i];
}

static int
grow(struct map *m)
{
	struct map bigger = { .cap = m->cap == 0 ? SMALLEST : m->cap * 2 };

	bigger.entry = calloc(bigger.cap, sizeof(*bigger.entry));
	if (bigger.entry == NULL)
		return -1;
	for (size_t i = 0; i < m->cap; i++)
		if (m->entry[i].key != 0)
			*find(&bigger, m->entry[i].key) = m->entry[i];
	bigger.n = m->n;
	free(m->entry);
	*m = bigger;
	return 0;
}

uint64_t *
map_at(struct map *m, uint64_t key)
{
	struct map_entry *e;

	if (key == 0)
		key = zero_key;
	if (m->n >= m->cap / 3 * 2 && grow(m) == -1)
		return NULL;
	e = find(m, key);
	if (e->key == 0) {
		e->key = key;
		m->n++;
	}
	return &e->value;
}

void
map_clear(struct map *m)
{
	if (m->cap > KEPT)
		map_free(m);
	else if (m->n > 0)
		memset(m->entry, 0, m->cap * sizeof(*m->entry));
	m->n = 0;
}

void
map_free(struct map *m)
{
	free(m->entry);
	*m = (struct map){ 0 };
}
