/* smf - Standard MIDI Files, read event by event from memory
 *
 * Reads formats 0, 1 and 2, bare or inside RIFF (RMID) or MacBinary, or
 * behind up to SMF_JUNK bytes of something else.  It copies and allocates
 * nothing: structs are the caller's, pointers lead into the file's bytes and
 * live as long as those do.
 *
 * It reads what is there.  Lengths are hostile and are compared before they
 * are used; what a file does wrong is forgiven where a whole event can still
 * be told, and noted as a bit in issues.  Every loop moves forward in the
 * bytes, so the time is linear in the size.
 *
 * Source: The Complete MIDI 1.0 Detailed Specification, Standard MIDI Files
 * 1.0 (RP-001); RIFF wrapping: RP-029.
 */
#ifndef MIDI_SMF_H
#define MIDI_SMF_H

#include <stddef.h>
#include <stdint.h>

enum { SMF_JUNK = 65536 }; /* bytes before MThd that are forgiven */

/* What was forgiven; smf_issue_name() has the words of mrec(5). */
enum smf_issue {
	SMF_RIFF_LENGTH,   /* a RIFF wrapper of a wrong length */
	SMF_JUNK_BEFORE,   /* bytes before MThd, or MacBinary */
	SMF_HEADER_LENGTH, /* header longer or shorter than 6 bytes */
	SMF_FORMAT,        /* format above 2, or 0 with several tracks */
	SMF_DIVISION,      /* division 0, taken as 96, or odd frames */
	SMF_TRACK_COUNT,   /* more or fewer tracks than declared */
	SMF_TRACK_LENGTH,  /* length does not lead to a chunk or the end */
	SMF_FOREIGN_CHUNK, /* a chunk that is no track */
	SMF_NO_END,        /* a track without End of Track */
	SMF_EARLY_END,     /* events behind End of Track */
	SMF_TRUNCATED,     /* the last event is cut off */
	SMF_LONG_VLQ,      /* a quantity of more than four bytes */
	SMF_NO_STATUS,     /* data byte without a running status */
	SMF_RUNNING_META,  /* running status across meta or SysEx */
	SMF_DATA_BYTE,     /* data byte above 127 */
	SMF_SYSTEM_STATUS, /* F1 to F6, F8 to FE */
	SMF_TICK_OVERFLOW, /* ticks beyond 32 bits */
	SMF_META_LENGTH,   /* tempo, meter, key or end of a wrong length */
	SMF_META_VALUE,    /* tempo 0, meter, key or type out of range */
	SMF_OVERLAP,       /* note-on while the pitch sounds */
	SMF_STRAY_OFF,     /* note-off (8n) without note-on */
	SMF_HANGING,       /* note without note-off */
	SMF_EVENT_LIMIT,   /* more events than the cap */
	SMF_ISSUES
};

enum { /* why a file could not be opened */
	SMF_OK = 0,
	SMF_EMPTY = -1,    /* no bytes, or only zeroes */
	SMF_NOT_MIDI = -2, /* no header where one may be */
	SMF_CUT = -3       /* cut off before its first whole event */
};

enum { /* status bytes that are no channel message */
	SMF_SYSEX = 0xf0,
	SMF_ESCAPE = 0xf7,
	SMF_META = 0xff
};
enum { /* meta types */
	META_SEQUENCE = 0x00,
	META_TEXT = 0x01,
	META_COPYRIGHT = 0x02,
	META_TRACK = 0x03,
	META_INSTRUMENT = 0x04,
	META_LYRIC = 0x05,
	META_MARKER = 0x06,
	META_CUE = 0x07,
	META_PROGRAM_NAME = 0x08,
	META_DEVICE_NAME = 0x09,
	META_CHANNEL = 0x20,
	META_PORT = 0x21,
	META_END = 0x2f,
	META_TEMPO = 0x51,
	META_OFFSET = 0x54,
	META_METER = 0x58,
	META_KEY = 0x59,
	META_VENDOR = 0x7f
};

struct smf {
	const uint8_t *data; /* from MThd on */
	size_t size;         /* bytes there, without a wrapper's tail */
	size_t pos;          /* where the next chunk is looked for */
	int format;          /* 0, 1, 2 */
	int division;        /* ticks a quarter; negative SMPTE, as stored */
	unsigned declared;   /* tracks, by the header */
	unsigned tracks;     /* tracks begun so far */
	uint64_t issues;     /* bits 1 << enum smf_issue, of all tracks */
};

struct smf_track {
	struct smf *smf;
	const uint8_t *p, *end;
	const uint8_t *trusted; /* end by a length that leads on, or NULL */
	int64_t tick;
	uint8_t running; /* last channel status, 0 none */
	uint8_t between; /* a meta or SysEx came since */
	uint8_t ended;   /* End of Track was seen */
	uint8_t done;
};

struct smf_event {
	int64_t tick;        /* from the start of the track */
	const uint8_t *data; /* meta and SysEx: payload; else NULL */
	size_t len;
	uint8_t status; /* 0x80 to 0xef, F0, F7, FF */
	uint8_t a;      /* first data byte, or the meta type */
	uint8_t b;      /* second data byte, 0 where there is none */
};

/* Finds the header: SMF_OK, or why not. */
int smf_open(struct smf *, const void *bytes, size_t n);
/* The next track: 1, or 0 when there is none. */
int smf_track(struct smf *, struct smf_track *);
/* The next event, End of Track not among them: 1, or 0 at the end.  After
 * it, track->tick is where the track ends. */
static inline int smf_event(struct smf_track *, struct smf_event *);
/* The same, for any event: what smf_event() leaves to it. */
int smf_any_event(struct smf_track *, struct smf_event *);
/* The word of mrec(5) for an issue. */
const char *smf_issue_name(enum smf_issue);

static inline int
smf_is_channel(const struct smf_event *e)
{
	return e->status < 0xf0;
}

static inline uint64_t
smf_bit(enum smf_issue i)
{
	return (uint64_t)1 << i;
}

/* Nearly every event is three bytes of channel message in the middle of a
 * track that is as it should be; those are read here, without a call. */
static inline int
smf_event(struct smf_track *t, struct smf_event *e)
{
	const uint8_t *p = t->p;
	int64_t tick = t->tick;
	uint8_t c, status;

	if (t->trusted == NULL || t->done || t->ended || t->end - p < 5)
		return smf_any_event(t, e);
	c = *p++;
	if (c < 0x80)
		tick += c;
	else if (*p < 0x80)
		tick += (int64_t)(c & 0x7f) << 7 | *p++;
	else
		return smf_any_event(t, e);
	status = t->running;
	if (*p >= 0x80)
		status = *p++;
	else if (t->between)
		return smf_any_event(t, e);
	if (status < 0x80 || status >= 0xf0 || (status & 0xe0) == 0xc0 ||
	    ((p[0] | p[1]) & 0x80) != 0 || tick > UINT32_MAX)
		return smf_any_event(t, e);
	t->running = status;
	t->between = 0;
	t->tick = tick;
	t->p = p + 2;
	*e = (struct smf_event){
		.tick = tick, .status = status, .a = p[0], .b = p[1]
	};
	return 1;
}

#endif
