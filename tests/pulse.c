/* pulse - key, tempo and meter of music made for it, in TAP */
#include "config.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "midi/smf_write.h"
#include "music/music.h"
#include "music/params.h"
#include "tap.h"

enum { MOST_NOTES = 4096, DRUMS_ON = 9 };

/* What is played, in quarters, and how it is written down. */
struct piece {
	struct heard {
		double on, length;
		uint8_t pitch, velocity, channel;
	} note[MOST_NOTES];
	size_t n;
	int division;
	double quarter; /* ticks a quarter is played in */
	uint32_t uspq;  /* tempo event; 0 none */
	unsigned num, den;
	double jitter; /* ticks, most */
};

static void
add(struct piece *p, double on, double length, int pitch, int channel)
{
	if (p->n == MOST_NOTES)
		errx(1, "too many notes");
	p->note[p->n++] =
	    (struct heard){ on, length, (uint8_t)pitch, 80, (uint8_t)channel };
}

static void
triad(struct piece *p, double on, double length, int root, int third)
{
	add(p, on, length, root, 0);
	add(p, on, length, root + third, 0);
	add(p, on, length, root + 7, 0);
}

static int
by_tick(const void *a, const void *b)
{
	const struct smf_event *x = a, *y = b;

	if (x->tick != y->tick)
		return x->tick < y->tick ? -1 : 1;
	/* A note ends before another begins. */
	return x->status - y->status;
}

static void
meta(struct smf_writer *w, uint8_t type, const void *data, size_t n)
{
	struct smf_event e = {
		.status = SMF_META, .a = type, .data = data, .len = (uint32_t)n
	};

	if (smfw_event(w, &e) == -1)
		err(1, "smfw_event");
}

/* Writes the piece, reads it again, and has it analysed. */
static const struct music *
hear(const struct piece *p)
{
	static struct smf_event e[2 * MOST_NOTES];
	static struct music music;
	static struct song song;
	static struct buf b;
	struct smf_writer w;
	uint8_t tempo[3] = { (uint8_t)(p->uspq >> 16), (uint8_t)(p->uspq >> 8),
		(uint8_t)p->uspq };
	uint8_t meter[4] = { (uint8_t)p->num,
		(uint8_t)(p->den > 0 ? __builtin_ctz(p->den) : 0), 24, 8 };
	double off;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct heard *h = &p->note[i];

		off = p->jitter > 0
		    ? ((double)number(2001) / 1000 - 1) * p->jitter
		    : 0;
		e[n] = (struct smf_event){ .tick = llround(fmax(
					       0, h->on * p->quarter + off)),
			.status = (uint8_t)(0x90 | h->channel),
			.a = h->pitch,
			.b = h->velocity };
		e[n + 1] = e[n];
		e[n + 1].status = (uint8_t)(0x80 | h->channel);
		e[n + 1].tick += llround(fmax(1, h->length * p->quarter));
		n += 2;
	}
	qsort(e, n, sizeof(*e), by_tick);
	buf_clear(&b);
	if (smfw_begin(&w, &b, 0, 1, p->division, 1) == -1 ||
	    smfw_track(&w) == -1)
		err(1, "smfw");
	if (p->uspq > 0)
		meta(&w, META_TEMPO, tempo, 3);
	if (p->num > 0)
		meta(&w, META_METER, meter, 4);
	for (size_t i = 0; i < n; i++)
		if (smfw_event(&w, &e[i]) == -1)
			err(1, "smfw_event");
	if (smfw_end(&w, n > 0 ? e[n - 1].tick : 0) == -1)
		err(1, "smfw_end");
	if (song_read(&song, b.p, b.len, SONG_EVENTS) != SMF_OK ||
	    music_analyse(&music, &song) == -1)
		errx(1, "not analysed");
	return &music;
}

static struct piece *
fresh(void)
{
	static struct piece p;

	p = (struct piece){ .division = 480, .quarter = 480 };
	return &p;
}

static int
key_is(const struct music *m, int tonic, int minor)
{
	return m->key.tonic == tonic && m->key.minor == minor;
}

/* I IV V I, or i iv V i, a bar each, from a beat on. */
static void
cadence(struct piece *p, double on, int root, int minor)
{
	int third = minor ? 3 : 4;

	triad(p, on, 4, root, third);
	triad(p, on + 4, 4, root + 5, third);
	triad(p, on + 8, 4, root + 7, 4);
	triad(p, on + 12, 4, root, third);
}

