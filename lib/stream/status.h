/* status - counters of a running filter, for others to see
 *
 * When $MIDIFLOW_STATUS names a folder, a filter keeps its counters in a file
 * there that it shares with whoever reads it; otherwise they are its own
 * memory, and cost the same.  Each filter writes its own file, each value is
 * written by plain stores, and a reader sees values of some moment ago.
 *
 * SIGUSR1 makes a filter print its counters as one line.
 */
#ifndef STREAM_STATUS_H
#define STREAM_STATUS_H

#include <stddef.h>
#include <stdint.h>

enum { STATUS_TOOL = 24, STATUS_CODE = 24, STATUS_CODES = 24 };

struct status {
	char magic[8]; /* STATUS_MAGIC, written last */
	char tool[STATUS_TOOL];
	int64_t pid;
	int64_t began, ended; /* ms since 1970; ended 0: it runs */
	uint64_t in, out;     /* records */
	uint64_t failed;
	uint64_t bytes_in, bytes_out; /* of the files that records name */
	/* Why it failed: the first word, and how often. */
	struct {
		char name[STATUS_CODE];
		uint64_t n;
	} code[STATUS_CODES];
};

#define STATUS_MAGIC "midiflo1"
#define STATUS_ENV "MIDIFLOW_STATUS"

/* The counters of this process, never NULL: begun with the first call. */
struct status *status_of(const char *tool);
/* Whether anybody can see them, so that what costs something is worth it. */
int status_is_shared(void);
/* Counts a failure by the first word of its reason. */
void status_failed(const char *reason);
/* The filter is done. */
void status_end(void);
/* Prints the line at SIGUSR1 from now on. */
void status_on_signal(void);

/* Reads every filter's counters in a folder, up to `most`: their number, or
 * -1 with errno.  A filter that died without a word has ended now. */
int status_read(const char *folder, struct status *, size_t most);

#endif
