/* paths - how the catalogue says where files are */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalogue/paths.h"
#include "files/library.h"
#include "stream/esc.h"

#define META "library"

/* Appends the escaped absolute form of a folder, which need not be there
 * yet; the root folder is nothing. */
static int
add_folder(struct buf *b, const char *path)
{
	char *real = realpath(path, NULL), *cwd = NULL;
	size_t at = b->len;
	int bad;

	if (real != NULL || path[0] == '/') {
		path = real != NULL ? real : path;
		bad = esc_add(b, path, strlen(path));
	} else if ((cwd = getcwd(NULL, 0)) == NULL) {
		bad = -1;
	} else {
		while (strncmp(path, "./", 2) == 0)
			path += 2;
		bad = esc_add(b, cwd, strlen(cwd));
		bad |= buf_byte(b, '/');
		bad |= esc_add(b, path, strlen(path));
	}
	while (bad == 0 && b->len > at && b->p[b->len - 1] == '/')
		buf_cut(b, b->len - 1);
	free(real);
	free(cwd);
	return bad;
}

/* Where the library is when nobody ever said. */
static int
add_default(struct buf *b, struct db *db)
{
	struct buf folder = { 0 };
	int bad = db->engine->folder(db, &folder);

	if (bad == 0)
		bad = add_folder(
		    b, folder.len > 0 ? folder.p : library_default());
	buf_free(&folder);
	return bad;
}

int
paths_open(struct paths *p, struct db *db, const char *library, int keep)
{
	const struct db_engine *e = db->engine;
	struct buf old = { 0 }, own = { 0 };
	const char *new;
	int c = e->get_meta(db, META, &old), bad;

	if (c != DB_OK) {
		buf_free(&old);
		return c;
	}
	bad = add_default(&own, db) == -1 || add_folder(&p->here, ".") == -1;
	if (!bad && library != NULL)
		bad = add_folder(&p->root, library);
	else if (!bad && old.len > 0 && strcmp(old.p, ".") != 0)
		bad = buf_str(&p->root, old.p);
	else if (!bad)
		bad = buf_add(&p->root, own.len > 0 ? own.p : "", own.len);
	if (bad) {
		c = db_why(db, DB_FAILED, strerror(errno));
	} else if (keep) {
		/* A file that is moved with its library stays with it. */
		new = p->root.len > 0 ? p->root.p : "/";
		if (e->folder(db, NULL) == 1 && own.len == p->root.len &&
		    memcmp(own.p, new, own.len) == 0)
			new = ".";
		if (old.len == 0 || strcmp(old.p, new) != 0)
			c = e->set_meta(db, META, new);
	}
	buf_free(&old);
	buf_free(&own);
	return c;
}

int
paths_stored(const struct paths *p, struct arena *a, struct field *f)
{
	const char *at = f->p;
	char *q;

	if (at == NULL)
		return 0;
	if (*at != '/') {
		while (strncmp(at, "./", 2) == 0)
			at += 2;
		f->n -= (size_t)(at - f->p);
		if ((q = arena_get(a, p->here.len + f->n + 2)) == NULL)
			return -1;
		if (p->here.len > 0)
			memcpy(q, p->here.p, p->here.len);
		q[p->here.len] = '/';
		memcpy(q + p->here.len + 1, at, f->n + 1);
		*f = (struct field){ q, p->here.len + 1 + f->n };
	}
	if (f->n > p->root.len + 1 && f->p[p->root.len] == '/' &&
	    memcmp(f->p, p->root.p != NULL ? p->root.p : "", p->root.len) ==
		0) {
		f->p += p->root.len + 1;
		f->n -= p->root.len + 1;
	}
	return 0;
}

int
paths_whole(const struct paths *p, struct buf *b, const struct field *f)
{
	if (f->p[0] != '/' &&
	    (buf_add(b, p->root.len > 0 ? p->root.p : "", p->root.len) == -1 ||
		buf_byte(b, '/') == -1))
		return -1;
	return buf_add(b, f->p, f->n);
}

void
paths_free(struct paths *p)
{
	buf_free(&p->root);
	buf_free(&p->here);
}
