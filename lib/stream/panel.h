/* panel - the stages of a running pipe, as text
 *
 * From the counters of its filters (status.h): a stage is all processes of
 * one filter, added up.  What a stage has still to do is what the one before
 * it put out, once that has ended; until then it is estimated from how far
 * mextract is through the bytes of the sources, and said with "about".
 *
 * The struct is the caller's, zeroes are valid; it remembers the last counts
 * for the rates.  Functions that append return 0, or -1 ENOMEM.
 */
#ifndef STREAM_PANEL_H
#define STREAM_PANEL_H

#include "stream/buf.h"
#include "stream/status.h"

enum { PANEL_STAGES = 16, PANEL_CODES = 12 };

struct panel_stage {
	char name[STATUS_TOOL];
	unsigned processes, running;
	uint64_t in, out, failed;
	uint64_t bytes_in, bytes_out;
	double total; /* records to come in; 0 unknown */
	int known;    /* it is the last word */
	double rate;  /* records in a second, of the last seconds */
	double cpu;   /* seconds of processor time, as the caller set it */
	uint64_t before;
};

struct panel {
	struct panel_stage stage[PANEL_STAGES]; /* in the order of the pipe */
	size_t n;
	size_t slowest;  /* n: none */
	double done;     /* of the whole, 0 to 1 */
	int about;       /* that is an estimate */
	int running;     /* a process runs */
	double elapsed;  /* seconds */
	double left;     /* seconds; negative: unknown */
	double rate;     /* files a second */
	uint64_t files;  /* that came out of archives and folders */
	uint64_t failed; /* in all stages */
	struct {
		char name[STATUS_CODE];
		uint64_t n;
	} code[PANEL_CODES];
	size_t codes;
	int64_t taken; /* ms since 1970 */
};

/* Takes the counters of n filters at a time, in ms since 1970. */
void panel_take(struct panel *, const struct status *, size_t n, int64_t now);
/* Sets a stage's processor time, and then which is the slowest. */
void panel_cpu(struct panel *, const char *tool, double seconds);
void panel_slowest(struct panel *);
/* Appends the panel: lines of at most `width` characters; *lines is how
 * many.  With colour the terminal's own are used. */
int panel_draw(const struct panel *, unsigned width, int colour, struct buf *,
    unsigned *lines);
/* Appends it as one line, newline and all. */
int panel_line(const struct panel *, struct buf *);

#endif
