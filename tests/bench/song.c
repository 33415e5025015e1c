/* song - MIDI files as the packs that are sold hold them */
#include "config.h"

#include <math.h>

#include "bench/draw.h"
#include "bench/song.h"

enum { PACK = 1, SONG, STOCK, STOCKS = 24 };

struct pack
song_pack(uint64_t number)
{
	/* In percent: what drum packs are in, and the middles of tempo. */
	static const unsigned char meter[][3] = { { 65, 4, 4 }, { 12, 6, 8 },
		{ 3, 9, 8 }, { 5, 12, 8 }, { 6, 3, 4 }, { 2, 5, 4 },
		{ 2, 7, 4 }, { 2, 7, 8 }, { 1, 11, 8 }, { 2, 15, 8 } };
	static const unsigned division[] = { 96, 120, 192, 480, 480, 480, 960 };
	struct draw d = draw_from(PACK, number, 0);
	struct pack p = { .number = number, .drums = draw_of(&d, 7700) };
	unsigned at = draw_in(&d, 0, 99), i = 0;

	while (at >= meter[i][0])
		at -= meter[i++][0];
	p.beats = p.drums ? meter[i][1] : 4;
	p.unit = p.drums ? meter[i][2] : 4;
	p.bpm = draw_of(&d, 6500) ? draw_in(&d, 85, 150) : draw_in(&d, 60, 300);
	p.minor = draw_of(&d, 6000);
	p.root = draw_in(&d, 0, 11);
	p.tempo_event = draw_of(&d, 3000);
	p.division = division[draw_in(&d, 0, 6)];
	return p;
}

/* --- events ----------------------------------------------------------------
 */

struct track {
	struct buf *b;
	size_t most;  /* end with the bar that gets here */
	unsigned now; /* tick of the last event */
	int running;  /* leave out a status that is as before */
	unsigned status;
};

static void
put_quantity(struct buf *b, unsigned n)
{
	for (int shift = 21; shift > 0; shift -= 7)
		if (n >> shift != 0)
			buf_byte(b, (int)(0x80 | (n >> shift & 0x7f)));
	buf_byte(b, (int)(n & 0x7f));
}

static void
put_event(
    struct track *t, unsigned tick, unsigned status, unsigned a, unsigned v)
{
	put_quantity(t->b, tick - t->now);
	t->now = tick;
	if (!t->running || status != t->status)
		buf_byte(t->b, (int)status);
	t->status = status;
	buf_byte(t->b, (int)a);
	buf_byte(t->b, (int)v);
}

static void
put_meta(struct track *t, int type, const void *p, size_t n)
{
	const unsigned char head[] = { 0, 0xff, (unsigned char)type,
		(unsigned char)n };

	buf_add(t->b, head, sizeof(head));
	buf_add(t->b, p, n);
	t->status = 0;
}

static size_t
open_track(struct track *t)
{
	size_t at = t->b->len;

	buf_add(t->b, "MTrk\0\0\0", 8);
	t->now = t->status = 0;
	return at;
}

static void
close_track(struct track *t, size_t at)
{
	size_t n;

	buf_add(t->b, "\0\xff\x2f", 4);
	n = t->b->len - at - 8;
	for (int i = 0; i < 4; i++)
		t->b->p[at + 4 + (size_t)i] = (char)(n >> (24 - 8 * i));
}

static void
put_maps(struct track *t, const struct pack *p, struct draw *d)
{
	unsigned long us = 60000000ul / p->bpm;
	const unsigned char tempo[] = { (unsigned char)(us >> 16),
		(unsigned char)(us >> 8), (unsigned char)us };
	const unsigned char meter[] = { (unsigned char)p->beats,
		p->unit == 8 ? 3 : 2, 24, 8 };
	const signed char key[] = { (signed char)draw_in(d, 0, 4),
		(signed char)p->minor };

	if (p->tempo_event && draw_of(d, 8000))
		put_meta(t, 0x51, tempo, 3);
	if (p->unit == 8 || p->beats != 4 || draw_of(d, 5000))
		put_meta(t, 0x58, meter, 4);
	if (draw_of(d, 500))
		put_meta(t, 0x59, key, 2);
}

/* --- what is played --------------------------------------------------------
 */

