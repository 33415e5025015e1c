/* pattern_read - an .mpcpattern as notes again, and those as a MIDI file
 *
 * Reads the flat events of MPC 2 and Force and the nested ones of MPC 3, of
 * our own making or a device's.  Events that are no notes are passed over.
 */
#ifndef MPC_PATTERN_READ_H
#define MPC_PATTERN_READ_H

#include "mpc/pattern.h"

/* From a text of n bytes: 0, with bars 0, since a pattern does not say; or -1
 * and *why, a static text, or NULL for ENOMEM. */
int pattern_read(
    struct pattern *, const char *text, size_t n, const char **why);
/* Appends a file of format 0 at PATTERN_TPQ ticks a quarter, all notes on one
 * channel, from 0; bpm 0: without a tempo.  0, or -1 ENOMEM. */
int pattern_to_mid(
    const struct pattern *, double bpm, unsigned channel, struct buf *out);

#endif
