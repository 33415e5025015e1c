/* drums - which parts are drums, and what they are made of */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "music/drums.h"

enum { GM_DRUMS = 9 };

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
named(const struct track *t)
{
	static const char *const words[] = { "drum", "perc", "kick", "snare",
		"hihat", "hi-hat", "hi hat", "cymbal", "conga", "bongo",
		"shaker", "tambourin", "crash" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (holds(t->name, t->name_len, words[i]) ||
		    holds(t->instrument, t->instrument_len, words[i]))
			return 1;
	return 0;
}

/* By its notes: pitches as of a drum set, short and alike in length; what is
 * in no drum set, or plays as a line from note to note, is against it. */
static int
by_notes(const struct part *p)
{
	double v = (double)p->drumlike;

	if (p->low < 22 || p->high > 87)
		return 0;
	if (p->same_length > .9f)
		v += .4;
	if (p->length > .75f)
		v -= .6;
	if (p->length < .3f)
		v += .3;
	if (p->gate > .8f && p->length > .3f)
		v -= .8;
	/* One pitch alone is rarely a melody. */
	if (p->distinct == 1)
		v += 1.2;
	return v > 1.3;
}

void
drums_find(struct parts *p, const struct song *s)
{
	struct part *q;

	p->drums = 0;
	for (size_t i = 0; i < p->n; i++) {
		q = &p->part[i];
		q->drums = q->channel == GM_DRUMS || by_notes(q) ||
		    (q->drumlike > -2 && named(&s->track[q->track]));
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
