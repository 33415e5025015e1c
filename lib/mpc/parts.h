/* parts - the notes of a song, by track and channel
 *
 * A part is all notes of one channel in one track, in the order of the song.
 * The caller owns the struct; zeroes are valid; its memory is kept for the
 * next song.
 */
#ifndef MPC_PARTS_H
#define MPC_PARTS_H

#include "midi/song.h"

struct part {
	uint16_t track;  /* from 0 */
	uint8_t channel; /* 0 to 15 */
	size_t first, n; /* its notes in parts.note */
};

struct parts {
	struct part *part; /* by track, then channel */
	size_t n, cap;
	struct note *note;
	size_t capnotes;
	size_t *base; /* first part of each track */
	size_t capbase;
};

/* 0, or -1 ENOMEM. */
int parts_make(struct parts *, const struct song *);
void parts_free(struct parts *);

#endif
