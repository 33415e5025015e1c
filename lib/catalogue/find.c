/* find - what is asked of a catalogue, as SQL */
#include "config.h"

#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue/find.h"
#include "files/hash.h"
#include "music/drums.h"
#include "music/key.h"
#include "music/role.h"
#include "stream/array.h"
#include "stream/columns.h"
#include "stream/esc.h"
#include "stream/num.h"

enum { MOST_ITEMS = 64, LONGEST_ITEM = 255 };

static int
fail(struct find *q, const char *reason)
{
	buf_clear(&q->why);
	(void)buf_str(&q->why, reason);
	return -1;
}

static int
no_memory(struct find *q)
{
	return fail(q, strerror(ENOMEM));
}

enum db_type
find_type(int col)
{
	return col == FIND_LAST ? DB_TEXT
				: db_tables[TABLE_FILE].col[col - 1].type;
}

/* --- values ----------------------------------------------------------------
 */

/* Number of a value, from 1; 0 when memory is out. */
static size_t
value(struct find *q, enum db_type type, const char *p, size_t n)
{
	char *copy = arena_copy(&q->arena, p, n);

	if (copy == NULL ||
	    array_room(&q->value, q->nvalue + 1, &q->capvalue,
		sizeof(*q->value)) == -1)
		return 0;
	q->value[q->nvalue++] = (struct find_value){ type, { copy, n } };
	return q->nvalue;
}

/* Appends a value to SQL. */
static int
put(struct find *q, struct buf *to, enum db_type type, const char *p, size_t n)
{
	size_t i = value(q, type, p, n);

	return i == 0 ? -1 : buf_fmt(to, "$%zu", i);
}

static int
put_number(struct find *q, struct buf *to, enum db_type type, double v)
{
	char text[40];
	int n = snprintf(text, sizeof(text), "%.15g", v);

	return put(q, to, type, text, (size_t)n);
}

/* Appends text in the form that the catalogue has it in, between others. */
static int
put_text(struct find *q, struct buf *to, const char *before, const char *text,
    const char *after)
{
	struct buf b = { 0 };
	int bad = buf_str(&b, before);

	bad |= esc_add(&b, text, strlen(text));
	bad |= buf_str(&b, after);
	bad = bad ? -1 : put(q, to, DB_TEXT, b.p, b.len);
	buf_free(&b);
	return bad;
}

/* Cuts a list at its commas: the number of items, or -1 with why. */
struct items {
	char text[MOST_ITEMS * 32];
	char *item[MOST_ITEMS];
	int n;
};

static int
split(struct find *q, struct items *l, const char *text)
{
	size_t n = strlen(text);
	char *p = l->text;

	l->n = 0;
	if (n >= sizeof(l->text))
		return fail(q, "too long");
	memcpy(l->text, text, n + 1);
	do {
		if (l->n == MOST_ITEMS)
			return fail(q, "too many");
		l->item[l->n++] = p;
		if ((p = strchr(p, ',')) != NULL)
			*p++ = '\0';
		if (*l->item[l->n - 1] == '\0')
			return fail(q, "an empty word");
	} while (p != NULL);
	return 0;
}

/* --- conditions ------------------------------------------------------------
 */

static void
is_known(struct find *q, int col)
{
	q->known |= UINT64_C(1) << col;
}

static const char *
name_of(int col)
{
	return columns[col].name;
}

/* One of the ranges: A, A-B, A- or -B.  A number alone may stand for all
 * that round to it. */
