/* role - what a part does: drums, bass, chords, melody, arp */
#include "config.h"

#include <stdlib.h>

#include "music/role.h"

enum { ARP_LEAST = 8, STRUMMED = 6 /* parts of a quarter */ };

const char *
role_name(enum role r)
{
	static const char *const names[] = { NULL, "drums", "bass", "chords",
		"melody", "arp", "mixed" };

	return names[r];
}

/* An arpeggio runs in even steps and leaps from chord tone to chord tone. */
static int
is_arp(const struct part *p, const struct song *s, const uint32_t *order)
{
	int64_t gap, common = 0;
	uint32_t votes = 0, even = 0, leaps = 0, moves = 0;
	const struct note *a, *b;

	if (p->onsets < ARP_LEAST)
		return 0;
	for (uint32_t i = 1; i < p->notes; i++) {
		a = &s->note[order[i - 1]];
		b = &s->note[order[i]];
		gap = b->on - a->on;
		if (votes == 0)
			common = gap;
		votes += gap == common ? 1 : UINT32_MAX;
		if (a->pitch != b->pitch) {
			moves++;
			leaps += abs(a->pitch - b->pitch) > 2;
		}
	}
	for (uint32_t i = 1; i < p->notes; i++)
		even +=
		    s->note[order[i]].on - s->note[order[i - 1]].on == common;
	return common > 0 &&
	    common * s->maps.tpq_den <= s->maps.tpq_num / 2 + 1 &&
	    even * 10 >= (p->notes - 1) * 8 && leaps * 10 >= moves * 6 &&
	    moves * 2 >= p->notes;
}

static enum role
of_part(const struct part *p, const struct song *s, const uint32_t *order)
{
	double chordal = (double)p->notes / p->onsets;
	uint8_t program = s->note[order[0]].program;

	if (p->drums)
		return ROLE_DRUMS;
	if (chordal >= 1.7 || (p->sounding > 2.2f && chordal >= 1.25))
		return ROLE_CHORDS;
	if (p->pitch < 48 || (program >= 32 && program < 40 && p->pitch < 55))
		return ROLE_BASS;
	if (is_arp(p, s, order))
		return ROLE_ARP;
	return p->sounding > 1.8f ? ROLE_CHORDS : ROLE_MELODY;
}

enum role
role_find(struct parts *p, const struct song *s)
{
	enum role all = ROLE_NONE, r;

	for (size_t i = 0; i < p->n; i++) {
		r = of_part(&p->part[i], s, p->order + p->part[i].first);
		p->part[i].role = (uint8_t)r;
		all = all == ROLE_NONE || all == r ? r : ROLE_MIXED;
	}
	return all;
}
