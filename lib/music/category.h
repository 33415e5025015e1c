/* category - which folder of the drive a pattern belongs in
 *
 * The thirteen categories of midiflow(7), decided from what the analysis says
 * of the notes, then from words, then from plain measures: how many notes
 * begin together, how low they lie.  A drum file of one part of the kit has
 * that part's category, several parts are a loop.
 */
#ifndef MUSIC_CATEGORY_H
#define MUSIC_CATEGORY_H

#include "midi/song.h"

enum category {
	DRUMS_KICKS,
	DRUMS_SNARES,
	DRUMS_HATS,
	DRUMS_CYMBALS,
	DRUMS_TOMS,
	DRUMS_PERCUSSION,
	DRUMS_LOOPS,
	BASS,
	MELODY,
	CHORDS,
	FX,
	LOOPS,
	FULL,
	CATEGORIES /* none */
};

/* Its folder: Drums/Kicks … Full. */
const char *category_folder(enum category);
/* Its word in a file's name: Drums … Full. */
const char *category_word(enum category);
int category_is_drums(enum category);
/* The category of that name, or CATEGORIES. */
enum category category_find(const char *);
/* What several categories of drums are together. */
enum category category_of_kit(unsigned categories);

/* What is known of a file or a part.  Zeroes know nothing, but for words. */
struct category_facts {
	int role;        /* enum role, 0 unknown */
	uint8_t unsure;  /* drums or not is a guess: words may know better */
	uint8_t effects; /* nothing but sound effects by its programs */
	uint32_t drums;  /* what of the kit is played: 1 << enum drum */
	uint32_t range;  /* what its lowest and highest notes are in a kit */
	int64_t bars;    /* what is mixed and longer than a loop is a piece */
	enum category words; /* what words say, or CATEGORIES */
};

/* The column role, and the column drum_parts as bits. */
int category_role(const char *);
uint32_t category_drums(const char *);
/* Adds what the notes of one part say, n >= 1, where the role or the drums
 * are not known: drums by General MIDI's notes. */
void category_notes(struct category_facts *, const struct note *, size_t n);
/* CATEGORIES where nothing is known. */
enum category category_decide(const struct category_facts *);
/* A whole file's from those of its n >= 1 parts. */
enum category category_of_parts(const enum category *, size_t n, int64_t bars);

#endif
