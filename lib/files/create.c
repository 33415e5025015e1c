/* create - files that are whole under their name, or not there */
#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/create.h"

enum { MODE_FILE = 0644, MODE_FOLDER = 0755 };

static int
write_all(int fd, const char *p, size_t n)
{
	ssize_t k;

	/* A full disk first shows as a short write, then as an error. */
	while (n > 0) {
		if ((k = write(fd, p, n)) == -1 && errno != EINTR)
			return -1;
		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
	}
	return 0;
}

static int
close_keeping(int fd, int result)
{
	int e = errno;

	if (close(fd) == -1 && result == 0)
		return -1;
	errno = e;
	return result;
}

/* Gives an unnamed file its name.  The first way needs a capability or a new
 * kernel, the second /proc. */
static int
name_it(int fd, int dirfd, const char *name)
{
	char self[32];

	if (linkat(fd, "", dirfd, name, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != ENOENT && errno != EINVAL && errno != EPERM)
		return -1;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, dirfd, name, AT_SYMLINK_FOLLOW);
}

static int
bad_name(const char *name)
{
	if (name[0] != '\0' && strchr(name, '/') == NULL &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		return 0;
	errno = EINVAL;
	return 1;
}

/* Opens the temporary name, locked.  Who finds it there and unlocked takes
 * it over from a dead run; who finds it locked waits for its writer. */
static int
open_temporary(int dirfd, const char *tmp)
{
	struct stat mine, there;
	int fd;

	for (;;) {
		fd = openat(dirfd, tmp,
		    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, MODE_FILE);
		if (fd == -1)
			return -1;
		if (flock(fd, LOCK_EX) == -1 && errno != ENOLCK)
			return close_keeping(fd, -1);
		/* Its writer may have renamed it while we waited. */
		if (fstat(fd, &mine) == 0 &&
		    fstatat(dirfd, tmp, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
		    mine.st_ino == there.st_ino && mine.st_dev == there.st_dev)
			break;
		close(fd);
	}
	if (ftruncate(fd, 0) == -1)
		return close_keeping(fd, -1);
	return fd;
}

/* Old kernels and some file systems know no rename that does not replace: a
 * link fails where the name is taken; where there are no links either (FAT),
 * the name is reserved first. */
int
create_rename(int olddir, const char *old, int newdir, const char *name)
{
	int fd;

	if (renameat2(olddir, old, newdir, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
		return -1;
	if (linkat(olddir, old, newdir, name, 0) == 0)
		return unlinkat(olddir, old, 0);
	if (errno != EPERM && errno != ENOSYS && errno != ENOTSUP)
		return -1;
	fd = openat(
	    newdir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE_FILE);
	if (fd == -1)
		return -1;
	close(fd);
	return renameat(olddir, old, newdir, name);
}

static int
by_temporary(int dirfd, const char *name, const char *tag, const void *p,
    size_t n, int replace)
{
	char tmp[NAME_MAX + 1];
	int fd, bad, e;

	snprintf(tmp, sizeof(tmp), "%.200s.tmp", tag);
	if (bad_name(tmp) || (fd = open_temporary(dirfd, tmp)) == -1)
		return -1;
	bad = write_all(fd, p, n) == -1;
	/* The lock is held until the name is final. */
	if (!bad)
		bad = (replace ? renameat(dirfd, tmp, dirfd, name)
			       : create_rename(dirfd, tmp, dirfd, name)) == -1;
	if (bad) {
		e = errno;
		unlinkat(dirfd, tmp, 0);
		errno = e;
	}
	return close_keeping(fd, bad ? -1 : 0);
}

int
create_file(
    int dirfd, const char *name, const char *tag, const void *p, size_t n)
{
	int fd, bad;

	if (bad_name(name))
		return -1;
	fd = openat(dirfd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, MODE_FILE);
	if (fd == -1) {
		if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
			return -1;
		return by_temporary(dirfd, name, tag, p, n, 0);
	}
	bad = write_all(fd, p, n) == -1 || name_it(fd, dirfd, name) == -1;
	return close_keeping(fd, bad ? -1 : 0);
}

int
create_replace(
    int dirfd, const char *name, const char *tag, const void *p, size_t n)
{
	if (bad_name(name))
		return -1;
	return by_temporary(dirfd, name, tag, p, n, 1);
}

int
create_same(int dirfd, const char *name, const void *p, size_t n)
{
	const char *want = p;
	char have[65536];
	struct stat st;
	ssize_t k = 0;
	int fd;

	fd =
	    openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 &&
	    (uint64_t)st.st_size == n)
		while (n > 0) {
			k = read(fd, have, n < sizeof(have) ? n : sizeof(have));
			if (k == -1 && errno == EINTR)
				continue;
			if (k <= 0 || memcmp(have, want, (size_t)k) != 0)
				break;
			want += k;
			n -= (size_t)k;
		}
	else
		n = 1;
	close(fd);
	return n == 0;
}

int
create_folder(int dirfd, const char *path)
{
	char part[NAME_MAX + 1];
	const char *end;
	int fd, next;
	size_t n;

	if ((fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	for (; *path != '\0'; path = end) {
		while (*path == '/')
			path++;
		end = strchrnul(path, '/');
		n = (size_t)(end - path);
		if (n == 0)
			continue;
		if (n > NAME_MAX) {
			errno = ENAMETOOLONG;
			return close_keeping(fd, -1);
		}
		memcpy(part, path, n);
		part[n] = '\0';
		if (bad_name(part))
			return close_keeping(fd, -1);
		/* Most folders are there: opening is tried first. */
		for (int tries = 0;; tries++) {
			next = openat(fd, part,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (next != -1 || errno != ENOENT || tries > 0)
				break;
			if (mkdirat(fd, part, MODE_FOLDER) == -1 &&
			    errno != EEXIST)
				break;
		}
		close_keeping(fd, 0);
		if (next == -1)
			return -1;
		fd = next;
	}
	return fd;
}

ssize_t
create_slurp(int dirfd, const char *path, char **p, size_t *cap, size_t max)
{
	size_t n = 0, want;
	struct stat st;
	ssize_t k;
	char *q;
	int fd;

	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1)
		return close_keeping(fd, -1);
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return close_keeping(fd, -1);
	}
	/* One byte more than its size tells that it ends there. */
	for (want = (size_t)st.st_size + 1;; want = n + n / 2 + 4096) {
		if (n > max || (size_t)st.st_size > max) {
			errno = EFBIG;
			return close_keeping(fd, -1);
		}
		if (want > *cap) {
			if ((q = realloc(*p, want)) == NULL)
				return close_keeping(fd, -1);
			*p = q;
			*cap = want;
		}
		while (n < *cap) {
			k = read(fd, *p + n, *cap - n);
			if (k == -1 && errno == EINTR)
				continue;
			if (k == -1)
				return close_keeping(fd, -1);
			if (k == 0) {
				close(fd);
				return (ssize_t)n;
			}
			n += (size_t)k;
			/* All of it came: one call less a file. */
			if (n == (size_t)st.st_size && n > 0) {
				close(fd);
				return (ssize_t)n;
			}
		}
	}
}
