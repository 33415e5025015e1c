/* progression - the chords of a song as a .progression
 *
 * JSON with a chord a pad, 8 pads or 16, for Pad Perform.  The struct is the
 * caller's and holds no memory of its own.
 *
 * Source: inspected device files, see "Progressions" in mexport-mpc(1).
 */
#ifndef MPC_PROGRESSION_H
#define MPC_PROGRESSION_H

#include "music/music.h"
#include "stream/buf.h"

enum {
	PROGRESSION_PADS = 16,
	PROGRESSION_LEAST = 4, /* distinct chords; fewer are no progression */
	PROGRESSION_NOTES = 8, /* of a chord; those we make have 3 to 6 */
	PROGRESSION_NAME = 40  /* longest name */
};

enum pad_role { PAD_NORMAL, PAD_ROOT, PAD_BELOW_ROOT, PAD_ABOVE_ROOT };

struct pad_chord {
	char name[16];
	enum pad_role role;
	unsigned n;
	uint8_t note[PROGRESSION_NOTES];
};

struct progression {
	int root;   /* 0 C to 11 B */
	int minor;  /* natural minor, else major */
	int octave; /* recordingOctave */
	unsigned pads;
	struct pad_chord pad[PROGRESSION_PADS];
};

/* From an analysed song: the number of distinct chords, PROGRESSION_LEAST to
 * PROGRESSION_PADS; 0 when its harmony makes no progression; -1 ENOMEM.  Each
 * distinct chord is a pad, in the order in which they come, voiced with the
 * song's own notes; then they come again until the pads are full. */
int progression_make(
    struct progression *, const struct song *, const struct music *);
/* Replaces what is in the buffer: 0, or -1 ENOMEM.  The name has one hyphen,
 * Category-Item, by which the device's menu sorts. */
int progression_write(
    const struct progression *, const char *name, struct buf *);
/* Checks a text of n bytes, of ours or a device's: 0; -1 and *why, a static
 * text. */
int progression_check(const char *text, size_t n, const char **why);

#endif
