/* seen - the set of contents that a library has, shared by all processes
 *
 * Lies in LIBRARY/.midiflow/seen and says of each content (XXH3-128 and
 * size) who owns it: the one place (source, member, part) that gets `ok` for
 * it, now and in every later run; all other places get `dup`.
 *
 * The file is mapped by any number of processes of one machine at once and
 * has no lock: a slot is taken by compare-and-swap, is never given to another
 * content afterwards, and the slots that a content may stand in have a fixed
 * order, so that of two who ask for one content at once one finds the other.
 * It is a row of levels, each twice as large as the one before, so that it
 * grows without moving; 32 bytes a content, two to three times that with the
 * room that is free.
 *
 * A process holds a lock on a byte of the file for as long as it lives, by
 * which others tell whether a claim's owner is still there.
 *
 * A rescan works in place, while others go on: seen_doubt() puts all that is
 * written in doubt, which changes no answer; seen_found() confirms each
 * content that lies in the library, or enters it under its place until an
 * owner with that place asks; seen_drop() releases what is still in doubt.
 */
#ifndef FILES_SEEN_H
#define FILES_SEEN_H

#include "files/hash.h"

struct seen;

enum seen_answer {
	SEEN_NEW,  /* claimed for the asker: write it, then seen_done() or
		      seen_release() */
	SEEN_MINE, /* the asker owns it, and it was written before */
	SEEN_DUP   /* somebody else owns it */
};

/* Opens or makes the set dirfd/name: NULL with errno on error; EILSEQ when
 * the file is something else, EPROTO when it is of another version. */
struct seen *seen_open(int dirfd, const char *name);
/* A seen_answer, or -1 with errno.  place is what the asker has in common with
 * seen_found() of its file, 0 none.  slot is for the three calls below. */
int seen_claim(struct seen *, const struct hash *, uint64_t size,
    uint64_t owner, uint64_t place, uint64_t *slot);
/* The claimed content was written. */
void seen_done(struct seen *, uint64_t slot);
/* It could not be: whoever asks next gets it. */
void seen_release(struct seen *, uint64_t slot);
/* After SEEN_MINE: its owner made sure that it is there. */
void seen_keep(struct seen *, uint64_t slot, uint64_t owner);
/* A rescan begins, one at a time, after one that runs has ended: 0, or -1
 * errno.  One that does not come to its end does no harm. */
int seen_doubt(struct seen *);
/* A file of the library: 1 it is new to the set, 0 not, -1 errno. */
int seen_found(
    struct seen *, const struct hash *, uint64_t size, uint64_t place);
/* Every file was shown: forgets the others, returns how many. */
uint64_t seen_drop(struct seen *);
/* Gives a written content to another owner: 1; 0 when it was not the first
 * one's; -1 with errno. */
int seen_reown(struct seen *, const struct hash *, uint64_t size, uint64_t from,
    uint64_t to);
/* Contents that are written, counted slot by slot, in those levels of the
 * file that this process's claims have reached. */
uint64_t seen_count(const struct seen *);
void seen_close(struct seen *);

#endif
