/* settings - an export's options, from the words that say them
 *
 * Functions return 0, or -1 when the word says nothing they know; -1 with
 * ENOMEM where it is said.  What they keep lies in the caller's memory
 * struct, zeroed, for as long as the export.
 */
#ifndef MPC_SETTINGS_H
#define MPC_SETTINGS_H

#include "mpc/export.h"

/* Files of this kind are all opened when a device starts. */
enum { PROGRESSIONS_MOST = 500 };

struct export_memory {
	struct drum_map map;
	struct buf pack, map_name;
};

/* mpc-one, akai-force, both. */
int export_format(struct export *, const char *);
/* documents, expansion, or both with a comma. */
int export_layout(struct export *, const char *);
/* The pack's name, made fit for a folder; -1 ENOMEM.  After the layout. */
int export_pack(struct export *, struct export_memory *, const char *);
/* gm, kit or a file: -1 and *why, a static text, or NULL for errno. */
int export_drum_map(struct export *, struct export_memory *, const char *file,
    int fold_kick, const char **why);
void export_memory_free(struct export_memory *);

#endif
