/* folders - which names are taken in the folders that files move to
 *
 * Two files whose names differ in case only are one where case does not
 * count, so a folder is read before anything moves there.  Several processes
 * may work in one folder: a folder is locked (flock) while names are chosen
 * and given, and read again when somebody else changed it.
 *
 * The struct is the caller's, zeroes are valid.  A folder lives until
 * folders_get() is called FOLDERS_OPEN times more.  In a plan nothing is
 * locked or changed: what is planned counts as taken, and a folder that is
 * not there is empty.
 */
#ifndef FILES_FOLDERS_H
#define FILES_FOLDERS_H

#include <sys/types.h>

#include <time.h>

#include "files/map.h"
#include "stream/buf.h"

enum { FOLDERS_OPEN = 64 };

struct folder {
	struct buf path;
	uint64_t key; /* of path */
	int fd;       /* -1 in a plan, when it is not there */
	dev_t dev;
	ino_t ino;
	uint64_t id; /* of its names in the set; 0: not read */
	size_t n;    /* names */
	struct timespec changed;
	int racy, locked;
	uint64_t used;
};

struct folders {
	int plan;
	/* Its own. */
	struct folder folder[FOLDERS_OPEN];
	struct map names; /* folder and name, folded: how many */
	struct map ids;   /* of folders, in a plan */
	uint64_t clock, ids_given;
};

/* The folder of n bytes of a path, opened; NULL with errno. */
struct folder *folders_get(struct folders *, const char *path, size_t n);
/* The same if it is at hand, else NULL. */
struct folder *folders_find(struct folders *, const char *path, size_t n);
/* Locks folders, whoever else does so in whatever order, and reads those
 * that others changed: 0, or -1 with errno and none locked. */
int folders_lock(struct folders *, struct folder **, size_t n);
void folders_unlock(struct folders *, struct folder **, size_t n);
/* How many names there are as this one, case aside: a pointer that may be
 * written to and lives until the next call; NULL with ENOMEM. */
uint64_t *folders_count(struct folders *, const struct folder *, const char *);
void folders_free(struct folders *);

#endif
