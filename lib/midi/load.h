/* load - the file that a record names, and the record when it cannot be read
 *
 * What every filter that opens a MIDI file does alike.  The struct is the
 * caller's, zeroes are valid; bytes live until the next call.
 */
#ifndef MIDI_LOAD_H
#define MIDI_LOAD_H

#include "stream/rec.h"

enum { LOAD_MAX = 64 << 20 }; /* default for the largest file */

struct load {
	char *bytes;
	size_t n, cap;
	struct buf path; /* raw, as opened */
	char code[32];   /* of mrec(5), detail, when it failed */
};

/* Whether a filter has work to do on the record: MIDI, and ok (or of no
 * status, as mfind and bare paths are). */
int load_wanted(const struct rec *);
/* Reads the file at column 1: 0, or -1 with code set (io:ENOENT,
 * limit:entry …). */
int load_record(struct load *, const struct rec *, size_t max);
/* Turns the record into an error with a code, behind which `again:N` stays:
 * 0, or -1 ENOMEM. */
int load_failed(struct rec *, const char *code);
/* The code for what smf_open() or song_read() returned. */
const char *load_code(int why);
void load_free(struct load *);

#endif
