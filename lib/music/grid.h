/* grid - where the beats of a file are
 *
 * Positions are in beats: (tick - origin) / beat.  Where the file's ticks can
 * be believed a beat is its quarter and the origin tick 0; else both come
 * from the onsets (tempo.h).
 */
#ifndef MUSIC_GRID_H
#define MUSIC_GRID_H

#include "music/parts.h"

struct grid {
	double origin; /* tick of a beat */
	double beat;   /* ticks a beat, at least 1 */
};

/* How far the onsets sit on sixteenths or eighth triplets of the file's own
 * quarter: 1 all, 0 no more than chance; 1 too where there is nothing to
 * tell it from. */
double grid_fits(const struct song *);
/* The quarters of the file. */
struct grid grid_of_ticks(const struct song *);
/* Beats of a known length with the phase that most onsets share. */
struct grid grid_of_onsets(const struct song *, double beat);

static inline double
grid_beats(const struct grid *g, int64_t tick)
{
	return ((double)tick - g->origin) / g->beat;
}

/* The beat that a place lies in; cheaper than floor(3). */
static inline int64_t
grid_whole(double beats)
{
	int64_t i = (int64_t)beats;

	return i - (beats < (double)i);
}

#endif