static int
range(struct find *q, int col, char *text, int rounds)
{
	char *dash = strchr(text, '-');
	enum db_type type = find_type(col);
	double lo = 0, hi = 0;
	int bad = 0, open = 0;

	if (dash != NULL)
		*dash = '\0';
	if ((dash != text && num_real(text, 0, 1e15, &lo) == -1) ||
	    (dash != NULL && dash[1] != '\0' &&
		num_real(dash + 1, 0, 1e15, &hi) == -1) ||
	    (dash == text && dash[1] == '\0') ||
	    (type == DB_INT && (lo > floor(lo) || hi > floor(hi))))
		return fail(q, "no number, and no range as 4-8");
	if (dash == NULL && rounds && strchr(text, '.') == NULL) {
		hi = lo + .5;
		lo -= .5;
		open = 1;
	} else if (dash == NULL)
		hi = lo;
	else if (dash[1] != '\0' && hi < lo)
		return fail(q, "a range from more to less");
	bad |= buf_str(&q->where, "(");
	if (dash != text) {
		bad |= buf_fmt(&q->where, "f.%s >= ", name_of(col));
		bad |= put_number(q, &q->where, type, lo);
	}
	if (dash == NULL || dash[1] != '\0') {
		bad |= buf_fmt(&q->where, "%sf.%s %s ",
		    dash != text ? " AND " : "", name_of(col),
		    open ? "<" : "<=");
		bad |= put_number(q, &q->where, type, hi);
	}
	bad |= buf_str(&q->where, ")");
	return bad ? no_memory(q) : 0;
}

static int
add_ranges(struct find *q, int col, const char *text, int rounds)
{
	struct items l;

	if (split(q, &l, text) == -1)
		return -1;
	if (buf_str(&q->where, " AND (") == -1)
		return no_memory(q);
	for (int i = 0; i < l.n; i++) {
		if (i > 0 && buf_str(&q->where, " OR ") == -1)
			return no_memory(q);
		if (range(q, col, l.item[i], rounds) == -1)
			return -1;
	}
	is_known(q, col);
	return buf_str(&q->where, ")") == -1 ? no_memory(q) : 0;
}

/* The column is one of these words. */
static int
add_words(struct find *q, int col, char *const *word, int n)
{
	int bad = buf_fmt(&q->where, " AND f.%s IN (", name_of(col));

	for (int i = 0; i < n; i++) {
		if (i > 0)
			bad |= buf_str(&q->where, ", ");
		bad |= put_text(q, &q->where, "", word[i], "");
	}
	is_known(q, col);
	bad |= buf_str(&q->where, ")");
	return bad ? no_memory(q) : 0;
}

/* The words that a column may hold, as a table of names ends before most. */
static int
check_words(struct find *q, const struct items *l, const char *(*name)(int),
    int from, int most, const char *what)
{
	int k;

	for (int i = 0; i < l->n; i++) {
		for (k = from; k < most; k++)
			if (strcmp(l->item[i], name(k)) == 0)
				break;
		if (k < most)
			continue;
		buf_clear(&q->why);
		(void)buf_str(&q->why, what);
		for (k = from; k < most; k++)
			(void)buf_fmt(
			    &q->why, "%s%s", k > from ? ", " : "", name(k));
		return -1;
	}
	return 0;
}

static const char *
role_word(int i)
{
	return role_name((enum role)i);
}

static const char *
drum_word(int i)
{
	return drum_name((enum drum)i);
}

static int
add_role(struct find *q, const char *text)
{
	struct items l;

	if (split(q, &l, text) == -1 ||
	    check_words(q, &l, role_word, ROLE_NONE + 1, ROLE_MIXED + 1,
		"no role; the roles are ") == -1)
		return -1;
	return add_words(q, COL_ROLE, l.item, l.n);
}

static int
add_list(struct find *q, int col, const char *text)
{
	struct items l;

	return split(q, &l, text) == -1 ? -1 : add_words(q, col, l.item, l.n);
}

/* A category, or a group of them: Drums has Drums/Kicks. */
static int
add_category(struct find *q, const char *text)
{
	struct items l;
	int bad;

	if (split(q, &l, text) == -1)
		return -1;
	bad = buf_str(&q->where, " AND (");
	for (int i = 0; i < l.n; i++) {
		bad |= buf_fmt(&q->where, "%sf.%s = ", i > 0 ? " OR " : "",
		    name_of(COL_CATEGORY));
		bad |= put_text(q, &q->where, "", l.item[i], "");
		if (strchr(l.item[i], '/') != NULL)
			continue;
		bad |=
		    buf_fmt(&q->where, " OR (f.%s > ", name_of(COL_CATEGORY));
		bad |= put_text(q, &q->where, "", l.item[i], "/");
		bad |=
		    buf_fmt(&q->where, " AND f.%s < ", name_of(COL_CATEGORY));
		bad |= put_text(q, &q->where, "", l.item[i], "0)");
		bad |= buf_str(&q->where, ")");
	}
	is_known(q, COL_CATEGORY);
	bad |= buf_str(&q->where, ")");
	return bad ? no_memory(q) : 0;
}

