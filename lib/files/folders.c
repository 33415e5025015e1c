/* folders - which names are taken in the folders that files move to */
#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "files/fold.h"
#include "files/folders.h"
#include "files/hash.h"

enum {
	MOST_NAMES = 1 << 20, /* remembered, at least */
	LARGE = 512 /* names: waiting a moment is less than reading again */
};

static uint64_t
key_of(const char *path, size_t n)
{
	return hash_short(path, n, 0);
}

struct folder *
folders_find(struct folders *fs, const char *path, size_t n)
{
	uint64_t key = key_of(path, n);

	for (int i = 0; i < FOLDERS_OPEN; i++)
		if (fs->folder[i].used != 0 && fs->folder[i].key == key &&
		    fs->folder[i].path.len == n &&
		    memcmp(fs->folder[i].path.p, path, n) == 0)
			return &fs->folder[i];
	return NULL;
}

static void
forget(struct folder *f)
{
	if (f->used != 0 && f->fd != -1)
		close(f->fd);
	f->fd = -1;
	f->used = 0;
	f->id = 0;
}

static int
open_it(struct folders *fs, struct folder *f)
{
	struct stat st;

	f->dev = 0;
	f->ino = 0;
	f->fd = open(f->path.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd == -1)
		return fs->plan && errno == ENOENT ? 0 : -1;
	if (fstat(f->fd, &st) == -1)
		return -1;
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	return 0;
}

static int
list(struct folders *fs, struct folder *f)
{
	struct dirent *e;
	uint64_t *count;
	DIR *d;
	int fd, bad = 0;

	f->id = ++fs->ids_given;
	f->n = 0;
	if (f->fd == -1)
		return 0;
	if ((fd = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return -1;
	}
	for (errno = 0; !bad && (e = readdir(d)) != NULL; errno = 0) {
		if ((count = folders_count(fs, f, e->d_name)) == NULL)
			bad = 1;
		else
			++*count;
		f->n++;
	}
	bad |= errno != 0;
	fd = errno;
	closedir(d);
	errno = fd;
	return bad ? -1 : 0;
}

/* In a plan a folder is read once and keeps what was planned. */
static int
plan_it(struct folders *fs, struct folder *f)
{
	uint64_t *id = map_at(&fs->ids, f->key);

	if (id == NULL)
		return -1;
	if (*id != 0) {
		f->id = *id;
		return 0;
	}
	if (list(fs, f) == -1)
		return -1;
	*id = f->id;
	return 0;
}

/* The same folder under another path: one lock for both. */
static struct folder *
alias(struct folders *fs, const struct folder *f)
{
	struct folder *o;

	for (int i = 0; f->fd != -1 && i < FOLDERS_OPEN; i++) {
		o = &fs->folder[i];
		if (o != f && o->used != 0 && o->fd != -1 && o->dev == f->dev &&
		    o->ino == f->ino)
			return o;
	}
	return NULL;
}

struct folder *
folders_get(struct folders *fs, const char *path, size_t n)
{
	struct folder *f = folders_find(fs, path, n), *same;
	int e;

	if (f != NULL) {
		f->used = ++fs->clock;
		return f;
	}
	f = &fs->folder[0];
	for (int i = 1; i < FOLDERS_OPEN; i++)
		if (fs->folder[i].used < f->used)
			f = &fs->folder[i];
	forget(f);
	buf_clear(&f->path);
	if (buf_add(&f->path, path, n) == -1)
		return NULL;
	f->key = key_of(path, n);
	if (open_it(fs, f) == 0) {
		f->used = ++fs->clock;
		if ((same = alias(fs, f)) != NULL) {
			forget(f);
			same->used = ++fs->clock;
			return same;
		}
		if (!fs->plan || plan_it(fs, f) == 0)
			return f;
	}
	e = errno;
	f->used = 1;
	forget(f);
	errno = e;
	return NULL;
}

/* A change by somebody else within the same tick of the clock, after this
 * one's, leaves the time as it is. */
static int
tick_over(const struct folder *f)
{
	struct timespec now;

	/* A file system that counts in seconds cannot be told from one that
	 * was changed just then. */
	if (f->changed.tv_nsec == 0)
		return 0;
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return now.tv_sec > f->changed.tv_sec ||
	    (now.tv_sec == f->changed.tv_sec &&
		now.tv_nsec > f->changed.tv_nsec);
}

static int
refresh(struct folders *fs, struct folder *f)
{
	struct stat st;

	if (fstat(f->fd, &st) == -1)
		return -1;
	if (f->id != 0 && !f->racy && st.st_mtim.tv_sec == f->changed.tv_sec &&
	    st.st_mtim.tv_nsec == f->changed.tv_nsec)
		return 0;
	return list(fs, f);
}

static int
by_inode(const void *a, const void *b)
{
	const struct folder *x = *(struct folder *const *)a,
			    *y = *(struct folder *const *)b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return (x->ino > y->ino) - (x->ino < y->ino);
}

/* Those of folders that are not at hand any more pile up in the set. */
static void
forget_names(struct folders *fs)
{
	size_t live = 0;

	if (fs->names.n <= MOST_NAMES)
		return;
	for (int i = 0; i < FOLDERS_OPEN; i++)
		if (fs->folder[i].id != 0)
			live += fs->folder[i].n;
	if (fs->names.n / 2 <= live)
		return;
	map_clear(&fs->names);
	for (int i = 0; i < FOLDERS_OPEN; i++)
		fs->folder[i].id = 0;
}

int
folders_lock(struct folders *fs, struct folder **f, size_t n)
{
	int e;

	if (fs->plan)
		return 0;
	forget_names(fs);
	if (n > 1)
		qsort(f, n, sizeof(struct folder *), by_inode);
	for (size_t i = 0; i < n; i++) {
		/* Where there are no locks, the kernel still lets nobody
		 * overwrite anything. */
		while (flock(f[i]->fd, LOCK_EX) == -1 && errno == EINTR)
			continue;
		f[i]->locked = 1;
		if (refresh(fs, f[i]) == -1) {
			e = errno;
			folders_unlock(fs, f, i + 1);
			errno = e;
			return -1;
		}
	}
	return 0;
}

void
folders_unlock(struct folders *fs, struct folder **f, size_t n)
{
	static const struct timespec moment = { .tv_nsec = 500000 };
	struct stat st;

	if (fs->plan)
		return;
	for (size_t i = 0; i < n; i++) {
		if (fstat(f[i]->fd, &st) == 0)
			f[i]->changed = st.st_mtim;
		else
			f[i]->id = 0;
		f[i]->racy = !tick_over(f[i]);
		for (int k = 0; k < 20 && f[i]->racy && f[i]->n > LARGE &&
		     f[i]->changed.tv_nsec != 0;
		     k++) {
			nanosleep(&moment, NULL);
			f[i]->racy = !tick_over(f[i]);
		}
		(void)flock(f[i]->fd, LOCK_UN);
		f[i]->locked = 0;
	}
}

uint64_t *
folders_count(struct folders *fs, const struct folder *f, const char *name)
{
	return map_at(&fs->names, fold_key(name, strlen(name), f->id));
}

void
folders_free(struct folders *fs)
{
	for (int i = 0; i < FOLDERS_OPEN; i++) {
		forget(&fs->folder[i]);
		buf_free(&fs->folder[i].path);
	}
	map_free(&fs->names);
	map_free(&fs->ids);
}
