/* harmony - the progression and the arp pattern that a song makes
 *
 * Both need the song's analysis, which is made at most once a song and only
 * when it is asked for.  The struct is opaque, since the analysis and the
 * drive each have parts of their own.
 */
#ifndef MPC_HARMONY_H
#define MPC_HARMONY_H

#include "midi/song.h"
#include "stream/buf.h"
#include "stream/rec.h"

enum { ARP_NOTES = 128, ARP_QUARTERS = 16 };

struct harmony;

struct harmony *harmony_new(void); /* NULL: ENOMEM */
void harmony_free(struct harmony *);

/* Another song: what was known is of the last one. */
void harmony_next(struct harmony *);
/* The .progression in `out`, its name Category-Title Key in `name`: 1; 0
 * when the song makes none; -1 ENOMEM. */
int harmony_progression(struct harmony *, const struct song *,
    const struct rec *, const char *title, struct buf *name, struct buf *out);
/* The arp pattern, likewise, a file of format 1 with its tonic on C: from a
 * song of one part, at most ARP_QUARTERS long and ARP_NOTES notes. */
int harmony_arp(struct harmony *, const struct song *, const struct rec *,
    const char *title, struct buf *name, struct buf *out);

#endif