static int
full(const struct track *t)
{
	return t->b->len >= t->most;
}

static void
note(struct track *t, unsigned tick, unsigned length, unsigned channel,
    unsigned pitch, unsigned velocity)
{
	put_event(t, tick, 0x90 | channel, pitch, velocity);
	put_event(t, tick + length,
	    t->running ? 0x90 | channel : 0x80 | channel, pitch,
	    t->running ? 0 : 64);
}

/* A groove that repeats, with a fill now and then. */
static void
play_drums(struct track *t, const struct pack *p, struct draw *d, unsigned tick,
    unsigned channel)
{
	unsigned step = p->division / 4;
	unsigned steps = p->unit == 8 ? p->beats * 2 : p->beats * 4;
	unsigned groove[64];

	for (unsigned s = 0; s < steps; s++) {
		unsigned beat = s % (p->unit == 8 ? 6 : 4) == 0;

		groove[s] = beat       ? (s / 4 % 2 != 0 ? 38 : 36)
		    : s % 2 == 0       ? (draw_of(d, 8000) ? 42 : 46)
		    : draw_of(d, 2500) ? draw_in(d, 36, 51)
				       : 0;
	}
	for (unsigned bar = 0; !full(t); bar++, tick += steps * step)
		for (unsigned s = 0; s < steps && !full(t); s++) {
			unsigned pitch = groove[s];

			if (bar % 4 == 3 && s >= steps / 2)
				pitch = 50 - draw_in(d, 0, 3) * 2;
			if (pitch != 0)
				note(t, tick + s * step, step / 2, channel,
				    pitch, draw_in(d, 60, 120));
		}
}

static unsigned
scale(const struct pack *p, unsigned degree)
{
	static const unsigned char major[] = { 0, 2, 4, 5, 7, 9, 11 };
	static const unsigned char minor[] = { 0, 2, 3, 5, 7, 8, 10 };

	return p->root + (p->minor ? minor : major)[degree % 7] +
	    degree / 7 * 12;
}

/* Chords, or a line through them: bass, tune, arpeggio. */
static void
play_tones(struct track *t, const struct pack *p, struct draw *d, unsigned tick,
    unsigned channel)
{
	static const unsigned char cycle[][4] = { { 0, 4, 5, 3 },
		{ 0, 5, 3, 4 }, { 5, 3, 0, 4 }, { 1, 4, 0, 0 },
		{ 0, 3, 0, 4 } };
	unsigned what = draw_in(d, 0, 3), step = p->division / 2;
	unsigned octave = what == 1 ? 36 : what == 0 ? 48 : 60;
	unsigned steps = p->unit == 8 ? p->beats : p->beats * 2;
	const unsigned char *c = cycle[draw_in(d, 0, 4)];

	for (unsigned bar = 0; !full(t); bar++, tick += steps * step) {
		unsigned root = c[bar % 4], end = tick + steps * step;

		if (what == 0) {
			for (unsigned k = 0; k < 3; k++)
				put_event(t, tick, 0x90 | channel,
				    octave + scale(p, root + 2 * k), 90);
			for (unsigned k = 0; k < 3; k++)
				put_event(t, end - step / 4, 0x80 | channel,
				    octave + scale(p, root + 2 * k), 64);
			continue;
		}
		for (unsigned s = 0; s < steps && !full(t); s++) {
			unsigned degree = what == 1 ? root
			    : what == 2             ? root + s % 3 * 2
						    : root + draw_in(d, 0, 5);

			if (what != 2 && s % 2 != 0 && draw_of(d, 5000))
				continue;
			note(t, tick + s * step, step * 3 / 4, channel,
			    octave + scale(p, degree), draw_in(d, 70, 110));
		}
	}
}

static void
play(struct track *t, const struct pack *p, struct draw d, int drums,
    unsigned channel, unsigned rest)
{
	static const char *const name[] = { "Drums", "Bass", "Piano", "Lead",
		"Pad", "Strings", "Groove", "MIDI 01", "Cr\351ation",
		"Caf\xc3\xa9 Keys", "\x83h\x83\x89\x83\x80", "Kit 2" };
	unsigned bar = p->division * 4 * p->beats / p->unit;

	t->running = draw_of(&d, 5000);
	if (t->most - t->b->len > 60 && draw_of(&d, 6000)) {
		const char *s = name[drums ? 0 : draw_in(&d, 1, 11)];

		put_meta(t, 3, s, strlen(s));
	}
	if (drums)
		play_drums(t, p, &d, rest * bar, channel);
	else
		play_tones(t, p, &d, rest * bar, channel);
}

