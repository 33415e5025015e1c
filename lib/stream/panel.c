/* panel - the stages of a running pipe, as text */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "stream/panel.h"

enum { NAME_WIDTH = 11, BAR_MOST = 30, BAR_LEAST = 6, BARE_WIDTH = 54 };

static const double window = 5; /* seconds that a rate looks back */

/* The filters in the order in which a pipe has them. */
static const char *const order[] = { "mfind", "mdbfind", "mdbnew", "mextract",
	"msanitize", "mrepair", "msplit", "manalyze", "mtag", "mrename",
	"mdbload", "mexport-mpc" };

/* --- taking ----------------------------------------------------------------
 */

static size_t
place(const char *tool)
{
	size_t i = 0;

	while (
	    i < sizeof(order) / sizeof(*order) && strcmp(order[i], tool) != 0)
		i++;
	return i;
}

/* The stage of a tool, made where the order has it. */
static struct panel_stage *
stage_of(struct panel *p, const char *tool)
{
	size_t i = 0;

	while (i < p->n && strcmp(p->stage[i].name, tool) != 0 &&
	    place(p->stage[i].name) <= place(tool))
		i++;
	if (i < p->n && strcmp(p->stage[i].name, tool) == 0)
		return &p->stage[i];
	if (p->n == PANEL_STAGES)
		return NULL;
	memmove(p->stage + i + 1, p->stage + i, (p->n - i) * sizeof(*p->stage));
	p->n++;
	p->stage[i] = (struct panel_stage){ 0 };
	snprintf(p->stage[i].name, sizeof(p->stage[i].name), "%s", tool);
	return &p->stage[i];
}

static void
add_code(struct panel *p, const char *name, uint64_t n)
{
	size_t i = 0;

	while (i < p->codes && strcmp(p->code[i].name, name) != 0)
		i++;
	if (i == PANEL_CODES)
		return;
	if (i == p->codes) {
		snprintf(p->code[i].name, sizeof(p->code[i].name), "%s", name);
		p->code[i].n = 0;
		p->codes++;
	}
	p->code[i].n += n;
}

static struct panel_stage *
find(struct panel *p, const char *tool)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->stage[i].name, tool) == 0)
			return &p->stage[i];
	return NULL;
}

static double
share(double part, double whole)
{
	return whole <= 0 ? 0 : part > whole ? 1 : part / whole;
}

/* What each stage has to do, and how far the whole is. */
static void
set_totals(struct panel *p)
{
	struct panel_stage *from = find(p, "mfind");
	struct panel_stage *work = find(p, "mextract");
	struct panel_stage *s, *before;
	double through = 0;

	if (from != NULL && work != NULL)
		through =
		    share((double)work->bytes_in, (double)from->bytes_out);
	for (size_t i = 1; i < p->n; i++) {
		s = &p->stage[i];
		before = &p->stage[i - 1];
		s->known =
		    before->running == 0 && (i == 1 || p->stage[i - 1].known);
		s->total = (double)before->out;
		/* What has yet to come out of the archives. */
		if (!s->known && work != NULL && s > work && through > .01)
			s->total = (double)before->out / through;
		if (s->total < (double)s->in)
			s->total = (double)s->in;
	}
	p->about = from == NULL || from->running > 0;
	if (work != NULL && through > 0)
		p->done = through;
	else if (p->n > 1)
		p->done = share(
		    (double)p->stage[p->n - 1].in, p->stage[p->n - 1].total);
	/* The last stage has the last word. */
	if (p->n > 1 && p->stage[p->n - 1].running > 0 && p->done > .999)
		p->done = .999 *
		    share((double)p->stage[p->n - 1].in,
			p->stage[p->n - 1].total);
	if (!p->running && p->n > 0)
		p->done = 1;
}

static void
set_rates(struct panel *p, double passed)
{
	double alpha = passed >= window ? 1 : passed / window;
	struct panel_stage *s;
	double rate;

	for (size_t i = 0; i < p->n; i++) {
		s = &p->stage[i];
		rate = passed > 0 ? (double)(s->in - s->before) / passed : 0;
		s->rate += alpha * (rate - s->rate);
		s->before = s->in;
	}
}

