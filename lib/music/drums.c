/* drums - which parts are drums, and what they are made of */
#include "config.h"

#include <math.h>
#include <string.h>

#include "music/called.h"
#include "music/drums.h"
#include "music/params.h"

enum { GM_DRUMS = 9, PERCUSSIVE = 112 };

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
named(const struct track *t)
{
	static const char *const words[] = { "drum", "perc", "kick", "snare",
		"hihat", "hi-hat", "hi hat", "cymbal", "conga", "bongo",
		"shaker", "tambourin", "crash", " kit", NULL };

	return called(t, words);
}

/* Whether the name is that of something that plays pitches. */
static int
named_otherwise(const struct track *t)
{
	static const char *const words[] = { "bass", " sub", " lead", "chord",
		"melod", "piano", " keys", "organ", "guitar", "string", " pad",
		" arp", " vocal", " vox", NULL };

	return !named(t) && called(t, words);
}

static double
within(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

/* The log-odds that a part is drums, by its notes alone: a linear model of
 * what a listener would name.  Pitches of a drum set speak for it, and short
 * notes of one length; many pitches, octaves, and a line of one note at a
 * time in even steps speak against it. */
static double
by_notes(const struct part *p)
{
	const struct figure *f = &p->figure;
	double pitches = within((double)p->drumlike, -3, 2.5);
	double line = (double)p->onsets / p->notes;
	double length = within((double)p->length, 0, 2);
	double kinds = log2(p->distinct);
	int held;

	held =
	    line > .95 && length > DRUM_HELD_LENGTH && p->gate > DRUM_HELD_GATE;
	line = line < .7 ? 0 : (line - .7) / .3;
	return DRUM_PRIOR + DRUM_PITCHES * pitches +
	    DRUM_PITCHES_LIKELY * (pitches > -1 ? pitches + 1 : 0) +
	    DRUM_PITCHES_KINDS * pitches * kinds + DRUM_KINDS * kinds +
	    DRUM_AMOUNT * log10(p->notes > 1000 ? 1000 : p->notes) +
	    line *
	    (DRUM_LINE + DRUM_LINE_EVEN * (double)f->even +
		DRUM_LINE_KINDS * kinds) +
	    DRUM_OCTAVES * (double)f->octaves + DRUM_LENGTH * length +
	    DRUM_SHORT * within(length, 0, .4) +
	    DRUM_ONE_LENGTH * (double)p->same_length +
	    DRUM_GATE * within((double)p->gate, 0, 1) + (held ? DRUM_HELD : 0);
}

/* Programs that choose a drum set where drums are played: Roland GS. */
static int
is_kit(uint8_t program)
{
	return program == 8 || program == 16 || program == 24 ||
	    program == 25 || program == 32 || program == 40 || program == 48;
}

/* What else speaks: its name, its program, the parts beside it. */
static double
by_company(const struct part *p, const struct song *s, const struct parts *all)
{
	const struct track *t = &s->track[p->track];
	uint8_t program = s->note[all->order[p->first]].program;
	double v = 0;

	/* Where channel 10 plays, drums elsewhere are rare. */
	for (size_t i = 0; i < s->ntracks; i++)
		if ((s->track[i].channels >> GM_DRUMS & 1) != 0)
			v = -DRUM_ELSEWHERE;
	if (named(t))
		v += DRUM_NAMED;
	else if (named_otherwise(t))
		v -= DRUM_NAMED;
	if (program == 0)
		return v;
	if (is_kit(program))
		v -= DRUM_KIT_PROGRAM;
	else if (program < PERCUSSIVE)
		v -= DRUM_PROGRAM;
	return v;
}

/* A channel is one instrument: what is not clear of one part of it goes with
 * a part that is. */
static int
beside_drums(const struct parts *all, const struct part *p)
{
	const struct part *q = all->part;

	for (; q < all->part + all->n; q++)
		if (q != p && q->channel == p->channel &&
		    q->drum_odds > (float)DRUM_BESIDE)
			return 1;
	return 0;
}

/* A song of many parts has drums most likely: what is most like them. */
static void
lead(struct parts *p)
{
	size_t top = 0;
	float second = -INFINITY;

	if (p->n < DRUM_SONG)
		return;
	for (size_t i = 1; i < p->n; i++)
		if (p->part[i].drum_odds > p->part[top].drum_odds)
			top = i;
	for (size_t i = 0; i < p->n; i++)
		if (i != top && p->part[i].drum_odds > second)
			second = p->part[i].drum_odds;
	if (p->part[top].drum_odds > second + DRUM_SONG_LEAD)
		p->part[top].drum_odds += (float)DRUM_SONG_BONUS;
}

void
drums_find(struct parts *p, const struct song *s)
{
	struct part *q;

	p->drums = 0;
	for (size_t i = 0; i < p->n; i++) {
		q = &p->part[i];
		q->drum_odds = q->channel == GM_DRUMS
		    ? 99
		    : (float)(by_notes(q) + by_company(q, s, p));
	}
	lead(p);
	for (size_t i = 0; i < p->n; i++) {
		q = &p->part[i];
		q->drums = q->drum_odds > 0 ||
		    (q->drum_odds > -(float)DRUM_BESIDE && beside_drums(p, q));
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
