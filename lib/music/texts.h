/* texts - the columns that are lists or come from the file's own texts
 *
 * Each empties the buffer and fills it with UTF-8 that is not yet escaped;
 * it stays empty where there is nothing to say.  0, or -1 ENOMEM.
 */
#ifndef MUSIC_TEXTS_H
#define MUSIC_TEXTS_H

#include "music/drums.h"
#include "music/measure.h"
#include "stream/buf.h"

enum { TEXTS_LONGEST = 1000 }; /* bytes of title and words */

/* The sequence name, or the first track name that is not blank. */
int texts_title(struct buf *, const struct song *);
/* Track and instrument names, each once, joined by " | ". */
int texts_words(struct buf *, const struct song *);
int texts_issues(struct buf *, uint64_t issues);
int texts_programs(struct buf *, const struct measure *);
int texts_channels(struct buf *, uint16_t channels);
/* Classes of drums, most notes first. */
int texts_drums(struct buf *, const uint32_t count[DRUMS]);

#endif
