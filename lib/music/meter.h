/* meter - beats a bar, by the map when it is believable, else by onsets
 *
 * What a file says is believed unless it is a dummy: a bar of one quarter or
 * less, or nothing at all.  Where the onsets say nothing either it is the
 * standard's 4/4, METER_NONE.
 */
#ifndef MUSIC_METER_H
#define MUSIC_METER_H

#include "music/grid.h"

enum meter_from { METER_NONE, METER_MAP, METER_ONSETS };

struct meter_guess {
	unsigned num, den; /* 0 unknown */
	enum meter_from from;
	float *step; /* onset weight of each sixteenth; then the bass's */
};

/* 0, or -1 ENOMEM. */
int meter_find(struct meter_guess *, const struct song *, const struct parts *,
    const struct grid *);
const char *meter_from_name(enum meter_from);
void meter_free(struct meter_guess *);

#endif
