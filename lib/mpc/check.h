/* check - whether a drive holds what it should, in forms that can be read
 *
 * Every pattern, progression, program and pack below a folder is read, of
 * whoever's making; where the folder has an index, every file that it names
 * must be there with the content that it says.
 */
#ifndef MPC_CHECK_H
#define MPC_CHECK_H

#include <stdint.h>

struct check {
	/* Called with the path below the drive and a static text. */
	void (*wrong)(void *ctx, const char *file, const char *why);
	void *ctx;
	uint64_t patterns, progressions, programs, packs, mids, lines;
	uint64_t findings;
};

/* 0 when all could be looked at, whatever was found; -1 with errno. */
int check_drive(struct check *, const char *path);

#endif
