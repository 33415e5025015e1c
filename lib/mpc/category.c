/* category - which folder of the drive a pattern belongs in */
#include "config.h"

#include <string.h>

#include "mpc/category.h"

enum {
	LOOP_BARS = 16,    /* what is longer is a piece */
	BASS_HIGHEST = 55, /* mean pitch of a bass line: G3, C4 is 60 */
	CHORD_NOTES = 3
};

static const struct {
	const char *folder, *word;
} names[CATEGORIES] = {
	[DRUMS_KICKS] = { "Drums/Kicks", "Drums" },
	[DRUMS_SNARES] = { "Drums/Snares", "Drums" },
	[DRUMS_HATS] = { "Drums/Hats", "Drums" },
	[DRUMS_CYMBALS] = { "Drums/Cymbals", "Drums" },
	[DRUMS_TOMS] = { "Drums/Toms", "Drums" },
	[DRUMS_PERCUSSION] = { "Drums/Percussion", "Drums" },
	[DRUMS_LOOPS] = { "Drums/Loops", "Drums" },
	[BASS] = { "Bass", "Bass" },
	[MELODY] = { "Melody", "Melody" },
	[CHORDS] = { "Chords", "Chords" },
	[FX] = { "FX", "FX" },
	[LOOPS] = { "Loops", "Loops" },
	[FULL] = { "Full", "Full" },
};

const char *
category_folder(enum category c)
{
	return names[c].folder;
}

const char *
category_word(enum category c)
{
	return names[c].word;
}

int
category_is_drums(enum category c)
{
	return c <= DRUMS_LOOPS;
}

enum category
category_find(const char *s)
{
	enum category c = DRUMS_KICKS;

	while (c < CATEGORIES && strcmp(names[c].folder, s) != 0)
		c++;
	return c;
}

/* One part of the kit is its folder, several are a loop. */
static enum category
of_bits(unsigned bits)
{
	if (bits == 0 || (bits & (bits - 1)) != 0)
		return DRUMS_LOOPS;
	return (enum category)__builtin_ctz(bits);
}

enum category
category_of_drum_list(const char *s)
{
	static const struct {
		const char *word;
		enum category category;
	} part[] = { { "kick", DRUMS_KICKS }, { "snare", DRUMS_SNARES },
		{ "hat", DRUMS_HATS }, { "tom", DRUMS_TOMS },
		{ "crash", DRUMS_CYMBALS }, { "ride", DRUMS_CYMBALS },
		{ "perc", DRUMS_PERCUSSION } };
	unsigned bits = 0;
	size_t n;

	for (; *s != '\0'; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
			if (strlen(part[i].word) == n &&
			    memcmp(part[i].word, s, n) == 0)
				bits |= 1u << part[i].category;
	}
	return of_bits(bits);
}

/* General MIDI 1, the percussion key map. */
static enum category
of_drum(unsigned pitch)
{
	switch (pitch) {
	case 35:
	case 36:
		return DRUMS_KICKS;
	case 37: /* side stick */
	case 38:
	case 39: /* clap */
	case 40:
		return DRUMS_SNARES;
	case 42:
	case 44:
	case 46:
		return DRUMS_HATS;
	case 41:
	case 43:
	case 45:
	case 47:
	case 48:
	case 50:
		return DRUMS_TOMS;
	case 49:
	case 51:
	case 52:
	case 53:
	case 55:
	case 57:
	case 59:
		return DRUMS_CYMBALS;
	default:
		return DRUMS_PERCUSSION;
	}
}

enum category
category_of_drums(const struct note *note, size_t n)
{
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++)
		bits |= 1u << of_drum(note[i].pitch);
	return of_bits(bits);
}

/* Programs 97 to 104 and 121 to 128 of General MIDI are effects, 33 to 40
 * are basses. */
static enum category
of_program(unsigned program)
{
	if ((program >= 96 && program < 104) || program >= 120)
		return FX;
	if (program >= 32 && program < 40)
		return BASS;
	return CATEGORIES;
}

enum category
category_of_notes(const struct note *note, size_t n, int64_t bars)
{
	enum category c = of_program(note[0].program);
	size_t onsets = 0, chords = 0, k, i;
	unsigned low = 127, high = 0;
	uint64_t sum = 0;

	if (c != CATEGORIES)
		return c;
	for (i = 0; i < n; i += k) {
		for (k = 1; i + k < n && note[i + k].on == note[i].on; k++)
			continue;
		onsets++;
		chords += k >= CHORD_NOTES;
	}
	for (i = 0; i < n; i++) {
		sum += note[i].pitch;
		if (note[i].pitch < low)
			low = note[i].pitch;
		if (note[i].pitch > high)
			high = note[i].pitch;
	}
	if (chords * 2 >= onsets)
		return CHORDS;
	if (sum / n < BASS_HIGHEST && chords * 8 < onsets)
		return BASS;
	/* Both hands of a piano, or an arrangement on one channel. */
	if (high - low > 36 && n > onsets + onsets / 2)
		return bars > LOOP_BARS ? FULL : LOOPS;
	return MELODY;
}

enum category
category_of_role(
    const char *role, const struct note *note, size_t n, int64_t bars)
{
	if (strcmp(role, "drums") == 0)
		return category_of_drums(note, n);
	if (strcmp(role, "bass") == 0)
		return BASS;
	if (strcmp(role, "chords") == 0)
		return CHORDS;
	if (strcmp(role, "melody") == 0 || strcmp(role, "arp") == 0)
		return MELODY;
	if (strcmp(role, "mixed") == 0)
		return bars > LOOP_BARS ? FULL : LOOPS;
	return category_of_notes(note, n, bars);
}

enum category
category_of_parts(const enum category *c, size_t n, int64_t bars)
{
	int drums = 1, same = 1;

	for (size_t i = 0; i < n; i++) {
		drums &= category_is_drums(c[i]);
		same &= c[i] == c[0];
	}
	if (same)
		return c[0];
	if (drums)
		return DRUMS_LOOPS;
	return bars > LOOP_BARS ? FULL : LOOPS;
}
