/* category - which folder of the drive a pattern belongs in */
#include "config.h"

#include <string.h>

#include "music/category.h"
#include "music/drums.h"
#include "music/role.h"

enum {
	LOOP_BARS = 16,    /* what is longer is a piece */
	BASS_HIGHEST = 55, /* mean pitch of a bass line: G3, C4 is 60 */
	CHORD_NOTES = 3,
	TWO_HANDS = 36, /* semitones: both hands of a piano, or more */
	SYNTH_EFFECTS = 96,
	SOUND_EFFECTS = 120, /* programs of General MIDI, from 0 */
	BASSES = 32
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
enum category
category_of_kit(unsigned bits)
{
	if (bits == 0 || (bits & (bits - 1)) != 0)
		return DRUMS_LOOPS;
	return (enum category)__builtin_ctz(bits);
}

int
category_role(const char *s)
{
	for (int r = ROLE_DRUMS; r <= ROLE_MIXED; r++)
		if (strcmp(role_name((enum role)r), s) == 0)
			return r;
	return ROLE_NONE;
}

uint32_t
category_drums(const char *s)
{
	uint32_t bits = 0;
	const char *name;
	size_t n;

	for (; *s != '\0'; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		for (int d = 0; d < DRUMS; d++) {
			name = drum_name((enum drum)d);
			if (strlen(name) == n && memcmp(name, s, n) == 0)
				bits |= 1u << d;
		}
	}
	return bits;
}

static enum category
of_drums(uint32_t drums)
{
	static const enum category of[DRUMS] = { [PERC] = DRUMS_PERCUSSION,
		[KICK] = DRUMS_KICKS,
		[SNARE] = DRUMS_SNARES,
		[HAT] = DRUMS_HATS,
		[TOM] = DRUMS_TOMS,
		[CRASH] = DRUMS_CYMBALS,
		[RIDE] = DRUMS_CYMBALS };
	unsigned bits = 0;

	for (int d = 0; d < DRUMS; d++)
		if ((drums >> d & 1) != 0)
			bits |= 1u << of[d];
	return category_of_kit(bits);
}

/* A role by plain measures. */
static enum role
measured(const struct note *note, size_t n)
{
	size_t onsets = 0, chords = 0, k, i;
	unsigned low = 127, high = 0;
	uint64_t sum = 0;

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
		return ROLE_CHORDS;
	if (sum / n < BASS_HIGHEST && chords * 8 < onsets)
		return ROLE_BASS;
	/* Both hands of a piano, or an arrangement on one channel. */
	if (high - low > TWO_HANDS && n > onsets + onsets / 2)
		return ROLE_MIXED;
	return ROLE_MELODY;
}

void
category_notes(struct category_facts *f, const struct note *note, size_t n)
{
	unsigned program = note[0].program;

	if (f->role == ROLE_DRUMS && f->drums == 0)
		for (size_t i = 0; i < n; i++)
			f->drums |= 1u << drum_of(note[i].pitch);
	if (f->role != ROLE_NONE)
		return;
	f->effects =
	    (program >= SYNTH_EFFECTS && program < SYNTH_EFFECTS + 8) ||
	    program >= SOUND_EFFECTS;
	if (program >= BASSES && program < BASSES + 8)
		f->role = ROLE_BASS;
	else
		f->role = (int)measured(note, n);
}

static enum category
of_role(const struct category_facts *f)
{
	switch (f->role) {
	case ROLE_DRUMS:
		return of_drums(f->drums);
	case ROLE_BASS:
		return BASS;
	case ROLE_CHORDS:
		return CHORDS;
	case ROLE_MELODY:
	case ROLE_ARP:
		return MELODY;
	case ROLE_MIXED:
		return f->bars > LOOP_BARS ? FULL : LOOPS;
	default:
		return CATEGORIES;
	}
}

enum category
category_decide(const struct category_facts *f)
{
	enum category c = of_role(f), w = f->words;

	/* The notes do not tell what is an effect. */
	if ((f->effects || w == FX) &&
	    (c == CATEGORIES || c == MELODY || c == CHORDS))
		return FX;
	if (w == CATEGORIES || c == CATEGORIES)
		return c == CATEGORIES ? w : c;
	if (f->unsure && category_is_drums(w) != category_is_drums(c))
		return w == DRUMS_LOOPS ? of_drums(f->drums | f->range) : w;
	/* Kits of one sample play it on any note, which then says nothing. */
	if (c == DRUMS_PERCUSSION && w < DRUMS_PERCUSSION && w != DRUMS_CYMBALS)
		return w;
	return c;
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
