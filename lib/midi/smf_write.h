/* smf_write - Standard MIDI Files, written event by event into a buffer
 *
 * The calls come in the order of the file: smfw_begin, then for each track
 * smfw_track, its events in the order of their ticks, smfw_end.  Lengths are
 * filled in by smfw_end.  The quantities are as short as they can be; a gap
 * that no quantity holds is bridged with empty text events.
 *
 * All return 0, or -1 with errno: ENOMEM; EINVAL for an event that goes back
 * in time or that no file can hold.  The buffer is the caller's.
 */
#ifndef MIDI_SMF_WRITE_H
#define MIDI_SMF_WRITE_H

#include "midi/smf.h"
#include "stream/buf.h"

/* The rest of a meter that says no more than its fraction: MIDI clocks a
 * click, 32nds a quarter. */
enum { METER_CLICK = 24, METER_32NDS = 8 };

struct smf_writer {
	struct buf *out;
	size_t length_at; /* offset of the open track's length */
	int64_t tick;
	uint8_t running; /* last status written, 0 none */
	int compress;    /* leave out a repeated status */
};

int smfw_begin(struct smf_writer *, struct buf *, int format, unsigned tracks,
    int division, int running_status);
int smfw_track(struct smf_writer *);
int smfw_event(struct smf_writer *, const struct smf_event *);
int smfw_end(struct smf_writer *, int64_t tick);

#endif
