/* named - what a name states: tempo, key, meter, bars, chord, take
 *
 * A number or a letter means something by its form and by what stands
 * beside it: `118bpm`, `(118 BPM)`, `_174_Gmin_`, a folder `120-129`, `6-8`,
 * `F#m`, `in A`, `h-moll`, `8 bars`, `Cmaj7`.  A bare number is a tempo only
 * where another one counts (`150 Mambo 01`, `1_rock_70_beat`) or a key or
 * meter stands by it, and never where the name or a folder above it counts
 * takes.  The only number between words, `funk_174_amen`, may be one, where
 * nothing says better.  A bare letter is a key only behind `in` or `key`, or
 * behind the tempo; of several chords in one name none is the key.
 *
 * Texts are ASCII, see clean_ascii(), with NAMED_FOREIGN for each letter that
 * has no equivalent: it belongs to a word that nobody here can read.
 */
#ifndef WORDS_NAMED_H
#define WORDS_NAMED_H

#include <stddef.h>
#include <stdint.h>

enum { NAMED_FOREIGN = 0x7f };

enum named_place {
	NAMED_FOLDER, /* or an archive */
	NAMED_FILE,   /* without its suffix */
	NAMED_TEXT    /* out of the file: only what is stated in full */
};

struct named_span {
	uint16_t at, n; /* bytes of the text; n 0: nothing stated */
};

/* Zeroes are one that states nothing. */
struct named {
	double bpm;       /* 0: none */
	double lone;      /* the only number, between words; 0: none */
	double low, high; /* a shelf of tempos: 120-129 */
	uint8_t bare;     /* bpm is a bare number */
	uint8_t tonic;    /* of the key: 0 C to 11 B */
	uint8_t minor;
	uint8_t num, den;
	uint8_t takes; /* takes or variations are counted here */
	uint16_t bars, take;
	struct named_span bpm_at, shelf_at, key_at, meter_at, bars_at, take_at,
	    chord_at; /* the chord's own text */
};

/* What one folder or file name, or one text, states. */
void named_read(struct named *, const char *, size_t n, enum named_place);
/* The tempo that a path states, the surest first, of them the innermost. */
struct named_tempo {
	double bpm;       /* 0: none; of a shelf the middle */
	double conf;      /* how certain it is, 0 to 1 */
	double low, high; /* of the shelf: low <= bpm < high; else 0 */
};

void named_tempo(struct named_tempo *, const char *, size_t n);

#endif
