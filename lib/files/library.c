/* library - the folder that collects contents, each once */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "files/create.h"
#include "files/fold.h"
#include "files/library.h"
#include "files/mark.h"

enum {
	FOLDER_LONGEST = 2000, /* bytes below the library; PATH_MAX is 4096 */
	NAME_ROOM = NAME_MAX + 1
};

const char *
library_default(void)
{
	const char *s = getenv("MIDI_LIBRARY");

	return s != NULL && *s != '\0' ? s : "./midi-library";
}

/* Makes a folder and those above it, wherever it is. */
static int
make_path(const char *path)
{
	struct buf b = { 0 };
	int bad = 0;

	if (buf_str(&b, path) == -1)
		return -1;
	for (char *p = b.p + 1; !bad && *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			bad = mkdir(b.p, 0755) == -1 && errno != EEXIST;
			*p = '/';
		}
	if (!bad)
		bad = mkdir(b.p, 0755) == -1 && errno != EEXIST;
	buf_free(&b);
	return bad ? -1 : 0;
}

int
library_open(struct library *l, const char *path, int flags, const char **what)
{
	char *real;
	int own, e;

	*l = (struct library){ .fd = -1 };
	for (int i = 0; i < LIBRARY_FOLDERS; i++)
		l->folder[i].fd = -1;
	*what = path;
	if (flags & LIBRARY_DRY)
		return buf_str(&l->root, path);
	if (make_path(path) == -1)
		return -1;
	l->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->fd == -1 || (real = realpath(path, NULL)) == NULL)
		return -1;
	e = buf_str(&l->root, strcmp(real, "/") == 0 ? "" : real);
	free(real);
	if (e == -1 || mark_folder(l->fd) == -1)
		return -1;
	if (flags & LIBRARY_NO_SEEN)
		return 0;
	*what = ".midiflow/seen of the library";
	if ((own = create_folder(l->fd, ".midiflow")) == -1)
		return -1;
	l->seen = seen_open(own, "seen");
	if (l->seen == NULL && flags & LIBRARY_RESCAN &&
	    (errno == EILSEQ || errno == EPROTO) &&
	    unlinkat(own, "seen", 0) == 0)
		l->seen = seen_open(own, "seen");
	e = errno;
	close(own);
	errno = e;
	return l->seen != NULL ? 0 : -1;
}

void
library_close(struct library *l)
{
	for (int i = 0; i < LIBRARY_FOLDERS; i++) {
		if (l->folder[i].fd != -1)
			close(l->folder[i].fd);
		buf_free(&l->folder[i].path);
	}
	if (l->fd != -1)
		close(l->fd);
	seen_close(l->seen);
	moved_free(&l->moved);
	map_free(&l->places);
	buf_free(&l->root);
	buf_free(&l->path);
}

void
library_begin(struct library *l)
{
	map_clear(&l->places);
}

/* Whether a path of this source is free, or already this value's. */
static int
place(struct library *l, const char *path, uint64_t value)
{
	uint64_t *v = map_at(&l->places, fold_key(path, strlen(path), 0));

	if (v == NULL)
		return -1;
	if (*v == 0)
		*v = value;
	return *v == value;
}

/* Appends `_` and the first digits of a hash. */
static int
suffix(struct buf *b, uint64_t hash)
{
	return buf_fmt(b, "_%08x", (unsigned)(hash >> 32));
}

const char *
library_folder(struct library *l, const char *want, uint64_t key)
{
	int mine;

	buf_clear(&l->path);
	if (buf_str(&l->path, want) == -1)
		return NULL;
	/* A deep tree keeps its top and says by a hash where it goes on. */
	if (l->path.len > FOLDER_LONGEST) {
		uint64_t all = hash_short(want, strlen(want), 0);
		char *slash = memrchr(l->path.p, '/', FOLDER_LONGEST);

		buf_cut(&l->path,
		    slash != NULL ? (size_t)(slash - l->path.p)
				  : FOLDER_LONGEST);
		if (buf_str(&l->path, "/deep") == -1 ||
		    suffix(&l->path, all) == -1)
			return NULL;
	}
	if (key == 0)
		return l->path.p;
	if ((mine = place(l, l->path.p, key)) == -1)
		return NULL;
	if (!mine && suffix(&l->path, key) == -1)
		return NULL;
	return l->path.p;
}