/* Whether text stands in a column between two separators. */
static int
put_inside(struct find *q, int col, const char *sep, const char *text)
{
	int bad = buf_fmt(&q->where, "%s('%s' || f.%s || '%s', ",
	    q->server ? "strpos" : "instr", sep, name_of(col), sep);

	bad |= put_text(q, &q->where, sep, text, sep);
	bad |= buf_str(&q->where, ") > 0");
	return bad;
}

static int
add_drum_part(struct find *q, const char *text)
{
	struct items l;
	int bad;

	if (split(q, &l, text) == -1 ||
	    check_words(
		q, &l, drum_word, PERC, DRUMS, "no drum part; they are ") == -1)
		return -1;
	bad = buf_str(&q->where, " AND (");
	for (int i = 0; i < l.n; i++) {
		if (i > 0)
			bad |= buf_str(&q->where, " OR ");
		bad |= put_inside(q, COL_DRUM_PARTS, ",", l.item[i]);
	}
	bad |= buf_str(&q->where, ")");
	return bad ? no_memory(q) : 0;
}

/* --- music -----------------------------------------------------------------
 */

static const char *const sharp_or_flat[][2] = { { "C#", "Db" }, { "D#", "Eb" },
	{ "F#", "Gb" }, { "G#", "Ab" }, { "A#", "Bb" } };

/* A note at the start of text: its number from C, its length, or 0. */
static size_t
note(const char *text, int *pitch)
{
	static const int white[] = { 9, 11, 0, 2, 4, 5, 7 };
	int c = toupper((unsigned char)text[0]);

	if (c < 'A' || c > 'G')
		return 0;
	*pitch = white[c - 'A'];
	if (text[1] != '#' && text[1] != 'b')
		return 1;
	*pitch = (*pitch + (text[1] == '#' ? 1 : 11)) % 12;
	return 2;
}

static int
parse_key(struct find *q, const char *text, int *tonic, int *minor)
{
	size_t n = note(text, tonic);

	*minor = n > 0 && strcmp(text + n, "m") == 0;
	if (n == 0 || (text[n] != '\0' && !*minor))
		return fail(q, "no key as C, F#m or Bb");
	return 0;
}

/* A key in all its spellings. */
static int
put_key(struct find *q, int tonic, int minor, int *first)
{
	char text[8];
	int bad, pitch;

	bad = buf_str(&q->where, *first ? "" : ", ");
	bad |= put_text(q, &q->where, "", key_name(tonic, minor), "");
	*first = 0;
	for (size_t i = 0; i < 10; i++) {
		const char *s = sharp_or_flat[i / 2][i % 2];

		if (note(s, &pitch) == 0 || pitch != tonic)
			continue;
		snprintf(text, sizeof(text), "%s%s", s, minor ? "m" : "");
		if (strcmp(text, key_name(tonic, minor)) == 0)
			continue;
		bad |= buf_str(&q->where, ", ");
		bad |= put_text(q, &q->where, "", text, "");
	}
	return bad;
}

static int
add_key(struct find *q, const char *text, int like)
{
	int tonic, minor, bad, first = 1;
	struct items l;

	if (split(q, &l, text) == -1)
		return -1;
	bad = buf_fmt(&q->where, " AND f.%s IN (", name_of(COL_KEY));
	for (int i = 0; i < l.n; i++) {
		if (parse_key(q, l.item[i], &tonic, &minor) == -1)
			return -1;
		bad |= put_key(q, tonic, minor, &first);
		if (!like)
			continue;
		/* A fifth up, a fifth down, and the relative: those that
		 * share all notes or all but one. */
		bad |= put_key(q, (tonic + 7) % 12, minor, &first);
		bad |= put_key(q, (tonic + 5) % 12, minor, &first);
		bad |=
		    put_key(q, (tonic + (minor ? 3 : 9)) % 12, !minor, &first);
	}
	is_known(q, COL_KEY);
	bad |= buf_str(&q->where, ")");
	return bad ? no_memory(q) : 0;
}

