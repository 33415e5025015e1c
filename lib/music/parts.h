/* parts - the notes of each (track, channel), with what they look like
 *
 * A part is what a player would call a track: all notes of one channel in
 * one track of the file.  Parts are in order of track, then channel; the
 * notes of part p are song->note[order[p->first + i]], i < p->notes, by
 * onset.  Memory is the struct's and is kept between songs; zeroes are valid.
 */
#ifndef MUSIC_PARTS_H
#define MUSIC_PARTS_H

#include "music/figure.h"

struct part {
	uint32_t first, notes;
	uint32_t onsets; /* distinct onset ticks */
	uint16_t track;
	uint8_t channel; /* 0 to 15 */
	uint8_t drums;   /* set by drums_find() */
	uint8_t low, high, distinct;
	uint8_t role;      /* enum role, set by role_find() */
	float pitch;       /* mean */
	float length;      /* mean, in quarters */
	float same_length; /* share of notes with the commonest length */
	float gate;        /* share of the time to the next onset that sounds */
	float sounding;    /* notes at a time while any of it sounds */
	float drumlike;    /* mean log-odds of its pitches, drums to pitched */
	float drum_odds;   /* log-odds of the part, set by drums_find() */
	struct figure figure;
};

struct parts {
	struct part *part;
	size_t n, cap;
	uint32_t *order; /* indices into song->note */
	size_t caporder;
	uint32_t *index; /* by track * 16 + channel: part, from 1; 0 none */
	size_t capindex;
	size_t drums; /* notes in drum parts */
};

/* 0, or -1 ENOMEM. */
int parts_find(struct parts *, const struct song *);
void parts_free(struct parts *);

static inline struct part *
parts_of(const struct parts *p, const struct note *n)
{
	return &p->part[p->index[n->track * 16u + n->channel] - 1];
}

static inline int
parts_is_drum(const struct parts *p, const struct note *n)
{
	return parts_of(p, n)->drums;
}

#endif
