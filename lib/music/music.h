/* music - everything that is said about a song
 *
 * The modules of this folder in the order in which they need each other.
 * The struct keeps the memory of all of them between songs; zeroes are
 * valid.  Results live until the next call on the same struct.
 */
#ifndef MUSIC_MUSIC_H
#define MUSIC_MUSIC_H

#include "music/chords.h"
#include "music/drums.h"
#include "music/fingerprint.h"
#include "music/key.h"
#include "music/measure.h"
#include "music/meter.h"
#include "music/role.h"
#include "music/swing.h"
#include "music/tempo.h"

struct music {
	struct parts parts;
	struct measure measure;
	struct tempo_guess tempo;
	struct meter_guess meter;
	struct key key;
	struct chords chords;
	enum role role;
	double swing; /* percent; 0 unknown */
	uint32_t drums[DRUMS];
	char hash[FINGERPRINT_DIGITS + 1]; /* empty without notes */
};

/* 0, or -1 ENOMEM. */
int music_analyse(struct music *, const struct song *);
void music_free(struct music *);

#endif
