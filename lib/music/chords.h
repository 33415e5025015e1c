/* chords - the chord of every beat, its cycle, and roman numerals
 *
 * Beat by beat the pitched notes are compared with the major and minor
 * triads, a change costs a constant (Viterbi), and each stretch is then
 * looked at for its quality.  Drums and roles must be known: a melody over
 * chords says less of them than they do.
 */
#ifndef MUSIC_CHORDS_H
#define MUSIC_CHORDS_H

#include "music/grid.h"
#include "music/key.h"
#include "stream/buf.h"

enum quality {
	CHORD_MAJ,
	CHORD_MIN,
	CHORD_DIM,
	CHORD_AUG,
	CHORD_SUS2,
	CHORD_SUS4,
	CHORD_7,
	CHORD_MAJ7,
	CHORD_M7,
	CHORD_M7B5,
	CHORD_QUALITIES
};

struct chord {
	uint32_t from, to; /* beats, from chords->first */
	uint8_t root;      /* 0 C to 11 B */
	uint8_t quality;   /* enum quality */
};

struct chords {
	struct chord *chord;
	size_t n;
	size_t cycle; /* steps in the cycle that repeats; 0 none */
	double unit;  /* beats a step; 0: each chord is one */
	double first; /* beat of the grid that beat 0 is */
	/* Memory of the estimator, MOST_BEATS each. */
	float (*weight)[12];
	uint8_t *bass;
	uint8_t *state;
	uint8_t *best;
	uint32_t *stay;
};

/* A bar in beats, 0 unknown, is what a cycle is counted in where its chords do
 * not change on a common beat: 9/8, 7/8.  0, or -1 ENOMEM. */
int chords_find(struct chords *, const struct song *, const struct parts *,
    const struct grid *, const struct key *, double bar);
/* Appends the columns chords and roman: the cycle, or the first CHORD_MOST.
 * Nothing where there are none, or for roman no key.  0, or -1 ENOMEM. */
int chords_text(const struct chords *, const struct key *, struct buf *);
int chords_roman(const struct chords *, const struct key *, struct buf *);
/* One chord by name, spelt as in the key: 0, or -1 ENOMEM. */
int chord_text(const struct chord *, const struct key *, struct buf *);
/* Its pitch classes: bit 0 C to bit 11 B. */
unsigned chord_classes(const struct chord *);
void chords_free(struct chords *);

#endif
