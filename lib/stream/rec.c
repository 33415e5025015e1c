/* rec - the record stream of mrec(5) */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "stream/esc.h"
#include "stream/rec.h"

static char null_field[] = "\\N";

static int
fields_grow(struct rec *r, size_t want)
{
	size_t cap = r->cap == 0 ? 64 : r->cap;
	char **field;
	size_t *len;

	if (want <= r->cap)
		return 0;
	while (cap < want)
		cap *= 2;
	if ((field = reallocarray(r->field, cap, sizeof(*field))) == NULL)
		return -1;
	r->field = field;
	if ((len = reallocarray(r->len, cap, sizeof(*len))) == NULL)
		return -1;
	r->len = len;
	r->cap = cap;
	return 0;
}

/* Whether a read would give anything within ms: 1, 0, or -1 errno. */
static int
ready(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms);
}

/* Reads more behind what is there: 1, 0 at the end, -1 errno. */
static int
fill(struct rec_in *in)
{
	ssize_t n;
	int c;

	if (in->pos > 0) {
		memmove(in->buf.p, in->buf.p + in->pos, in->buf.len - in->pos);
		in->buf.len -= in->pos;
		in->pos = 0;
	}
	if (in->buf.len > REC_LONGEST) {
		errno = EMSGSIZE;
		return -1;
	}
	if (in->buf.cap - in->buf.len <= REC_BLOCK &&
	    buf_grow(&in->buf, in->buf.len + 2 * REC_BLOCK) == -1)
		return -1;
	if (in->tie != NULL && in->tie->buf.len > 0 && ready(in->fd, 0) == 0 &&
	    rec_flush(in->tie) == -1)
		return -1;
	if (in->patience > 0 && (c = ready(in->fd, in->patience)) != 1) {
		if (c == 0)
			errno = EAGAIN;
		return -1;
	}
	n = read(
	    in->fd, in->buf.p + in->buf.len, in->buf.cap - in->buf.len - 1);
	if (n == -1)
		return -1;
	in->buf.len += (size_t)n;
	in->eof = n == 0;
	return n > 0;
}

static int
split(struct rec *r, char *p, char *end)
{
	char *tab;

	for (r->nf = 0;; p = tab + 1) {
		if (fields_grow(r, r->nf + 1) == -1)
			return -1;
		tab = r->in->nul ? NULL : memchr(p, '\t', (size_t)(end - p));
		if (tab == NULL)
			tab = end;
		r->field[r->nf] = p;
		r->len[r->nf++] = (size_t)(tab - p);
		*tab = '\0';
		if (tab == end)
			return 0;
	}
}

static void
arena_reset(struct rec_in *in)
{
	while (in->nfull > 0)
		buf_free(&in->full[--in->nfull]);
	buf_clear(&in->arena);
}

void
rec_new(struct rec *r, struct rec_in *in)
{
	arena_reset(in);
	r->in = in;
	r->nf = 0;
}

int
rec_get(struct rec_in *in, struct rec *r)
{
	size_t seen = 0;
	char *p, *nl = NULL;
	int c;

	rec_new(r, in);
	if (in->buf.p == NULL && buf_grow(&in->buf, 2 * REC_BLOCK) == -1)
		return -1;
	for (;;) {
		p = in->buf.p + in->pos;
		if (in->buf.len > in->pos + seen)
			nl = memchr(p + seen, in->nul ? '\0' : '\n',
			    in->buf.len - in->pos - seen);
		if (nl != NULL || in->eof)
			break;
		seen = in->buf.len - in->pos;
		if ((c = fill(in)) == -1)
			return -1;
	}
	if (nl == NULL && in->pos == in->buf.len)
		return 0;
	in->line++;
	if (nl == NULL) {
		p = in->buf.p + in->pos;
		nl = in->buf.p + in->buf.len;
		in->pos = in->buf.len;
		return split(r, p, nl) == -1 ? -1 : REC_CUT;
	}
	in->pos = (size_t)(nl - in->buf.p) + 1;
	return split(r, p, nl) == -1 ? -1 : 1;
}

int
rec_put(const struct rec *r, struct rec_out *out)
{
	size_t need = 0;
	char *q;

	for (size_t i = 0; i < r->nf; i++)
		need += r->len[i] + 1;
	if (buf_grow(&out->buf, need) == -1)
		return -1;
	q = out->buf.p + out->buf.len;
	for (size_t i = 0; i < r->nf; i++) {
		if (i > 0)
			*q++ = '\t';
		memcpy(q, r->field[i], r->len[i]);
		q += r->len[i];
	}
	out->buf.len = (size_t)(q - out->buf.p);
	return rec_end(out);
}

int
rec_end(struct rec_out *out)
{
	if (buf_byte(&out->buf, '\n') == -1)
		return -1;
	if (out->buf.len < (out->hold > 0 ? out->hold : REC_BLOCK))
		return 0;
	return rec_flush(out);
}

