/* drive - the tree of an export, which only ever grows */
#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/create.h"
#include "files/mark.h"
#include "mpc/drive.h"
#include "mpc/settle.h"

enum { BLOCK = 1 << 18 };

#define METADATA "METADATA"

struct drive_folder {
	int fd;      /* -1: not open */
	size_t path; /* offset in paths */
	size_t n;    /* entries */
};

/* --- keys ------------------------------------------------------------------
 */

/* FAT and exFAT tell names apart without case; ours are ASCII. */
static uint64_t
name_key_in(size_t folder, const char *name, size_t n)
{
	char low[256];

	if (n > sizeof(low))
		n = sizeof(low);
	for (size_t i = 0; i < n; i++)
		low[i] = (char)tolower((unsigned char)name[i]);
	return hash_short(low, n, folder + 1);
}

static uint64_t
content_key(const char *tree, size_t ntree, const char *hex)
{
	return hash_short(hex, INDEX_CONTENT, hash_short(tree, ntree, 0));
}

/* The value of a key, or 0. */
static uint64_t
get(struct map *m, uint64_t key)
{
	uint64_t *v = map_at(m, key);

	return v != NULL ? *v : 0;
}

static int
set(struct map *m, uint64_t key, uint64_t value)
{
	uint64_t *v = map_at(m, key);

	if (v == NULL)
		return -1;
	*v = value;
	return 0;
}

/* --- folders ---------------------------------------------------------------
 */

