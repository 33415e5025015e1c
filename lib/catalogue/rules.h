/* rules - how a record changes what the catalogue knows
 *
 * rules_fold() lets one more record speak to a row.  Folding the records of
 * a batch in their order, and that with the row that is stored, gives the
 * same as folding them one by one; and what a dup adds does not depend on
 * whether its ok came before or after it.
 */
#ifndef CATALOGUE_RULES_H
#define CATALOGUE_RULES_H

#include "catalogue/arena.h"
#include "catalogue/paths.h"

struct rules {
	struct arena *arena;
	const struct paths *paths;
	/* Contents of which a place took a tag back, or that left it: their
	 * tags must be put together anew from all places. */
	struct rules_left {
		struct field hash;
		struct field path; /* where it does not lie any more */
	} * left;
	size_t nleft, capleft;
};

/* row, of that table, takes in the new one: 0, or -1 ENOMEM.  Both keep
 * pointing where they did, or into the arena. */
int rules_fold(
    struct rules *, int table, struct field *row, const struct field *new);
/* A content left a place, and, unless NULL, the file that it lay in. */
int rules_left(
    struct rules *, const struct field *hash, const struct field *path);
/* Status of a row that says no more than that; it speaks as a dup. */
extern const char rules_gone[];
/* Puts tags in their one order, each once: 0, or -1 ENOMEM. */
int rules_sort_tags(struct arena *, struct field *tags);
/* Adds the tags of one list to another: 0, or -1 ENOMEM. */
int rules_unite(struct arena *, struct field *tags, const struct field *more);

#endif
