/* called - what the name of a track says of it */
#ifndef MUSIC_CALLED_H
#define MUSIC_CALLED_H

#include "midi/song.h"

/* Whether the track's or its instrument's name holds one of the words, in any
 * case.  A word that begins with a blank only counts where no letter is
 * before it.  The list ends with NULL. */
int called(const struct track *, const char *const *words);

#endif
