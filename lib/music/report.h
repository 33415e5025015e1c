/* report - what was found out, as the columns of a record
 *
 * Columns COL_FORMAT to COL_ISSUES.  Some point into the music, which must
 * stay until the record is out.  0, or -1 ENOMEM.
 */
#ifndef MUSIC_REPORT_H
#define MUSIC_REPORT_H

#include "music/music.h"
#include "stream/rec.h"

int report_all(struct rec *, const struct song *, const struct music *,
    struct buf *scratch);
/* All unknown. */
int report_nothing(struct rec *);

#endif
