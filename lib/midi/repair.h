/* repair - a file whose reading needed forgiving, written anew as a valid one
 *
 * What song_read() finds in the new file is what it found in the old one,
 * note for note, with the same maps, texts and ends of tracks; only what had
 * to be forgiven is gone.  Every event that means something stays at its own
 * tick, in its track and order.  Two things are kept, since other ticks would
 * make another piece of it: SMF_TICK_OVERFLOW, and SMF_DIVISION where the
 * division is odd frames.
 *
 * The song must have been read from the same bytes, without
 * SMF_EVENT_LIMIT.
 */
#ifndef MIDI_REPAIR_H
#define MIDI_REPAIR_H

#include "midi/song.h"
#include "stream/buf.h"

/* The bits of the song's issues that a rewrite takes away; 0: it is sound. */
uint64_t repair_issues(const struct song *);
/* Appends the new file to out: 1; 0 when no event would be left in it; -1
 * with ENOMEM. */
int repair_write(
    const struct song *, const void *bytes, size_t n, struct buf *out);

#endif