static void
test_key(void)
{
	struct piece *p;
	struct key k, first;

	for (int t = 0; t < 12; t++)
		for (int minor = 0; minor < 2; minor++) {
			p = fresh();
			for (int i = 0; i < 3; i++)
				cadence(p, i * 16, 48 + t, minor);
			CHECK(key_is(hear(p), t, minor));
			CHECK(hear(p)->key.conf > 0.5);
		}
	done("a cadence tells its key, in all 24");

	for (int round = 0; round < 50; round++) {
		struct piece tune = { .division = 480, .quarter = 480 };
		int n = 20 + (int)number(200);

		for (int i = 0; i < n; i++)
			add(&tune, i * .5, .1 + (double)number(20) / 10,
			    40 + (int)number(40), 0);
		first = hear(&tune)->key;
		for (int t = 1; t < 12; t++) {
			for (size_t i = 0; i < tune.n; i++)
				tune.note[i].pitch++;
			k = hear(&tune)->key;
			CHECK(k.tonic == (first.tonic + t) % 12 &&
			    k.minor == first.minor &&
			    k.second_tonic == (first.second_tonic + t) % 12 &&
			    k.second_minor == first.second_minor);
			CHECK(fabs(k.margin - first.margin) < 1e-12);
		}
	}
	done("the key of any notes moves with them, its margin stays");

	p = fresh();
	for (int i = 0; i < 2; i++)
		cadence(p, i * 16, 48, 0);
	for (int i = 2; i < 6; i++)
		cadence(p, i * 16, 52, 0);
	CHECK(key_is(hear(p), 4, 0));
	for (int i = 6; i < 12; i++)
		cadence(p, i * 16, 48, 0);
	CHECK(key_is(hear(p), 0, 0));
	done(
	    "where the key changes, the one that lasts longest is the main one");

	p = fresh();
	for (int i = 0; i < 3; i++)
		cadence(p, i * 16, 48, 1);
	for (int i = 0; i < 96; i++)
		add(p, i * .5, 4, 42, DRUMS_ON);
	CHECK(key_is(hear(p), 0, 1));
	done("drums are not heard for the key");

	p = fresh();
	triad(p, 0, 8, 48, 4);
	CHECK(hear(p)->key.tonic == -1);
	p = fresh();
	for (int i = 0; i < 8; i++)
		add(p, i, 1, 40 + 7 * (i & 1), 0);
	CHECK(hear(p)->key.tonic == -1);
	p = fresh();
	for (int i = 0; i < 8; i++)
		triad(p, i, 1, 48, 4);
	CHECK(key_is(hear(p), 0, 0));
	CHECK(hear(p)->key.conf <= KEY_FEW_CONF);
	done("a chord or two pitch classes have no key, three a guess");
}

/* Bars of kick, backbeat and eighths, played by hand at a tempo, in ticks of
 * 960 a second. */
static struct piece *
drum_loop(int bars, double bpm)
{
	struct piece *p = fresh();

	p->quarter = 960 * 60 / bpm;
	p->jitter = .012 * 960;
	for (int b = 0; b < bars * 4; b++) {
		add(p, b, .1, b & 1 ? 38 : 36, DRUMS_ON);
		if ((b & 7) == 5)
			add(p, b + .5, .1, 36, DRUMS_ON);
		add(p, b, .1, 42, DRUMS_ON);
		add(p, b + .5, .1, 42, DRUMS_ON);
	}
	return p;
}

static int
near(double bpm, double is)
{
	return fabs(bpm / is - 1) <= .04;
}

