/* key - the main key of the pitched notes, and the key that the file states
 *
 * A duration histogram of pitch classes is compared with the 24 keys; the
 * bass of the first and the last chord helps.  Drums must be known.
 */
#ifndef MUSIC_KEY_H
#define MUSIC_KEY_H

#include "music/parts.h"

struct key {
	int tonic; /* 0 C to 11 B; -1 unknown */
	int minor;
	int second_tonic, second_minor; /* the runner-up */
	double margin;                  /* its distance, of correlations */
	double conf;                    /* 0 to 1 */
};

struct key key_find(const struct song *, const struct parts *);
/* As musicians spell it: C, F#m, Bb. */
const char *key_name(int tonic, int minor);
/* Whether a key is written with flats. */
int key_is_flat(int tonic, int minor);
/* The longest-lasting key signature of the file as a name, or NULL. */
const char *key_stated(const struct song *);

#endif
