/* figure - how a part moves from onset to onset
 *
 * Of notes that begin together the highest counts, as the ear has it.  A move
 * is from one onset to the next.  Shares are 0 to 1, 0 where there is no
 * move.
 */
#ifndef MUSIC_FIGURE_H
#define MUSIC_FIGURE_H

#include "midi/song.h"

struct figure {
	uint32_t onsets; /* distinct onset ticks */
	float repeats;   /* share of moves that stay on their pitch */
	float steps;     /* of one or two semitones */
	float leaps;     /* of more */
	float octaves;   /* of whole octaves, which are leaps too */
	float even;      /* share of moves of the commonest time */
	float even_twos; /* the same of every two moves: swung ones are so */
	float gap;       /* that time, in quarters; 0 without a move */
	float gap_twos;  /* that of two moves */
	float home;      /* share of onsets on the pitch class of the first */
	uint8_t classes; /* distinct pitch classes of all notes */
};

/* Of the notes song->note[order[i]], i < n, n > 0, by onset. */
struct figure figure_of(const struct song *, const uint32_t *order, uint32_t n);

#endif
