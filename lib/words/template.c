/* template - a path made of a record's columns */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "stream/array.h"
#include "stream/num.h"
#include "words/clean.h"
#include "words/template.h"

enum { WIDEST = 99 };

enum kind { SLASH, SEPARATOR, TEXT, COLUMN };

struct piece {
	enum kind kind;
	const char *p; /* literal; of a column, the dimension of the tag */
	size_t n;
	int col;
	int zero, width, precision; /* -1: not told */
	char type;                  /* 0: not told */
};

static int
wrong(struct buf *why, const char *what, const char *p, size_t n)
{
	if (buf_fmt(why, "%s: %.*s", what, (int)(n < 200 ? n : 200), p) == -1)
		return -1;
	errno = EINVAL;
	return -1;
}

static int
add(struct template *t, const struct piece *piece)
{
	if (array_room(&t->piece, t->n + 1, &t->cap, sizeof(*piece)) == -1)
		return -1;
	t->piece[t->n++] = *piece;
	return 0;
}

static int
column(const char *p, size_t n)
{
	char name[64];

	if (n >= sizeof(name))
		return 0;
	memcpy(name, p, n);
	name[n] = '\0';
	return column_find(name);
}

static int
digits(const char **p, const char *end)
{
	int n = 0;

	if (*p == end || !isdigit((unsigned char)**p))
		return -1;
	for (; *p < end && isdigit((unsigned char)**p); ++*p)
		if ((n = n * 10 + (**p - '0')) > WIDEST)
			return -1;
	return n;
}

/* What stands behind the colon: 0, or -1. */
static int
parse_format(struct piece *c, const char *p, const char *end)
{
	if (p < end && *p == '0') {
		c->zero = 1;
		p++;
	}
	if (p < end && isdigit((unsigned char)*p) &&
	    (c->width = digits(&p, end)) == -1)
		return -1;
	if (p < end && *p == '.') {
		p++;
		if ((c->precision = digits(&p, end)) == -1)
			return -1;
	}
	if (p < end && (*p == 'f' || *p == 'd' || *p == 's'))
		c->type = *p++;
	return p == end ? 0 : -1;
}

/* What is in braces, without them. */
static int
parse_column(
    struct template *t, const char *p, const char *end, struct buf *why)
{
	struct piece c = { .kind = COLUMN, .width = -1, .precision = -1 };
	const char *colon = memchr(p, ':', (size_t)(end - p)), *dot;
	const char *stop = colon != NULL ? colon : end;

	dot = memchr(p, '.', (size_t)(stop - p));
	c.col = column(p, (size_t)((dot != NULL ? dot : stop) - p));
	if (c.col == 0 || (dot != NULL && c.col != COL_TAGS))
		return wrong(why, "no such column", p, (size_t)(stop - p));
	if (dot != NULL) {
		c.p = dot + 1;
		c.n = (size_t)(stop - dot - 1);
	}
	if (colon != NULL && parse_format(&c, colon + 1, end) == -1)
		return wrong(why, "no such format", colon + 1,
		    (size_t)(end - colon - 1));
	return add(t, &c);
}

static enum kind
literal(char c)
{
	if (c == '/')
		return SLASH;
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80
	    ? TEXT
	    : SEPARATOR;
}

int
template_parse(struct template *t, const char *p, struct buf *why)
{
	size_t n = strlen(p);
	const char *end, *close;
	struct piece c;

	/* The suffix comes by itself. */
	if (n >= 4 && strcasecmp(p + n - 4, ".mid") == 0)
		n -= 4;
	for (end = p + n; p < end;) {
		if (*p == '{') {
			close = memchr(p, '}', (size_t)(end - p));
			if (close == NULL)
				return wrong(why, "no closing brace", p,
				    (size_t)(end - p));
			if (parse_column(t, p + 1, close, why) == -1)
				return -1;
			p = close + 1;
			continue;
		}
		if (*p == '}')
			return wrong(
			    why, "no opening brace", p, (size_t)(end - p));
		c = (struct piece){ .kind = literal(*p), .p = p };
		for (;
		     p < end && *p != '{' && *p != '}' && literal(*p) == c.kind;
		     p++)
			c.n++;
		if (add(t, &c) == -1)
			return -1;
	}
	for (size_t i = 0; i < t->n; i++)
		if (t->piece[i].kind == COLUMN)
			return 0;
	return wrong(why, "no column in it", end - n, n);
}

/* --- filling it -------------------------------------------------------------
 */

/* A number in its format: 1, or 0 when it is none. */
static int
number(const struct piece *c, const char *field, char *to, size_t room)
{
	int width = c->width == -1 ? 0 : c->width, n;
	int precision = c->type == 'd' ? 0 : c->precision;
	double v;

	if (num_real(field, -1e12, 1e12, &v) == -1)
		return 0;
	if (precision == -1) {
		/* As many decimals as say something. */
		precision = v == (double)(int64_t)v       ? 0
		    : v * 10 == (double)(int64_t)(v * 10) ? 1
							  : 2;
	}
	n = snprintf(
	    to, room, c->zero ? "%0*.*f" : "%*.*f", width, precision, v);
	return n > 0 && (size_t)n < room;
}

/* The value of the first tag of a dimension, in t->value; 0 when there is
 * none. */