/* Chords with all their roots spelt one way: 0 sharp, 1 flat. */
static int
spell(struct buf *b, const char *text, int flat)
{
	int bad = 0;

	for (const char *p = text; *p != '\0';) {
		size_t n = strcspn(p, " "), i;

		for (i = 0; i < 5; i++)
			if (strncmp(p, sharp_or_flat[i][!flat], 2) == 0)
				break;
		bad |= buf_str(b, b->len > 0 ? " " : "");
		if (n >= 2 && i < 5) {
			bad |= buf_str(b, sharp_or_flat[i][flat]);
			bad |= buf_add(b, p + 2, n - 2);
		} else
			bad |= buf_add(b, p, n);
		p += n;
		p += strspn(p, " ");
	}
	return bad;
}

static int
add_chords(struct find *q, const char *text)
{
	struct buf sharp = { 0 }, flat = { 0 };
	int bad, pitch;

	text += strspn(text, " ");
	if (strlen(text) > LONGEST_ITEM)
		return fail(q, "too long");
	for (const char *p = text; *p != '\0'; p += strspn(p, " ")) {
		if (note(p, &pitch) == 0 || p[0] < 'A' || p[0] > 'G')
			return fail(q, "no chords as 'Am F C G'");
		p += strcspn(p, " ");
	}
	if (*text == '\0')
		return fail(q, "no chords as 'Am F C G'");
	/* A row is spelt as its key is. */
	bad = spell(&sharp, text, 0) | spell(&flat, text, 1);
	bad |= buf_str(&q->where, " AND (");
	bad = bad ? bad : put_inside(q, COL_CHORDS, " ", sharp.p);
	if (!bad && strcmp(sharp.p, flat.p) != 0) {
		bad = buf_str(&q->where, " OR ");
		bad |= put_inside(q, COL_CHORDS, " ", flat.p);
	}
	bad |= buf_str(&q->where, ")");
	buf_free(&sharp);
	buf_free(&flat);
	return bad ? no_memory(q) : 0;
}

/* --- names, tags, places ---------------------------------------------------
 */

/* The text between percent signs, for LIKE; wild: what LIKE takes for a wild
 * card stands for any letter, as an index of parts knows no ESCAPE. */
static int
put_like(struct find *q, struct buf *to, const char *text, int wild)
{
	struct buf b = { 0 }, e = { 0 };
	int bad = esc_add(&e, text, strlen(text));

	bad |= buf_byte(&b, '%');
	for (const char *p = e.p; !bad && *p != '\0'; p++) {
		if (strchr("%_\\", *p) != NULL && wild)
			bad |= buf_byte(&b, '_');
		else if (strchr("%_\\", *p) != NULL) {
			bad |= buf_byte(&b, '\\');
			bad |= buf_byte(&b, *p);
		} else
			bad |= buf_byte(&b, *p);
	}
	bad |= buf_byte(&b, '%');
	bad = bad ? -1 : put(q, to, DB_TEXT, b.p, b.len);
	buf_free(&b);
	buf_free(&e);
	return bad;
}

/* Whether the index of parts of names helps: it knows threes of letters. */
static int
has_three(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		n = strchr("%_\\", *text) != NULL ? 0 : n + 1;
		if (n == 3)
			return 1;
	}
	return 0;
}