static int
set_slot(struct rec *r, int col, char *s, size_t n)
{
	size_t want = (size_t)col;

	if (fields_grow(r, want) == -1)
		return -1;
	for (; r->nf < want; r->nf++) {
		r->field[r->nf] = null_field;
		r->len[r->nf] = sizeof(null_field) - 1;
	}
	r->field[col - 1] = s;
	r->len[col - 1] = n;
	return 0;
}

int
rec_set(struct rec *r, int col, const char *s)
{
	union {
		const char *in;
		char *out;
	} u = { .in = s };

	return set_slot(r, col, u.out, strlen(s));
}

/* n bytes of the arena that will not move before the next rec_get. */
static char *
arena_take(struct rec_in *in, size_t n)
{
	struct buf *full;
	size_t cap;

	if (in->arena.cap - in->arena.len <= n) {
		cap = in->arena.cap;
		if (in->arena.len > 0) {
			full = reallocarray(
			    in->full, in->nfull + 1, sizeof(*full));
			if (full == NULL)
				return NULL;
			in->full = full;
			full[in->nfull++] = in->arena;
			in->arena = (struct buf){ 0 };
		}
		if (buf_grow(&in->arena, n + 2 * cap + 4096) == -1)
			return NULL;
	}
	return in->arena.p + in->arena.len;
}

int
rec_set_text(struct rec *r, int col, const void *bytes, size_t n)
{
	struct rec_in *in = r->in;
	size_t at;

	if (n == 0)
		return rec_set(r, col, null_field);
	if (n >= SIZE_MAX / (2 * ESC_WORST)) {
		errno = ENOMEM;
		return -1;
	}
	if (arena_take(in, n * ESC_WORST + 1) == NULL)
		return -1;
	at = in->arena.len;
	if (esc_add(&in->arena, bytes, n) == -1)
		return -1;
	n = in->arena.len++ - at; /* keep the NUL */
	return set_slot(r, col, in->arena.p + at, n);
}

int
rec_set_int(struct rec *r, int col, int64_t v)
{
	enum { ROOM = 24 };
	char *q;
	int n;

	if ((q = arena_take(r->in, ROOM)) == NULL)
		return -1;
	n = snprintf(q, ROOM, "%lld", (long long)v);
	r->in->arena.len += (size_t)n + 1;
	return set_slot(r, col, q, (size_t)n);
}

int
rec_set_real(struct rec *r, int col, double v, int decimals)
{
	enum { ROOM = 352 }; /* the largest double and decimals */
	char *q;
	int n;

	if (!isfinite(v))
		return rec_set(r, col, null_field);
	if ((q = arena_take(r->in, ROOM)) == NULL)
		return -1;
	n = snprintf(q, ROOM, "%.*f", decimals, v == 0 ? 0.0 : v);
	r->in->arena.len += (size_t)n + 1;
	return set_slot(r, col, q, (size_t)n);
}

int
rec_known(const struct rec *r, int col)
{
	return r->nf >= (size_t)col && !rec_is(r, col, null_field);
}

int
rec_is(const struct rec *r, int col, const char *s)
{
	return r->nf >= (size_t)col && strcmp(r->field[col - 1], s) == 0;
}

const char *
rec_field(const struct rec *r, int col)
{
	return r->nf >= (size_t)col ? r->field[col - 1] : null_field;
}

int
rec_bytes(const struct rec *r, int col, struct buf *b)
{
	buf_clear(b);
	if (!rec_known(r, col) || r->len[col - 1] == 0) {
		errno = ENOENT;
		return -1;
	}
	if (esc_undo(b, r->field[col - 1], r->len[col - 1]) == -1)
		return -1;
	if (memchr(b->p, '\0', b->len) != NULL) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
rec_flush(struct rec_out *out)
{
	size_t done = 0;
	ssize_t n;

	if (out->before != NULL && out->buf.len > 0 &&
	    out->before(out->ctx) == -1) {
		out->failed = 1;
		return -1;
	}
	while (done < out->buf.len) {
		n = write(out->fd, out->buf.p + done, out->buf.len - done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			out->failed = 1;
			return -1;
		}
		done += (size_t)n;
	}
	out->buf.len = 0;
	return 0;
}

int
rec_out_tick(struct rec_out *out)
{
	enum { LATEST = 200 };
	int64_t now = now_ms();

	if (out->written_at == 0 || out->buf.len == 0)
		out->written_at = now;
	if (now - out->written_at < LATEST)
		return 0;
	out->written_at = now;
	return rec_flush(out);
}

int
rec_close(struct rec_out *out)
{
	int bad;

	bad = rec_flush(out) == -1;
	if (bad) {
		int e = errno;

		close(out->fd);
		errno = e;
	} else
		bad = close(out->fd) == -1;
	buf_free(&out->buf);
	return bad ? -1 : 0;
}

void
rec_free(struct rec *r)
{
	free(r->field);
	free(r->len);
	*r = (struct rec){ 0 };
}

void
rec_in_free(struct rec_in *in)
{
	arena_reset(in);
	free(in->full);
	buf_free(&in->arena);
	buf_free(&in->buf);
}
