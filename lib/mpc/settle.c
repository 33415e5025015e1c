/* settle - the tree and the index of a drive as any order would give them */
#include "config.h"

#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <yajl/yajl_gen.h>

#include "files/create.h"
#include "files/hash.h"
#include "files/map.h"
#include "mpc/index.h"
#include "mpc/json.h"
#include "mpc/settle.h"
#include "stream/array.h"

#define SUMMARY "summary.json"

enum { LARGEST_INDEX = 1 << 30, ROUNDS = 4 };

/* A line of the index, its row, and the file that they name. */
struct item {
	const char *json, *csv; /* slices with their newline */
	size_t njson, ncsv;
	const char *content; /* INDEX_CONTENT digits */
	const char *file;
	size_t nfile;
	const char *claim; /* what it would be called were it alone */
	size_t nclaim;
	size_t folder; /* length of the claim's folder */
	size_t dot;    /* offset of its suffix */
	int paged;     /* that folder has pages */
	int first;     /* the item that stands for its file, which is there */
	size_t same;   /* the item that does */
	char *target;  /* where the file belongs and lies; NULL: file */
};

struct settling {
	int fd, meta;
	char *json, *csv; /* the index, whole */
	size_t njson, ncsv;
	size_t head; /* bytes of the CSV's first row */
	struct item *item;
	size_t n, cap;
	size_t *order; /* of items, sorted */
};

/* --- reading ---------------------------------------------------------------
 */

static int
slurp(int meta, const char *name, char **p, size_t *n)
{
	size_t cap = 0;
	ssize_t k = create_slurp(meta, name, p, &cap, LARGEST_INDEX);

	if (k == -1)
		return -1;
	*n = (size_t)k;
	return 0;
}

/* Folders by letters, A-F or 0-9, have pages: `A-F 2`. */
static void
take_apart(struct item *i)
{
	const char *slash = memrchr(i->claim, '/', i->nclaim), *dot;

	i->folder = slash == NULL ? 0 : (size_t)(slash - i->claim);
	dot = memrchr(i->claim, '.', i->nclaim);
	i->dot = dot == NULL ? i->nclaim : (size_t)(dot - i->claim);
	i->paged = i->folder > 4 && slash[-2] == '-' && slash[-4] == '/';
}

/* Lines and rows go side by side: 0; 1 when they do not; -1 ENOMEM. */
static int
read_index(struct settling *s)
{
	const char *p = s->json, *end = p + s->njson, *nl;
	const char *q = s->csv, *stop = q + s->ncsv, *row;
	struct item *i;

	if ((row = memchr(q, '\n', s->ncsv)) == NULL)
		return 1;
	s->head = (size_t)(row + 1 - q);
	for (q = row + 1; (nl = memchr(p, '\n', (size_t)(end - p))) != NULL;
	     p = nl + 1) {
		row = memchr(q, '\n', (size_t)(stop - q));
		if (row == NULL)
			return 1;
		if (array_room(&s->item, s->n + 1, &s->cap, sizeof(*s->item)) ==
		    -1)
			return -1;
		i = &s->item[s->n];
		*i = (struct item){ .json = p,
			.csv = q,
			.njson = (size_t)(nl + 1 - p),
			.ncsv = (size_t)(row + 1 - q) };
		q = row + 1;
		if (!index_parse(p, i->njson, &i->content, &i->file, &i->nfile,
			&i->claim, &i->nclaim))
			return 1;
		take_apart(i);
		s->n++;
	}
	return p != end || q != stop;
}

/* --- what belongs where ----------------------------------------------------
 */

static int
compare(const char *a, size_t na, const char *b, size_t nb)
{
	int c = strncasecmp(a, b, na < nb ? na : nb);

	return c != 0 ? c : na < nb ? -1 : na > nb;
}

static int
same_folder(const struct item *x, const struct item *y)
{
	return compare(x->claim, x->folder, y->claim, y->folder) == 0;
}

