/* fingerprint - a hash of what is played, for finding equal music
 *
 * XXH3-64 over the notes sorted by onset (in 1/96 quarter from the first
 * note, rounded), channel class (channel 10 or another) and pitch.  Text,
 * track order, running status, format 0 or 1, division, velocity, length and
 * tempo do not matter.
 */
#ifndef MUSIC_FINGERPRINT_H
#define MUSIC_FINGERPRINT_H

#include "midi/song.h"

enum { FINGERPRINT_DIGITS = 16 };

/* 1 and the digits with a NUL; 0 when the song has no notes. */
int fingerprint(const struct song *, char hex[FINGERPRINT_DIGITS + 1]);

#endif
