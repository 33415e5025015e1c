/* smf - Standard MIDI Files, read event by event from memory */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "midi/smf.h"

enum {
	CHUNK_HEAD = 8, /* a chunk's name and length */
	DIVISION_FALLBACK = 96,
	VLQ_MOST = 0x0fffffff
};

static const char *const issue_names[SMF_ISSUES] = {
	[SMF_RIFF_LENGTH] = "riff-length",
	[SMF_JUNK_BEFORE] = "junk-before-header",
	[SMF_HEADER_LENGTH] = "header-length",
	[SMF_FORMAT] = "format",
	[SMF_DIVISION] = "division",
	[SMF_TRACK_COUNT] = "track-count",
	[SMF_TRACK_LENGTH] = "track-length",
	[SMF_FOREIGN_CHUNK] = "foreign-chunk",
	[SMF_NO_END] = "no-end-of-track",
	[SMF_EARLY_END] = "early-end-of-track",
	[SMF_TRUNCATED] = "truncated",
	[SMF_LONG_VLQ] = "long-vlq",
	[SMF_NO_STATUS] = "no-status",
	[SMF_RUNNING_META] = "running-status",
	[SMF_DATA_BYTE] = "data-byte",
	[SMF_SYSTEM_STATUS] = "system-status",
	[SMF_TICK_OVERFLOW] = "tick-overflow",
	[SMF_META_LENGTH] = "meta-length",
	[SMF_META_VALUE] = "meta-value",
	[SMF_OVERLAP] = "overlap",
	[SMF_STRAY_OFF] = "stray-note-off",
	[SMF_HANGING] = "hanging-note",
	[SMF_EVENT_LIMIT] = "event-limit",
};

const char *
smf_issue_name(enum smf_issue i)
{
	return issue_names[i];
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static unsigned
be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t
le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[1] << 8 | p[0];
}

static int
rmid(const uint8_t *p, size_t n)
{
	return n >= 12 && memcmp(p, "RIFF", 4) == 0 &&
	    memcmp(p + 8, "RMID", 4) == 0;
}

/* Whether the chunks from MThd on end where n bytes do. */
static int
chunks_fit(const uint8_t *p, size_t n)
{
	size_t at = 0, len;

	while (n - at >= CHUNK_HEAD) {
		len = be32(p + at + 4);
		if (len > n - at - CHUNK_HEAD)
			return 0;
		at += CHUNK_HEAD + len;
	}
	return n - at < 2;
}

/* The data chunk of a RIFF file, if it holds a header.  Where its length is
 * wrong, what follows to the end of the file is taken. */
static int
unwrap_rmid(struct smf *s, const uint8_t **p, size_t *n)
{
	const uint8_t *q = *p + 12, *end = *p + *n;
	size_t len, left;

	while ((size_t)(end - q) >= CHUNK_HEAD) {
		len = le32(q + 4);
		left = (size_t)(end - q) - CHUNK_HEAD;
		if (memcmp(q, "data", 4) == 0 && left >= 4 &&
		    memcmp(q + CHUNK_HEAD, "MThd", 4) == 0) {
			*p = q + CHUNK_HEAD;
			*n = len;
			if (len > left || len < CHUNK_HEAD + 6 ||
			    !chunks_fit(*p, len)) {
				s->issues |= smf_bit(SMF_RIFF_LENGTH);
				*n = left;
			}
			return 1;
		}
		if (len > left)
			return 0;
		q += CHUNK_HEAD + len;
		if ((len & 1) != 0 && q < end)
			q++;
	}
	return 0;
}

/* A header behind something else must look like one: a page about MIDI may
 * well hold its name. */
static const uint8_t *
find_header(const uint8_t *p, size_t n)
{
	static const char head[8] = "MThd\0\0\0\6";

	if (n >= 4 && memcmp(p, head, 4) == 0)
		return p;
	return memmem(
	    p, n > SMF_JUNK + 8 ? SMF_JUNK + 8 : n, head, sizeof(head));
}

