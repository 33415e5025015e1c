/* song - MIDI files as the packs that are sold hold them
 *
 * Sizes, tempo, meter, tracks and damage are spread as in real collections:
 * 42 % below 200 bytes, 35 % up to 500, 1.8 KB on average; a tempo in one of
 * four; a third with several tracks, half of which other files have too; one
 * in 770 damaged.  Drums are mostly not on channel 10.
 */
#ifndef BENCH_SONG_H
#define BENCH_SONG_H

#include <stdint.h>

#include "stream/buf.h"

/* What the files of one pack have in common. */
struct pack {
	uint64_t number;
	int drums, minor, tempo_event, sound; /* sound: none is damaged */
	unsigned bpm, beats, unit, root, division;
};

struct pack song_pack(uint64_t pack);

/* Puts file `index` of the pack into the buffer, the same every time: 0, or
 * -1 with errno. */
int song_make(const struct pack *, uint64_t index, struct buf *);

#endif
