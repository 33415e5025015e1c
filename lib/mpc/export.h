/* export - one record's file as patterns on a drive
 *
 * A file gives a pattern for each channel of each of its tracks that holds
 * notes, and a copy of itself.  What a pattern is called comes from the name
 * of the file that the record was found as, and from the notes of its own
 * part: a part that was split off gives the same pattern under the same name
 * as the file that it was split from, and so lies on the drive once.
 *
 * The caller owns the struct; zeroes and `how` are valid once the form was
 * made and the drive was opened; memory is kept for the next record.
 */
#ifndef MPC_EXPORT_H
#define MPC_EXPORT_H

#include "midi/load.h"
#include "mpc/drive.h"
#include "mpc/drum_map.h"
#include "mpc/parts.h"
#include "mpc/pattern.h"

struct export
{
	const char *documents; /* top folder of the tree */
	int mid;               /* copies of the files too */
	int trim, bake;
	const struct drum_map *map; /* for drums, or NULL */
	struct pattern_form form;
	struct drive drive;
	uint64_t records, patterns, mids;

	struct load load;
	struct song song;
	struct parts parts;
	struct pedal pedal;
	struct pattern pattern;
	enum category *category; /* of each part */
	size_t capcategory;
	struct buf tree, title, part, text;
};

enum {
	EXPORT_OK = 0,
	EXPORT_BAD = -1,  /* the file: reason, a code of mrec(5) */
	EXPORT_FATAL = -2 /* the drive at drive.file, or memory: errno */
};
int export_record(struct export *, const struct rec *, const char **reason);
void export_free(struct export *);

#endif
