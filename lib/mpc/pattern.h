/* pattern - the notes of a part as an .mpcpattern
 *
 * JSON with a note an event, 960 ticks a quarter; nothing else of a file
 * has a place in it, so tempo, key and bars go into the name.  The same
 * notes give the same bytes.  Two forms: the flat events of MPC 2 and Force,
 * and the nested ones of MPC 3.
 *
 * The caller owns the structs; zeroes are valid; memory is kept for the next
 * pattern.  Functions return 0, or -1 ENOMEM.
 *
 * Source: inspected device files, see "The pattern" in mexport-mpc(1).
 */
#ifndef MPC_PATTERN_H
#define MPC_PATTERN_H

#include "midi/song.h"
#include "mpc/pedal.h"
#include "stream/buf.h"

enum { PATTERN_TPQ = 960 };

struct pattern_note {
	int64_t time, end; /* 960ths of a quarter; end > time */
	uint8_t pitch, velocity;
};

struct pattern {
	struct pattern_note *note; /* by time, then pitch */
	size_t n, cap;
	int64_t bars; /* begun up to the last note's end, at least 1 */
};

struct pattern_how {
	const uint8_t *map;        /* 128 pitches, or NULL */
	const struct pedal *pedal; /* or NULL: notes end where they end */
	int trim;                  /* leave out empty bars before the notes */
};

/* From the n >= 1 notes of one part, by onset.  One pitch sounds once: a
 * note ends where the next of its pitch begins, and those that begin
 * together are one, as loud and as long as the most of them. */
int pattern_make(struct pattern *, const struct song *, const struct note *,
    size_t n, const struct pattern_how *);
/* A tick of a song in 960ths of a quarter, rounded to the nearest. */
int64_t pattern_time(const struct maps *, int64_t tick);
void pattern_free(struct pattern *);

enum pattern_schema { PATTERN_FLAT, PATTERN_MPC3 };
enum { PATTERN_PIECES = 9, PATTERN_FIELDS = 4 };

/* The text round the numbers of a pattern, as the JSON library writes it. */
struct pattern_form {
	struct buf text;
	struct {
		size_t at, len;
		char field; /* what follows: t l n v, or 0 at the end */
	} piece[PATTERN_PIECES];
	char velocity[128][24];
};

int pattern_form_make(struct pattern_form *, enum pattern_schema);
/* Replaces what is in the buffer. */
int pattern_write(
    const struct pattern_form *, const struct pattern *, struct buf *);
void pattern_form_free(struct pattern_form *);

#endif