static int
by_claim(const void *a, const void *b, void *ctx)
{
	const struct settling *s = ctx;
	const struct item *x = &s->item[*(const size_t *)a];
	const struct item *y = &s->item[*(const size_t *)b];
	int c = compare(x->claim, x->folder, y->claim, y->folder);

	if (c == 0)
		c = compare(x->claim, x->nclaim, y->claim, y->nclaim);
	if (c == 0)
		c = memcmp(x->content, y->content, INDEX_CONTENT);
	/* Of two spellings the one with capitals. */
	return c != 0 ? c : memcmp(x->claim, y->claim, x->nclaim);
}

static int
is_there(const struct settling *s, const struct item *i, struct buf *path)
{
	struct stat st;

	buf_clear(path);
	return buf_add(path, i->file, i->nfile) == 0 &&
	    fstatat(s->fd, path->p, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode);
}

/* Sorts the items; the first of those that name one file stands for it. */
static int
sort_items(struct settling *s)
{
	struct map first = { 0 }; /* of a file: its item, plus 1 */
	struct buf path = { 0 };
	uint64_t *at = NULL;

	if ((s->order = calloc(s->n + 1, sizeof(*s->order))) == NULL)
		return -1;
	for (size_t i = 0; i < s->n; i++)
		s->order[i] = i;
	qsort_r(s->order, s->n, sizeof(*s->order), by_claim, s);
	for (size_t k = 0; k < s->n; k++) {
		struct item *i = &s->item[s->order[k]];

		at = map_at(&first, hash_short(i->file, i->nfile, 0));
		if (at == NULL)
			break;
		if (*at == 0) {
			*at = s->order[k] + 1;
			i->first = is_there(s, i, &path);
		}
		i->same = (size_t)*at - 1;
	}
	map_free(&first);
	buf_free(&path);
	return s->n > 0 && at == NULL ? -1 : 0;
}

/* folder[ page]/stem[ digits].suffix */
static int
set_target(struct item *i, int digits, size_t page)
{
	struct buf b = { 0 };
	int bad = buf_add(&b, i->claim, i->folder) == -1 ||
	    (page > 1 && buf_fmt(&b, " %zu", page) == -1) ||
	    buf_add(&b, i->claim + i->folder, i->dot - i->folder) == -1 ||
	    (digits > 0 && buf_fmt(&b, " %.*s", digits, i->content) == -1) ||
	    buf_add(&b, i->claim + i->dot, i->nclaim - i->dot) == -1;

	if (bad || (b.len == i->nfile && memcmp(b.p, i->file, b.len) == 0)) {
		buf_free(&b);
		return bad ? -1 : 0;
	}
	i->target = b.p;
	return 0;
}

static int
set_targets(struct settling *s)
{
	const struct item *old = NULL;
	size_t in_folder = 0;
	int taken;

	for (size_t k = 0; k < s->n; k++) {
		struct item *i = &s->item[s->order[k]];

		if (!i->first || i->folder == 0)
			continue;
		if (old == NULL || !same_folder(i, old))
			in_folder = 0;
		taken = old != NULL &&
		    compare(i->claim, i->nclaim, old->claim, old->nclaim) == 0;
		old = i;
		if (set_target(i, taken ? HASH_SHORT : 0,
			i->paged ? in_folder / SETTLE_PAGE + 1 : 1) == -1)
			return -1;
		in_folder++;
	}
	return 0;
}

/* --- moving ----------------------------------------------------------------
 */

