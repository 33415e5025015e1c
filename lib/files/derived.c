/* derived - a file that a filter makes of another, and its record */
#include "config.h"

#include <string.h>

#include "files/derived.h"

static int
set_owner(struct derived *d, const struct rec *r, struct content *c)
{
	const int from = rec_known(r, COL_SOURCE) ? COL_SOURCE : COL_PATH;

	buf_clear(&d->place);
	if (buf_fmt(&d->place, "%s%c%s%c%s%c%s", rec_field(r, from), 0,
		rec_field(r, COL_MEMBER), 0, rec_field(r, COL_DETAIL), 0,
		d->word) == -1)
		return -1;
	c->owner = hash_short(d->place.p, d->place.len, 0);
	return 0;
}

/* A stored value, with its path, raw, in d->place when it is there. */
static int
store(struct derived *d, struct library *l, const struct content *c)
{
	const char *path = NULL;
	int stored = STORED;

	if (l->fd != -1)
		stored = library_store(l, c, d->folder, d->name, &path);
	if (stored != STORED)
		return stored;
	buf_clear(&d->place);
	if ((path != NULL ? buf_str(&d->place, path)
			  : buf_fmt(&d->place, "%s/%s/%s", l->root.p, d->folder,
				d->name)) == -1)
		return -1;
	return STORED;
}

int
derived_store(struct derived *d, struct library *l, const struct rec *r)
{
	struct content c = { .bytes = d->bytes,
		.size = d->size,
		.hash = hash_bytes(d->bytes, d->size) };
	struct rec *o = &d->rec;
	int stored;

	if (set_owner(d, r, &c) == -1 || (stored = store(d, l, &c)) == -1)
		return -1;
	hash_hex(&c.hash, d->hash);
	rec_new(o, &d->memory);
	if (stored == STORED) {
		if (rec_set_text(o, COL_PATH, d->place.p, d->place.len) == -1)
			return -1;
	} else {
		buf_clear(&d->place);
		if (buf_fmt(&d->place, "%s!/%s", r->field[0], d->word) == -1 ||
		    rec_set(o, COL_PATH, d->place.p) == -1)
			return -1;
	}
	if (rec_set_int(o, COL_SIZE, (int64_t)c.size) == -1 ||
	    rec_set(o, COL_MTIME, rec_field(r, COL_MTIME)) == -1 ||
	    rec_set(o, COL_KIND, "midi") == -1 ||
	    rec_set(o, COL_STATUS, stored == STORED ? "ok" : "dup") == -1 ||
	    rec_set(o, COL_HASH, d->hash) == -1 ||
	    rec_set(o, COL_SOURCE, rec_field(r, COL_SOURCE)) == -1 ||
	    rec_set(o, COL_MEMBER, rec_field(r, COL_MEMBER)) == -1 ||
	    rec_set(o, COL_NAME, d->name) == -1 ||
	    rec_set(o, COL_PARENT, d->parent) == -1)
		return -1;
	return rec_set(o, COL_PART, d->word);
}

void
derived_free(struct derived *d)
{
	buf_free(&d->place);
	rec_free(&d->rec);
	rec_in_free(&d->memory);
}
