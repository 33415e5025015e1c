/* mprogress - show how far a running pipe is */
#include "config.h"

#include <sys/ioctl.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stream/num.h"
#include "stream/panel.h"
#include "stream/tool.h"

enum {
	MOST = 1024,  /* processes */
	DRAW = 250,   /* ms between two panels */
	LINE = 5000,  /* and between two lines, where there is no terminal */
	QUIET = 1000, /* ms that nothing runs before it ends */
	WIDTH = 80,
	NARROWEST = 20
};

static const struct tool_option options[] = {
	{ '1', "once", NULL, "print the panel as it is now and exit" },
	{ 'i', "interval", "SECONDS", "time between two panels or lines" },
	TOOL_QUIET, TOOL_VERBOSE, TOOL_HELP, TOOL_VERSION,
	{ 0, NULL, NULL, NULL }
};
static const struct tool tool = { .name = "mprogress",
	.synopsis = "[-1qv] [-i seconds] [folder]",
	.options = options };

struct show {
	const char *folder;
	struct status *status; /* MOST of them */
	size_t n;
	struct panel panel;
	int terminal, colour;
	unsigned drawn; /* lines of the last panel */
	struct buf text;
};

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static unsigned
width(const struct show *s)
{
	const char *wide = getenv("COLUMNS");
	struct winsize w;
	int64_t n;

	if (s->terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 &&
	    w.ws_col > 0)
		return w.ws_col > NARROWEST ? w.ws_col - 1u : NARROWEST;
	if (wide != NULL && num_int(wide, NARROWEST, 1000, &n) == 0)
		return (unsigned)n;
	return WIDTH;
}

/* Processor time of a process so far, 0 when it is gone: fields 14 and 15 of
 * proc(5). */
static double
processor_time(int64_t pid)
{
	char path[64], text[1024], *p;
	unsigned long long user, kernel;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	p = strrchr(text, ')');
	if (p == NULL ||
	    sscanf(p + 1,
		" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
		&kernel) != 2)
		return 0;
	return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

static void
take(struct show *s)
{
	double seconds;
	int n = status_read(s->folder, s->status, MOST);

	if (n == -1 && errno != ENOENT)
		tool_die(s->folder, "%s", strerror(errno));
	s->n = n == -1 ? 0 : (size_t)n;
	panel_take(&s->panel, s->status, s->n, now());
	for (size_t i = 0; i < s->panel.n; i++) {
		seconds = 0;
		for (size_t k = 0; k < s->n; k++)
			if (s->status[k].ended == 0 &&
			    strcmp(s->status[k].tool, s->panel.stage[i].name) ==
				0)
				seconds += processor_time(s->status[k].pid);
		panel_cpu(&s->panel, s->panel.stage[i].name, seconds);
	}
	panel_slowest(&s->panel);
}

/* Over the last one: each line is cleared to its end. */
static void
draw(struct show *s)
{
	struct buf *b = &s->text;
	size_t from;
	unsigned lines;
	int bad = 0;

	buf_clear(b);
	if (s->terminal && s->drawn > 0)
		bad = buf_fmt(b, "\033[%uA\033[J", s->drawn) == -1;
	from = b->len;
	if (s->terminal)
		bad = bad ||
		    panel_draw(&s->panel, width(s), s->colour, b, &lines) == -1;
	else
		bad = bad || panel_line(&s->panel, b) == -1;
	if (bad)
		tool_die("memory", "%s", strerror(errno));
	s->drawn = s->terminal ? lines : 0;
	if (b->len > from)
		(void)!write(STDERR_FILENO, b->p, b->len);
}

static void
print_once(struct show *s)
{
	unsigned lines;

	take(s);
	buf_clear(&s->text);
	if (panel_draw(&s->panel, width(s), 0, &s->text, &lines) == -1)
		tool_die("memory", "%s", strerror(errno));
	if (fwrite(s->text.p, 1, s->text.len, stdout) != s->text.len ||
	    fflush(stdout) != 0)
		tool_die("stdout", "%s", strerror(errno));
}

/* Until all that ran has ended, or a signal says that it is over. */
static void
follow(struct show *s, int interval)
{
	int64_t quiet_from = 0, at;

	while (!tool_signal) {
		take(s);
		draw(s);
		at = now();
		if (s->panel.n == 0 || s->panel.running)
			quiet_from = 0;
		else if (quiet_from == 0)
			quiet_from = at;
		else if (at - quiet_from >= QUIET)
			return;
		poll(NULL, 0,
		    quiet_from > 0 && interval > QUIET ? QUIET : interval);
	}
	take(s);
	draw(s);
}

int
main(int argc, char *argv[])
{
	const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
	struct show s = { .folder = getenv(STATUS_ENV) };
	int c, once = 0, interval = 0;
	double seconds;

	while ((c = tool_option(&tool, argc, argv)) != -1)
		switch (c) {
		case '1':
			once = 1;
			break;
		case 'i':
			if (num_real(optarg, .01, 3600, &seconds) == -1)
				tool_die(optarg, "not a number of seconds");
			interval = (int)(seconds * 1000);
			break;
		}
	if (optind < argc)
		s.folder = argv[optind++];
	if (optind != argc || s.folder == NULL || s.folder[0] == '\0')
		tool_usage(&tool);
	s.terminal =
	    isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
	s.colour = s.terminal && (no_colour == NULL || no_colour[0] == '\0');
	if ((s.status = calloc(MOST, sizeof(*s.status))) == NULL)
		tool_die("memory", "%s", strerror(errno));
	if (interval == 0)
		interval = s.terminal ? DRAW : LINE;
	tool_catch_signals();
	if (once)
		print_once(&s);
	else
		follow(&s, interval);
	free(s.status);
	buf_free(&s.text);
	/* To be told that it is over is no failure. */
	return OK;
}