static int
add_name(struct find *q, const char *text)
{
	int bad = 0;

	if (*text == '\0')
		return fail(q, "an empty word");
	if (!q->server && q->names && has_three(text)) {
		q->names = 0; /* once is enough */
		bad |= buf_str(&q->from,
		    " JOIN (SELECT rowid AS named FROM file_names "
		    "WHERE name LIKE ");
		bad |= put_like(q, &q->from, text, 1);
		bad |= buf_str(&q->from, ") n ON n.named = f.id");
	}
	bad |= buf_fmt(&q->where, " AND f.%s %s ", name_of(COL_NAME),
	    q->server ? "ILIKE" : "LIKE");
	bad |= put_like(q, &q->where, text, 0);
	/* PostgreSQL has it by itself. */
	if (!q->server)
		bad |= buf_str(&q->where, " ESCAPE '\\'");
	is_known(q, COL_NAME);
	return bad ? no_memory(q) : 0;
}

/* One of these tags; in SQLite as a join, so that the first rows come while
 * the last ones are looked for. */
static int
add_tag(struct find *q, const char *text)
{
	struct items l;
	int bad, n = ++q->ntag;

	if (split(q, &l, text) == -1)
		return -1;
	if (q->server) {
		bad = buf_str(
		    &q->where, " AND string_to_array(f.tags, ',') && ARRAY[");
		for (int i = 0; i < l.n; i++) {
			bad |= buf_str(&q->where, i > 0 ? ", " : "");
			bad |= put_text(q, &q->where, "", l.item[i], "");
		}
		bad |= buf_str(&q->where, "]::text[]");
		return bad ? no_memory(q) : 0;
	}
	bad = buf_fmt(&q->from,
	    " JOIN (SELECT file AS file%d, tag AS tag%d FROM tagged) "
	    "t%d ON t%d.file%d = f.id AND t%d.tag%d ",
	    n, n, n, n, n, n, n);
	bad |= buf_str(&q->from,
	    l.n == 1 ? "= (SELECT id FROM tag WHERE tag = "
		     : "IN (SELECT id FROM tag WHERE tag IN (");
	for (int i = 0; i < l.n; i++) {
		bad |= buf_str(&q->from, i > 0 ? ", " : "");
		bad |= put_text(q, &q->from, "", l.item[i], "");
	}
	bad |= buf_str(&q->from, l.n == 1 ? ")" : "))");
	/* A file that has several of them comes once. */
	if (l.n > 1) {
		bad |= buf_fmt(&q->where,
		    " AND NOT EXISTS (SELECT 1 FROM tagged x WHERE "
		    "x.file = t%d.file%d AND x.tag < t%d.tag%d AND x.tag IN "
		    "(SELECT id FROM tag WHERE tag IN (",
		    n, n, n, n);
		for (int i = 0; i < l.n; i++) {
			bad |= buf_str(&q->where, i > 0 ? ", " : "");
			bad |= put_text(q, &q->where, "", l.item[i], "");
		}
		bad |= buf_str(&q->where, ")))");
	}
	return bad ? no_memory(q) : 0;
}

/* That a column of some table is the source, or below it. */
static int
put_source(struct find *q, struct buf *to, const char *table, const char *text)
{
	size_t n = strlen(text);
	unsigned long long half = hash_short(text, n, 0);
	char hex[HASH_DIGITS + 1];
	struct buf end = { 0 };
	int bad;

	if (n > 0 && text[n - 1] == '/') {
		bad = buf_fmt(to, "%s.source >= ", table);
		bad |= put(q, to, DB_TEXT, text, n);
		/* The byte behind the slash. */
		bad |= buf_fmt(to, " AND %s.source < ", table);
		bad |= buf_add(&end, text, n - 1);
		bad |= buf_byte(&end, '0');
		bad = bad ? -1 : put(q, to, DB_TEXT, end.p, end.len);
		buf_free(&end);
		return bad;
	}
	/* The first half of the key is made from it. */
	bad = buf_fmt(to, "%s.place >= ", table);
	snprintf(hex, sizeof(hex), "%016llx%016x", half, 0);
	bad |= put(q, to, DB_HASH, hex, HASH_DIGITS);
	bad |= buf_fmt(to, " AND %s.place <= ", table);
	snprintf(hex, sizeof(hex), "%016llx%016llx", half, ULLONG_MAX);
	bad |= put(q, to, DB_HASH, hex, HASH_DIGITS);
	bad |= buf_fmt(to, " AND %s.source = ", table);
	return bad | put(q, to, DB_TEXT, text, n);
}

