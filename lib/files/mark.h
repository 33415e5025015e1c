/* mark - the file that marks a folder as midiflow's own output
 *
 * mfind leaves out a folder that holds it, so that the toolkit never reads
 * back what it wrote.
 */
#ifndef FILES_MARK_H
#define FILES_MARK_H

#define MARK_NAME "MIDIFLOW.TAG"

/* Puts the mark into a folder, if it is not there: 0, or -1 errno. */
int mark_folder(int dirfd);

#endif
