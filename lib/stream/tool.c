/* tool - what every filter has in common: options, diagnostics, the loop */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "stream/esc.h"
#include "stream/num.h"
#include "stream/status.h"
#include "stream/tool.h"

enum { MOST_OPTIONS = 48 };

int tool_loudness = 1;
volatile int tool_signal;

static const struct tool *self;
static const char *rejects_path;

static void
print_usage(const struct tool *t, FILE *f)
{
	const char *line = t->synopsis, *nl;
	int first = 1;

	/* A synopsis of several lines is several ways to call the tool. */
	for (;; line = nl + 1, first = 0) {
		nl = strchr(line, '\n');
		fprintf(f, "%s%s %.*s\n", first ? "usage: " : "       ",
		    t->name, nl == NULL ? (int)strlen(line) : (int)(nl - line),
		    line);
		if (nl == NULL)
			break;
	}
}

void
tool_usage(const struct tool *t)
{
	print_usage(t, stderr);
	exit(FATAL);
}

static _Noreturn void
leave_stdout(void)
{
	if (fflush(stdout) == EOF || fclose(stdout) == EOF)
		tool_die("stdout", "%s", strerror(errno));
	exit(OK);
}

static _Noreturn void
help(const struct tool *t)
{
	char left[80];

	print_usage(t, stdout);
	fputs("\n", stdout);
	for (const struct tool_option *o = t->options; o->letter != 0; o++) {
		if (o->letter < 256)
			snprintf(left, sizeof(left), "-%c, --%s%s%s", o->letter,
			    o->name, o->arg != NULL ? " " : "",
			    o->arg != NULL ? o->arg : "");
		else
			snprintf(left, sizeof(left), "    --%s%s%s", o->name,
			    o->arg != NULL ? " " : "",
			    o->arg != NULL ? o->arg : "");
		printf("  %-26s  %s\n", left, o->help);
	}
	leave_stdout();
}

static _Noreturn void
print_columns(const struct tool *t)
{
	for (int i = 1; i <= t->last; i++)
		printf("%s%s", i == 1 ? "#" : "\t", columns[i].name);
	putchar('\n');
	leave_stdout();
}

int
tool_option(const struct tool *t, int argc, char *argv[])
{
	static struct option longs[MOST_OPTIONS];
	static char shorts[2 * MOST_OPTIONS + 1];
	size_t n = 0, k = 0;
	int c;

	if (self == NULL) {
		self = t;
		for (const struct tool_option *o = t->options;
		     o->letter != 0 && n < MOST_OPTIONS - 1; o++) {
			longs[n++] = (struct option){ o->name,
				o->arg != NULL ? required_argument
					       : no_argument,
				NULL, o->letter };
			if (o->letter < 256) {
				shorts[k++] = (char)o->letter;
				if (o->arg != NULL)
					shorts[k++] = ':';
			}
		}
	}
	for (;;) {
		switch (c = getopt_long(argc, argv, shorts, longs, NULL)) {
		case '?':
			tool_usage(t);
		case 'H':
			if (t->last == 0)
				return c;
			print_columns(t);
		case 'h':
			help(t);
		case 'q':
			tool_loudness = 0;
			break;
		case 'r':
			rejects_path = optarg;
			break;
		case 'v':
			tool_loudness = 2;
			break;
		case 256:
			printf("%s (midiflow) %s\n", t->name, PACKAGE_VERSION);
			leave_stdout();
		default:
			return c;
		}
	}
}

static void
say(const char *thing, const char *reason, va_list ap)
{
	struct buf line = { 0 };
	char text[512];

	/* One write a line: several processes may share the standard error. */
	vsnprintf(text, sizeof(text), reason, ap);
	if (buf_fmt(&line, "%s: %s: %s\n",
		self != NULL ? self->name : "midiflow", thing, text) == 0)
		(void)!write(STDERR_FILENO, line.p, line.len);
	buf_free(&line);
}

void
tool_warn(const char *thing, const char *reason, ...)
{
	va_list ap;

	if (tool_loudness == 0)
		return;
	va_start(ap, reason);
	say(thing, reason, ap);
	va_end(ap);
}

void
tool_warn_bytes(const void *thing, size_t n, const char *reason)
{
	struct buf b = { 0 };

	if (esc_add(&b, thing, n) == 0)
		tool_warn(b.p, "%s", reason);
	buf_free(&b);
}

void
tool_die(const char *thing, const char *reason, ...)
{
	va_list ap;

	va_start(ap, reason);
	say(thing, reason, ap);
	va_end(ap);
	exit(FATAL);
}

