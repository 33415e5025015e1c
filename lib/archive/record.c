/* record - what an import says of a source and of its members */
#include "config.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "archive/kind.h"
#include "archive/record.h"
#include "stream/esc.h"

int
record_begin(struct record *c, const struct rec *r)
{
	char cwd[PATH_MAX];
	const char *p;

	if (rec_bytes(r, COL_PATH, &c->place) == -1)
		return -1;
	buf_clear(&c->path);
	buf_clear(&c->escaped);
	c->source = r;
	p = c->place.p;
	if (*p != '/') {
		if (getcwd(cwd, sizeof(cwd)) == NULL)
			return -1;
		while (p[0] == '.' && p[1] == '/')
			p += 2;
		if (buf_fmt(&c->path, "%s/",
			strcmp(cwd, "/") == 0 ? "" : cwd) == -1)
			return -1;
	}
	if (buf_str(&c->path, p) == -1)
		return -1;
	return esc_add(&c->escaped, c->path.p, c->path.len);
}

/* The columns that a source and its members get alike. */
static int
set_columns(struct record *c, struct rec *r, const struct import_item *it)
{
	if (rec_set(r, COL_KIND, kind_word(it->kind)) == -1 ||
	    rec_set(r, COL_STATUS, it->status) == -1 ||
	    rec_set(r, COL_DETAIL, it->detail != NULL ? it->detail : "\\N") ==
		-1 ||
	    rec_set_text(r, COL_HASH, it->hash, strlen(it->hash)) == -1 ||
	    rec_set(r, COL_SOURCE, c->escaped.p) == -1)
		return -1;
	return rec_set_text(r, COL_MEMBER, it->member, it->nmember);
}

int
record_source(struct record *c, struct rec *r, const struct import_item *it)
{
	if (it->path != NULL &&
	    rec_set_text(r, COL_PATH, it->path, strlen(it->path)) == -1)
		return -1;
	/* A bare path learns what it is. */
	if ((!rec_known(r, COL_SIZE) || it->hash[0] != '\0') && it->size >= 0 &&
	    rec_set_int(r, COL_SIZE, it->size) == -1)
		return -1;
	if (!rec_known(r, COL_MTIME) && it->mtime >= 0 &&
	    rec_set_int(r, COL_MTIME, it->mtime) == -1)
		return -1;
	return set_columns(c, r, it);
}

const struct rec *
record_member(struct record *c, const struct import_item *it)
{
	struct rec *r = &c->member;

	buf_clear(&c->place);
	if (it->path == NULL) {
		if (buf_fmt(&c->place, "%s!/", c->path.p) == -1 ||
		    buf_add(&c->place, it->member, it->nmember) == -1)
			return NULL;
	} else if (buf_str(&c->place, it->path) == -1)
		return NULL;
	rec_new(r, &c->memory);
	if (rec_set_text(r, COL_PATH, c->place.p, c->place.len) == -1 ||
	    (it->size >= 0 && rec_set_int(r, COL_SIZE, it->size) == -1) ||
	    rec_set(r, COL_MTIME, rec_field(c->source, COL_MTIME)) == -1 ||
	    set_columns(c, r, it) == -1)
		return NULL;
	return r;
}

void
record_free(struct record *c)
{
	rec_free(&c->member);
	rec_in_free(&c->memory);
	buf_free(&c->path);
	buf_free(&c->escaped);
	buf_free(&c->place);
}
