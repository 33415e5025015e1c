/* undo - the log of what was moved, and the way back
 *
 * LIBRARY/.midiflow/undo/ holds a log of each run that moved something, named
 * by the time it began.  A log is only ever added to.  A line has the fields
 * of a record, escaped as in mrec(5): where the file was, where it was to go,
 * its hash, its size, and then the columns 3 to 12 of its record as they
 * were.  It reaches the kernel before the file moves, so that whatever ends
 * the run, each move that happened has its line; a line may stand there for
 * a move that did not.  A line that begins with \N names a folder that was
 * made.
 */
#ifndef FILES_UNDO_H
#define FILES_UNDO_H

#include "files/library.h"
#include "stream/tool.h"

enum { UNDO_OLD, UNDO_NEW, UNDO_HASH, UNDO_SIZE, UNDO_REST };

struct undo_log {
	int fd; /* -1 until the first line */
	struct buf path, lines;
	size_t moves; /* that were written */
};

/* Opens the log of this run, if it is not open: 0, or -1 with errno. */
int undo_begin(struct undo_log *, const struct library *);
/* Writes what is in lines, and empties it; durable: it survives a power cut.
 * 0, or -1 with errno and the log as it was. */
int undo_write(struct undo_log *, int durable);
void undo_end(struct undo_log *);

/* Takes back what a log tells, the last first.  A move that did not happen is
 * left alone; a file that somebody changed or moved on, or whose old name is
 * taken, stays where it is and is named as failed.  For each file that is
 * back its record is put out as it was.  With plan nothing is moved.  0; 1
 * when stopped by a signal; -1 with errno when the log cannot be read. */
int undo_revert(struct library *, struct stream *, const char *log, int plan);

#endif
