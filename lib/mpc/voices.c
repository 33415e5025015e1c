/* voices - the notes of a song, by track and channel */
#include "config.h"

#include <stdlib.h>

#include "mpc/voices.h"
#include "stream/array.h"

/* The part of a note: those of its track lie in the order of channels. */
static struct voice *
part_of(const struct voices *p, const struct song *s, const struct note *n)
{
	unsigned below = s->track[n->track].channels & ((1u << n->channel) - 1);

	return &p->voice[p->base[n->track] + (size_t)__builtin_popcount(below)];
}

int
voices_make(struct voices *p, const struct song *s)
{
	size_t first = 0;

	p->n = 0;
	if (array_room(&p->base, s->ntracks, &p->capbase, sizeof(*p->base)) ==
		-1 ||
	    array_room(&p->note, s->nnotes, &p->capnotes, sizeof(*p->note)) ==
		-1)
		return -1;
	for (size_t t = 0; t < s->ntracks; t++) {
		p->base[t] = p->n;
		if (array_room(
			&p->voice, p->n + 16, &p->cap, sizeof(*p->voice)) == -1)
			return -1;
		for (unsigned c = 0; c < 16; c++)
			if (s->track[t].channels & 1u << c)
				p->voice[p->n++] =
				    (struct voice){ .track = (uint16_t)t,
					    .channel = (uint8_t)c };
	}
	for (size_t i = 0; i < s->nnotes; i++)
		part_of(p, s, &s->note[i])->n++;
	for (size_t i = 0; i < p->n; i++) {
		p->voice[i].first = first;
		first += p->voice[i].n;
		p->voice[i].n = 0;
	}
	for (size_t i = 0; i < s->nnotes; i++) {
		struct voice *q = part_of(p, s, &s->note[i]);

		p->note[q->first + q->n++] = s->note[i];
	}
	return 0;
}

void
voices_free(struct voices *p)
{
	free(p->voice);
	free(p->note);
	free(p->base);
	*p = (struct voices){ 0 };
}
