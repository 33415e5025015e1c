/* tempo - beats a minute, by the map when it is believable, else by onsets
 *
 * A map is believable when it says something of its own (not the lone
 * 120 that programs write by default), or when the onsets sit on its grid.
 */
#ifndef MUSIC_TEMPO_H
#define MUSIC_TEMPO_H

#include "music/grid.h"
#include "music/loop.h"

enum tempo_from { TEMPO_NONE, TEMPO_MAP, TEMPO_ONSETS, TEMPO_NAME };

struct tempo_guess {
	double bpm; /* quarters a minute; 0 unknown */
	double conf;
	enum tempo_from from;
	double fits; /* of grid_fits() */
	struct grid grid;
	/* Memory of the estimator. */
	float *train; /* onset weights, a bin each */
	uint32_t *filled;
	float *prior; /* a candidate each, made once */
	float *lag;
	struct loop loop;
};

/* Drums must be known.  0, or -1 ENOMEM. */
int tempo_find(struct tempo_guess *, const struct song *, const struct parts *);
/* Takes what a name states, where it is more certain. */
void tempo_named(struct tempo_guess *, double bpm, double conf);
const char *tempo_from_name(enum tempo_from);
void tempo_free(struct tempo_guess *);

#endif
