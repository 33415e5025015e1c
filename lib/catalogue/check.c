/* check - whether a record can be stored, and as what */
#include "config.h"

#include <ctype.h>
#include <float.h>
#include <stdint.h>

#include "catalogue/check.h"
#include "files/hash.h"
#include "stream/esc.h"
#include "stream/num.h"

/* PostgreSQL refuses an index entry of 2704 bytes and a value of 1 GB; what
 * is longer than this is no name and no path. */
enum { WORD_MAX = 255, NAME_MAX_LEN = 1024, TEXT_MAX = 1 << 20 };

static int
escape_ok(const char *p)
{
	if (p[1] == 'x')
		return isxdigit((unsigned char)p[2]) &&
		    isxdigit((unsigned char)p[3]);
	return p[1] != '\0' && strchr("\\tnr", p[1]) != NULL;
}

/* NULL, or what is wrong with a field's text. */
static const char *
text_fault(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + n;
	size_t k;

	while (p < end) {
		if (*p == '\\') {
			if (!escape_ok((const char *)p))
				return "has an escape that mrec(5) does not know";
			p += p[1] == 'x' ? 4 : 2;
		} else if (*p < 0x20 || *p == 0x7f) {
			return "holds a control byte";
		} else if (*p < 0x80) {
			p++;
		} else if ((k = utf8_len(p, (size_t)(end - p))) == 0) {
			return "is not UTF-8";
		} else {
			p += k;
		}
	}
	return NULL;
}

static size_t
longest(int col)
{
	const char *type = columns[col].type;

	if (col == COL_NAME)
		return NAME_MAX_LEN;
	return strcmp(type, "word") == 0 || strcmp(type, "hex") == 0 ? WORD_MAX
								     : TEXT_MAX;
}

/* A tag is a word of its own in an index. */
static int
tags_fit(const struct field *f)
{
	const char *p = f->p, *end = f->p + f->n, *comma;

	for (; p < end; p = comma + 1) {
		if ((comma = memchr(p, ',', (size_t)(end - p))) == NULL)
			comma = end;
		if (comma - p > WORD_MAX)
			return 0;
	}
	return 1;
}

/* Digits that no double can tell from nothing; a server refuses them. */
static int
vanishes(const char *s, double x)
{
	return x < DBL_MIN && x > -DBL_MIN &&
	    strcspn(s, "123456789") < strcspn(s, "eE");
}

static const char *
field_fault(int col, enum db_type type, const struct field *f)
{
	struct hash h;
	int64_t v;
	double x;

	if (f->n == 0)
		return "is empty";
	if (strlen(f->p) != f->n)
		return "holds a control byte";
	switch (type) {
	case DB_INT:
		return num_int(f->p, INT64_MIN, INT64_MAX, &v) == -1
		    ? "is not a number, or out of range"
		    : NULL;
	case DB_REAL:
		return num_real(f->p, -DBL_MAX, DBL_MAX, &x) == -1 ||
			vanishes(f->p, x)
		    ? "is not a number, or out of range"
		    : NULL;
	case DB_HASH:
		return hash_parse(f->p, &h) == -1 ? "is not 32 digits" : NULL;
	default:
		if (f->n > longest(col) || (col == COL_TAGS && !tags_fit(f)))
			return "is too long";
		return text_fault(f->p, f->n);
	}
}

static int
fault(struct buf *why, const char *name, const char *what)
{
	(void)buf_fmt(why, "%s %s", name, what);
	return -1;
}

/* What no place in the catalogue could be found for. */
static int
sense(const struct field *file, struct buf *why)
{
	const struct field *f = file - 1; /* by column number */
	int error = field_is(&f[COL_STATUS], "error");
	int partial = field_is(&f[COL_STATUS], "partial");
	int archive = field_is(&f[COL_KIND], "archive");

	if (f[COL_PATH].p == NULL)
		return fault(why, "path", "is unknown");
	if (f[COL_STATUS].p != NULL && !error && !partial &&
	    !field_is(&f[COL_STATUS], "ok") && !field_is(&f[COL_STATUS], "dup"))
		return fault(why, "status", "is not ok, dup, partial or error");
	if ((f[COL_PART].p == NULL) != (f[COL_PARENT].p == NULL))
		return fault(why, "part", "and parent go together");
	if (f[COL_HASH].p != NULL)
		return archive ? fault(why, "hash", "of an archive") : 0;
	if (error || archive)
		return 0;
	if (f[COL_STATUS].p != NULL)
		return fault(why, "hash", "is unknown");
	for (int i = COL_NAME; i <= COLUMNS; i++)
		if (f[i].p != NULL)
			return fault(
			    why, "hash", "is unknown; mextract fills it");
	return 0;
}

int
check_record(const struct rec *r, struct field *file, struct buf *why)
{
	const struct db_table *t = &db_tables[TABLE_FILE];
	const char *what;

	for (int i = 0; i < COLUMNS; i++) {
		file[i] = (struct field){ 0 };
		if ((size_t)i >= r->nf ||
		    (r->len[i] == 2 && memcmp(r->field[i], "\\N", 2) == 0))
			continue;
		file[i] = (struct field){ r->field[i], r->len[i] };
		what = field_fault(i + 1, t->col[i].type, &file[i]);
		if (what != NULL)
			return fault(why, t->col[i].name, what);
	}
	return sense(file, why);
}
