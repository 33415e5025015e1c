/* notes - names of notes, keys and chords as people write them
 *
 * C, F#m, Bbmin, `c minor`, `F sharp minor`, `h-moll`, `Es-Dur`, `do majeur`,
 * `la minore`, `Sol mayor`; Fsm for F#m, as clean names have it; Cmaj7, Dm7b5.
 */
#ifndef WORDS_NOTES_H
#define WORDS_NOTES_H

#include <stddef.h>
#include <stdint.h>

enum notes_how {
	NOTES_NONE,
	NOTES_LETTER, /* C */
	NOTES_SHORT,  /* F#, Am, F#m: a key, or a chord */
	NOTES_MODE,   /* Amin, C major: a key */
	NOTES_CHORD   /* Cmaj7 */
};

struct notes_name {
	enum notes_how how;
	size_t words; /* how many of those given belong to it */
	uint8_t tonic, minor;
};

/* What the first of up to three neighbouring words is, with those behind. */
struct notes_name notes_name(
    const char *const p[], const size_t n[], size_t words);

#endif
