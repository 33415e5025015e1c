/* swing - how late the off-beat eighth comes */
#ifndef MUSIC_SWING_H
#define MUSIC_SWING_H

#include "music/grid.h"

/* Median place of the off-beats in their beats, in percent: 50 straight, 66.7
 * triplets.  0 where there are too few. */
double swing_find(const struct song *, const struct grid *);

#endif
