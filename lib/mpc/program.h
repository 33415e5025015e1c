/* program - a MIDI program (.xpm) that puts a drum map on the pads
 *
 * Pads 1 to 128, A01 first, each with the note it plays: the drums of
 * General MIDI in the order of a kit, as the map has them, then the notes
 * that are left.
 *
 * Source: inspected device files, see "Programs" in mexport-mpc(1).
 */
#ifndef MPC_PROGRAM_H
#define MPC_PROGRAM_H

#include "mpc/drum_map.h"
#include "stream/buf.h"

/* Replaces what is in the buffer: 0, or -1 ENOMEM. */
int program_write(const struct drum_map *, const char *name, struct buf *);
/* Checks a program of any kind, of ours or a device's: 0; -1 and *why, a
 * static text. */
int program_check(const char *text, size_t n, const char **why);

#endif
