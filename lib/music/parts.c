/* parts - the notes of each (track, channel), with what they look like */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "music/params.h"
#include "music/parts.h"
#include "stream/array.h"

/* Counts into index, makes the parts, and deals the notes out to them. */
static int
deal(struct parts *p, const struct song *s)
{
	size_t slots = s->ntracks * 16, at = 0, k = 0;
	uint32_t *part;

	if (array_room(&p->index, slots, &p->capindex, sizeof(*p->index)) ==
		-1 ||
	    array_room(&p->order, s->nnotes, &p->caporder, sizeof(*p->order)) ==
		-1)
		return -1;
	memset(p->index, 0, slots * sizeof(*p->index));
	for (size_t t = 0; t < s->ntracks; t++)
		k += (size_t)__builtin_popcount(s->track[t].channels);
	if (array_room(&p->part, k, &p->cap, sizeof(*p->part)) == -1)
		return -1;
	for (size_t i = 0; i < s->nnotes; i++)
		p->index[s->note[i].track * 16u + s->note[i].channel]++;
	p->n = 0;
	for (size_t i = 0; i < slots; i++) {
		if (p->index[i] == 0)
			continue;
		p->part[p->n] = (struct part){ .first = (uint32_t)at,
			.track = (uint16_t)(i / 16),
			.channel = (uint8_t)(i % 16) };
		at += p->index[i];
		p->index[i] = (uint32_t)++p->n;
	}
	for (size_t i = 0; i < s->nnotes; i++) {
		part = &p->index[s->note[i].track * 16u + s->note[i].channel];
		p->order[p->part[*part - 1].first +
		    p->part[*part - 1].notes++] = (uint32_t)i;
	}
	return 0;
}

/* How much a pitch speaks for drums: the natural logarithm of its share in
 * General MIDI drum tracks over its share in pitched ones.  Drums: shares
 * rounded from common practice, kick, snare and hats most of all.  Pitched:
 * a quarter bass around E2, the rest around E4.  What is no General MIDI drum
 * speaks against. */
static const float pitch_odds[128] = { -4, -4, -4, -4, -4, -4, -4, -4, -4, -4,
	-4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, .5f, -3, -2, -2, .5f,
	-2, -2, -2, -2, -2, -1.5f, -1.5f, -1.5f, 1.2f, 2.4f, .6f, 2, .6f, .8f,
	-.4f, 2.4f, -.2f, 1.2f, -.2f, 1.1f, -.5f, -.5f, .6f, -.6f, 1.3f, -1,
	-.3f, .2f, -1.2f, -.9f, -.5f, -2.4f, -.8f, -1.9f, -1.9f, -1.6f, -1.6f,
	-1.6f, -1.8f, -2, -2, -2, -1.2f, -1.2f, -2, -2.4f, -2, -2, -1.6f, -2.2f,
	-2.2f, -2, -2, -1.8f, -1.6f, -2.5f, -2.5f, -2.5f, -2.5f, -2.5f, -2.5f,
	-5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5,
	-5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5,
	-5, -5, -5, -5 };

/* Each pitch counts by its share, so that one note of a kind changes little
 * and the hat does not decide alone. */
static void
pitches(struct part *p, const uint32_t count[128])
{
	double odds = 0, all = 0, w;

	p->low = 127;
	for (int i = 0; i < 128; i++) {
		if (count[i] == 0)
			continue;
		if (i < p->low)
			p->low = (uint8_t)i;
		p->high = (uint8_t)i;
		p->distinct++;
		w = __builtin_sqrt((double)count[i]);
		odds += w * (double)pitch_odds[i];
		all += w;
	}
	p->drumlike = (float)(odds / all);
}

static void
look(struct part *p, const struct song *s, const uint32_t *order)
{
	const struct maps *m = &s->maps;
	double quarter = (double)m->tpq_den / (double)m->tpq_num;
	double pitch = 0, length = 0, heard = 0, gap = 0;
	uint32_t count[128] = { 0 }, same = 0;
	int64_t on = -1, end = INT64_MIN, from, common = 0;
	const struct note *n;

	for (uint32_t i = 0; i < p->notes; i++) {
		n = &s->note[order[i]];
		count[n->pitch]++;
		pitch += n->pitch;
		length += (double)(n->off - n->on);
		if (i == 0 || n->on != on) {
			if (i > 0 && end > on)
				gap += (double)(end < n->on ? end : n->on) -
				    (double)on;
			on = n->on;
			p->onsets++;
		}
		from = n->on > end ? n->on : end;
		if (n->off > from)
			heard += (double)(n->off - from);
		if (n->off > end)
			end = n->off;
		/* The commonest length, by Boyer and Moore's vote. */
		if (same == 0)
			common = n->off - n->on;
		same += n->off - n->on == common ? 1 : UINT32_MAX;
	}
	same = 0;
	for (uint32_t i = 0; i < p->notes; i++) {
		n = &s->note[order[i]];
		same += n->off - n->on == common;
	}
	p->pitch = (float)(pitch / p->notes);
	p->length = (float)(length / p->notes * quarter);
	p->same_length = (float)same / (float)p->notes;
	p->sounding = heard > 0 ? (float)(length / heard) : 1;
	p->gate = 1;
	n = &s->note[order[0]];
	if (on > n->on)
		p->gate = (float)(gap / (double)(on - n->on));
	pitches(p, count);
	p->figure = figure_of(
	    s, order, p->notes < FIGURE_NOTES ? p->notes : FIGURE_NOTES);
}

int
parts_find(struct parts *p, const struct song *s)
{
	p->drums = 0;
	p->n = 0;
	if (s->nnotes == 0)
		return 0;
	if (deal(p, s) == -1)
		return -1;
	for (size_t i = 0; i < p->n; i++)
		look(&p->part[i], s, p->order + p->part[i].first);
	return 0;
}

void
parts_free(struct parts *p)
{
	free(p->part);
	free(p->order);
	free(p->index);
	*p = (struct parts){ 0 };
}