/* The folder's descriptor, from those that are open. */
static int
open_folder(struct library *l, const char *path)
{
	struct open_folder *f, *oldest = &l->folder[0];
	size_t n = strlen(path);
	int fd;

	for (int i = 0; i < LIBRARY_FOLDERS; i++) {
		f = &l->folder[i];
		if (f->fd != -1 && f->path.len == n &&
		    memcmp(f->path.p, path, n) == 0) {
			f->used = ++l->clock;
			return f->fd;
		}
		if (f->used < oldest->used)
			oldest = f;
	}
	if ((fd = create_folder(l->fd, path)) == -1)
		return -1;
	if (oldest->fd != -1)
		close(oldest->fd);
	oldest->fd = fd;
	oldest->used = ++l->clock;
	buf_clear(&oldest->path);
	if (buf_add(&oldest->path, path, n) == -1)
		return -1;
	return fd;
}

/* name with `_HASH8` before `.mid`, or with all digits. */
static void
other_name(char *to, const char *name, const struct hash *hash, int digits)
{
	char hex[HASH_DIGITS + 1];
	size_t n = strlen(name);

	hash_hex(hash, hex);
	if (n > 4 && strcmp(name + n - 4, ".mid") == 0)
		n -= 4;
	snprintf(to, NAME_ROOM, "%.*s_%.*s.mid", (int)n, name, digits, hex);
}

/* Puts the bytes under one name: 1 they are there, 0 the name is taken by
 * something else, -1 errno.  `again`: they probably are there already. */
static int
put(int fd, const char *name, const struct content *c, int again)
{
	char tag[HASH_DIGITS + 2] = ".";

	if (again && create_same(fd, name, c->bytes, c->size))
		return 1;
	/* Where it cannot be linked it is copied. */
	if (c->link != NULL && linkat(AT_FDCWD, c->link, fd, name, 0) == 0)
		return 1;
	hash_hex(&c->hash, tag + 1);
	if (create_file(fd, name, tag, c->bytes, c->size) == 0)
		return 1;
	if (errno != EEXIST)
		return -1;
	return create_same(fd, name, c->bytes, c->size);
}

enum { ELSEWHERE = 2 };

/* The same; ELSEWHERE when they were put there before and moved since, with
 * l->path where they are. */
static int
put_or_find(struct library *l, int fd, const char *folder, const char *name,
    const struct content *c, int again)
{
	int found;

	if (again && !create_same(fd, name, c->bytes, c->size)) {
		buf_clear(&l->path);
		if (buf_fmt(&l->path, "%s/%s/%s", l->root.p, folder, name) ==
		    -1)
			return -1;
		found =
		    moved_find(&l->moved, l->fd, &l->path, c->bytes, c->size);
		if (found != 0)
			return found == 1 ? ELSEWHERE : -1;
	}
	return put(fd, name, c, again);
}

/* Decides the name and writes: 0 with l->path full, -1 errno. */
static int
store(struct library *l, const struct content *c, const char *folder,
    const char *name, int again)
{
	const char *used = name;
	char other[NAME_ROOM];
	uint64_t value;
	size_t below;
	int fd, done, mine;

	memcpy(&value, c->hash.b, sizeof(value));
	buf_clear(&l->path);
	if (buf_str(&l->path, l->root.p) == -1 || buf_byte(&l->path, '/') == -1)
		return -1;
	below = l->path.len;
	if (buf_fmt(&l->path, "%s/", folder) == -1 ||
	    buf_str(&l->path, name) == -1 ||
	    (mine = place(l, l->path.p + below, value | 1)) == -1)
		return -1;
	if ((fd = open_folder(l, folder)) == -1)
		return -1;
	if (!mine) {
		other_name(other, name, &c->hash, HASH_SHORT);
		used = other;
	}
	done = put_or_find(l, fd, folder, used, c, again);
	/* A file of the user's, or of an older version of the source. */
	for (int digits = HASH_SHORT; done == 0 && digits <= HASH_DIGITS;
	     digits += HASH_DIGITS - HASH_SHORT) {
		other_name(other, name, &c->hash, digits);
		used = other;
		done = put_or_find(l, fd, folder, used, c, again);
	}
	if (done == 0)
		errno = EEXIST;
	if (done == ELSEWHERE)
		return 0;
	if (done != 1)
		return -1;
	buf_clear(&l->path);
	return buf_fmt(&l->path, "%s/%s/%s", l->root.p, folder, used);
}

