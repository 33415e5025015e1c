/* pedal - the sustain pedal's ups and downs, by track and channel
 *
 * A pattern has no controllers, so what the pedal holds is lost unless the
 * notes are made longer.  The caller owns the struct; zeroes are valid.
 */
#ifndef MPC_PEDAL_H
#define MPC_PEDAL_H

#include "midi/song.h"

struct pedal_move {
	uint64_t key; /* track and channel */
	int64_t tick;
	uint64_t seq; /* in the file */
	int down;
};

struct pedal {
	struct pedal_move *move; /* by key, then tick */
	size_t n, cap;
};

/* Reads controller 64 of a file: 0, or -1 ENOMEM.  The bytes are those that
 * the song was read from, so that its tracks count alike. */
int pedal_read(struct pedal *, const void *bytes, size_t n);
/* Where a note's sound ends: its own end, or where the pedal that is down
 * then comes up, at the latest at the end of the track. */
int64_t pedal_end(const struct pedal *, const struct note *, int64_t track_end);
void pedal_free(struct pedal *);

#endif
