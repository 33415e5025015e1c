/* names - what a pattern is called on the drive, and in which folder */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "mpc/names.h"
#include "words/clean.h"

enum {
	PART_LONGEST = 12,
	TITLE_SHORTEST = 12, /* before the part's name is left out */
	TEMPO_SLOW = 40,     /* one folder for all below */
	TEMPO_FAST = 220,    /* and for all from here */
	TEMPO_STEP = 10,
	MOST_BARS = 9999
};

int
name_words(struct buf *b, const void *p, size_t n)
{
	size_t from = b->len;

	if (clean_stem(b, p, n) == -1)
		return -1;
	for (size_t i = from; i < b->len; i++)
		if (b->p[i] == '_' || b->p[i] == '-')
			b->p[i] = ' ';
	/* `a_-b` would have two blanks. */
	for (size_t i = n = from; i < b->len; i++)
		if (b->p[i] != ' ' || (n > from && b->p[n - 1] != ' '))
			b->p[n++] = b->p[i];
	while (n > from && b->p[n - 1] == ' ')
		n--;
	buf_cut(b, n);
	return 0;
}

int
name_key(char key[NAME_KEY], const char *s)
{
	size_t n = 1;

	key[0] = '\0';
	if (s[0] < 'A' || s[0] > 'G')
		return 0;
	n += s[n] == '#' || s[n] == 'b';
	n += s[n] == 'm';
	if (s[n] != '\0')
		return 0;
	memcpy(key, s, n + 1);
	return 1;
}

static int
rounded(double bpm)
{
	return bpm >= 999 ? 999 : bpm < 1 ? 1 : (int)(bpm + 0.5);
}

/* At most `most` bytes of a text, and no blank at the end. */
static int
fit(size_t most, const char *s)
{
	size_t n = strlen(s);

	if (n > most)
		n = most;
	while (n > 0 && s[n - 1] == ' ')
		n--;
	return (int)n;
}

/* What stands behind the title. */
static void
tail(char *q, size_t room, const struct name *n, int part)
{
	int64_t bars = n->bars > MOST_BARS ? MOST_BARS : n->bars;
	char track[16] = "", channel[16] = "";

	if (n->track > 0)
		snprintf(track, sizeof(track), " T%02d", n->track);
	if (n->channel > 0)
		snprintf(channel, sizeof(channel), " C%02d", n->channel);
	snprintf(q, room, " %dbpm%s%s %lldbar%s%s%s%.*s", rounded(n->bpm),
	    n->key[0] != '\0' ? " " : "", n->key, (long long)bars, track,
	    channel, part > 0 ? " " : "", part, part > 0 ? n->part : "");
}

int
name_make(struct buf *b, const struct name *n, const char *digits)
{
	const char *word = category_word(n->category);
	char end[128];
	size_t used, room;
	int part = 0;

	if (n->plain) {
		room = NAME_LONGEST - NAME_DIGITS;
		return buf_fmt(b, "%.*s%s%s%s", fit(room, n->title), n->title,
		    digits != NULL ? " " : "", digits != NULL ? digits : "",
		    n->suffix);
	}
	if (n->track > 0 && n->part != NULL && strcmp(n->part, n->title) != 0)
		part = fit(PART_LONGEST, n->part);
	for (;; part = 0) {
		tail(end, sizeof(end), n, part);
		used = strlen(word) + 1 + strlen(end) + NAME_DIGITS;
		room = used < NAME_LONGEST ? NAME_LONGEST - used : 0;
		if (room >= TITLE_SHORTEST || part == 0)
			break;
	}
	if (room == 0)
		room = 1;
	return buf_fmt(b, "%s-%.*s%s%s%s%s", word, fit(room, n->title),
	    n->title, end, digits != NULL ? " " : "",
	    digits != NULL ? digits : "", n->suffix);
}

int
name_folder(struct buf *b, const struct name *n)
{
	static const struct {
		char first, last;
	} range[] = { { 'A', 'F' }, { 'G', 'L' }, { 'M', 'R' }, { 'S', 'Z' } };
	int bpm = rounded(n->bpm), low = bpm / TEMPO_STEP * TEMPO_STEP;
	int c = toupper((unsigned char)n->title[0]);

	if (bpm < TEMPO_SLOW)
		bpm = buf_fmt(b, "000-%03d", TEMPO_SLOW - 1);
	else if (bpm >= TEMPO_FAST)
		bpm = buf_fmt(b, "%03d-999", TEMPO_FAST);
	else
		bpm = buf_fmt(b, "%03d-%03d", low, low + TEMPO_STEP - 1);
	if (bpm == -1)
		return -1;
	for (size_t i = 0; i < sizeof(range) / sizeof(*range); i++)
		if (c >= range[i].first && c <= range[i].last)
			return buf_fmt(
			    b, "/%c-%c", range[i].first, range[i].last);
	return buf_str(b, "/0-9");
}
