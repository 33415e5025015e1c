/* split - a file as one file for each (track, channel) that has notes
 *
 * Or for each track, or each channel.  A part is a format 0 file with the
 * original's division.  It holds the notes of its track and channel, every
 * program, controller, bend and
 * pressure of that channel (from all tracks on the same port, since a synth
 * has one state a channel), the track's own texts, and the whole tempo,
 * meter and key map, markers, cues and SysEx of the file, all at their own
 * ticks and in the order of the original.  Notes that the original leaves
 * sounding are ended where its track ends.  In format 2, where tracks are
 * pieces of their own, a part takes from its own track alone.
 *
 * The struct is the caller's, zeroes are valid; its memory is kept for the
 * next file.  Pointers lead into the file's bytes.
 */
#ifndef MIDI_SPLIT_H
#define MIDI_SPLIT_H

#include "midi/maps.h"
#include "midi/smf.h"
#include "stream/buf.h"

enum split_by { SPLIT_BOTH, SPLIT_TRACK, SPLIT_CHANNEL };

struct split_part {
	uint16_t track;      /* from 0; by channel, the first that has notes */
	uint16_t channels;   /* bit c: notes on channel c */
	uint8_t port;        /* of the track */
	uint32_t notes;      /* note-ons */
	int64_t end;         /* tick of the latest end of its tracks */
	const uint8_t *name; /* track name, else instrument name, else NULL */
	size_t name_len;
};

struct split_event;
struct split_track;

struct split {
	struct split_part *part;
	size_t nparts, capparts;
	int format, division;
	enum split_by by; /* format 2 has no parts by channel alone */
	/* Its own: */
	struct split_event *event, *spare;
	size_t nevents, capevents, capspare;
	struct split_track *track;
	size_t ntracks, captracks;
	uint32_t *list; /* indices of events, list by list */
	size_t caplist;
	struct maps maps; /* of the part that split_lead() was asked for */
	size_t *begin;    /* where each list begins */
	size_t capbegin;
};

enum { SPLIT_NOMEM = -4, SPLIT_LIMIT = -5 };

/* Reads a file: SMF_OK and the parts, in the order of their tracks and
 * channels; SMF_EMPTY, SMF_NOT_MIDI, SMF_CUT, SPLIT_NOMEM, or SPLIT_LIMIT for
 * more than max_events events. */
int split_read(
    struct split *, const void *, size_t n, enum split_by, size_t max_events);
/* Appends to b what part i is called in column 12: t02c10, t02, c10, or
 * p1c10 on another port than 0: 0, or -1 with ENOMEM. */
int split_word(const struct split *, size_t i, struct buf *b);
/* The whole bars before the first note of part i, and the tick where its bar
 * begins: 0, or -1 with ENOMEM. */
int split_lead(struct split *, size_t i, int64_t *bars, int64_t *tick);
/* Appends part i as a file to out, without its first `skip` ticks: what stood
 * there stands at the beginning.  0, or -1 with ENOMEM. */
int split_write(const struct split *, size_t i, int64_t skip, struct buf *out);
void split_free(struct split *);

#endif