static int
only_zeroes(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

static int
known_frames(int fps)
{
	return fps == 24 || fps == 25 || fps == 29 || fps == 30;
}

int
smf_open(struct smf *s, const void *bytes, size_t n)
{
	const uint8_t *p = bytes, *q;
	uint32_t len;

	*s = (struct smf){ 0 };
	if (only_zeroes(p, n))
		return SMF_EMPTY;
	if (!rmid(p, n) || !unwrap_rmid(s, &p, &n)) {
		if ((q = find_header(p, n)) == NULL)
			return SMF_NOT_MIDI;
		if (q != p)
			s->issues |= smf_bit(SMF_JUNK_BEFORE);
		n -= (size_t)(q - p);
		p = q;
	}
	if (n < CHUNK_HEAD + 6)
		return SMF_NOT_MIDI;
	s->data = p;
	s->size = n;
	len = be32(p + 4);
	s->format = (int)be16(p + 8);
	s->declared = be16(p + 10);
	s->division = (int)(int16_t)be16(p + 12);
	if (len != 6)
		s->issues |= smf_bit(SMF_HEADER_LENGTH);
	s->pos = CHUNK_HEAD + 6;
	/* A longer header is allowed for; one that leads nowhere is not. */
	if (len > 6 && len <= n - CHUNK_HEAD) {
		if (len == n - CHUNK_HEAD || n - CHUNK_HEAD - len < 4 ||
		    memcmp(p + CHUNK_HEAD + len, "MTrk", 4) == 0 ||
		    memcmp(p + s->pos, "MTrk", 4) != 0)
			s->pos = CHUNK_HEAD + len;
	}
	if (s->format > 2) {
		s->issues |= smf_bit(SMF_FORMAT);
		s->format = 1;
	}
	if (s->division == 0 ||
	    (s->division < 0 && (uint8_t)s->division == 0)) {
		s->issues |= smf_bit(SMF_DIVISION);
		s->division = DIVISION_FALLBACK;
	} else if (s->division < 0 && !known_frames(256 - p[12]))
		s->issues |= smf_bit(SMF_DIVISION);
	return SMF_OK;
}

/* Whether a chunk could begin here: four printable characters, and a length
 * that fits or at least a name that is known. */
static int
chunk_here(const struct smf *s, size_t pos)
{
	const uint8_t *p = s->data + pos;

	if (s->size - pos < CHUNK_HEAD)
		return 0;
	if (memcmp(p, "MTrk", 4) == 0)
		return 1;
	for (int i = 0; i < 4; i++)
		if (!isalnum(p[i]) && p[i] != ' ' && p[i] != '_')
			return 0;
	return be32(p + 4) <= s->size - pos - CHUNK_HEAD;
}

int
smf_track(struct smf *s, struct smf_track *t)
{
	const uint8_t *p;
	size_t len, left;

	for (;;) {
		left = s->size - s->pos;
		if (left < CHUNK_HEAD)
			break;
		p = s->data + s->pos;
		len = be32(p + 4);
		if (memcmp(p, "MTrk", 4) == 0) {
			*t = (struct smf_track){ .smf = s };
			t->p = p + CHUNK_HEAD;
			t->end = s->data + s->size;
			left -= CHUNK_HEAD;
			if (len <= left &&
			    (left - len < 4 ||
				chunk_here(s, s->pos + CHUNK_HEAD + len)))
				t->trusted = t->end = t->p + len;
			else {
				/* Then it ends where the next one begins. */
				s->issues |= smf_bit(SMF_TRACK_LENGTH);
				p = memmem(t->p, left, "MTrk", 4);
				if (p != NULL)
					t->end = p;
			}
			s->pos = (size_t)(t->end - s->data);
			s->tracks++;
			return 1;
		}
		if (chunk_here(s, s->pos)) {
			s->issues |= smf_bit(SMF_FOREIGN_CHUNK);
			s->pos += CHUNK_HEAD + len;
			continue;
		}
		/* Not at a chunk: the next track that can be found. */
		s->issues |= smf_bit(SMF_TRACK_LENGTH);
		p = memmem(p, left, "MTrk", 4);
		if (p == NULL)
			break;
		s->pos = (size_t)(p - s->data);
	}
	if (s->tracks != s->declared)
		s->issues |= smf_bit(SMF_TRACK_COUNT);
	if (s->format == 0 && s->tracks > 1)
		s->issues |= smf_bit(SMF_FORMAT);
	return 0;
}

/* A variable-length quantity: 0, or -1 when the bytes end inside it.  A file
 * can hold no more than four bytes' worth; what says more is held to that. */
static inline int
vlq(struct smf_track *t, uint64_t *v)
{
	const uint8_t *p = t->p, *end = t->end;
	uint64_t x = 0;

	for (int n = 0; p < end; n++) {
		if (n == 4)
			t->smf->issues |= smf_bit(SMF_LONG_VLQ);
		x = (x & (UINT64_MAX >> 16)) << 7 | (*p & 0x7f);
		if (*p++ < 0x80) {
			t->p = p;
			*v = x > VLQ_MOST ? VLQ_MOST : x;
			return 0;
		}
	}
	t->p = end;
	return -1;
}

/* The track is over: hands the rest, if the length was no guide, back. */
static int
finish(struct smf_track *t, enum smf_issue why)
{
	t->done = 1;
	if (why < SMF_ISSUES)
		t->smf->issues |= smf_bit(why);
	if (!t->ended)
		t->smf->issues |= smf_bit(SMF_NO_END);
	if (t->trusted == NULL)
		t->smf->pos = (size_t)(t->p - t->smf->data);
	return 0;
}

/* Meta and SysEx: the payload.  One that is cut off is no event, and what a
 * wrong length would swallow is looked through for the next track. */
static int
payload(struct smf_track *t, struct smf_event *e)
{
	uint64_t len;

	if (vlq(t, &len) == -1 || len > (uint64_t)(t->end - t->p))
		return -1;
	e->data = t->p;
	e->len = (size_t)len;
	t->p += len;
	t->between = 1;
	return 0;
}

/* Skips a system message that has no place in a file: 1 skipped, 0 cut. */
static int
skip_system(struct smf_track *t, uint8_t status)
{
	size_t n = status == 0xf2 ? 2 : status == 0xf1 || status == 0xf3;

	t->smf->issues |= smf_bit(SMF_SYSTEM_STATUS);
	if ((size_t)(t->end - t->p) < n)
		return 0;
	for (; n > 0 && *t->p < 0x80; n--)
		t->p++;
	return 1;
}

/* Data bytes of a channel message: 0, -1 when they are cut off.  A byte
 * above 127 is taken as 127, which is what a writer of 128 meant. */
static inline int
data_bytes(struct smf_track *t, struct smf_event *e)
{
	size_t n = (e->status & 0xe0) == 0xc0 ? 1 : 2;

	if ((size_t)(t->end - t->p) < n)
		return -1;
	e->a = t->p[0];
	e->b = n == 2 ? t->p[1] : 0;
	t->p += n;
	if ((e->a | e->b) & 0x80) {
		t->smf->issues |= smf_bit(SMF_DATA_BYTE);
		if (e->a > 0x7f)
			e->a = 0x7f;
		if (e->b > 0x7f)
			e->b = 0x7f;
	}
	return 0;
}

int
smf_any_event(struct smf_track *t, struct smf_event *e)
{
	uint64_t delta;
	uint8_t c;

	if (t->done)
		return 0;
	e->data = NULL;
	e->len = 0;
	for (;;) {
		if (t->p == t->end)
			return finish(t, SMF_ISSUES);
		/* Where the length is no guide, the next track is. */
		if (t->trusted == NULL && *t->p == 'M' &&
		    t->end - t->p >= CHUNK_HEAD && memcmp(t->p, "MTrk", 4) == 0)
			return finish(t, SMF_ISSUES);
		if (*t->p < 0x80)
			delta = *t->p++;
		else if (vlq(t, &delta) == -1)
			return finish(t, SMF_TRUNCATED);
		if (t->p == t->end)
			return finish(t, SMF_TRUNCATED);
		t->tick += (int64_t)delta;
		if (t->tick > UINT32_MAX)
			t->smf->issues |= smf_bit(SMF_TICK_OVERFLOW);
		e->tick = t->tick;
		c = *t->p;
		if (c < 0x80) {
			if (t->running == 0) {
				/* Padding behind the end is no event. */
				if (t->ended)
					return finish(t, SMF_ISSUES);
				t->smf->issues |= smf_bit(SMF_NO_STATUS);
				while (t->p < t->end && *t->p < 0x80)
					t->p++;
				if (t->p == t->end)
					return finish(t, SMF_TRUNCATED);
				c = *t->p++;
			} else {
				if (t->between)
					t->smf->issues |=
					    smf_bit(SMF_RUNNING_META);
				c = t->running;
			}
		} else
			t->p++;
		if (t->ended)
			t->smf->issues |= smf_bit(SMF_EARLY_END);
		e->status = c;
		if (c < 0xf0) {
			t->running = c;
			t->between = 0;
			if (data_bytes(t, e) == -1)
				return finish(t, SMF_TRUNCATED);
			return 1;
		}
		if (c == SMF_META) {
			if (t->p == t->end)
				return finish(t, SMF_TRUNCATED);
			e->a = *t->p++;
			e->b = 0;
			if (payload(t, e) == -1)
				return finish(t, SMF_TRUNCATED);
			if (e->a > 0x7f)
				t->smf->issues |= smf_bit(SMF_META_VALUE);
			if (e->a != META_END)
				return 1;
			if (e->len > 0)
				t->smf->issues |= smf_bit(SMF_META_LENGTH);
			t->ended = 1;
			t->running = 0;
			if (t->trusted == NULL)
				return finish(t, SMF_ISSUES);
			continue;
		}
		if (c == SMF_SYSEX || c == SMF_ESCAPE) {
			e->a = e->b = 0;
			if (payload(t, e) == -1)
				return finish(t, SMF_TRUNCATED);
			return 1;
		}
		if (!skip_system(t, c))
			return finish(t, SMF_TRUNCATED);
	}
}
