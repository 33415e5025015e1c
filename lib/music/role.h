/* role - what a part does: drums, bass, chords, melody, arp */
#ifndef MUSIC_ROLE_H
#define MUSIC_ROLE_H

#include "music/parts.h"

enum role {
	ROLE_NONE,
	ROLE_DRUMS,
	ROLE_BASS,
	ROLE_CHORDS,
	ROLE_MELODY,
	ROLE_ARP,
	ROLE_MIXED
};

/* Sets the role of each part and returns that of the song: theirs when they
 * agree, ROLE_MIXED when not.  Drums must be known. */
enum role role_find(struct parts *, const struct song *);
const char *role_name(enum role);

#endif
