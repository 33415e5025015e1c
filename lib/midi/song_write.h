/* song_write - a table of notes with its maps and texts, as a file
 *
 * The inverse of song_read(): what that finds in the new file is the table,
 * with nothing to forgive.  The table may come from a file or be made by
 * hand; then these members are read, the others may be zeroes:
 *
 *	format, division
 *	note, nnotes	in any order; track, channel, pitch, velocity above 0,
 *			0 <= on <= off, release and program
 *	track, ntracks	for their ends; tracks that only notes name are made
 *	maps, own	entries that are `given`, and all keys
 *	text, ntexts	track by track
 *
 * The maps stand in the first track, but for those of format 2; it ends no
 * earlier than they do.  The order on one tick is texts, maps, ends of notes,
 * notes in the order of the table, each with a program change where its
 * channel has another program.  A note that sounds when the next one of its
 * track, channel and pitch begins is ended there, as the reader would.
 */
#ifndef MIDI_SONG_WRITE_H
#define MIDI_SONG_WRITE_H

#include "midi/song.h"
#include "stream/buf.h"

/* Appends the file to out: 0, or -1 with ENOMEM, or EINVAL for what no file
 * can hold. */
int song_write(const struct song *, int running_status, struct buf *out);

#endif