static void
test_tempo(void)
{
	struct piece *p;
	const struct music *m;
	int right, all;

	p = drum_loop(4, 97);
	p->jitter = 0;
	p->quarter = 480;
	p->uspq = 618557;
	m = hear(p);
	CHECK(m->tempo.from == TEMPO_MAP && near(m->tempo.bpm, 97));
	p->uspq = TEMPO_DEFAULT;
	m = hear(p);
	CHECK(m->tempo.from == TEMPO_MAP && m->tempo.bpm == 120);
	CHECK(m->tempo.conf < .8);
	done("a map is believed where it says something or the notes fit it");

	right = all = 0;
	for (int bars = 1; bars <= 8; bars *= 2)
		for (int bpm = 84; bpm <= 150; bpm += 3) {
			m = hear(drum_loop(bars, bpm));
			CHECK(m->tempo.from == TEMPO_ONSETS);
			right += near(m->tempo.bpm, bpm);
			all++;
		}
	printf("# %d of %d loops\n", right, all);
	CHECK(right * 10 >= all * 9);
	done("the tempo of a drum loop of 1 to 8 bars is heard");

	p = drum_loop(8, 100);
	p->uspq = TEMPO_DEFAULT;
	m = hear(p);
	CHECK(m->tempo.from == TEMPO_ONSETS && near(m->tempo.bpm, 100));
	done("a lone 120 is not believed where nothing fits its grid");

	right = all = 0;
	for (int bpm = 70; bpm <= 130; bpm += 4) {
		p = fresh();
		p->quarter = 960 * 60.0 / bpm;
		p->jitter = .010 * 960;
		for (int b = 0; b < 64; b++) {
			add(p, b, 1, 36 + 5 * (b / 4 & 1), 1);
			if (b % 2 == 0)
				triad(p, b, 2, 55 + 5 * (b / 4 & 1), 4);
			add(p, b, .5, 72 + (int)number(8), 2);
			add(p, b + .5, .5, 72 + (int)number(8), 2);
		}
		m = hear(p);
		/* Which of the levels is counted nobody wrote down. */
		CHECK(near(m->tempo.bpm, bpm) ||
		    near(m->tempo.bpm, bpm / 2.0) ||
		    near(m->tempo.bpm, bpm * 2));
		right += near(m->tempo.bpm, bpm);
		all++;
	}
	printf("# %d of %d songs\n", right, all);
	CHECK(right * 2 >= all);
	done("so is that of a song, or its half or double");

	p = fresh();
	p->quarter = 700;
	for (int i = 0; i < 3; i++)
		add(p, i * 1.37, .2, 36, DRUMS_ON);
	m = hear(p);
	CHECK(m->tempo.conf <= .3);
	done("three strokes and no map are no tempo");
}

/* Bars of a bass note, chords on the beats, whose lengths are given in
 * eighths, and a tune that is another in each bar. */
static struct piece *
bars_of(const char *beats, int bars)
{
	struct piece *p = fresh();
	double on = 0, length;
	int root;

	for (int b = 0; b < bars; b++) {
		root = 36 + 5 * (b & 1);
		for (const char *c = beats; *c != '\0'; c++) {
			length = (*c - '0') / 2.0;
			if (c == beats)
				add(p, on, length, root, 1);
			/* Even beats go bass, chord, chord. */
			if (c > beats || *c != '2')
				triad(p, on, .5, root + 24, 4);
			add(p, on, length, 72 + (int)number(12), 2);
			on += length;
		}
	}
	return p;
}

static void
test_meter(void)
{
	static const struct {
		const char *beats;
		unsigned num, den;
	} meters[] = { { "2222", 4, 4 }, { "222", 3, 4 }, { "33", 6, 8 },
		{ "223", 7, 8 }, { "2223", 9, 8 }, { "3223", 10, 8 },
		{ "64", 5, 4 }, { "23", 5, 8 }, { "644", 7, 4 } };
	const struct music *m;
	struct piece *p;

	for (size_t i = 0; i < sizeof(meters) / sizeof(*meters); i++) {
		m = hear(bars_of(meters[i].beats, 24));
		if (m->meter.num != meters[i].num ||
		    m->meter.den != meters[i].den)
			printf("# %s: %u/%u\n", meters[i].beats, m->meter.num,
			    m->meter.den);
		CHECK(m->meter.num == meters[i].num &&
		    m->meter.den == meters[i].den);
		CHECK(m->meter.from == METER_ONSETS);
		CHECK(m->parts.drums == 0);
	}
	done("the meter is heard, odd ones too");

	p = bars_of("223", 24);
	p->num = 3;
	p->den = 4;
	m = hear(p);
	CHECK(m->meter.num == 3 && m->meter.from == METER_MAP);
	p->num = 1;
	m = hear(p);
	CHECK(m->meter.num == 7 && m->meter.from == METER_ONSETS);
	done("a stated meter is believed, but for a dummy of one beat");

	p = fresh();
	for (int i = 0; i < 3; i++)
		add(p, i, 1, 60, 0);
	m = hear(p);
	CHECK(m->meter.num == 4 && m->meter.den == 4 &&
	    m->meter.from == METER_NONE);
	done("where nothing tells it, it is the standard's 4/4");
}

int
main(void)
{
	test_key();
	test_meter();
	test_tempo();
	printf("1..%d\n", tests);
	return failures > 0;
}