void
stream_open(struct stream *s)
{
	*s = (struct stream){
		.in = { .fd = STDIN_FILENO, .tie = &s->out },
		.out = { .fd = STDOUT_FILENO },
		.rejects = { .fd = -1 },
	};
	s->counters = status_of(self != NULL ? self->name : "midiflow");
	status_on_signal();
	if (rejects_path == NULL)
		return;
	s->rejects.fd =
	    open(rejects_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (s->rejects.fd == -1)
		tool_die(rejects_path, "%s", strerror(errno));
}

void
stream_put(struct stream *s, const struct rec *r)
{
	s->put++;
	s->counters->out = s->put;
	if (rec_put(r, &s->out) == -1)
		tool_die("stdout", "%s", strerror(errno));
}

/* What is seen while it runs. */
static void
count_in(struct stream *s, const struct rec *r)
{
	int64_t size;

	s->counters->in = s->in.line;
	s->counters->out = s->put;
	if (status_is_shared() && rec_known(r, COL_SIZE) &&
	    num_int(rec_field(r, COL_SIZE), 0, INT64_MAX, &size) == 0)
		s->counters->bytes_in += (uint64_t)size;
}

void
stream_fail(struct stream *s, const struct rec *r, const char *reason)
{
	if (s->status < SOME_FAILED)
		s->status = SOME_FAILED;
	s->failed++;
	status_failed(reason);
	tool_warn(r->nf > 0 && r->len[0] > 0 ? r->field[0] : "(no path)", "%s",
	    reason);
	if (s->rejects.fd != -1 && rec_put(r, &s->rejects) == -1)
		tool_die(rejects_path, "%s", strerror(errno));
}

int
stream_why(struct stream *s, int what, const char *reason)
{
	int e = errno;

	buf_clear(&s->why);
	if (buf_str(&s->why, reason != NULL ? reason : strerror(e)) == -1)
		return WORK_FATAL;
	return what;
}

int
stream_run(struct stream *s, stream_work work, void *ctx)
{
	struct rec *r = &s->rec;
	int c, what;

	while (!tool_signal && (c = rec_get(&s->in, r)) != 0) {
		if (c == -1 && errno == EINTR)
			continue;
		if (c == -1 && errno == EAGAIN && s->idle != NULL) {
			s->idle(s, ctx);
			continue;
		}
		if (c == -1 && s->out.failed)
			tool_die("stdout", "%s", strerror(errno));
		if (c == -1)
			tool_die("stdin", "record %zu: %s", s->in.line + 1,
			    strerror(errno));
		if (c == REC_CUT) {
			tool_warn(r->field[0], "the last line is cut off");
			s->status = FATAL;
			break;
		}
		buf_clear(&s->why);
		if (r->len[0] == 0)
			what = stream_why(s, WORK_DROP | WORK_FAILED,
			    "a record without a path");
		else
			what = work(s, r, ctx);
		if (what & WORK_FATAL)
			tool_die(r->nf > 0 ? r->field[0] : "stdin", "%s",
			    s->why.len > 0 ? s->why.p : strerror(errno));
		if (what & WORK_FAILED)
			stream_fail(s, r, s->why.len > 0 ? s->why.p : "failed");
		if (!(what & WORK_DROP))
			stream_put(s, r);
		count_in(s, r);
	}
	return s->status;
}

int
stream_close(struct stream *s)
{
	if (s->rejects.fd != -1 && rec_close(&s->rejects) == -1)
		tool_die(rejects_path, "%s", strerror(errno));
	if (rec_close(&s->out) == -1)
		tool_die("stdout", "%s", strerror(errno));
	if (tool_loudness > 1)
		tool_warn("done", "%zu records read, %zu written, %zu failed",
		    s->in.line, s->put, s->failed);
	status_end();
	rec_in_free(&s->in);
	rec_free(&s->rec);
	buf_free(&s->why);
	return s->status;
}

static void
caught(int sig)
{
	tool_signal = sig;
}

void
tool_catch_signals(void)
{
	static const int sigs[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction sa = { .sa_handler = caught }, old;

	/* No SA_RESTART: a read that waits must come back and see it. */
	for (size_t i = 0; i < sizeof(sigs) / sizeof(*sigs); i++)
		if (sigaction(sigs[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(sigs[i], &sa, NULL);
}

int
tool_end(int status)
{
	if (tool_signal) {
		signal(tool_signal, SIG_DFL);
		raise(tool_signal);
	}
	return status;
}