/* --- files -----------------------------------------------------------------
 */

static size_t
size_of(struct draw *d)
{
	static const struct {
		unsigned cases, low, high;
	} shelf[] = { { 4150, 77, 170 }, { 3250, 170, 450 },
		{ 2200, 450, 14000 }, { 399, 14000, 80000 },
		{ 1, 300000, 1500000 } };
	unsigned at = draw_in(d, 0, 9999), i = 0;
	double low;

	while (at >= shelf[i].cases)
		at -= shelf[i++].cases;
	/* Small ones are more: a doubling is as likely as the next. */
	low = shelf[i].low;
	return (size_t)(low *
	    pow(shelf[i].high / low, draw_in(d, 0, 9999) / 10000.0));
}

static void
damage(struct buf *b, struct draw *d)
{
	static const char page[] =
	    "<html><head><title>404 Not Found</title></head></html>\n";
	size_t n = b->len;

	switch (draw_in(d, 0, 4)) {
	case 0:
		memcpy(b->p, "MThx", 4);
		break;
	case 1:
		buf_cut(b, n / 2);
		break;
	case 2:
		b->p[n / 2] = b->p[n / 2 + 1] = '\xfd';
		break;
	case 3:
		buf_clear(b);
		buf_add(b, page, sizeof(page) - 1);
		break;
	default:
		buf_clear(b);
	}
}

static void
put_header(struct buf *b, const struct pack *p, int format, unsigned tracks)
{
	const unsigned char head[] = { 0, 0, 0, 6, 0, (unsigned char)format, 0,
		(unsigned char)tracks, (unsigned char)(p->division >> 8),
		(unsigned char)p->division };

	buf_add(b, "MThd", 4);
	buf_add(b, head, sizeof(head));
}

int
song_make(const struct pack *pack, uint64_t index, struct buf *b)
{
	struct draw d = draw_from(SONG, pack->number, index);
	struct pack p = *pack;
	size_t size = size_of(&d), at, each;
	unsigned several = size < 200 ? 800 : size < 500 ? 3000 : 7500;
	unsigned tracks = draw_of(&d, several) ? draw_in(&d, 2, 5) : 0;
	struct track t = { .b = b };

	buf_clear(b);
	if (buf_grow(b, size + 4096) == -1)
		return -1;
	/* Others of the pack differ in tempo, seldom in meter. */
	if (tracks == 0 && draw_of(&d, 5000))
		p.bpm = p.bpm - 10 + draw_in(&d, 0, 20);
	put_header(b, &p, tracks > 0, tracks > 0 ? tracks + 1 : 1);
	at = open_track(&t);
	put_maps(&t, &p, &d);
	if (tracks == 0) {
		t.most = size > b->len + 14 ? size - 4 : b->len + 10;
		play(&t, &p, d, p.drums, draw_of(&d, 1000) ? 9 : 0, 0);
	}
	close_track(&t, at);
	each = tracks > 0 && size > b->len ? (size - b->len) / tracks : 0;
	for (unsigned k = 0; k < tracks; k++) {
		/* What several songs of a pack share is equal to the end. */
		unsigned stock = draw_in(&d, 1, STOCKS);
		int shared = draw_of(&d, size < 4000 ? 8500 : 3500),
		    drums = p.drums || k == 0;
		struct draw own = shared
		    ? draw_from(STOCK, p.number, stock * 8 + k)
		    : draw_from(SONG, draw(&d), k);
		size_t most = shared ? 60 + draw_in(&own, 0, 400) : each;

		at = open_track(&t);
		t.most = b->len + (most > 40 ? most - 12 : 28);
		play(&t, &p, own, drums,
		    drums && draw_of(&own, 8500) ? 0
			: drums                  ? 9
						 : k,
		    draw_of(&own, 7600) ? draw_in(&own, 1, 5) : 0);
		close_track(&t, at);
	}
	if (!p.sound && draw_of(&d, 13))
		damage(b, &d);
	return 0;
}