static int
pick_tag(struct template *t, const struct piece *c)
{
	const char *p = t->value.p, *end;

	for (; p != NULL; p = *end == ',' ? end + 1 : NULL) {
		end = strchrnul(p, ',');
		if ((size_t)(end - p) > c->n && p[c->n] == ':' &&
		    strncmp(p, c->p, c->n) == 0) {
			p += c->n + 1;
			t->value.len = (size_t)(end - p);
			memmove(t->value.p, p, t->value.len);
			t->value.p[t->value.len] = '\0';
			return t->value.len > 0;
		}
	}
	return 0;
}

/* Appends what t->value holds, clean; nothing where nothing is left. */
static int
add_clean(struct template *t, const struct piece *c)
{
	const size_t from = t->word.len;
	const char *p = t->value.p;
	size_t n = t->value.len;
	int bad;

	if (c->col == COL_CATEGORY)
		bad = clean_folders(&t->word, p, n) == -1;
	else if (c->col == COL_NAME || c->col == COL_PATH ||
	    c->col == COL_SOURCE || c->col == COL_MEMBER) {
		bad = clean_file(&t->word, p, n) == -1;
		if (!bad)
			buf_cut(&t->word, t->word.len - 4);
	} else
		bad = clean_stem(&t->word, p, n) == -1;
	if (bad)
		return -1;
	if (strcmp(t->word.p + from, "untitled") == 0 &&
	    strcasestr(p, "untitled") == NULL)
		buf_cut(&t->word, from);
	if (c->precision != -1 && t->word.len - from > (size_t)c->precision) {
		n = from + (size_t)c->precision;
		while (n > from && ((unsigned char)t->word.p[n] & 0xc0) == 0x80)
			n--;
		buf_cut(&t->word, n);
	}
	return 0;
}

/* Appends a column's value to the word; nothing when it is unknown. */
static int
add_value(struct template *t, const struct piece *c, const struct rec *r)
{
	const char *type = columns[c->col].type;
	char text[256];
	int is_number = strcmp(type, "int") == 0 || strcmp(type, "real") == 0;

	if (!rec_known(r, c->col) || r->len[c->col - 1] == 0)
		return 0;
	if (c->type == 'f' || c->type == 'd' || (is_number && c->type == 0)) {
		if (!number(c, rec_field(r, c->col), text, sizeof(text)))
			return 0;
		buf_clear(&t->value);
		if (buf_str(&t->value, text) == -1)
			return -1;
		return clean_stem(&t->word, t->value.p, t->value.len);
	}
	if (rec_bytes(r, c->col, &t->value) == -1)
		return -1;
	if (c->n > 0 && !pick_tag(t, c))
		return 0;
	return add_clean(t, c);
}

/* The template in t->raw, with the slashes between folders. */
static int
render(struct template *t, const struct rec *r)
{
	const struct piece *c, *end = t->piece + t->n, *separator = NULL;
	size_t component = 0, before;
	int asked, known;

	buf_clear(&t->raw);
	for (c = t->piece; c < end;) {
		if (c->kind == SLASH) {
			if (buf_byte(&t->raw, '/') == -1)
				return -1;
			component = t->raw.len;
			separator = NULL;
			c++;
			continue;
		}
		if (c->kind == SEPARATOR) {
			separator = c++;
			continue;
		}
		buf_clear(&t->word);
		for (asked = known = 0;
		     c < end && (c->kind == TEXT || c->kind == COLUMN); c++) {
			before = t->word.len;
			if (c->kind == TEXT
				? buf_add(&t->word, c->p, c->n) == -1
				: add_value(t, c, r) == -1)
				return -1;
			asked += c->kind == COLUMN;
			known += c->kind == COLUMN && t->word.len > before;
		}
		if (asked > 0 && known == 0)
			continue;
		if (separator != NULL && t->raw.len > component &&
		    buf_add(&t->raw, separator->p, separator->n) == -1)
			return -1;
		if (buf_add(&t->raw, t->word.p, t->word.len) == -1)
			return -1;
	}
	return 0;
}

/* Where the template says nothing of this file, it keeps its name. */
static int
own_name(struct template *t, const struct rec *r, struct buf *name)
{
	if (rec_bytes(r, rec_known(r, COL_NAME) ? COL_NAME : COL_PATH,
		&t->value) == -1)
		return -1;
	return clean_file(name, t->value.p, t->value.len);
}

int
template_fill(struct template *t, const struct rec *r, struct buf *folder,
    struct buf *name)
{
	const char *slash;
	size_t n;

	buf_clear(&t->word);
	if (buf_str(&t->word, "") == -1 || render(t, r) == -1)
		return -1;
	n = t->raw.len;
	slash = n > 0 ? memrchr(t->raw.p, '/', n) : NULL;
	if (slash != NULL) {
		if (clean_folders(
			folder, t->raw.p, (size_t)(slash - t->raw.p)) == -1)
			return -1;
		n -= (size_t)(slash + 1 - t->raw.p);
	}
	if (n == 0)
		return own_name(t, r, name);
	if (clean_stem(name, t->raw.p + t->raw.len - n, n) == -1)
		return -1;
	return buf_str(name, ".mid");
}

void
template_free(struct template *t)
{
	free(t->piece);
	buf_free(&t->word);
	buf_free(&t->raw);
	buf_free(&t->value);
	*t = (struct template){ 0 };
}
