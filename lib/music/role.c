/* role - what a part does: drums, bass, chords, melody, arp */
#include "config.h"

#include "music/called.h"
#include "music/params.h"
#include "music/role.h"

enum { BASSES = 32 /* General MIDI programs, from 0 */ };

const char *
role_name(enum role r)
{
	static const char *const names[] = { NULL, "drums", "bass", "chords",
		"melody", "arp", "mixed" };

	return names[r];
}

/* An arpeggio runs in even steps and leaps from chord tone to chord tone.
 * When nearly every move leaps, a few notes will do, and swung steps. */
static int
is_arp(const struct figure *f)
{
	float moved = 1 - f->repeats;

	if (f->leaps >= ARP_ALL_LEAP)
		return f->onsets >= ARP_ALL_LEAP_LEAST &&
		    ((f->even >= ARP_EVEN && f->gap <= ARP_GAP) ||
			(f->even_twos >= ARP_EVEN &&
			    f->gap_twos <= 2 * ARP_GAP));
	return f->onsets >= ARP_LEAST && f->gap <= ARP_GAP &&
	    f->even >= ARP_EVEN && moved >= ARP_MOVES &&
	    f->leaps >= ARP_LEAPS * moved;
}

/* A bass is low, or it stays at home: loops are often written in a higher
 * octave than they are meant to be played in. */
static int
is_bass(const struct part *p, uint8_t program)
{
	const struct figure *f = &p->figure;

	if (p->pitch < BASS_BELOW ||
	    (program >= BASSES && program < BASSES + 8 &&
		p->pitch < BASS_PROGRAM_BELOW))
		return 1;
	return f->onsets >= BASS_HOME_LEAST && p->low <= BASS_HOME_LOW &&
	    p->high <= BASS_HOME_HIGH && f->home >= BASS_HOME &&
	    f->classes <= BASS_HOME_CLASSES;
}

/* What the notes say. */
static enum role
by_notes(const struct part *p, uint8_t program)
{
	float chordal = (float)p->notes / (float)p->onsets;

	if (chordal >= CHORDAL_NOTES ||
	    (p->sounding > CHORDAL_SOUNDING && chordal >= CHORDAL_SOME_NOTES))
		return ROLE_CHORDS;
	if (is_bass(p, program))
		return ROLE_BASS;
	if (chordal < CHORDAL_SOME_NOTES && is_arp(&p->figure))
		return ROLE_ARP;
	return p->sounding > CHORDAL_LINE ? ROLE_CHORDS : ROLE_MELODY;
}

/* What the name says, where it is what the notes might be. */
static enum role
by_name(const struct part *p, const struct track *t, enum role r)
{
	static const char *const bass[] = { "bass", " sub", NULL };
	static const char *const melody[] = { "melod", "vocal", " vox",
		" voice", " lead", NULL };
	static const char *const arp[] = { " arp", NULL };

	if (r == ROLE_CHORDS)
		return r;
	if (called(t, arp))
		return ROLE_ARP;
	if (called(t, bass) && p->pitch < BASS_NAMED_BELOW)
		return ROLE_BASS;
	if (called(t, melody) && p->pitch >= BASS_BELOW)
		return ROLE_MELODY;
	return r;
}

enum role
role_find(struct parts *p, const struct song *s)
{
	enum role all = ROLE_NONE, r;
	struct part *q;

	for (size_t i = 0; i < p->n; i++) {
		q = &p->part[i];
		r = ROLE_DRUMS;
		if (!q->drums)
			r = by_name(q, &s->track[q->track],
			    by_notes(q, s->note[p->order[q->first]].program));
		q->role = (uint8_t)r;
		all = all == ROLE_NONE || all == r ? r : ROLE_MIXED;
	}
	return all;
}