/* The place that a content would have counts for the names behind it, also
 * when it is not written. */
static int
reserve(struct library *l, const struct content *c, const char *folder,
    const char *name)
{
	uint64_t value;

	memcpy(&value, c->hash.b, sizeof(value));
	buf_clear(&l->path);
	if (buf_fmt(&l->path, "%s/%s", folder, name) == -1)
		return -1;
	return place(l, l->path.p, value | 1) == -1 ? -1 : 0;
}

uint64_t
library_place(const char *path, const struct hash *hash)
{
	char hex[HASH_DIGITS + 1];
	size_t n = strlen(path);

	if (n > 4 && memcmp(path + n - 4, ".mid", 4) == 0)
		n -= 4;
	hash_hex(hash, hex);
	for (int i = 0; i < 2; i++) {
		const size_t k = i == 0 ? HASH_DIGITS : HASH_SHORT;

		if (n > k && path[n - k - 1] == '_' &&
		    memcmp(path + n - k, hex, k) == 0) {
			n -= k + 1;
			break;
		}
	}
	/* 0 is none. */
	return hash_short(path, n, 0) | 1;
}

/* Asks for a content, by the place that it would have. */
static int
claim(struct library *l, const struct content *c, const char *folder,
    const char *name, uint64_t *slot)
{
	uint64_t place;

	buf_clear(&l->path);
	if (buf_str(&l->path, folder) == -1 || buf_byte(&l->path, '/') == -1 ||
	    buf_str(&l->path, name) == -1)
		return -1;
	place = library_place(l->path.p, &c->hash);
	return seen_claim(l->seen, &c->hash, c->size, c->owner, place, slot);
}

int
library_store(struct library *l, const struct content *c, const char *folder,
    const char *name, const char **path)
{
	int answer = SEEN_NEW, e;
	uint64_t slot = 0;

	if (l->seen != NULL &&
	    (answer = claim(l, c, folder, name, &slot)) == -1)
		return -1;
	if (answer == SEEN_DUP)
		return reserve(l, c, folder, name) == -1 ? -1 : STORED_DUP;
	if (store(l, c, folder, name, answer == SEEN_MINE) == -1) {
		e = errno;
		if (l->seen != NULL)
			seen_release(l->seen, slot);
		errno = e;
		return -1;
	}
	if (l->seen != NULL && answer == SEEN_NEW)
		seen_done(l->seen, slot);
	if (answer == SEEN_MINE)
		seen_keep(l->seen, slot, c->owner);
	*path = l->path.p;
	return STORED;
}

int
library_claim(struct library *l, const struct content *c)
{
	uint64_t slot;
	int answer;

	if (l->seen == NULL)
		return STORED;
	answer = seen_claim(l->seen, &c->hash, c->size, c->owner, 0, &slot);
	if (answer == -1)
		return -1;
	if (answer == SEEN_NEW)
		seen_done(l->seen, slot);
	if (answer == SEEN_MINE)
		seen_keep(l->seen, slot, c->owner);
	return answer == SEEN_DUP ? STORED_DUP : STORED;
}

uint64_t
library_loose(const char *path)
{
	return hash_short(path, strlen(path) + 1, 0);
}

int
library_sync(const struct library *l)
{
	return syncfs(l->fd);
}

int
library_spool(struct library *l)
{
	FILE *f;
	int fd, e;

	fd = openat(l->fd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (fd != -1 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	if ((f = tmpfile()) == NULL)
		return -1;
	fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0);
	e = errno;
	fclose(f);
	errno = e;
	return fd;
}
