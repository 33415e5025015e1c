/* found - a row of an answer as a record, and what is on the disk of it
 *
 * Paths in the catalogue that are relative are below the library; they come
 * out joined with where it is now.
 *
 * The struct is the caller's: set paths, zero the rest; found_free() is safe
 * on zeroes.  Functions return 0, or -1 with errno, unless said.
 */
#ifndef CATALOGUE_FOUND_H
#define CATALOGUE_FOUND_H

#include "catalogue/paths.h"
#include "catalogue/find.h"
#include "files/map.h"
#include "stream/rec.h"

struct found {
	const struct paths *paths;
	int hashes; /* only those */
	int raw;    /* only paths, as they are, each with a NUL behind it */
	struct buf path, other; /* the last paths that were looked at, raw */
	struct buf text;
	struct map known; /* for found_stray(), by escaped path */
	char *bytes;
	size_t cap;
};

/* The row as a record, or what hashes or raw ask for. */
int found_put(struct found *, const struct find *, const struct field *row,
    struct rec_out *);
/* Whether the row is what is asked for: 1; 0; -1 with text its path.
 * Of FIND_MISSING it is when the file is gone.  Of FIND_COPIES when both
 * files are there, are two, and both have the content, and the copy does not
 * lie in the library.  Of FIND_STRAY none is: its path is remembered. */
int found_wanted(struct found *, const struct find *, const struct field *row);
/* Calls with a record for each MIDI file below the library whose path is not
 * known, a row of FIND_STRAY: 0; -1 with text what could not be read. */
int found_stray(
    struct found *, void (*stray)(void *, const struct field *row), void *ctx);
void found_free(struct found *);

#endif
