/* loop - how well a short drum part fits a tempo, as a loop does
 *
 * A loop begins on a bar line, tick 0, has its strokes near the beats, the
 * eighths, the sixteenths or the triplets of its tempo, each drum in its own
 * way, and ends with a bar: its last stroke stands in the last beats of one,
 * two, four or eight bars.  So few strokes tell little by their distances
 * alone.
 */
#ifndef MUSIC_LOOP_H
#define MUSIC_LOOP_H

#include "music/parts.h"

/* A candidate's tables, made once; zeroes are valid. */
struct loop {
	float *odds; /* by candidate, kind of drum, place in the beat */
	size_t candidates;
};

/* Adds to v[i] the logarithm of how likely the drums are at a beat of beat[i]
 * seconds; `n` beats, the same ones in every call.  0, or -1 ENOMEM. */
int loop_fit(struct loop *, const struct song *, const struct parts *,
    const float *beat, float *v, size_t n);
void loop_free(struct loop *);

#endif
