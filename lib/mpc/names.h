/* names - what a pattern is called on the drive, and in which folder
 *
 *	<Category>-<Title> <BPM>bpm <Key> <bars>bar[ T<nn>[ C<nn>] <part>]
 *
 * The hyphen stands only behind the category, where the device's browser
 * splits a name.  ASCII, at most NAME_LONGEST characters and the suffix,
 * with room for the digits that may follow, so that those change nothing else;
 * nothing that FAT or exFAT forbids, no blank or dot at the end.  A name
 * depends on what is given here and on nothing else.
 *
 * clean_init() has been called.  Functions append: 0, or -1 ENOMEM.
 */
#ifndef MPC_NAMES_H
#define MPC_NAMES_H

#include "music/category.h"
#include "stream/buf.h"

enum { NAME_LONGEST = 60, NAME_DIGITS = 9, NAME_KEY = 4 };

struct name {
	enum category category;
	const char *title; /* clean words, as name_words() makes them */
	double bpm;
	char key[NAME_KEY]; /* F#m; empty for drums and where unknown */
	int64_t bars;
	int track;          /* from 1; 0 where the file holds one pattern */
	int channel;        /* from 1; 0 where the track has one channel */
	const char *part;   /* clean words, or NULL */
	const char *suffix; /* .mpcpattern */
	int plain;   /* the title is all of the name, its folder the tree's */
	size_t most; /* files in that folder, or 0: any number */
};

/* A clean name's words: blanks between, no hyphen. */
int name_words(struct buf *, const void *, size_t n);
/* Whether a text is a key as column key has it; copies it. */
int name_key(char key[NAME_KEY], const char *);
/* The name; digits, where they are given, make it differ from another. */
int name_make(struct buf *, const struct name *, const char *digits);
/* The folder below its category: a range of tempos, then of letters. */
int name_folder(struct buf *, const struct name *);

#endif
