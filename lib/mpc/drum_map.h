/* drum_map - which pad a drum note plays
 *
 * A map holds 128 numbers: the note written for each note read.
 */
#ifndef MPC_DRUM_MAP_H
#define MPC_DRUM_MAP_H

#include <stddef.h>
#include <stdint.h>

enum { DRUM_NOTES = 128 };

struct drum_map {
	uint8_t to[DRUM_NOTES];
};

/* Notes as they are: right for kits in General MIDI's order. */
void drum_map_gm(struct drum_map *);
/* General MIDI's drums on pads in the order of a kit: A01 kick, A02 snare,
 * A03 closed hat, A04 open hat, A05 clap, A06 rim, A07 to A09 toms from low
 * to high, A10 crash, A11 ride, then percussion. */
void drum_map_kit(struct drum_map *);
/* From a text of 128 numbers, 0 to 127, with blanks, commas or lines
 * between, # beginning a comment: 0, or -1 when it is no such text. */
int drum_map_parse(struct drum_map *, const char *, size_t n);
/* Acoustic bass drum (35) goes where bass drum 1 (36) goes. */
void drum_map_fold_kick(struct drum_map *);

#endif
