/* measure - what is counted, not estimated */
#ifndef MUSIC_MEASURE_H
#define MUSIC_MEASURE_H

#include "music/parts.h"

struct measure {
	uint32_t tracks;   /* with notes */
	uint16_t channels; /* bits, with notes */
	int pitched;       /* whether low, high and polyphony are known */
	uint8_t low, high;
	uint32_t polyphony;
	double velocity;      /* mean; 0 without notes */
	double quarters;      /* first onset to last note's end */
	uint8_t program[128]; /* from 0, most notes first, drums left out */
	int nprograms;
	int64_t *heap; /* ends of the notes that sound */
	size_t capheap;
};

/* Drums must be known.  0, or -1 ENOMEM. */
int measure_take(struct measure *, const struct song *, const struct parts *);
void measure_free(struct measure *);

#endif
