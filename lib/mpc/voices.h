/* voices - the notes of a song, by track and channel
 *
 * A voice is all notes of one channel in one track, in the order of the song.
 * The caller owns the struct; zeroes are valid; its memory is kept for the
 * next song.
 */
#ifndef MPC_VOICES_H
#define MPC_VOICES_H

#include "midi/song.h"

struct voice {
	uint16_t track;  /* from 0 */
	uint8_t channel; /* 0 to 15 */
	size_t first, n; /* its notes in voices.note */
};

struct voices {
	struct voice *voice; /* by track, then channel */
	size_t n, cap;
	struct note *note;
	size_t capnotes;
	size_t *base; /* first voice of each track */
	size_t capbase;
};

/* 0, or -1 ENOMEM. */
int voices_make(struct voices *, const struct song *);
void voices_free(struct voices *);

#endif