/* The source that a user means, escaped: its folder by its real path, as
 * mfind does, and a slash behind what is a folder. */
static int
source_path(struct buf *b, const char *text)
{
	char *real = NULL, *folder = NULL;
	const char *slash = strrchr(text, '/'), *name = text;
	struct stat st;
	int bad = 0;

	if (stat(text, &st) == 0 && S_ISDIR(st.st_mode)) {
		if ((real = realpath(text, NULL)) == NULL)
			return -1;
		bad = esc_add(b, real, strlen(real));
		bad |= b->p[b->len - 1] != '/' ? buf_byte(b, '/') : 0;
		free(real);
		return bad;
	}
	if (slash != NULL && slash > text) {
		folder = strndup(text, (size_t)(slash - text));
		real = folder != NULL ? realpath(folder, NULL) : NULL;
		if (real != NULL && strcmp(real, "/") != 0) {
			bad = esc_add(b, real, strlen(real));
			bad |= buf_byte(b, '/');
			name = slash + 1;
		}
	}
	free(folder);
	free(real);
	return bad | esc_add(b, name, strlen(name));
}

static int
add_source(struct find *q, const char *text)
{
	struct buf path = { 0 }, *b = &q->where;
	int bad = source_path(&path, text);
	struct field f = { path.p, path.len };

	bad |= bad ? 0 : paths_stored(q->paths, &q->arena, &f);
	bad |= buf_str(b, " AND ");
	if (bad) {
		buf_free(&path);
		return fail(q, strerror(errno));
	}
	if (q->what == FIND_PROBLEMS)
		bad |= put_source(q, b, "p", f.p);
	else if (q->what == FIND_LOCATIONS || q->what == FIND_COPIES)
		bad |= put_source(q, b, "l", f.p);
	else {
		/* What was seen there, and what was made of it. */
		bad |= buf_str(
		    b, "f.hash IN (SELECT s.hash FROM location s WHERE ");
		bad |= put_source(q, b, "s", f.p);
		bad |= buf_str(b,
		    " UNION SELECT r.hash FROM location s JOIN part r "
		    "ON r.parent = s.hash WHERE ");
		bad |= put_source(q, b, "s", f.p);
		bad |= buf_str(b, ")");
	}
	buf_free(&path);
	return bad ? no_memory(q) : 0;
}

static int
add_hash(struct find *q, const char *text)
{
	char hex[HASH_DIGITS + 1];
	struct hash h;
	int bad;

	if (hash_parse(text, &h) == -1)
		return fail(q, "not the 32 digits of a hash");
	hash_hex(&h, hex);
	bad = buf_fmt(&q->where,
	    " AND %s.hash = ", q->what == FIND_LOCATIONS ? "l" : "f");
	bad |= put(q, &q->where, DB_HASH, hex, HASH_DIGITS);
	return bad ? no_memory(q) : 0;
}

static int
add(struct find *q, enum find_ask ask, const char *text)
{
	int bad;

	if (q->what == FIND_STRAY)
		return fail(q, "not known of what has no row");
	if (q->what == FIND_PROBLEMS && ask != ASK_SOURCE && ask != ASK_WHERE)
		return fail(q, "not known of what failed");
	switch (ask) {
	case ASK_BARS:
		return add_ranges(q, COL_BARS, text, 0);
	case ASK_BPM:
		return add_ranges(q, COL_BPM, text, 1);
	case ASK_CATEGORY:
		return add_category(q, text);
	case ASK_CHORDS:
		return add_chords(q, text);
	case ASK_DRUM_PART:
		return add_drum_part(q, text);
	case ASK_HASH:
		return add_hash(q, text);
	case ASK_KEY:
		return add_key(q, text, 0);
	case ASK_KEY_LIKE:
		return add_key(q, text, 1);
	case ASK_METER:
		return add_list(q, COL_METER, text);
	case ASK_NAME:
		return add_name(q, text);
	case ASK_NOTES:
		return add_ranges(q, COL_NOTES, text, 0);
	case ASK_ROLE:
		return add_role(q, text);
	case ASK_SOURCE:
		return add_source(q, text);
	case ASK_TAG:
		return add_tag(q, text);
	case ASK_UNANALYSED:
		bad = buf_fmt(
		    &q->where, " AND f.%s IS NULL", name_of(COL_FORMAT));
		break;
	case ASK_UNLOCATED:
		bad = buf_str(&q->where,
		    " AND NOT EXISTS (SELECT 1 FROM location s WHERE "
		    "s.hash = f.hash) AND NOT EXISTS (SELECT 1 FROM part s "
		    "WHERE s.hash = f.hash)");
		break;
	case ASK_WHERE:
	default:
		/* A comment in it ends with its line. */
		bad = buf_fmt(&q->where, " AND (\n%s\n)", text);
		break;
	}
	return bad ? no_memory(q) : 0;
}

