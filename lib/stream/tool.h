/* tool - what every filter has in common: options, diagnostics, the loop
 *
 * This is the one module of lib/ that prints and exits, because it speaks
 * for main(): usage, --help, --version and -H; `tool: thing: reason` on the
 * standard error; the loop over the records with its exit statuses.
 *
 * A filter describes itself in a struct tool, reads its options with
 * tool_option(), and hands a function that takes one record to stream_run().
 */
#ifndef STREAM_TOOL_H
#define STREAM_TOOL_H

#include "stream/rec.h"

/* midiflow(7), EXIT STATUS */
enum { OK = 0, SOME_FAILED = 1, FATAL = 2 };

/* An option: its letter (above 255: it has only a long name), its long name,
 * the name of its argument or NULL, and a line for --help. */
struct tool_option {
	int letter;
	const char *name, *arg, *help;
};

struct tool {
	const char *name;
	const char *synopsis;              /* behind the name, as in the page */
	const struct tool_option *options; /* ends with letter 0 */
	int last; /* last column that it fills; 0: no -H */
};

/* Lines for the option table; what they do is done by tool_option(). */
#define TOOL_HELP                                        \
	{                                                \
		'h', "help", NULL, "print this and exit" \
	}
#define TOOL_COLUMNS                                                    \
	{                                                               \
		'H', "columns", NULL, "print the column names and exit" \
	}
#define TOOL_QUIET                                                  \
	{                                                           \
		'q', "quiet", NULL,                                 \
		    "do not name what failed on the standard error" \
	}
#define TOOL_REJECTS                                             \
	{                                                        \
		'r', "rejects", "FILE",                          \
		    "write a copy of each failed record to FILE" \
	}
#define TOOL_VERBOSE                                                     \
	{                                                                \
		'v', "verbose", NULL, "say at the end how much was done" \
	}
#define TOOL_VERSION                                               \
	{                                                          \
		256, "version", NULL, "print the version and exit" \
	}
enum { TOOL_LONG = 257 }; /* first letter for long names of one's own */

/* How much is said: 0 with -q, 1, 2 with -v. */
extern int tool_loudness;

/* The next option's letter with optarg set, -1 at the end; handles the
 * common ones itself; a wrong one ends the program with the usage. */
int tool_option(const struct tool *, int argc, char *argv[]);
/* The usage on the standard error, exit 2. */
_Noreturn void tool_usage(const struct tool *);
/* `tool: thing: reason`; thing must be escaped.  Silent with -q. */
void tool_warn(const char *thing, const char *reason, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for raw bytes, which it escapes. */
void tool_warn_bytes(const void *thing, size_t n, const char *reason);
/* `tool: thing: reason`, exit 2; never silent. */
_Noreturn void tool_die(const char *thing, const char *reason, ...)
    __attribute__((format(printf, 2, 3)));

/* What became of a record.  WORK_FAILED is added to one of the first two. */
enum {
	WORK_KEEP = 0,   /* it goes on */
	WORK_DROP = 1,   /* it does not */
	WORK_FAILED = 2, /* why is said, it goes to the rejects */
	WORK_FATAL = 4   /* the run ends with why, exit 2 */
};

struct status;

/* What one filter reads and writes.  Zeroes are not valid: stream_open(). */
struct stream {
	struct rec_in in;
	struct rec_out out, rejects;
	struct rec rec;
	struct buf why; /* the reason, for WORK_FAILED and _FATAL */
	int status;
	size_t put, failed;      /* records, for -v */
	struct status *counters; /* the same, for others to see */
	/* Called with stream_run()'s ctx when in.patience is over. */
	void (*idle)(struct stream *, void *);
};
typedef int (*stream_work)(struct stream *, struct rec *, void *);

/* Standard input, output, and -r FILE, which it creates. */
void stream_open(struct stream *);
/* Works on every record to the end; returns the exit status so far.  A cut
 * last line, or a read or write error, is named and gives FATAL. */
int stream_run(struct stream *, stream_work, void *);
/* Puts a record out between; exits 2 when that cannot be done. */
void stream_put(struct stream *, const struct rec *);
/* Names a failed record, copies it to the rejects, sets the status. */
void stream_fail(struct stream *, const struct rec *, const char *reason);
/* Flushes and closes all, with -v says what was done; returns the exit
 * status, worse if that failed. */
int stream_close(struct stream *);
/* Sets why and returns what, for `return stream_why(…)` in a work function;
 * with reason NULL it is the text of errno. */
int stream_why(struct stream *, int what, const char *reason);

/* From here SIGINT, SIGTERM and SIGHUP only set tool_signal, stream_run()
 * ends after the record at hand, and tool_end() then dies of the signal. */
void tool_catch_signals(void);
extern volatile int tool_signal;
/* What main returns: the status, or death by the signal that was caught. */
int tool_end(int status);

#endif
