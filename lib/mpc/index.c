/* index - the lines of METADATA: what lies on the drive, and whence */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "mpc/index.h"
#include "stream/esc.h"

/* What every line has: from the entry, or column `from` of the record. */
enum source { CONTENT, FILE_NAME, PART, CATEGORY, BPM, KEY, BARS, NOTES, COPY };

static const struct {
	enum source source;
	int col; /* whose name and type it has */
} fields[] = {
	{ COPY, COL_HASH },
	{ COPY, COL_PATH },
	{ COPY, COL_SOURCE },
	{ COPY, COL_MEMBER },
	{ COPY, COL_NAME },
	{ COPY, COL_PARENT },
	{ PART, COL_PART },
	{ CATEGORY, COL_CATEGORY },
	{ BPM, COL_BPM },
	{ KEY, COL_KEY },
	{ COPY, COL_METER },
	{ BARS, COL_BARS },
	{ NOTES, COL_NOTES },
	{ COPY, COL_CHORDS },
	{ COPY, COL_TITLE },
	{ COPY, COL_TAGS },
};
enum { FIELDS = sizeof(fields) / sizeof(*fields) };

/* A column as it stands.  A bare list of paths may hold bytes that are no
 * UTF-8; they are escaped then. */
static const char *
copied(const struct rec *r, int col, struct buf *tmp)
{
	const char *s = rec_field(r, col);
	size_t n = strlen(s);

	if (!rec_known(r, col))
		return NULL;
	if (utf8_valid(s, n))
		return s;
	return esc_add(tmp, s, n) == -1 ? NULL : tmp->p;
}

static const char *
whole(struct buf *tmp, int64_t v)
{
	return buf_fmt(tmp, "%lld", (long long)v) == -1 ? NULL : tmp->p;
}

/* The field as text, or NULL where it is unknown; it may lie in tmp. */
static const char *
value(
    const struct index_entry *e, const struct rec *r, size_t i, struct buf *tmp)
{
	buf_clear(tmp);
	switch (fields[i].source) {
	case PART:
		return e->part;
	case CATEGORY:
		return e->category;
	case BPM:
		return buf_fmt(tmp, "%.2f", e->bpm) == -1 ? NULL : tmp->p;
	case KEY:
		return e->key[0] != '\0' ? e->key : NULL;
	case BARS:
		return whole(tmp, e->bars);
	case NOTES:
		return whole(tmp, (int64_t)e->notes);
	default:
		return copied(r, fields[i].col, tmp);
	}
}

static void
string(yajl_gen g, const char *s, size_t n)
{
	yajl_gen_string(g, (const unsigned char *)s, n);
}

static void
pair(yajl_gen g, const char *key, const char *s)
{
	string(g, key, strlen(key));
	string(g, s, strlen(s));
}

/* A list of the record is an array, its numbers are numbers. */
static void
field(yajl_gen g, size_t i, const char *s)
{
	const struct column_info *c = &columns[fields[i].col];
	size_t n;

	string(g, c->name, strlen(c->name));
	if (s == NULL)
		yajl_gen_null(g);
	else if (strcmp(c->type, "int") == 0 || strcmp(c->type, "real") == 0)
		yajl_gen_number(g, s, strlen(s));
	else if (strcmp(c->type, "list") == 0) {
		yajl_gen_array_open(g);
		for (; *s != '\0'; s += n + (s[n] == ',')) {
			n = strcspn(s, ",");
			string(g, s, n);
		}
		yajl_gen_array_close(g);
	} else
		string(g, s, strlen(s));
}

int
index_json(struct buf *b, const struct index_entry *e, const struct rec *r)
{
	const unsigned char *text;
	struct buf tmp = { 0 };
	size_t len;
	yajl_gen g;
	int bad;

	if ((g = yajl_gen_alloc(NULL)) == NULL) {
		errno = ENOMEM;
		return -1;
	}
	yajl_gen_map_open(g);
	/* index_parse() knows these, in this order. */
	pair(g, "content", e->content);
	pair(g, "file", e->file);
	pair(g, "claim", e->claim);
	for (size_t i = 0; i < FIELDS; i++)
		field(g, i, value(e, r, i, &tmp));
	yajl_gen_map_close(g);
	buf_free(&tmp);
	bad = yajl_gen_get_buf(g, &text, &len) != yajl_gen_status_ok ||
	    buf_add(b, text, len) == -1 || buf_byte(b, '\n') == -1;
	yajl_gen_free(g);
	if (bad)
		errno = ENOMEM;
	return bad ? -1 : 0;
}

/* RFC 4180. */
static int
cell(struct buf *b, const char *s)
{
	if (b->len > 0 && b->p[b->len - 1] != '\n' && buf_byte(b, ',') == -1)
		return -1;
	if (s == NULL)
		return 0;
	if (strpbrk(s, ",\"") == NULL)
		return buf_str(b, s);
	if (buf_byte(b, '"') == -1)
		return -1;
	for (; *s != '\0'; s++)
		if ((*s == '"' && buf_byte(b, '"') == -1) ||
		    buf_byte(b, *s) == -1)
			return -1;
	return buf_byte(b, '"');
}

int
index_csv(struct buf *b, const struct index_entry *e, const struct rec *r)
{
	struct buf tmp = { 0 };
	int bad;

	bad = cell(b, e->content) == -1 || cell(b, e->file) == -1 ||
	    cell(b, e->claim) == -1;
	for (size_t i = 0; i < FIELDS && !bad; i++)
		bad = cell(b, value(e, r, i, &tmp)) == -1;
	buf_free(&tmp);
	return bad ? -1 : buf_str(b, "\r\n");
}

int
index_csv_head(struct buf *b)
{
	if (cell(b, "content") == -1 || cell(b, "file") == -1 ||
	    cell(b, "claim") == -1)
		return -1;
	for (size_t i = 0; i < FIELDS; i++)
		if (cell(b, columns[fields[i].col].name) == -1)
			return -1;
	return buf_str(b, "\r\n");
}

/* The string that ends at the next quotation mark; none of ours has escapes. */
static int
slice(const char **p, const char *end, const char *before, const char **s,
    size_t *n)
{
	size_t skip = strlen(before);
	const char *q;

	if ((size_t)(end - *p) <= skip || memcmp(*p, before, skip) != 0)
		return 0;
	*s = *p + skip;
	if ((q = memchr(*s, '"', (size_t)(end - *s))) == NULL)
		return 0;
	*n = (size_t)(q - *s);
	*p = q;
	return memchr(*s, '\\', *n) == NULL;
}

int
index_parse(const char *line, size_t n, const char **content, const char **file,
    size_t *nfile, const char **claim, size_t *nclaim)
{
	const char *p = line, *end = line + n;
	size_t digits;

	return slice(&p, end, "{\"content\":\"", content, &digits) &&
	    digits == INDEX_CONTENT &&
	    slice(&p, end, "\",\"file\":\"", file, nfile) &&
	    slice(&p, end, "\",\"claim\":\"", claim, nclaim);
}