/* Moves a file where nothing is: 0, or -1 with errno. */
static int
move(int fd, const char *from, const char *to)
{
	char *slash = strrchr(to, '/');
	struct stat st;

	*slash = '\0';
	if (mkdirat(fd, to, 0755) == -1 && errno != EEXIST) {
		*slash = '/';
		return -1;
	}
	*slash = '/';
	if (renameat2(fd, from, fd, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* A file system without that flag. */
	if (fstatat(fd, to, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(fd, from, fd, to);
}

/* A folder that has become empty. */
static void
leave(int fd, char *file)
{
	char *slash = strrchr(file, '/');

	if (slash == NULL)
		return;
	*slash = '\0';
	(void)unlinkat(fd, file, AT_REMOVEDIR);
	*slash = '/';
}

/* Places free one another, so it takes rounds.  What finds its place taken
 * by a file that is not ours stays where it is. */
static int
move_all(struct settling *s)
{
	struct buf from = { 0 };
	char *moved = calloc(s->n + 1, 1);
	size_t left = 1;
	int bad = moved == NULL;

	for (int round = 0; round < ROUNDS && left > 0 && !bad; round++) {
		left = 0;
		for (size_t k = 0; k < s->n && !bad; k++) {
			struct item *i = &s->item[k];

			if (i->target == NULL || moved[k])
				continue;
			buf_clear(&from);
			if (buf_add(&from, i->file, i->nfile) == -1) {
				bad = 1;
			} else if (move(s->fd, from.p, i->target) == 0) {
				moved[k] = 1;
				leave(s->fd, from.p);
			} else if (errno == EEXIST) {
				left++;
			} else {
				bad = 1;
			}
		}
	}
	for (size_t k = 0; k < s->n && !bad; k++)
		if (s->item[k].target != NULL && !moved[k]) {
			free(s->item[k].target);
			s->item[k].target = NULL;
		}
	free(moved);
	buf_free(&from);
	return bad ? -1 : 0;
}

/* --- writing ---------------------------------------------------------------
 */

static const char *
lies_at(const struct settling *s, const struct item *i, size_t *n)
{
	i = &s->item[i->same];
	*n = i->target != NULL ? strlen(i->target) : i->nfile;
	return i->target != NULL ? i->target : i->file;
}

static int
by_file(const void *a, const void *b, void *ctx)
{
	const struct settling *s = ctx;
	const struct item *x = &s->item[*(const size_t *)a];
	const struct item *y = &s->item[*(const size_t *)b];
	size_t nx, ny, n = x->njson < y->njson ? x->njson : y->njson;
	const char *fx = lies_at(s, x, &nx), *fy = lies_at(s, y, &ny);
	int c = compare(fx, nx, fy, ny);

	/* Behind the file the lines tell the records apart. */
	if (c == 0)
		c = memcmp(x->json + (x->file - x->json) + x->nfile,
		    y->json + (y->file - y->json) + y->nfile,
		    n - (size_t)(x->file - x->json) -
			(x->nfile > y->nfile ? x->nfile : y->nfile));
	return c != 0 ? c : (x->njson > y->njson) - (x->njson < y->njson);
}

/* A line with the file's place as it is now.  The path stands alike in both,
 * behind the content and a separator. */
static int
put(struct buf *b, const char *line, size_t n, const char *old, size_t nold,
    const char *file, size_t nfile)
{
	size_t at = (size_t)(old - line);

	return buf_add(b, line, at) == -1 || buf_add(b, file, nfile) == -1 ||
		buf_add(b, line + at + nold, n - at - nold) == -1
	    ? -1
	    : 0;
}

static void
hash_of(const char *p, size_t n, char hex[HASH_DIGITS + 1])
{
	struct hash h = hash_bytes(p, n);

	hash_hex(&h, hex);
}

static int
write_index(struct settling *s, char hex[HASH_DIGITS + 1])
{
	struct buf json = { 0 }, csv = { 0 };
	size_t from = 0, last = SIZE_MAX, n;
	const char *file;
	int bad;

	qsort_r(s->order, s->n, sizeof(*s->order), by_file, s);
	bad = buf_add(&csv, s->csv, s->head) == -1;
	for (size_t k = 0; k < s->n && !bad; k++) {
		struct item *i = &s->item[s->order[k]];

		file = lies_at(s, i, &n);
		from = json.len;
		bad = put(&json, i->json, i->njson, i->file, i->nfile, file,
			  n) == -1;
		if (!bad && last != SIZE_MAX &&
		    json.len - from == from - last &&
		    memcmp(json.p + from, json.p + last, from - last) == 0) {
			buf_cut(&json, from);
			continue;
		}
		last = from;
		bad = bad ||
		    put(&csv, i->csv, i->ncsv, i->csv + INDEX_CONTENT + 1,
			i->nfile, file, n) == -1;
	}
	bad = bad ||
	    create_replace(s->meta, "index.csv", "settle", csv.p, csv.len) ==
		-1 ||
	    create_replace(
		s->meta, "index.jsonl", "settle", json.p, json.len) == -1;
	hash_of(json.p, json.len, hex);
	buf_free(&json);
	buf_free(&csv);
	return bad ? -1 : 0;
}

/* The files of each kind, lines, and the hash of the index, by which the next
 * run knows that it is settled. */
static int
write_summary(struct settling *s, const char *hex)
{
	static const char *const kinds[] = { ".mpcpattern", ".mid",
		".progression" };
	enum { KINDS = sizeof(kinds) / sizeof(*kinds) };
	unsigned long long count[KINDS] = { 0 }, lines = 0;
	yajl_gen g = yajl_gen_alloc(NULL);
	const unsigned char *text;
	size_t n;
	int bad;

	if (g == NULL) {
		errno = ENOMEM;
		return -1;
	}
	for (size_t k = 0; k < s->n; k++) {
		const struct item *i = &s->item[k];

		lines++;
		for (size_t t = 0; i->first && t < KINDS; t++)
			count[t] += strlen(kinds[t]) == i->nclaim - i->dot &&
			    memcmp(i->claim + i->dot, kinds[t],
				i->nclaim - i->dot) == 0;
	}
	yajl_gen_config(g, yajl_gen_beautify, 1);
	yajl_gen_map_open(g);
	for (size_t t = 0; t < KINDS; t++) {
		yajl_gen_string(g, (const unsigned char *)kinds[t] + 1,
		    strlen(kinds[t]) - 1);
		yajl_gen_integer(g, (long long)count[t]);
	}
	yajl_gen_string(g, (const unsigned char *)"lines", 5);
	yajl_gen_integer(g, (long long)lines);
	yajl_gen_string(g, (const unsigned char *)"index", 5);
	yajl_gen_string(g, (const unsigned char *)hex, strlen(hex));
	yajl_gen_map_close(g);
	bad = yajl_gen_get_buf(g, &text, &n) != yajl_gen_status_ok ||
	    create_replace(s->meta, SUMMARY, "settle", text, n) == -1;
	yajl_gen_free(g);
	return bad ? -1 : 0;
}

/* Whether the index is as the last settling left it. */
static int
is_settled(struct settling *s, const char *hex)
{
	char *text = NULL;
	const char *was;
	size_t n = 0;
	yajl_val summary;
	int is = 0;

	if (slurp(s->meta, SUMMARY, &text, &n) == 0) {
		summary = json_parse(text, n);
		was = json_text(summary, "index");
		is = was != NULL && strcmp(was, hex) == 0;
		yajl_tree_free(summary);
	}
	free(text);
	return is;
}

int
settle(int fd, int meta)
{
	struct settling s = { .fd = fd, .meta = meta };
	char hex[HASH_DIGITS + 1];
	int bad, odd, e;

	bad = slurp(meta, "index.jsonl", &s.json, &s.njson) == -1 ||
	    slurp(meta, "index.csv", &s.csv, &s.ncsv) == -1;
	if (!bad)
		hash_of(s.json, s.njson, hex);
	odd = bad ? 0 : is_settled(&s, hex) ? 1 : read_index(&s);
	/* So is an index that is not as we write it. */
	if (!bad && odd == 0)
		bad = sort_items(&s) == -1 || set_targets(&s) == -1 ||
		    move_all(&s) == -1 || write_index(&s, hex) == -1 ||
		    write_summary(&s, hex) == -1;
	bad = bad || odd == -1;
	e = errno;
	for (size_t i = 0; i < s.n; i++)
		free(s.item[i].target);
	free(s.item);
	free(s.order);
	free(s.json);
	free(s.csv);
	errno = e;
	return bad ? -1 : 0;
}
