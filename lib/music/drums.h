/* drums - which parts are drums, and what they are made of
 *
 * A part is drums on channel 10, or by its notes and its name: most drum
 * loops are sold on channel 1.  What it is made of goes by General MIDI.
 */
#ifndef MUSIC_DRUMS_H
#define MUSIC_DRUMS_H

#include "music/parts.h"

enum drum { PERC, KICK, SNARE, HAT, TOM, CRASH, RIDE, DRUMS };

/* Sets part->drums and parts->drums. */
void drums_find(struct parts *, const struct song *);
/* Notes of each class in the drum parts. */
void drums_count(
    const struct parts *, const struct song *, uint32_t count[DRUMS]);
enum drum drum_of(uint8_t pitch);
/* The word of the column drum_parts. */
const char *drum_name(enum drum);

#endif
