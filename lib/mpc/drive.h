/* drive - the tree of an export, which only ever grows
 *
 * A drive is a folder.  Every file on it is known by its content: what is
 * there is not written again, whatever it would be called, and nothing is
 * ever overwritten or removed; the last process to end settles the tree
 * (settle.h), moving what it knows from the index.  Several processes may fill
 * one drive at one time: the index in METADATA is the memory that they share,
 * and its lock is held while a file is placed.  The file comes first, then its
 * line in the index, so that the index never names what is not there; what a
 * killed run left without a line is found by its name and its bytes.
 *
 * A folder below its category holds at most DRIVE_FULL entries; then its
 * page 2, 3 … beside it is filled.  A tree whose names are plain is one flat
 * folder.
 *
 * The caller owns the struct; functions return 0, or -1 with errno.
 */
#ifndef MPC_DRIVE_H
#define MPC_DRIVE_H

#include "files/hash.h"
#include "files/map.h"
#include "mpc/index.h"
#include "mpc/names.h"

enum { DRIVE_FULL = 200, DRIVE_OPEN = 128, DRIVE_NO_ROOM = 1 };

struct drive_folder;

struct drive {
	int fd;      /* -1 in a dry run on a drive that is not there */
	int dry;     /* nothing is written */
	int json_fd; /* METADATA/index.jsonl; locked while a file is placed */
	int csv_fd, log_fd, meta_fd;
	int locked;
	off_t seen;         /* bytes of the index that are in the tables */
	struct map content; /* content and tree: offset in paths, plus 1 */
	struct map line;    /* lines of the index */
	struct map name;    /* folder and name without case: 1 */
	struct map folder;  /* folder: its number, plus 1 */
	struct buf paths;
	struct drive_folder *folders;
	size_t nfolders, capfolders;
	size_t opened[DRIVE_OPEN], next_open;
	struct buf path, file, block, text;
	struct buf claim;            /* of the last that was put */
	struct buf lines, rows;      /* of the index, not yet written */
	uint64_t written, unchanged; /* files */
};

/* Opens the folder, makes it if only its last part is missing, and reads the
 * index.  After a failure, *what names the thing that failed. */
int drive_open(struct drive *, const char *path, int dry, const char **what);
/* Places bytes as tree/CATEGORY/…/NAME.  Afterwards d->file is the path on
 * the drive.  When it is new, the index stays locked until drive_commit().
 * DRIVE_NO_ROOM when it is new and the folder holds name->most. */
int drive_put(struct drive *, const char *tree, const struct name *,
    const struct hash *, const void *, size_t n);
/* Notes the entry of what was put, unless the index has it; sets its file and
 * content. */
int drive_note(struct drive *, struct index_entry *, const struct hash *,
    const struct rec *);
/* Writes what was noted to the index, and unlocks it. */
int drive_commit(struct drive *);
/* A file in a folder of the drive, unless one of that name is there. */
int drive_file(struct drive *, const char *folder, const char *name,
    const void *, size_t n);
/* Writes a line to the log, if anything was written, and closes. */
int drive_close(struct drive *, const char *log);
void drive_free(struct drive *);

#endif