void
panel_take(struct panel *p, const struct status *status, size_t n, int64_t now)
{
	int64_t began = now, ended = 0;
	struct panel_stage *s;

	for (size_t i = 0; i < p->n; i++) {
		s = &p->stage[i];
		s->processes = s->running = 0;
		s->in = s->out = s->failed = s->bytes_in = s->bytes_out = 0;
	}
	p->codes = 0;
	p->failed = 0;
	p->running = 0;
	for (size_t i = 0; i < n; i++) {
		if ((s = stage_of(p, status[i].tool)) == NULL)
			continue;
		s->processes++;
		s->running += status[i].ended == 0;
		p->running |= status[i].ended == 0;
		s->in += status[i].in;
		s->out += status[i].out;
		s->failed += status[i].failed;
		s->bytes_in += status[i].bytes_in;
		s->bytes_out += status[i].bytes_out;
		p->failed += status[i].failed;
		for (size_t k = 0; k < STATUS_CODES; k++)
			if (status[i].code[k].n > 0)
				add_code(p, status[i].code[k].name,
				    status[i].code[k].n);
		if (status[i].began < began)
			began = status[i].began;
		if (status[i].ended > ended)
			ended = status[i].ended;
	}
	p->elapsed =
	    n == 0 ? 0 : (double)((p->running ? now : ended) - began) / 1000;
	set_rates(p, p->taken > 0 ? (double)(now - p->taken) / 1000 : 0);
	p->taken = now;
	set_totals(p);
	s = find(p, "mextract");
	if (s == NULL && p->n > 0)
		s = &p->stage[p->n - 1];
	p->files = s != NULL ? s->out : 0;
	p->rate = p->elapsed > 0 ? (double)p->files / p->elapsed : 0;
	p->left = p->done > .01 ? p->elapsed * (1 - p->done) / p->done : -1;
	p->slowest = p->n;
}

void
panel_cpu(struct panel *p, const char *tool, double seconds)
{
	struct panel_stage *s = find(p, tool);

	if (s != NULL)
		s->cpu = seconds;
}

void
panel_slowest(struct panel *p)
{
	p->slowest = p->n;
	for (size_t i = 0; i < p->n; i++)
		if (p->stage[i].running > 0 && p->stage[i].cpu > 0 &&
		    (p->slowest == p->n ||
			p->stage[i].cpu > p->stage[p->slowest].cpu))
			p->slowest = i;
}

/* --- drawing ---------------------------------------------------------------
 */

/* 1234567 as 1,234,567. */
static const char *
grouped(char text[32], double v)
{
	char plain[32];
	size_t n, k = 0;

	snprintf(plain, sizeof(plain), "%.0f", v);
	n = strlen(plain);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			text[k++] = ',';
		text[k++] = plain[i];
	}
	text[k] = '\0';
	return text;
}