int
find_ask(struct find *q, enum find_ask ask, const char *text)
{
	if (array_room(&q->asked, q->nasked + 1, &q->capasked,
		sizeof(*q->asked)) == -1)
		return -1;
	q->asked[q->nasked++] = (struct find_asked){ ask, text };
	return 0;
}

int
find_begin(struct find *q)
{
	for (size_t i = 0; i < q->nasked; i++) {
		q->wrong =
		    q->asked[i].text != NULL ? q->asked[i].text : "condition";
		if (add(q, q->asked[i].what, q->asked[i].text) == -1)
			return -1;
	}
	q->wrong = "sample";
	if (q->sample > 0 && q->what != FIND_FILES && q->what != FIND_MISSING)
		return fail(q, "only of contents");
	if ((q->wrong = q->ordered) == NULL)
		return 0;
	if (q->what == FIND_PROBLEMS || q->what == FIND_STRAY)
		return fail(q, "only contents have an order");
	q->down = *q->ordered == '-';
	q->order = column_find(q->ordered + q->down);
	return q->order == 0 ? fail(q, "no column of that name") : 0;
}

/* --- the statement ---------------------------------------------------------
 */

static int
put_column(struct find *q, int col, const char *expression)
{
	int bad = buf_fmt(&q->sql, "%s%s", q->ncol > 0 ? ", " : "", expression);

	q->col[q->ncol++] = col;
	return bad;
}

static int
put_columns(struct find *q, const char *table, const int *col, int n)
{
	char text[64];
	int bad = 0;

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s.%s", table, name_of(col[i]));
		bad |= put_column(q, col[i], text);
	}
	return bad;
}

static int
put_selected(struct find *q)
{
	static const int place[] = { COL_PATH, COL_SIZE, COL_MTIME, COL_STATUS,
		COL_HASH, COL_SOURCE, COL_MEMBER, COL_NAME, COL_TAGS };
	static const int problem[] = { COL_PATH, COL_MTIME, COL_KIND,
		COL_STATUS, COL_DETAIL, COL_HASH, COL_SOURCE, COL_MEMBER,
		COL_PART };
	int all[COLUMNS], bad = 0;

	for (int i = 0; i < COLUMNS; i++)
		all[i] = i + 1;
	switch (q->what) {
	case FIND_FILES:
	case FIND_MISSING:
		return put_columns(q, "f", all, COLUMNS);
	case FIND_PROBLEMS:
		return put_columns(
		    q, "p", problem, sizeof(problem) / sizeof(*problem));
	case FIND_STRAY:
		/* The others are those of found_stray(). */
		bad |= put_column(q, COL_PATH, "a.path");
		bad |= put_column(q, COL_SIZE, "NULL");
		bad |= put_column(q, COL_MTIME, "NULL");
		return bad | put_column(q, COL_KIND, "NULL");
	case FIND_LOCATIONS:
	case FIND_COPIES:
	default:
		bad |=
		    put_columns(q, "l", place, sizeof(place) / sizeof(*place));
		bad |= put_column(q, COL_KIND, "'midi'");
		bad |= put_column(q, COL_DETAIL,
		    "CASE WHEN l.nth > 1 THEN 'again:' || l.nth END");
		if (q->what == FIND_COPIES)
			bad |= put_column(q, FIND_LAST, "f.path");
		return bad;
	}
}

