/* moved - where files of a library went */
#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/create.h"
#include "files/hash.h"
#include "files/moved.h"
#include "stream/array.h"
#include "stream/esc.h"

enum { OFFSET_BITS = 40, MOST_STEPS = 64 };

/* Maps a log behind those that are there. */
static int
add_log(struct moved *m, int dir, const char *name)
{
	struct stat st;
	char *p;
	int fd;

	if (array_room(&m->log, m->nlog + 1, &m->caplog, sizeof(*m->log)) == -1)
		return -1;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		p = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p != MAP_FAILED)
			m->log[m->nlog++] =
			    (struct moved_log){ p, (size_t)st.st_size };
	}
	close(fd);
	return 0;
}

static int
read_log(struct moved *m, size_t i)
{
	const char *p = m->log[i].p, *end = p + m->log[i].n, *nl, *tab;
	uint64_t *line;

	for (; (nl = memchr(p, '\n', (size_t)(end - p))) != NULL; p = nl + 1) {
		tab = memchr(p, '\t', (size_t)(nl - p));
		if (tab == NULL || *p != '/')
			continue;
		line = map_at(&m->lines, hash_short(p, (size_t)(tab - p), 0));
		if (line == NULL)
			return -1;
		*line =
		    ((uint64_t)i << OFFSET_BITS | (uint64_t)(p - m->log[i].p)) +
		    1;
	}
	return 0;
}

/* Reads all logs in the order of their names, which is that of time. */
static int
read_logs(struct moved *m, int dirfd)
{
	struct dirent **name = NULL;
	int dir, n, bad = 0;

	m->ready = 1;
	dir =
	    openat(dirfd, ".midiflow/undo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		return errno == ENOENT ? 0 : -1;
	if ((n = scandirat(dir, ".", &name, NULL, alphasort)) == -1)
		bad = 1;
	for (int i = 0; i < n; i++) {
		if (!bad && name[i]->d_name[0] != '.')
			bad = add_log(m, dir, name[i]->d_name) == -1;
		free(name[i]);
	}
	free(name);
	close(dir);
	for (size_t i = 0; i < m->nlog && !bad; i++)
		bad = read_log(m, i) == -1;
	return bad ? -1 : 0;
}

/* The place that the last line for m->path leads to, put there: 1, 0, -1. */
static int
step(struct moved *m)
{
	const struct moved_log *log;
	const char *p, *end, *tab;
	uint64_t *line;
	size_t n;

	buf_clear(&m->key);
	if (esc_add(&m->key, m->path.p, m->path.len) == -1 ||
	    (line = map_at(&m->lines, hash_short(m->key.p, m->key.len, 0))) ==
		NULL)
		return -1;
	if (*line == 0)
		return 0;
	log = &m->log[(*line - 1) >> OFFSET_BITS];
	p = log->p + ((*line - 1) & (((uint64_t)1 << OFFSET_BITS) - 1));
	end = log->p + log->n;
	n = m->key.len;
	if ((size_t)(end - p) <= n || memcmp(p, m->key.p, n) != 0 ||
	    p[n] != '\t')
		return 0;
	p += n + 1;
	if ((tab = memchr(p, '\t', (size_t)(end - p))) == NULL)
		return 0;
	buf_clear(&m->path);
	if (esc_undo(&m->path, p, (size_t)(tab - p)) == -1)
		return errno == ENOMEM ? -1 : 0;
	return 1;
}

int
moved_find(
    struct moved *m, int dirfd, struct buf *path, const void *p, size_t n)
{
	int c;

	if (!m->ready && read_logs(m, dirfd) == -1)
		return -1;
	buf_clear(&m->path);
	if (buf_add(&m->path, path->p, path->len) == -1)
		return -1;
	for (int i = 0; i < MOST_STEPS; i++) {
		if ((c = step(m)) != 1)
			return c;
		if (create_same(AT_FDCWD, m->path.p, p, n)) {
			buf_clear(path);
			return buf_add(path, m->path.p, m->path.len) == -1 ? -1
									   : 1;
		}
	}
	return 0;
}

void
moved_free(struct moved *m)
{
	for (size_t i = 0; i < m->nlog; i++)
		munmap(m->log[i].p, m->log[i].n);
	free(m->log);
	map_free(&m->lines);
	buf_free(&m->key);
	buf_free(&m->path);
	*m = (struct moved){ 0 };
}
