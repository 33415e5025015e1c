/* paths - how the catalogue says where files are
 *
 * A path below the library's folder is stored without it, so that a library
 * can be moved; every other path is stored whole and begins with a slash.
 * All are in the escaped form of mrec(5), the folder too.
 *
 * The folder is what -l names, and then the catalogue remembers it; else
 * what it remembers; else that of the SQLite file, or the default library.
 */
#ifndef CATALOGUE_PATHS_H
#define CATALOGUE_PATHS_H

#include "catalogue/db.h"

struct paths {
	struct buf root; /* the library's folder, no slash at the end */
	struct buf here; /* the working folder, for relative paths */
};

/* Sets it up for a catalogue; library is -l or NULL, and with keep the
 * catalogue remembers what is new: DB_OK, or as in db.h. */
int paths_open(struct paths *, struct db *, const char *library, int keep);
/* Turns a path of a record to its stored form, which points into it or lies
 * in the arena: 0, or -1 ENOMEM. */
int paths_stored(const struct paths *, struct arena *, struct field *);
/* Appends the whole path, escaped, that a stored one stands for. */
int paths_whole(const struct paths *, struct buf *, const struct field *);
void paths_free(struct paths *);

#endif
