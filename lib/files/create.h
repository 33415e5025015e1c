/* create - files that are whole under their name, or not there
 *
 * A file is written without a name (O_TMPFILE) in the folder where it will
 * lie, below a directory descriptor, and is then linked under its name, which
 * fails where the name is taken.  A killed run leaves nothing behind.  Where
 * the file system has no such files (FAT, exFAT) it is written under a
 * temporary name in the same folder, made from `tag`, and renamed without
 * replacing; there the same tag takes over what a killed run left.
 *
 * Names are single path components; a name with a slash is EINVAL.  Files
 * are regular, mode 0644 whatever the umask adds.
 */
#ifndef FILES_CREATE_H
#define FILES_CREATE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Writes n bytes as dirfd/name: 0, or -1 with errno: EEXIST when the name is
 * taken (it is left as it was), ENOSPC, EACCES … ; nothing is left behind. */
int create_file(
    int dirfd, const char *name, const char *tag, const void *, size_t n);
/* The same, over a name that the caller owns, which is replaced whole. */
int create_replace(
    int dirfd, const char *name, const char *tag, const void *, size_t n);
/* Renames, never over another: 0, or -1 with errno; EEXIST when the name is
 * taken. */
int create_rename(int olddir, const char *old, int newdir, const char *name);
/* Whether dirfd/name is a regular file with exactly these bytes: 1 or 0. */
int create_same(int dirfd, const char *name, const void *, size_t n);
/* Makes the folders of a relative path below dirfd, following no symbolic
 * link, and opens the last: a descriptor, or -1 with errno; ELOOP or ENOTDIR
 * when something else stands in the way. */
int create_folder(int dirfd, const char *path);
/* Reads a whole file into *p, grown with realloc: its size, or -1 errno;
 * EFBIG above max. */
ssize_t create_slurp(
    int dirfd, const char *path, char **p, size_t *cap, size_t max);

#endif
