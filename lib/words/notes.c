/* notes - names of notes, keys and chords as people write them */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "words/notes.h"

enum { NO_NOTE = 255, FLAT = 11, SHARP = 1 };

struct word {
	const char *text;
	uint8_t value;
};

/* The whole word, in any case: its value, or none. */
static uint8_t
find(const struct word *w, const char *p, size_t n, uint8_t none)
{
	for (; n > 0 && w->text != NULL; w++)
		if ((*w->text | 0x20) == (p[0] | 0x20) &&
		    strncasecmp(w->text, p, n) == 0 && w->text[n] == '\0')
			return w->value;
	return none;
}

/* Modes as words of their own; 2 and 3 are German, where H is B and B is
 * B flat. */
static uint8_t
mode_of(const char *p, size_t n)
{
	static const struct word modes[] = { { "major", 0 }, { "maj", 0 },
		{ "minor", 1 }, { "min", 1 }, { "mayor", 0 }, { "menor", 1 },
		{ "majeur", 0 }, { "mineur", 1 }, { "maggiore", 0 },
		{ "minore", 1 }, { "dur", 2 }, { "moll", 3 }, { NULL, 0 } };

	return find(modes, p, n, NO_NOTE);
}

static uint8_t
accidental_of(const char *p, size_t n)
{
	static const struct word words[] = { { "sharp", SHARP },
		{ "flat", FLAT }, { "diese", SHARP }, { "bemol", FLAT },
		{ "diesis", SHARP }, { "bemolle", FLAT },
		{ "sostenido", SHARP }, { NULL, 0 } };

	return find(words, p, n, 0);
}

static uint8_t
letter_of(char c)
{
	static const uint8_t tone[] = { 9, 11, 0, 2, 4, 5, 7 };

	c |= 0x20;
	return c >= 'a' && c <= 'g' ? tone[c - 'a'] : NO_NOTE;
}

static uint8_t
syllable_of(const char *p, size_t n)
{
	static const struct word names[] = { { "do", 0 }, { "ut", 0 },
		{ "re", 2 }, { "mi", 4 }, { "fa", 5 }, { "sol", 7 },
		{ "la", 9 }, { "si", 11 }, { NULL, 0 } };

	return find(names, p, n, NO_NOTE);
}

static uint8_t
german_of(const char *p, size_t n)
{
	static const struct word names[] = { { "c", 0 }, { "cis", 1 },
		{ "des", 1 }, { "d", 2 }, { "dis", 3 }, { "es", 3 }, { "e", 4 },
		{ "f", 5 }, { "fis", 6 }, { "ges", 6 }, { "g", 7 },
		{ "gis", 8 }, { "as", 8 }, { "a", 9 }, { "ais", 10 },
		{ "b", 10 }, { "h", 11 }, { NULL, 0 } };

	return find(names, p, n, NO_NOTE);
}

/* What stands behind a root in a chord's name: a run of these. */
static int
is_quality(const char *p, size_t n)
{
	static const char *const parts[] = { "maj", "min", "dim", "aug", "sus",
		"add", "alt", "omit", "no", "mM", "m", "M", "b5", "b9", "b6",
		"b13", "#5", "#9", "#11", "11", "13", "2", "4", "5", "6", "7",
		"9" };
	const size_t most = sizeof(parts) / sizeof(*parts);
	size_t k, i;

	while (n > 0) {
		for (i = 0; i < most; i++) {
			k = strlen(parts[i]);
			if (k <= n && memcmp(parts[i], p, k) == 0)
				break;
		}
		if (i == most)
			return 0;
		p += k;
		n -= k;
	}
	return 1;
}

static size_t
digits_of(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] >= '0' && p[i] <= '9')
		i++;
	return i;
}

/* The rest of one word behind letter and accidental. */
static enum notes_how
rest_of(const char *p, size_t n, uint8_t *minor)
{
	static const struct word full[] = { { "maj", 0 }, { "major", 0 },
		{ "min", 1 }, { "minor", 1 }, { NULL, 0 } };
	static const struct word numbers[] = { { "6", 0 }, { "7", 0 },
		{ "9", 0 }, { "11", 0 }, { "13", 0 }, { "69", 0 },
		{ NULL, 0 } };

	*minor = 0;
	if (n == 0)
		return NOTES_LETTER;
	if (n == 1 && p[0] == 'm') {
		*minor = 1;
		return NOTES_SHORT;
	}
	if ((*minor = find(full, p, n, NO_NOTE)) != NO_NOTE)
		return NOTES_MODE;
	*minor = 0;
	/* C4 is a pitch or a counter, C72 nothing. */
	if (p[0] >= '0' && p[0] <= '9' &&
	    find(numbers, p, digits_of(p, n), NO_NOTE) == NO_NOTE)
		return NOTES_NONE;
	return is_quality(p, n) ? NOTES_CHORD : NOTES_NONE;
}

/* One word in English spelling. */
static struct notes_name
english(const char *p, size_t n)
{
	struct notes_name k = { .words = 1 };
	uint8_t shift = 0, tone = letter_of(p[0]);
	size_t i = 1;

	if (tone == NO_NOTE)
		return (struct notes_name){ 0 };
	if (n > 1 && p[1] == '#')
		shift = SHARP;
	else if (n > 1 && p[1] == 'b')
		shift = FLAT;
	else if (n > 2 && p[1] == 's' && p[2] == 'm' &&
	    strncmp(p + 1, "smi", n) != 0)
		shift = SHARP; /* Fsm, as clean names have it */
	i += shift != 0;
	k.how = rest_of(p + i, n - i, &k.minor);
	if (k.how == NOTES_NONE)
		return (struct notes_name){ 0 };
	if (k.how == NOTES_LETTER && shift != 0)
		k.how = NOTES_SHORT;
	/* In lower case only the mode, spelled out behind it, tells. */
	if (p[0] >= 'a' && k.how != NOTES_LETTER && k.how != NOTES_SHORT)
		return (struct notes_name){ 0 };
	k.tonic = (uint8_t)((tone + shift) % 12);
	return k;
}

struct notes_name
notes_name(const char *const p[], const size_t n[], size_t words)
{
	struct notes_name none = { 0 }, k;
	uint8_t mode, shift = 0, tone;
	size_t at = 1;

	if (words == 0 || n[0] == 0)
		return none;
	if (words > 2 && (shift = accidental_of(p[1], n[1])) != 0)
		at = 2;
	mode = words > at ? mode_of(p[at], n[at]) : NO_NOTE;
	if (mode != NO_NOTE) {
		k = (struct notes_name){
			.how = NOTES_MODE, .words = at + 1, .minor = mode & 1
		};
		tone = mode > 1 ? german_of(p[0], n[0]) : NO_NOTE;
		if (tone == NO_NOTE)
			tone = syllable_of(p[0], n[0]);
		if (tone == NO_NOTE) {
			none = english(p[0], n[0]);
			if (none.how == NOTES_LETTER ||
			    (none.how == NOTES_SHORT && none.minor == 0))
				tone = none.tonic;
		}
		if (tone != NO_NOTE) {
			k.tonic = (uint8_t)((tone + shift) % 12);
			return k;
		}
	}
	k = english(p[0], n[0]);
	return p[0][0] >= 'a' ? (struct notes_name){ 0 } : k;
}
