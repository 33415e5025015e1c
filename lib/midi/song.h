/* song - a file as a table of notes, with its maps, tracks and texts
 *
 * What analysis, export and splitting work on.  One pass over the events
 * fills it, 24 bytes a note; the memory is kept for the next file, so that a
 * run over many files allocates only while it grows.
 *
 * Texts are slices of the file's bytes, not decoded, and live as long as
 * those do.  The struct is the caller's, zeroes are valid.
 */
#ifndef MIDI_SONG_H
#define MIDI_SONG_H

#include "midi/maps.h"
#include "midi/smf.h"

enum { SONG_EVENTS = 10000000 }; /* default cap on events */

struct note {
	int64_t on, off; /* ticks; off >= on */
	uint16_t track;  /* from 0, of the file's tracks */
	uint8_t channel; /* 0 to 15; 9 is General MIDI's drums */
	uint8_t pitch, velocity;
	uint8_t release; /* velocity of the note-off, 64 if none */
	uint8_t program; /* of its channel when it begins, 0 to 127 */
};

struct text {
	const uint8_t *p;
	uint32_t len;
	uint16_t track;
	uint8_t type; /* META_TEXT to META_DEVICE_NAME */
	int64_t tick;
};

struct track {
	const uint8_t *name, *instrument; /* NULL where there is none */
	uint32_t name_len, instrument_len;
	uint32_t notes;
	uint16_t channels; /* bit c: notes on channel c */
	int64_t end;       /* tick of its end */
};

struct sounding;

struct song {
	int format, division;
	uint64_t issues; /* bits of enum smf_issue */
	size_t events;
	int64_t end;         /* latest end of a track */
	int64_t first, last; /* first onset, last note's end; 0 if none */
	struct note *note;   /* by onset, then track, then file order */
	size_t nnotes, capnotes;
	struct track *track;
	size_t ntracks, captracks;
	struct text *text; /* in file order; lyrics too */
	size_t ntexts, captexts;
	struct maps maps; /* of all tracks; format 2: of the first */
	struct maps *own; /* format 2: of track 1 + i; see song_maps() */
	size_t capown;
	struct note *spare; /* for sorting */
	size_t capspare;
	struct sounding *sounding; /* for pairing on with off */
};

/* Reads a file of n bytes: SMF_OK, SMF_EMPTY, SMF_NOT_MIDI, SMF_CUT,
 * or SONG_NOMEM.
 * A file with a header and no event at all is SMF_EMPTY.  max_events is the
 * cap, SONG_EVENTS or another; behind it nothing is read (SMF_EVENT_LIMIT). */
enum { SONG_NOMEM = -4 };
int song_read(struct song *, const void *bytes, size_t n, size_t max_events);
void song_free(struct song *);
/* The maps that a track's ticks are counted by: the file's, or in format 2,
 * where tracks are pieces of their own, the track's own. */
const struct maps *song_maps(const struct song *, unsigned track);

/* Division, tempo, meter or key from a meta event: 1 and the values, 0 when
 * the event is none; what is out of range sets *issues and is 0. */
int meta_tempo(const struct smf_event *, uint32_t *uspq, uint64_t *issues);
int meta_meter(
    const struct smf_event *, unsigned *num, unsigned *den, uint64_t *issues);
int meta_key(
    const struct smf_event *, int *sharps, int *minor, uint64_t *issues);

#endif
