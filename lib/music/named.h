/* named - a tempo that a name or a folder states
 *
 * A number with bpm beside it counts for certain; a bare one only between
 * other words and where it can be a tempo, never after take, no, vol and the
 * like, with a leading zero, or as the first or last word alone.
 */
#ifndef MUSIC_NAMED_H
#define MUSIC_NAMED_H

#include <stddef.h>

/* The last one in a path wins: 0 none; *conf is how certain it is. */
double named_tempo(const char *, size_t n, double *conf);

#endif
