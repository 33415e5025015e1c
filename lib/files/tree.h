/* tree - the files below a folder
 *
 * Each folder is read whole, its entries are visited in the order of their
 * inodes (which is the order on a cold disk), then the folders inside it.
 * Folders that midiflow marked as its own output, except the one to begin
 * with, and what the walk is told to skip are left out.
 *
 * The struct is the caller's: set the functions and ctx, zero the rest.
 * Pointers in an entry live during the call.
 */
#ifndef FILES_TREE_H
#define FILES_TREE_H

#include <sys/stat.h>

#include "stream/buf.h"

struct tree_entry {
	int dir;          /* the open folder */
	const char *name; /* below it */
	const char *path; /* the whole, folder/name */
	size_t nfolder;   /* bytes of path up to the last slash, with it */
	const struct stat *st;
};

struct tree {
	int follow; /* go through symbolic links */
	/* Whether a file of this name may be wanted at all: those that are
	 * not cost no system call. */
	int (*wants)(void *ctx, const char *name);
	/* Whether a file or folder is left out. */
	int (*skips)(void *ctx, const char *path, const char *name);
	/* A regular file. */
	void (*file)(void *ctx, const struct tree_entry *);
	/* What could not be read, with errno; the walk goes on. */
	void (*failed)(void *ctx, const char *path);
	void *ctx;
	/* Its own. */
	struct tree_item *item; /* entries of the folder at hand */
	size_t nitem, capitem;
	struct buf names, path;
	char **stack; /* folders still to be read */
	size_t nstack, capstack;
	struct tree_id *met; /* with follow: folders that were read */
	size_t nmet, capmet;
};

/* Walks everything below a folder: 0, or -1 with ENOMEM. */
int tree_walk(struct tree *, const char *path);
void tree_free(struct tree *);

#endif
