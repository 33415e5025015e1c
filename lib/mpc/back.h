/* back - patterns as MIDI files again
 *
 * A pattern says neither tempo nor channel; both are read from its name, as
 * names.h makes it: 118bpm, and Drums- for channel 10.  The file is called
 * like the pattern, by the rule of clean names; where that name is taken by
 * another content, 8 digits of its hash follow.
 *
 * The struct is the caller's; zeroes and back_open() make it ready.
 */
#ifndef MPC_BACK_H
#define MPC_BACK_H

#include "midi/load.h"
#include "mpc/pattern.h"

struct back {
	const char *folder;
	int fd;
	struct load load;
	struct pattern pattern;
	struct buf name, path, out;
	uint64_t files, notes;
};

/* Opens the folder, and makes it if only its last part is missing: 0, or -1
 * with errno. */
int back_open(struct back *, const char *folder);
enum {
	BACK_BAD = -1,  /* the pattern: *why, a static text or a code */
	BACK_FATAL = -2 /* the folder, or memory: errno */
};
/* Writes the pattern at column 1 and makes the record one of the new file:
 * 0, or why not. */
int back_record(struct back *, struct rec *, const char **why);
void back_free(struct back *);

#endif
