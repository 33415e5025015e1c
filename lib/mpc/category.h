/* category - which folder of the drive a pattern belongs in
 *
 * The thirteen categories of midiflow(7), decided from the notes by plain
 * rules: the parts of the drum kit that are played, the program, how many
 * notes begin together, how low they lie.
 */
#ifndef MPC_CATEGORY_H
#define MPC_CATEGORY_H

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

/* From column drum_parts: a list of kick, snare … perc. */
enum category category_of_drum_list(const char *);
/* From the notes of one part, n >= 1, by General MIDI's drum notes… */
enum category category_of_drums(const struct note *, size_t n);
/* … or as notes of pitch. */
enum category category_of_notes(const struct note *, size_t n, int64_t bars);
/* From column role and the notes. */
enum category category_of_role(
    const char *role, const struct note *, size_t n, int64_t bars);
/* A whole file's from those of its n >= 1 parts. */
enum category category_of_parts(const enum category *, size_t n, int64_t bars);

#endif