static const char *
clock_text(char text[32], double seconds)
{
	long s = (long)(seconds + .5);

	if (s >= 3600)
		snprintf(
		    text, 32, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(text, 32, "%ld:%02ld", s / 60, s % 60);
	return text;
}

/* A line cut to the width; colours take no room. */
static int
put_line(struct buf *b, const char *line, unsigned width, const char *on,
    const char *off)
{
	size_t n = strlen(line);

	if (n > width)
		n = width;
	while (n > 0 && line[n - 1] == ' ')
		n--;
	return buf_fmt(b, "%s%.*s%s\n", on, (int)n, line, off);
}

static int
put_head(const struct panel *p, unsigned width, int colour, struct buf *b)
{
	char line[256], elapsed[32], left[32], files[32], rate[32], tail[64];

	if (!p->running)
		snprintf(tail, sizeof(tail), "done");
	else if (p->left < 0)
		snprintf(tail, sizeof(tail), "time left unknown");
	else
		snprintf(tail, sizeof(tail), "%s%s left",
		    p->about ? "about " : "", clock_text(left, p->left));
	snprintf(line, sizeof(line),
	    "%s%3.0f %%  %s  %s  %s files, %s/s  %llu failed",
	    p->about && p->running ? "about " : "", 100 * p->done,
	    clock_text(elapsed, p->elapsed), tail,
	    grouped(files, (double)p->files), grouped(rate, p->rate),
	    (unsigned long long)p->failed);
	return put_line(
	    b, line, width, colour ? "\033[1m" : "", colour ? "\033[0m" : "");
}

static int
put_stage(const struct panel *p, const struct panel_stage *s, unsigned width,
    int colour, struct buf *b)
{
	char line[256], bar[BAR_MOST + 1], in[32], total[32], rate[32];
	unsigned bars = width < BARE_WIDTH + BAR_LEAST ? 0
	    : width - BARE_WIDTH > BAR_MOST            ? BAR_MOST
						       : width - BARE_WIDTH;
	int first = s == p->stage, slow = s == &p->stage[p->slowest];
	double done = first ? s->running == 0 : share((double)s->in, s->total);
	unsigned filled = (unsigned)(done * bars + .5);

	if (p->slowest == p->n)
		slow = 0;
	memset(bar, '.', sizeof(bar));
	memset(bar, '#', filled);
	bar[bars] = '\0';
	snprintf(line, sizeof(line), "%-*s%s%s%s%3.0f %% %10s%s%-11s %9s%s%s%s",
	    NAME_WIDTH, s->name, bars > 0 ? "[" : "", bar, bars > 0 ? "] " : "",
	    100 * done, grouped(in, first ? (double)s->out : (double)s->in),
	    first          ? " "
		: s->known ? "/"
			   : "~",
	    first ? "" : grouped(total, s->total),
	    s->running > 0 ? grouped(rate, s->rate) : "",
	    s->running > 0 ? "/s" : "", slow ? " slowest" : "",
	    s->failed > 0 ? " !" : "");
	return put_line(b, line, width,
	    !colour               ? ""
		: s->failed > 0   ? "\033[33m"
		: s->running == 0 ? "\033[32m"
		: slow            ? "\033[36m"
				  : "",
	    colour ? "\033[0m" : "");
}

static int
put_codes(const struct panel *p, struct buf *b)
{
	for (size_t i = 0; i < p->codes; i++)
		if (buf_fmt(b, "%s%s %llu", i > 0 ? ", " : "", p->code[i].name,
			(unsigned long long)p->code[i].n) == -1)
			return -1;
	return 0;
}

int
panel_draw(const struct panel *p, unsigned width, int colour, struct buf *b,
    unsigned *lines)
{
	struct buf codes = { 0 };
	int bad = put_head(p, width, colour, b) == -1;

	*lines = 1;
	for (size_t i = 0; i < p->n && !bad; i++) {
		bad = put_stage(p, &p->stage[i], width, colour, b) == -1;
		++*lines;
	}
	if (p->codes > 0 && !bad) {
		bad = buf_str(&codes, "failed: ") == -1 ||
		    put_codes(p, &codes) == -1 ||
		    put_line(b, codes.p, width, "", "") == -1;
		++*lines;
	}
	buf_free(&codes);
	return bad ? -1 : 0;
}

int
panel_line(const struct panel *p, struct buf *b)
{
	char elapsed[32], left[32], rate[32];

	if (buf_fmt(b, "%s%.0f %%, %s elapsed", p->about ? "about " : "",
		100 * p->done, clock_text(elapsed, p->elapsed)) == -1)
		return -1;
	if (p->running && p->left >= 0 &&
	    buf_fmt(b, ", %s%s left", p->about ? "about " : "",
		clock_text(left, p->left)) == -1)
		return -1;
	if (buf_fmt(b, ", %llu files, %s/s, %llu failed",
		(unsigned long long)p->files, grouped(rate, p->rate),
		(unsigned long long)p->failed) == -1)
		return -1;
	for (size_t i = 1; i < p->n; i++)
		if (buf_fmt(b, "%s%s %llu", i == 1 ? "; " : ", ",
			p->stage[i].name,
			(unsigned long long)p->stage[i].in) == -1)
			return -1;
	return buf_byte(b, '\n');
}
