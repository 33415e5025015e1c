/* drums - which parts are drums, and what they are made of */
#include "config.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "music/drums.h"

enum { GM_DRUMS = 9, BASSES = 32, PERCUSSIVE = 112 };

/* General MIDI Level 1 percussion map; 22 and 26 are the hats' edges of
 * common electronic kits.  What is not named is PERC. */
static const uint8_t class[128] = { [22] = HAT,
	[26] = HAT,
	[35] = KICK,
	[36] = KICK,
	[37] = SNARE,
	[38] = SNARE,
	[39] = SNARE,
	[40] = SNARE,
	[41] = TOM,
	[43] = TOM,
	[45] = TOM,
	[47] = TOM,
	[48] = TOM,
	[50] = TOM,
	[42] = HAT,
	[44] = HAT,
	[46] = HAT,
	[49] = CRASH,
	[52] = CRASH,
	[55] = CRASH,
	[57] = CRASH,
	[51] = RIDE,
	[53] = RIDE,
	[59] = RIDE };
static const char *const names[DRUMS] = { "perc", "kick", "snare", "hat", "tom",
	"crash", "ride" };

enum drum
drum_of(uint8_t pitch)
{
	return class[pitch & 127];
}

const char *
drum_name(enum drum d)
{
	return names[d];
}

static int
holds(const uint8_t *p, size_t n, const char *word)
{
	size_t k = strlen(word);

	for (; n >= k; p++, n--)
		if (strncasecmp((const char *)p, word, k) == 0)
			return 1;
	return 0;
}

static int
says(const struct track *t, const char *const *words)
{
	for (; *words != NULL; words++)
		if (holds(t->name, t->name_len, *words) ||
		    holds(t->instrument, t->instrument_len, *words))
			return 1;
	return 0;
}

static int
named(const struct track *t)
{
	static const char *const words[] = { "drum", "perc", "kick", "snare",
		"hihat", "hi-hat", "hi hat", "cymbal", "conga", "bongo",
		"shaker", "tambourin", "crash", NULL };

	return says(t, words);
}

/* Whether the name is that of something that plays pitches. */
static int
named_otherwise(const struct track *t)
{
	static const char *const words[] = { "bass", "sub", "lead", "chord",
		"melod", "piano", "keys", "organ", "guitar", "string", "pad",
		"arp", NULL };

	return !named(t) && says(t, words);
}

/* The log-odds that a part is drums, by its notes: a linear model whose
 * features a listener would name.  Pitches of a drum set speak for it, so do
 * short notes of one length and the part being alone in its file; a line of
 * one note at a time over several pitches, long notes, or a melodic program
 * speak against it.  Weights: logistic regression on parts of groove,
 * karaoke, game and classical music without channel numbers, rounded. */
static double
by_notes(const struct part *p, const struct song *s, const struct parts *all)
{
	double line = (double)p->onsets / p->notes, v = .2;
	uint8_t program = s->note[all->order[p->first]].program;

	line = line < .7 ? 0 : (line - .7) / .3;
	v += 3.2 * (double)p->drumlike;
	v -= line * (p->distinct >= 4 ? 1.7 : .5);
	v -= 1.2 * (double)(p->length > 2 ? 2 : p->length);
	v += .4 * log10(p->notes > 1000 ? 1000 : p->notes);
	if (p->length < .3f)
		v += .9;
	if (p->same_length > .9f)
		v += .9;
	if (p->distinct == 1)
		v += 1.9;
	if (all->n == 1)
		v += 1;
	/* Few pitches that are held are a bass, what rings for beats a chord.
	 */
	if (p->distinct <= 2 && p->gate > .7f && p->length > .2f)
		v -= 2;
	if (p->length > 1.5f)
		v -= 2;
	if (named_otherwise(&s->track[p->track]))
		v -= 3;
	if (program >= BASSES && program < BASSES + 8)
		v -= 3;
	else if (program > 0 && program < PERCUSSIVE)
		v -= 2.3;
	return v;
}

void
drums_find(struct parts *p, const struct song *s)
{
	struct part *q;
	double bar = 0;

	/* Where channel 10 plays, drums elsewhere are rare. */
	for (size_t i = 0; i < s->ntracks; i++)
		if ((s->track[i].channels >> GM_DRUMS & 1) != 0)
			bar = 2;
	p->drums = 0;
	for (size_t i = 0; i < p->n; i++) {
		q = &p->part[i];
		q->drums = q->channel == GM_DRUMS ||
		    (q->drumlike > -2 && named(&s->track[q->track])) ||
		    by_notes(q, s, p) > bar;
		if (q->drums)
			p->drums += q->notes;
	}
}

void
drums_count(const struct parts *p, const struct song *s, uint32_t count[DRUMS])
{
	memset(count, 0, DRUMS * sizeof(*count));
	for (size_t i = 0; i < p->n; i++) {
		if (!p->part[i].drums)
			continue;
		for (uint32_t k = 0; k < p->part[i].notes; k++)
			count[class[s->note[p->order[p->part[i].first + k]]
					.pitch &
			    127]]++;
	}
}
