/* tree - the files below a folder */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "files/mark.h"
#include "files/tree.h"
#include "stream/array.h"

struct tree_item {
	uint64_t ino;
	size_t name; /* offset in names */
	unsigned char type;
};

struct tree_id {
	dev_t dev;
	ino_t ino;
};

static int
by_inode(const void *a, const void *b)
{
	const struct tree_item *x = a, *y = b;

	return (x->ino > y->ino) - (x->ino < y->ino);
}

/* `.`, `..`, and the resource forks of the Macintosh. */
static int
never(const char *name)
{
	return name[0] == '.' &&
	    (name[1] == '\0' || name[1] == '_' ||
		(name[1] == '.' && name[2] == '\0'));
}

/* Reads a folder's entries: 1; 0 when it is marked; -1 ENOMEM. */
static int
list(struct tree *t, DIR *d, const char *path, int first)
{
	struct dirent *e;

	t->nitem = 0;
	buf_clear(&t->names);
	for (errno = 0; (e = readdir(d)) != NULL; errno = 0) {
		if (never(e->d_name))
			continue;
		if (strcmp(e->d_name, MARK_NAME) == 0 && !first)
			return 0;
		if (array_room(&t->item, t->nitem + 1, &t->capitem,
			sizeof(*t->item)) == -1)
			return -1;
		t->item[t->nitem++] = (struct tree_item){
			.ino = e->d_ino, .name = t->names.len, .type = e->d_type
		};
		if (buf_add(&t->names, e->d_name, strlen(e->d_name) + 1) == -1)
			return -1;
	}
	if (errno != 0)
		t->failed(t->ctx, path);
	if (t->nitem > 0)
		qsort(t->item, t->nitem, sizeof(*t->item), by_inode);
	return 1;
}

static int
push(struct tree *t, const char *path)
{
	if (array_room(&t->stack, t->nstack + 1, &t->capstack,
		sizeof(*t->stack)) == -1 ||
	    (t->stack[t->nstack] = strdup(path)) == NULL)
		return -1;
	t->nstack++;
	return 0;
}

/* Through links a folder may be met again, even inside itself: 1, 0, -1. */
static int
met(struct tree *t, int fd)
{
	struct stat st;

	if (!t->follow || fstat(fd, &st) == -1)
		return 0;
	for (size_t i = 0; i < t->nmet; i++)
		if (t->met[i].ino == st.st_ino && t->met[i].dev == st.st_dev)
			return 1;
	if (array_room(&t->met, t->nmet + 1, &t->capmet, sizeof(*t->met)) == -1)
		return -1;
	t->met[t->nmet++] = (struct tree_id){ st.st_dev, st.st_ino };
	return 0;
}

/* One entry; the path holds its folder. */
static int
visit(struct tree *t, int dir, const struct tree_item *item, size_t nfolder)
{
	struct tree_entry e = {
		.dir = dir, .name = t->names.p + item->name, .nfolder = nfolder
	};
	int type = item->type;
	struct stat st;

	if (type != DT_DIR && type != DT_REG && type != DT_UNKNOWN &&
	    (type != DT_LNK || !t->follow))
		return 0;
	if (type == DT_REG && !t->wants(t->ctx, e.name))
		return 0;
	buf_cut(&t->path, nfolder);
	if (buf_str(&t->path, e.name) == -1)
		return -1;
	e.path = t->path.p;
	if (t->skips(t->ctx, e.path, e.name))
		return 0;
	if (type != DT_DIR) {
		if (fstatat(dir, e.name, &st,
			t->follow ? 0 : AT_SYMLINK_NOFOLLOW) == -1) {
			t->failed(t->ctx, e.path);
			return 0;
		}
		type = S_ISDIR(st.st_mode) ? DT_DIR
		    : S_ISREG(st.st_mode)  ? DT_REG
					   : DT_UNKNOWN;
	}
	e.st = &st;
	if (type == DT_DIR && strcmp(e.name, "__MACOSX") != 0)
		return push(t, e.path);
	if (type == DT_REG && t->wants(t->ctx, e.name))
		t->file(t->ctx, &e);
	return 0;
}

static int
folder(struct tree *t, const char *path, int first)
{
	size_t bottom = t->nstack, n;
	int c, bad = 0;
	char *tmp;
	DIR *d;

	if ((d = opendir(path)) == NULL) {
		t->failed(t->ctx, path);
		return 0;
	}
	buf_clear(&t->path);
	bad = buf_str(&t->path, path) == -1 ||
	    (t->path.p[t->path.len - 1] != '/' &&
		buf_byte(&t->path, '/') == -1);
	n = t->path.len;
	if (!bad && (c = met(t, dirfd(d))) != 1) {
		bad = c == -1 || (c = list(t, d, path, first)) == -1;
		for (size_t i = 0; !bad && c == 1 && i < t->nitem; i++)
			bad = visit(t, dirfd(d), &t->item[i], n) == -1;
	}
	closedir(d);
	/* The stack gives the last first: turn the new ones round. */
	for (size_t i = bottom, k = t->nstack; i + 1 < k; i++, k--) {
		tmp = t->stack[i];
		t->stack[i] = t->stack[k - 1];
		t->stack[k - 1] = tmp;
	}
	return bad ? -1 : 0;
}

int
tree_walk(struct tree *t, const char *path)
{
	char *next;
	int c = folder(t, path, 1);

	while (t->nstack > 0) {
		next = t->stack[--t->nstack];
		if (c == 0)
			c = folder(t, next, 0);
		free(next);
	}
	return c;
}

void
tree_free(struct tree *t)
{
	buf_free(&t->names);
	buf_free(&t->path);
	free(t->item);
	free(t->stack);
	free(t->met);
}