static const char *
table_of(const struct find *q)
{
	switch (q->what) {
	case FIND_LOCATIONS:
		return "location l JOIN file f ON f.hash = l.hash";
	case FIND_COPIES:
		return "location l JOIN file f ON f.hash = l.hash AND "
		       "l.member IS NULL AND l.path <> f.path AND "
		       "(l.status = 'dup' OR l.path = l.source)";
	case FIND_PROBLEMS:
		return "problem p";
	case FIND_STRAY:
		return "(SELECT path FROM file UNION ALL SELECT path FROM "
		       "part UNION ALL SELECT path FROM location) a";
	case FIND_FILES:
	case FIND_MISSING:
	default:
		return "file f";
	}
}

static const char *
always(const struct find *q)
{
	switch (q->what) {
	case FIND_FILES:
	case FIND_COPIES:
		return "f.status = 'ok'";
	case FIND_MISSING:
		/* What failed inside an archive has no file. */
		return "f.status IN ('ok', 'error') AND (f.member IS NULL OR "
		       "f.path <> f.source || '!/' || f.member)";
	case FIND_LOCATIONS:
	case FIND_PROBLEMS:
	case FIND_STRAY:
	default:
		return "1 = 1";
	}
}

/* Equals have an order too, the same in both engines. */
static int
put_order(struct find *q)
{
	const char *t = q->what == FIND_PROBLEMS ? "p" : "f";

	if (q->unknown && q->sample == 0)
		return buf_fmt(&q->sql, " ORDER BY %s.hash", t);
	return buf_fmt(&q->sql, " ORDER BY %s.%s%s%s, %s.hash", t,
	    name_of(q->order), q->down ? " DESC" : "",
	    q->sample > 0 ? " NULLS LAST" : "", t);
}

int
find_parts(const struct find *q)
{
	return q->order != 0 && q->sample == 0 && !q->only_count &&
		(q->known & UINT64_C(1) << q->order) == 0
	    ? 2
	    : 1;
}

int
find_sql(struct find *q)
{
	const char *id = q->server ? "hash" : "id";
	int plain = q->limit == 0 && q->sample == 0, bad;

	buf_clear(&q->sql);
	q->ncol = 0;
	bad = buf_str(&q->sql, "SELECT ");
	if (q->only_count && !plain)
		bad |= buf_str(&q->sql, "count(*) FROM (SELECT ");
	if (q->only_count)
		bad |= put_column(q, FIND_LAST, plain ? "count(*)" : "1");
	else if (q->only_hashes)
		bad |= put_column(q, COL_HASH,
		    q->what == FIND_PROBLEMS ? "p.hash" : "f.hash");
	else
		bad |= put_selected(q);
	if (q->sample > 0)
		bad |= buf_fmt(
		    &q->sql, " FROM file f WHERE f.%s IN (SELECT f.%s", id, id);
	bad |= buf_fmt(&q->sql, " FROM %s%s WHERE %s%s", table_of(q),
	    q->from.len > 0 ? q->from.p : "", always(q),
	    q->where.len > 0 ? q->where.p : "");
	if (find_parts(q) == 2)
		bad |= buf_fmt(&q->sql, " AND f.%s IS %sNULL",
		    name_of(q->order), q->unknown ? "" : "NOT ");
	if (q->sample > 0)
		bad |= buf_fmt(&q->sql, " ORDER BY random() LIMIT %lld)",
		    (long long)q->sample);
	if (q->order != 0 && !q->only_count)
		bad |= put_order(q);
	if (q->limit > 0)
		bad |= buf_fmt(&q->sql, " LIMIT %lld", (long long)q->limit);
	if (q->only_count && !plain)
		bad |= buf_str(&q->sql, ") q");
	return bad ? no_memory(q) : 0;
}

void
find_free(struct find *q)
{
	buf_free(&q->where);
	buf_free(&q->from);
	buf_free(&q->sql);
	buf_free(&q->why);
	free(q->value);
	free(q->asked);
	arena_free(&q->arena);
}