static int
is_marked(struct drive *d, const char *path)
{
	struct stat st;

	buf_clear(&d->block);
	return buf_fmt(&d->block, "%s/" MARK_NAME, path) == 0 &&
	    fstatat(d->fd, d->block.p, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Makes a folder, and marks the topmost that was not there unless it lies in
 * a marked one: what is the user's own stays unmarked. */
static int
make_folder(struct drive *d, char *path)
{
	struct stat st;
	char *slash = path;
	int fd, e, marked = 0;

	while ((slash = strchr(slash, '/')) != NULL) {
		*slash = '\0';
		fd = fstatat(d->fd, path, &st, AT_SYMLINK_NOFOLLOW);
		if (fd == -1 && errno == ENOENT)
			break;
		marked = marked || is_marked(d, path);
		*slash++ = '/';
		if (fd == -1)
			return -1;
	}
	if (slash != NULL && marked)
		*slash = '/';
	if (marked || (slash == NULL && fstatat(d->fd, path, &st, 0) == 0))
		return create_folder(d->fd, path);
	if ((fd = create_folder(d->fd, path)) != -1 && mark_folder(fd) == -1) {
		e = errno;
		close(fd);
		errno = e;
		fd = -1;
	}
	if (slash == NULL || fd == -1)
		return fd;
	close(fd);
	*slash = '/';
	return create_folder(d->fd, path);
}

/* Reads the names in a folder. */
static int
list(struct drive *d, size_t number)
{
	struct drive_folder *f = &d->folders[number];
	struct dirent *e;
	DIR *dir;
	int fd, bad = 0;

	if ((fd = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return -1;
	}
	while (!bad && (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		f->n += strcmp(e->d_name, MARK_NAME) != 0;
		bad = set(&d->name,
			  name_key_in(number, e->d_name, strlen(e->d_name)),
			  1) == -1;
	}
	closedir(dir);
	return bad ? -1 : 0;
}

/* At most DRIVE_OPEN folders are kept open. */
static int
keep_open(struct drive *d, size_t number)
{
	struct drive_folder *f = &d->folders[number], *old;
	const char *path = d->paths.p + f->path;
	size_t *slot = &d->opened[d->next_open];

	if (f->fd != -1)
		return 0;
	buf_clear(&d->path);
	if (buf_str(&d->path, path) == -1)
		return -1;
	f->fd = d->dry ? openat(d->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		       : make_folder(d, d->path.p);
	if (f->fd == -1)
		return -1;
	if (*slot > 0) {
		old = &d->folders[*slot - 1];
		close(old->fd);
		old->fd = -1;
	}
	*slot = number + 1;
	d->next_open = (d->next_open + 1) % DRIVE_OPEN;
	return 0;
}

/* The number of a folder, which is read when it is met; it is made when
 * `make` is set.  -1 with ENOENT when it is not there. */
static ssize_t
folder(struct drive *d, const char *path, int make)
{
	size_t n = strlen(path), cap = d->capfolders * 2 + 64;
	uint64_t key = hash_short(path, n, 0);
	uint64_t have = get(&d->folder, key);
	struct drive_folder *f;
	struct stat st;
	int there;

	if (have > 0)
		return (ssize_t)have - 1;
	there = d->fd != -1 && fstatat(d->fd, path, &st, 0) == 0;
	if (!there && !make) {
		errno = ENOENT;
		return -1;
	}
	if (d->nfolders == d->capfolders) {
		f = reallocarray(d->folders, cap, sizeof(*f));
		if (f == NULL)
			return -1;
		d->folders = f;
		d->capfolders = cap;
	}
	f = &d->folders[d->nfolders];
	*f = (struct drive_folder){ .fd = -1, .path = d->paths.len };
	if (buf_add(&d->paths, path, n + 1) == -1 ||
	    (there &&
		(keep_open(d, d->nfolders) == -1 ||
		    list(d, d->nfolders) == -1)) ||
	    set(&d->folder, key, d->nfolders + 1) == -1)
		return -1;
	return (ssize_t)d->nfolders++;
}

/* --- the index -------------------------------------------------------------
 */

/* Takes up a line: its content is on the drive under its path. */
static int
take_line(struct drive *d, const char *line, size_t n)
{
	const char *content, *file, *claim, *p, *slash;
	size_t nfile, nclaim, at = d->paths.len, depth = 0;
	uint64_t number, key;

	if (set(&d->line, hash_short(line, n, 0), 1) == -1)
		return -1;
	if (!index_parse(line, n, &content, &file, &nfile, &claim, &nclaim))
		return 0;
	/* A tree is the first two parts of a path. */
	for (p = file; p < file + nfile; p++)
		if (*p == '/' && ++depth == 2)
			break;
	if (depth < 2)
		return 0;
	key = content_key(file, (size_t)(p - file), content);
	if (get(&d->content, key) != 0)
		return 0;
	if (buf_add(&d->paths, file, nfile) == -1 ||
	    buf_byte(&d->paths, '\0') == -1 ||
	    set(&d->content, key, at + 1) == -1)
		return -1;
	/* Another process's file, in a folder that was read before it. */
	slash = memrchr(file, '/', nfile);
	number = get(&d->folder, hash_short(file, (size_t)(slash - file), 0));
	if (number == 0)
		return 0;
	n = nfile - (size_t)(slash + 1 - file);
	key = name_key_in((size_t)number - 1, slash + 1, n);
	if (get(&d->name, key) != 0)
		return 0;
	d->folders[number - 1].n++;
	return set(&d->name, key, 1);
}

/* Reads what was added to the index, by whomever. */
static int
catch_up(struct drive *d)
{
	char *p, *nl;
	ssize_t k;

	if (d->json_fd == -1)
		return 0;
	for (;;) {
		buf_clear(&d->block);
		/* A line longer than the block makes it grow. */
		do {
			if (buf_grow(&d->block, BLOCK) == -1)
				return -1;
			k = pread(d->json_fd, d->block.p + d->block.len, BLOCK,
			    d->seen + (off_t)d->block.len);
			if (k == -1)
				return -1;
			d->block.len += (size_t)k;
		} while (
		    k > 0 && memchr(d->block.p, '\n', d->block.len) == NULL);
		if (k == 0)
			return 0;
		for (p = d->block.p;
		     (nl = memchr(p, '\n',
			  d->block.len - (size_t)(p - d->block.p))) != NULL;
		     p = nl + 1)
			if (take_line(d, p, (size_t)(nl + 1 - p)) == -1)
				return -1;
		d->seen += p - d->block.p;
	}
}

/* Some file systems know no locks; one process at a time is safe there. */
static int
take(int fd, int how)
{
	while (flock(fd, how) == -1)
		if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
			break;
		else if (errno != EINTR)
			return -1;
	return 0;
}

static int
lock(struct drive *d)
{
	if (d->locked || d->json_fd == -1)
		return 0;
	if (take(d->json_fd, d->dry ? LOCK_SH : LOCK_EX) == -1)
		return -1;
	d->locked = 1;
	return catch_up(d);
}

static void
unlock(struct drive *d)
{
	if (d->locked)
		flock(d->json_fd, LOCK_UN);
	d->locked = 0;
}

/* Appends whole lines, or nothing; the lock is held. */
static int
append(int fd, const struct buf *b)
{
	size_t done = 0;
	ssize_t k;
	int e;

	while (done < b->len) {
		k = write(fd, b->p + done, b->len - done);
		if (k == -1 && errno == EINTR)
			continue;
		if (k == -1) {
			e = errno;
			if (done > 0)
				(void)!ftruncate(
				    fd, lseek(fd, 0, SEEK_END) - (off_t)done);
			errno = e;
			return -1;
		}
		done += (size_t)k;
	}
	return 0;
}

/* Cuts off what stands behind the n-th newline: the line of a writer that was
 * killed.  n may be SIZE_MAX; *lines is how many there are then. */
static int
cut_lines(int fd, size_t n, size_t *lines)
{
	char block[65536];
	off_t at = 0, end = 0;
	ssize_t k = 0;

	*lines = 0;
	while (*lines < n && (k = pread(fd, block, sizeof(block), at)) > 0) {
		for (ssize_t i = 0; i < k && *lines < n; i++)
			if (block[i] == '\n') {
				++*lines;
				end = at + i + 1;
			}
		at += k;
	}
	if (k == -1 || lseek(fd, 0, SEEK_END) == end)
		return k == -1 ? -1 : 0;
	return ftruncate(fd, end);
}

/* The row comes before the line, so there is at most one row too many. */
static int
mend_index(struct drive *d)
{
	size_t lines, rows;

	if (cut_lines(d->json_fd, SIZE_MAX, &lines) == -1 ||
	    cut_lines(d->csv_fd, lines + 1, &rows) == -1)
		return -1;
	if (rows > 0)
		return 0;
	buf_clear(&d->text);
	return index_csv_head(&d->text) == -1 ? -1
					      : append(d->csv_fd, &d->text);
}

static int
open_index(struct drive *d)
{
	int flags = d->dry ? O_RDONLY : O_RDWR | O_CREAT | O_APPEND, fd;
	char path[] = METADATA;

	if (d->fd == -1)
		return 0;
	if (d->dry)
		fd = openat(d->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	else
		fd = make_folder(d, path);
	if (fd == -1)
		return d->dry && errno == ENOENT ? 0 : -1;
	flags |= O_CLOEXEC | O_NOFOLLOW;
	d->meta_fd = fd;
	/* Whoever settles the tree has the log to himself, and leaves another
	 * index. */
	if (!d->dry &&
	    ((d->log_fd = openat(fd, "export.log", flags, 0644)) == -1 ||
		take(d->log_fd, LOCK_SH) == -1))
		return -1;
	d->json_fd = openat(fd, "index.jsonl", flags, 0644);
	if (d->dry)
		return d->json_fd == -1 && errno != ENOENT ? -1 : lock(d);
	if (d->json_fd == -1 ||
	    (d->csv_fd = openat(fd, "index.csv", flags, 0644)) == -1 ||
	    take(d->json_fd, LOCK_EX) == -1)
		return -1;
	d->locked = 1;
	return mend_index(d) == -1 ? -1 : catch_up(d);
}

int
drive_open(struct drive *d, const char *path, int dry, const char **what)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int bad;

	*d = (struct drive){ .dry = dry,
		.json_fd = -1,
		.csv_fd = -1,
		.log_fd = -1,
		.meta_fd = -1 };
	*what = path;
	d->fd = open(path, flags);
	if (d->fd == -1 && errno == ENOENT && !dry &&
	    (mkdir(path, 0755) == 0 || errno == EEXIST))
		d->fd = open(path, flags);
	if (d->fd == -1 && !(dry && errno == ENOENT))
		return -1;
	*what = METADATA;
	bad = open_index(d);
	unlock(d);
	return bad;
}

/* --- placing ---------------------------------------------------------------
 */

/* Whether the file lies in that folder already, under this name. */
static int
same_there(
    struct drive *d, size_t number, const char *name, const void *p, size_t n)
{
	if (get(&d->name, name_key_in(number, name, strlen(name))) == 0)
		return 0;
	return d->folders[number].n > 0 && d->fd != -1 &&
	    keep_open(d, number) == 0 &&
	    create_same(d->folders[number].fd, name, p, n);
}

/* Writes the file under that name: 0; 1 when the name is taken. */
static int
write_there(struct drive *d, size_t number, const char *name, const char *tag,
    const void *p, size_t n)
{
	uint64_t key = name_key_in(number, name, strlen(name));
	int taken;

	if (get(&d->name, key) != 0)
		return 1;
	if (set(&d->name, key, 1) == -1)
		return -1;
	if (!d->dry) {
		if (keep_open(d, number) == -1)
			return -1;
		taken = create_file(d->folders[number].fd, name, tag, p, n);
		if (taken == -1)
			return errno == EEXIST ? 1 : -1;
	}
	d->folders[number].n++;
	d->written++;
	return 0;
}

/* The page of a folder, from 1, in d->file. */
static int
page_path(struct drive *d, const char *tree, const struct name *name, int page)
{
	buf_clear(&d->file);
	if (name->plain)
		return buf_str(&d->file, tree);
	if (buf_fmt(&d->file, "%s/%s/", tree,
		category_folder(name->category)) == -1 ||
	    name_folder(&d->file, name) == -1)
		return -1;
	return page == 1 ? 0 : buf_fmt(&d->file, " %d", page);
}

/* The bare name, or the one with digits of its content. */
static int
make_name(struct buf *b, const struct name *name, const char *digits)
{
	buf_clear(b);
	return name_make(b, name, digits);
}

static int
set_claim(struct drive *d, const char *tree, const struct name *name)
{
	buf_clear(&d->claim);
	return page_path(d, tree, name, 1) == -1 ||
		buf_add(&d->claim, d->file.p, d->file.len) == -1 ||
		buf_byte(&d->claim, '/') == -1
	    ? -1
	    : name_make(&d->claim, name, NULL);
}

/* Finds the file in one page: 1; 0 when it is not there, and the page has
 * room or not; the name is in d->text. */
static int
look_in(struct drive *d, size_t number, const struct name *name,
    const char *digits, const void *p, size_t n)
{
	for (int i = 0; i < 2; i++) {
		if (make_name(&d->text, name, i == 0 ? NULL : digits) == -1)
			return -1;
		if (same_there(d, number, d->text.p, p, n))
			return 1;
	}
	return 0;
}

static int
place_in(struct drive *d, size_t number, const struct name *name,
    const char *hex, const void *p, size_t n)
{
	/* More digits of the content, where fewer are taken by another. */
	static const int digits[] = { 0, HASH_SHORT, 2 * HASH_SHORT,
		HASH_DIGITS };
	char part[HASH_DIGITS + 1];
	int taken;

	for (size_t i = 0; i < sizeof(digits) / sizeof(*digits); i++) {
		snprintf(part, sizeof(part), "%.*s", digits[i], hex);
		if (make_name(&d->text, name, i == 0 ? NULL : part) == -1)
			return -1;
		taken = write_there(d, number, d->text.p, hex, p, n);
		if (taken != 1)
			return taken;
	}
	errno = EEXIST;
	return -1;
}

/* Through the pages: it may lie in any of them, and goes into the last. */
static int
place(struct drive *d, const char *tree, const struct name *name,
    const char *hex, const void *p, size_t n)
{
	char digits[HASH_SHORT + 1];
	ssize_t number;
	int found;

	snprintf(digits, sizeof(digits), "%.*s", HASH_SHORT, hex);
	for (int page = 1;; page++) {
		if (page_path(d, tree, name, page) == -1 ||
		    (number = folder(d, d->file.p, 1)) == -1)
			return -1;
		found = look_in(d, (size_t)number, name, digits, p, n);
		if (found == 1)
			d->unchanged++;
		if (found == 0) {
			if (name->most > 0 &&
			    d->folders[number].n >= name->most)
				return DRIVE_NO_ROOM;
			if (d->folders[number].n >= DRIVE_FULL && !name->plain)
				continue;
			found = place_in(d, (size_t)number, name, hex, p, n);
		}
		if (found == -1 || buf_byte(&d->file, '/') == -1 ||
		    buf_add(&d->file, d->text.p, d->text.len) == -1)
			return -1;
		return 0;
	}
}

/* Where a content lies, if it is there still; 0 when it is not. */
static int
known(struct drive *d, uint64_t key, size_t n)
{
	uint64_t at = get(&d->content, key);
	struct stat st;

	if (at == 0)
		return 0;
	buf_clear(&d->file);
	if (buf_str(&d->file, d->paths.p + at - 1) == -1)
		return -1;
	if (d->dry)
		return 1;
	if (fstatat(d->fd, d->file.p, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	return S_ISREG(st.st_mode) && (uint64_t)st.st_size == n;
}

int
drive_put(struct drive *d, const char *tree, const struct name *name,
    const struct hash *hash, const void *p, size_t n)
{
	char hex[HASH_DIGITS + 1];
	uint64_t key;
	size_t at;
	int have;

	hash_hex(hash, hex);
	key = content_key(tree, strlen(tree), hex);
	if (set_claim(d, tree, name) == -1)
		return -1;
	have = known(d, key, n);
	if (have == 0) {
		if (lock(d) == -1)
			return -1;
		have = known(d, key, n);
	}
	if (have == 1)
		d->unchanged++;
	if (have != 0)
		return have == 1 ? 0 : -1;
	if ((have = place(d, tree, name, hex, p, n)) != 0)
		return have;
	at = d->paths.len;
	if (buf_add(&d->paths, d->file.p, d->file.len + 1) == -1)
		return -1;
	return set(&d->content, key, at + 1);
}

int
drive_file(struct drive *d, const char *tree, const char *name,
    const void *bytes, size_t n)
{
	struct hash hash = hash_bytes(bytes, n);
	char hex[HASH_DIGITS + 1];
	int fd, bad;

	if (d->dry)
		return 0;
	hash_hex(&hash, hex);
	buf_clear(&d->path);
	if (buf_str(&d->path, tree) == -1 ||
	    (fd = make_folder(d, d->path.p)) == -1)
		return -1;
	bad = create_file(fd, name, hex, bytes, n) == -1 && errno != EEXIST;
	close(fd);
	return bad ? -1 : 0;
}

int
drive_note(struct drive *d, struct index_entry *e, const struct hash *hash,
    const struct rec *r)
{
	char hex[HASH_DIGITS + 1];
	size_t from = d->lines.len;
	uint64_t key;

	hash_hex(hash, hex);
	e->content = hex;
	e->file = d->file.p;
	e->claim = d->claim.p;
	if (index_json(&d->lines, e, r) == -1)
		return -1;
	key = hash_short(d->lines.p + from, d->lines.len - from, 0);
	if (d->dry || get(&d->line, key) != 0) {
		buf_cut(&d->lines, from);
		return 0;
	}
	if (index_csv(&d->rows, e, r) == -1 || set(&d->line, key, 1) == -1)
		return -1;
	return 0;
}

int
drive_commit(struct drive *d)
{
	int bad = 0;

	if (d->lines.len > 0) {
		buf_clear(&d->file);
		/* Another process may have noted a line since: twice the same
		 * line does no harm. */
		bad = buf_str(&d->file, METADATA "/index.jsonl") == -1 ||
		    lock(d) == -1 || append(d->csv_fd, &d->rows) == -1 ||
		    append(d->json_fd, &d->lines) == -1;
		d->seen += (off_t)d->lines.len;
	}
	buf_clear(&d->lines);
	buf_clear(&d->rows);
	unlock(d);
	return bad ? -1 : 0;
}

static int
close_all(struct drive *d)
{
	int *const fds[] = { &d->json_fd, &d->csv_fd, &d->log_fd, &d->meta_fd };
	int bad = 0;

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		bad |= *fds[i] != -1 && close(*fds[i]) == -1;
		*fds[i] = -1;
	}
	return bad ? -1 : 0;
}

/* The last process to end finds the log free, and settles what it or the
 * others wrote. */
static int
end_settled(struct drive *d)
{
	if (d->dry || d->log_fd == -1)
		return 0;
	flock(d->log_fd, LOCK_UN);
	if (take(d->log_fd, LOCK_EX | LOCK_NB) == -1)
		return errno == EWOULDBLOCK ? 0 : -1;
	return settle(d->fd, d->meta_fd);
}

int
drive_close(struct drive *d, const char *log)
{
	struct buf line = { 0 };
	int bad = 0, e;

	unlock(d);
	buf_clear(&d->file);
	if (d->log_fd != -1 && d->written > 0)
		bad = buf_fmt(&line, "%s\n", log) == -1 ||
		    append(d->log_fd, &line) == -1;
	buf_free(&line);
	bad = bad || end_settled(d) == -1;
	e = errno;
	if (close_all(d) == -1)
		return -1;
	errno = e;
	return bad ? -1 : 0;
}

void
drive_free(struct drive *d)
{
	for (size_t i = 0; i < d->nfolders; i++)
		if (d->folders[i].fd != -1)
			close(d->folders[i].fd);
	if (d->fd != -1)
		close(d->fd);
	free(d->folders);
	map_free(&d->content);
	map_free(&d->line);
	map_free(&d->name);
	map_free(&d->folder);
	buf_free(&d->paths);
	buf_free(&d->path);
	buf_free(&d->file);
	buf_free(&d->block);
	buf_free(&d->text);
	buf_free(&d->claim);
	buf_free(&d->lines);
	buf_free(&d->rows);
	*d = (struct drive){ .fd = -1 };
}
