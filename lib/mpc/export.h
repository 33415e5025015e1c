/* export - one record's file as patterns on a drive
 *
 * A file gives a pattern for each channel of each of its tracks that holds
 * notes, and a copy of itself.  What a pattern is called comes from the name
 * of the file that the record was found as, and from the notes of its own
 * part: a part that was split off gives the same pattern under the same name
 * as the file that it was split from, and so lies on the drive once.
 *
 * Beside them, as the layouts say, lie the progressions that the chords of a
 * file make, arp patterns, and the program of the drum map.
 *
 * The caller owns the struct; zeroes and `how` are valid once the form was
 * made and the drive was opened; memory is kept for the next record.
 */
#ifndef MPC_EXPORT_H
#define MPC_EXPORT_H

#include "midi/load.h"
#include "mpc/drive.h"
#include "mpc/drum_map.h"
#include "mpc/harmony.h"
#include "mpc/voices.h"
#include "mpc/pattern.h"

enum { EXPORT_DEVICES = 2 };

struct export
{
	/* Top folders, of the devices: patterns and files lie below the
	 * first, what a device looks for in its own place below each. */
	const char *documents[EXPORT_DEVICES];
	/* Those with a blank, by which the firmware calls its arp folder. */
	const char *internal[EXPORT_DEVICES];
	const char *pack;    /* expansion to fill too: Expansions/PACK */
	int no_documents;    /* nothing below documents */
	int mid;             /* copies of the files too */
	int arps;            /* arp patterns too */
	size_t progressions; /* at most so many in a folder; 0 none */
	int trim, bake, dry;
	const struct drum_map *map; /* for drums, or NULL */
	const char *map_name;       /* of the program with its pads */
	struct pattern_form form;
	struct drive drive;
	uint64_t records, patterns, mids, made; /* made: progressions, arps */
	uint64_t left_out;                      /* progressions */

	struct load load;
	struct song song;
	struct voices voices;
	struct pedal pedal;
	struct pattern pattern;
	struct harmony *harmony;
	int has_program;         /* it is on the drive */
	enum category *category; /* of each part */
	size_t capcategory;
	struct buf tree, title, part, text, stem;
};

enum {
	EXPORT_OK = 0,
	EXPORT_BAD = -1,  /* the file: reason, a code of mrec(5) */
	EXPORT_FATAL = -2 /* the drive at drive.file, or memory: errno */
};
/* What lies on the drive whatever the records are: 0; -1 with errno, and
 * x->tree names the folder. */
int export_begin(struct export *);
/* Appends the date and the counts of the run: 0, or -1 ENOMEM. */
int export_sum(const struct export *, struct buf *);
int export_record(struct export *, const struct rec *, const char **reason);
void export_free(struct export *);

#endif
