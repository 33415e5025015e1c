/* unit - checks of the library that no filter shows, in TAP */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "files/hash.h"
#include "files/map.h"
#include "files/seen.h"
#include "midi/maps.h"
#include "midi/smf_write.h"
#include "midi/song.h"
#include "midi/song_write.h"
#include "midi/split.h"
#include "music/figure.h"
#include "same_note.h"
#include "tap.h"
#include "stream/esc.h"
#include "stream/num.h"
#include "words/clean.h"
#include "words/decode.h"
#include "words/named.h"
#include "words/notes.h"
#include "words/tags.h"

enum { ROUNDS = 20000, CONTENTS = 20000, RACERS = 2 };

static void
fill(unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)number(256);
}

/* Printable UTF-8 without a tab or newline, as mrec(5) promises. */
static int
printable(const struct buf *b)
{
	const unsigned char *p = (const unsigned char *)b->p;

	for (size_t i = 0; i < b->len; i++)
		if (p[i] < 0x20 || p[i] == 0x7f ||
		    (p[i] == 0xc2 && p[i + 1] < 0xa0))
			return 0;
	return utf8_valid(b->p, b->len);
}

static void
round_trip(const void *bytes, size_t n)
{
	struct buf to = { 0 }, back = { 0 };

	CHECK(esc_add(&to, bytes, n) == 0);
	CHECK(to.len <= n * ESC_WORST && printable(&to));
	CHECK(esc_undo(&back, to.p, to.len) == 0);
	CHECK(back.len == n && memcmp(back.p, bytes, n) == 0);
	buf_free(&to);
	buf_free(&back);
}

static void
test_esc(void)
{
	static const char *const bad[] = { "\\", "\\q", "\\x", "\\x4", "\\xg0",
		"a\\N", "\\0" };
	static const struct {
		const char *raw, *escaped;
	} known[] = { { "a\tb", "a\\tb" }, { "\r\n", "\\r\\n" },
		{ "\\", "\\\\" }, { "\x01\x7f", "\\x01\\x7f" },
		{ "\xc3\xa9", "\xc3\xa9" }, { "\xe9", "\\xe9" },
		{ "\xc2\x85", "\\xc2\\x85" },
		{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xc0\xaf", "\\xc0\\xaf" } };
	unsigned char bytes[64];
	struct buf b = { 0 };
	size_t n;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		buf_clear(&b);
		CHECK(esc_add(&b, known[i].raw, strlen(known[i].raw)) == 0);
		CHECK(strcmp(b.p, known[i].escaped) == 0);
	}
	done("escapes are those of mrec(5)");
	for (unsigned i = 0; i < 65536; i++) {
		bytes[0] = (unsigned char)(i >> 8);
		bytes[1] = (unsigned char)i;
		round_trip(bytes, 2);
	}
	for (int i = 0; i < ROUNDS; i++) {
		n = number(sizeof(bytes)) + 1;
		fill(bytes, n);
		round_trip(bytes, n);
	}
	done("all pairs of bytes and random strings come back as they were");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		errno = 0;
		CHECK(esc_undo(&b, bad[i], strlen(bad[i])) == -1);
		CHECK(errno == EILSEQ);
	}
	done("an unknown escape is refused");
	buf_free(&b);
}

static void
test_num(void)
{
	static const char *const bad[] = { "", " 1", "1 ", "x", "1x", "-",
		"0x1", "1.5", "1K", "+-1" };
	int64_t v = 0;
	double d = 0;

	CHECK(num_int("-12", -20, 20, &v) == 0 && v == -12);
	CHECK(num_int("9223372036854775807", 0, INT64_MAX, &v) == 0 &&
	    v == INT64_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		errno = 0;
		CHECK(num_int(bad[i], INT64_MIN, INT64_MAX, &v) == -1);
		CHECK(errno == EINVAL);
	}
	CHECK(num_int("9223372036854775808", 0, INT64_MAX, &v) == -1 &&
	    errno == ERANGE);
	CHECK(num_int("21", -20, 20, &v) == -1 && errno == ERANGE);
	done("whole numbers: all of the string, in range, or nothing");
	CHECK(num_size("64K", 0, INT64_MAX, &v) == 0 && v == 65536);
	CHECK(num_size("2g", 0, INT64_MAX, &v) == 0 && v == (int64_t)2 << 30);
	CHECK(num_size("1T", 0, INT64_MAX, &v) == 0 && v == (int64_t)1 << 40);
	CHECK(
	    num_size("9999999999G", 0, INT64_MAX, &v) == -1 && errno == ERANGE);
	CHECK(num_size("1KB", 0, INT64_MAX, &v) == -1 && errno == EINVAL);
	done("sizes take K, M, G and T, and do not overflow");
	CHECK(num_real("118.5", 0, 1000, &d) == 0 && d == 118.5);
	CHECK(num_real("1e2", 0, 1000, &d) == 0 && d == 100);
	CHECK(num_real("nan", 0, 1000, &d) == -1);
	CHECK(num_real("0x10", 0, 1000, &d) == -1);
	CHECK(num_real("1e999", 0, INFINITY, &d) == -1 && errno == ERANGE);
	done("decimal numbers are finite and decimal");
}

/* One random event behind *tick. */
static struct smf_event
random_event(int64_t *tick, const unsigned char *text, size_t room)
{
	struct smf_event e = { 0 };

	*tick += (int64_t)number(number(20) == 0 ? 0xfffffff : 500);
	e.tick = *tick;
	switch (number(8)) {
	case 0:
		e.status = SMF_META;
		e.a = (uint8_t)(1 + number(7));
		e.data = text;
		e.len = (size_t)number(room);
		break;
	case 1:
		e.status = SMF_SYSEX;
		e.data = text;
		e.len = (size_t)number(room);
		break;
	default:
		e.status = (uint8_t)(0x80 + number(0x70));
		e.a = (uint8_t)number(128);
		e.b = (e.status & 0xe0) == 0xc0 ? 0 : (uint8_t)number(128);
	}
	return e;
}

static int
same_event(const struct smf_event *a, const struct smf_event *b)
{
	return a->tick == b->tick && a->status == b->status && a->a == b->a &&
	    a->b == b->b && a->len == b->len &&
	    (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void
test_smf(void)
{
	enum { EVENTS = 300, TEXT = 300, TRACKS = 3 };
	static struct smf_event in[TRACKS][EVENTS];
	unsigned char text[TEXT];
	struct smf_writer w;
	struct smf_event e;
	struct smf_track t;
	struct buf b = { 0 };
	struct smf s;
	int64_t tick, end[TRACKS];

	fill(text, sizeof(text));
	for (int round = 0; round < 100; round++) {
		buf_clear(&b);
		CHECK(smfw_begin(&w, &b, 1, TRACKS, 480, round & 1) == 0);
		for (int k = 0; k < TRACKS; k++) {
			CHECK(smfw_track(&w) == 0);
			tick = 0;
			for (int i = 0; i < EVENTS; i++) {
				in[k][i] =
				    random_event(&tick, text, sizeof(text));
				CHECK(smfw_event(&w, &in[k][i]) == 0);
			}
			end[k] = tick + 17;
			CHECK(smfw_end(&w, end[k]) == 0);
		}
		CHECK(smf_open(&s, b.p, b.len) == SMF_OK);
		CHECK(s.format == 1 && s.division == 480);
		for (int k = 0; k < TRACKS; k++) {
			CHECK(smf_track(&s, &t) == 1);
			for (int i = 0; i < EVENTS; i++)
				CHECK(smf_event(&t, &e) == 1 &&
				    same_event(&e, &in[k][i]));
			CHECK(smf_event(&t, &e) == 0 && t.tick == end[k]);
		}
		CHECK(smf_track(&s, &t) == 0);
		/* Nothing to forgive but the ticks of the long gaps. */
		CHECK((s.issues & ~smf_bit(SMF_TICK_OVERFLOW)) == 0);
	}
	done("what the writer writes, the reader reads, event for event");

	buf_clear(&b);
	e = (struct smf_event){ .status = 0x90, .a = 60, .b = 64 };
	CHECK(smfw_begin(&w, &b, 0, 1, 96, 1) == 0 && smfw_track(&w) == 0);
	e.tick = 0x7f;
	CHECK(smfw_event(&w, &e) == 0);
	e.tick += 0x80;
	CHECK(smfw_event(&w, &e) == 0);
	e.tick += 0x4000;
	CHECK(smfw_event(&w, &e) == 0);
	CHECK(smfw_end(&w, e.tick) == 0);
	CHECK(memcmp(b.p + 22,
		  "\x7f\x90\x3c\x40"
		  "\x81\x00\x3c\x40"
		  "\x81\x80\x00\x3c\x40"
		  "\x00\xff\x2f\x00",
		  17) == 0);
	CHECK(b.len == 22 + 17);
	e.tick = 3;
	CHECK(smfw_event(&w, &e) == -1 && errno == EINVAL);
	done("quantities are as short as they can be, time goes forward");
	buf_free(&b);
}

/* Ends notes as a reader must: where the next of their pitch begins. */
static void
end_early(struct note *note, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			if (note[k].track == note[i].track &&
			    note[k].channel == note[i].channel &&
			    note[k].pitch == note[i].pitch) {
				if (note[i].off > note[k].on) {
					note[i].off = note[k].on;
					note[i].release = 64;
				}
				break;
			}
}

/* Notes made by hand, crowded so that they overlap in every way. */
static void
test_table(void)
{
	enum { NOTES = 200, ROUNDS_HERE = 200 };
	static struct note note[NOTES], shuffled[NOTES];
	struct song in = { .format = 1, .division = 480 }, out = { 0 };
	struct buf b = { 0 };
	struct note swap;
	int64_t tick;

	CHECK(maps_tempo(&in.maps, 0, 600000) == 0 &&
	    maps_meter(&in.maps, 0, 6, 8) == 0 &&
	    maps_meter(&in.maps, 960, 3, 4) == 0 &&
	    maps_key(&in.maps, 0, -3, 1) == 0 &&
	    maps_finish(&in.maps, 480) == 0);
	in.nnotes = NOTES;
	for (int round = 0; round < ROUNDS_HERE; round++) {
		tick = 0;
		for (size_t i = 0; i < NOTES; i++) {
			tick += (int64_t)(number(3) * number(5));
			note[i] = (struct note){ .on = tick,
				.off = tick + (int64_t)number(20),
				.track = (uint16_t)number(3),
				.channel = (uint8_t)number(2),
				.pitch = (uint8_t)(60 + number(4)),
				.velocity = (uint8_t)(1 + number(127)),
				.release = (uint8_t)number(128),
				.program = (uint8_t)number(2) };
		}
		/* In any order, but for those that begin together. */
		memcpy(shuffled, note, sizeof(note));
		for (size_t i = 0; i + 1 < NOTES; i++)
			if (shuffled[i].on < shuffled[i + 1].on) {
				swap = shuffled[i];
				shuffled[i] = shuffled[i + 1];
				shuffled[i + 1] = swap;
			}
		in.note = shuffled;
		end_early(note, NOTES);
		buf_clear(&b);
		CHECK(song_write(&in, round & 1, &b) == 0);
		CHECK(song_read(&out, b.p, b.len, SONG_EVENTS) == SMF_OK);
		CHECK(out.issues == 0 && out.nnotes == NOTES);
		CHECK(out.maps.nmeter == 2 && out.maps.meter[1].num == 3);
		CHECK(out.maps.tempo[0].uspq == 600000);
		CHECK(out.maps.nkey == 1 && out.maps.key[0].minor == 1);
		/* The reader's order is onset, then track. */
		for (size_t t = 0; t < 3; t++)
			for (size_t i = 0, k = 0; i < NOTES; i++) {
				if (note[i].track != t)
					continue;
				while (k < out.nnotes && out.note[k].track != t)
					k++;
				CHECK(k < out.nnotes &&
				    same_note(&note[i], &out.note[k]));
				k++;
			}
	}
	done("a table of notes becomes a file that reads as the table");

	in.nnotes = 1;
	note[0] = (struct note){ .on = 5, .off = 4, .velocity = 1 };
	in.note = note;
	CHECK(song_write(&in, 0, &b) == -1 && errno == EINVAL);
	note[0] = (struct note){ .on = 5, .off = 5, .velocity = 0 };
	CHECK(song_write(&in, 0, &b) == -1 && errno == EINVAL);
	done("a note that no file can hold is refused");
	maps_free(&in.maps);
	song_free(&out);
	buf_free(&b);
}

/* In format 2 a track's ticks are counted by its own maps. */
static void
test_pieces(void)
{
	struct song in = { .format = 2, .division = 96 }, out = { 0 };
	static struct track track[3];
	static struct maps own[2];
	struct note note[3] = { { .off = 96, .velocity = 1 },
		{ .off = 96, .velocity = 1, .track = 1 },
		{ .off = 96, .velocity = 1, .track = 2 } };
	struct buf b = { 0 };

	CHECK(maps_tempo(&in.maps, 0, 400000) == 0 &&
	    maps_finish(&in.maps, 96) == 0 &&
	    maps_tempo(&own[0], 0, 1000000) == 0 &&
	    maps_meter(&own[0], 0, 3, 4) == 0 &&
	    maps_finish(&own[0], 96) == 0 && maps_finish(&own[1], 96) == 0);
	in.own = own;
	in.capown = 2;
	in.track = track;
	in.ntracks = 3;
	in.note = note;
	in.nnotes = 3;
	CHECK(song_write(&in, 0, &b) == 0);
	for (int twice = 0; twice < 2; twice++) {
		CHECK(song_read(&out, b.p, b.len, SONG_EVENTS) == SMF_OK);
		CHECK(out.format == 2 && out.ntracks == 3);
		CHECK(song_maps(&out, 0)->tempo[0].uspq == 400000);
		CHECK(song_maps(&out, 1)->tempo[0].uspq == 1000000);
		CHECK(song_maps(&out, 1)->meter[0].num == 3);
		CHECK(song_maps(&out, 2)->tempo[0].given == 0);
	}
	done("in format 2 each track has maps of its own");
	maps_free(&in.maps);
	maps_free(&own[0]);
	maps_free(&own[1]);
	song_free(&out);
	buf_free(&b);
}

/* No file of random bytes, bare or behind a header, does more than fail. */
static void
test_hostile(void)
{
	unsigned char bytes[400];
	struct song song = { 0 };
	struct split split = { 0 };
	struct buf out = { 0 };
	size_t n;
	int ok = 0;

	for (int i = 0; i < ROUNDS; i++) {
		n = number(sizeof(bytes)) + 1;
		fill(bytes, n);
		if (n > 22)
			memcpy(bytes,
			    "MThd\0\0\0\6\0\1\0\1\0\x60"
			    "MTrk\0\0\1",
			    21);
		ok += song_read(&song, bytes, n, 1000) == SMF_OK;
		for (size_t k = 1; k < song.nnotes; k++)
			CHECK(song.note[k - 1].on <= song.note[k].on);
		if (split_read(&split, bytes, n, SPLIT_BOTH, 1000) != SMF_OK)
			continue;
		for (size_t k = 0; k < split.nparts; k++) {
			buf_clear(&out);
			CHECK(split_write(&split, k, 0, &out) == 0);
		}
	}
	CHECK(ok > 0);
	done("random bytes behind a header are read to their end");
	song_free(&song);
	split_free(&split);
	buf_free(&out);
}

/* A header counts to 65535: what lies behind is not read in silence. */
static void
test_most_tracks(void)
{
	struct smf_event e = { .status = 0xc0 };
	struct song song = { 0 };
	struct buf b = { 0 };
	struct smf_writer w;

	CHECK(smfw_begin(&w, &b, 1, UINT16_MAX, 96, 0) == 0);
	for (unsigned i = 0; i <= UINT16_MAX; i++) {
		if (i == UINT16_MAX) {
			CHECK(song_read(&song, b.p, b.len, SONG_EVENTS) ==
			    SMF_OK);
			CHECK(song.issues == 0);
		}
		CHECK(smfw_track(&w) == 0 && smfw_event(&w, &e) == 0 &&
		    smfw_end(&w, 0) == 0);
	}
	CHECK(song_read(&song, b.p, b.len, SONG_EVENTS) == SMF_OK);
	CHECK(song.ntracks == UINT16_MAX);
	CHECK(song.issues == smf_bit(SMF_TRACK_COUNT));
	done("more tracks than a header can count are an issue");
	song_free(&song);
	buf_free(&b);
}

static int
near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void
test_maps(void)
{
	struct maps m = { 0 };

	maps_clear(&m);
	CHECK(maps_finish(&m, 96) == 0);
	CHECK(m.ntempo == 1 && m.tempo[0].uspq == 500000 && !m.tempo[0].given);
	CHECK(near(maps_seconds(&m, 192), 1));
	CHECK(maps_bars(&m, 0) == 0 && maps_bars(&m, 1) == 1);
	CHECK(maps_bars(&m, 384) == 1 && maps_bars(&m, 385) == 2);
	done("without events a file is 120 bpm in 4/4");

	/* Out of order, one tick twice: the later one in the file wins. */
	maps_clear(&m);
	CHECK(maps_tempo(&m, 384, 1000000) == 0);
	CHECK(maps_tempo(&m, 96, 400000) == 0);
	CHECK(maps_tempo(&m, 96, 250000) == 0);
	CHECK(maps_finish(&m, 96) == 0);
	CHECK(m.ntempo == 3 && m.tempo[1].uspq == 250000);
	CHECK(near(maps_seconds(&m, 96), 0.5));
	CHECK(near(maps_seconds(&m, 192), 0.75));
	CHECK(near(maps_seconds(&m, 384), 1.25));
	CHECK(near(maps_seconds(&m, 480), 2.25));
	CHECK(near(maps_quarters(&m, 480), 5));
	done("seconds follow the tempo map");

	/* 3/4 for two bars, then 6/8 for three, then 4/4. */
	maps_clear(&m);
	CHECK(maps_meter(&m, 0, 3, 4) == 0);
	CHECK(maps_meter(&m, 576, 6, 8) == 0);
	CHECK(maps_meter(&m, 576 + 864, 4, 4) == 0);
	CHECK(maps_finish(&m, 96) == 0);
	CHECK(maps_bars(&m, 576) == 2 && maps_bars(&m, 577) == 3);
	CHECK(maps_bars(&m, 576 + 864) == 5);
	CHECK(maps_bars(&m, 576 + 864 + 384) == 6);
	CHECK(maps_meter_at(&m, 600)->den == 8);
	/* A meter in the middle of a bar begins one. */
	maps_clear(&m);
	CHECK(maps_meter(&m, 100, 4, 4) == 0);
	CHECK(maps_finish(&m, 96) == 0);
	CHECK(maps_bars(&m, 100) == 1 && maps_bars(&m, 101) == 2);
	done("bars follow the meter map");

	/* 25 frames a second, 40 ticks a frame: a tick is a millisecond. */
	maps_clear(&m);
	CHECK(maps_tempo(&m, 0, 250000) == 0);
	CHECK(maps_finish(&m, (int16_t)0xe728) == 0);
	CHECK(near(maps_seconds(&m, 1500), 1.5));
	CHECK(near(maps_quarters(&m, 1500), 6));
	done("SMPTE ticks are seconds, whatever the tempo");
	maps_free(&m);
}

/* Whether a tick has this position, and the position this tick. */
static int
at(const struct maps *m, int64_t tick, int64_t bar, int64_t beat, int64_t rest)
{
	int64_t b, q, t;

	maps_position(m, tick, &b, &q, &t);
	return b == bar && q == beat && t == rest &&
	    maps_tick_at(m, bar, beat, rest) == tick;
}

static void
test_positions(void)
{
	struct maps m = { 0 };
	int64_t b, q, t;

	/* 3/4 for two bars, 6/8 for three and a half, then 4/4. */
	CHECK(maps_meter(&m, 0, 3, 4) == 0);
	CHECK(maps_meter(&m, 576, 6, 8) == 0);
	CHECK(maps_meter(&m, 576 + 864 + 144, 4, 4) == 0);
	CHECK(maps_finish(&m, 96) == 0);
	CHECK(at(&m, 0, 1, 1, 0) && at(&m, 95, 1, 1, 95));
	CHECK(at(&m, 96, 1, 2, 0) && at(&m, 287, 1, 3, 95));
	CHECK(at(&m, 288, 2, 1, 0) && at(&m, 575, 2, 3, 95));
	CHECK(at(&m, 576, 3, 1, 0) && at(&m, 576 + 47, 3, 1, 47));
	CHECK(at(&m, 576 + 48, 3, 2, 0) && at(&m, 576 + 864 + 143, 6, 3, 47));
	CHECK(at(&m, 576 + 864 + 144, 7, 1, 0));
	CHECK(at(&m, 576 + 864 + 144 + 384 * 1000, 1007, 1, 0));
	maps_position(&m, -5, &b, &q, &t);
	CHECK(b == 1 && q == 1 && t == 0);
	/* The sixth beat of a bar of three is the third of the next. */
	CHECK(maps_tick_at(&m, 1, 6, 0) == maps_tick_at(&m, 2, 3, 0));
	CHECK(maps_tick_at(&m, 0, 1, 0) == -1);
	CHECK(maps_tick_at(&m, 1, 0, 0) == -1);
	CHECK(maps_tick_at(&m, 1, 1, -1) == -1);
	CHECK(maps_tick_at(&m, INT64_MAX, INT64_MAX, 0) == -1);
	CHECK(maps_tick_at(&m, 1, 1, INT64_MAX) == INT64_MAX);
	CHECK(maps_tick_at(&m, 1, 2, INT64_MAX) == -1);
	maps_position(&m, INT64_MAX, &b, &q, &t);
	CHECK(maps_tick_at(&m, b, q, t) == INT64_MAX);
	done("bars and beats are counted from 1 by the meter map");

	/* 25 frames of 40 at 120 bpm: 500 ticks a quarter. */
	maps_clear(&m);
	CHECK(maps_finish(&m, (int16_t)0xe728) == 0);
	CHECK(at(&m, 499, 1, 1, 499) && at(&m, 500, 1, 2, 0));
	CHECK(at(&m, 2000, 2, 1, 0));
	/* 30 frames of 1 at 130 bpm: 13 11/13 ticks a quarter. */
	maps_clear(&m);
	CHECK(maps_tempo(&m, 0, 461538) == 0);
	CHECK(maps_finish(&m, (int16_t)0xe201) == 0);
	CHECK(at(&m, 13, 1, 1, 13) && at(&m, 14, 1, 2, 0));
	CHECK(at(&m, 27, 1, 2, 13) && at(&m, 28, 1, 3, 0));
	done("a beat that begins between two ticks begins at the later");

	maps_clear(&m);
	CHECK(maps_tempo(&m, 0, 600000) == 0);
	CHECK(maps_tempo(&m, 100, 300000) == 0);
	CHECK(maps_finish(&m, 100) == 0);
	CHECK(maps_tick_at_seconds(&m, -1) == 0);
	CHECK(maps_tick_at_seconds(&m, NAN) == 0);
	CHECK(maps_tick_at_seconds(&m, 0.3) == 50);
	CHECK(maps_tick_at_seconds(&m, 0.6) == 100);
	CHECK(maps_tick_at_seconds(&m, 0.9) == 200);
	CHECK(maps_tick_at_seconds(&m, 0.6044) == 101);
	CHECK(maps_tick_at_seconds(&m, 0.6046) == 102);
	CHECK(maps_tick_at_seconds(&m, 1e300) == INT64_MAX);
	done("the nearest tick to a time is found");
	maps_free(&m);
}

/* Any maps and any division: every tick comes back, from its time and from
 * its position; positions go forward with the ticks, and bars begin where
 * maps_bars() counts them. */
static void
test_map_round_trips(void)
{
	static const int fps[] = { 24, 25, 29, 30 };
	struct maps m = { 0 };
	int64_t tick, bar, beat, rest, bar2, beat2, rest2;
	uint64_t reach;
	int division;

	for (int round = 0; round < ROUNDS / 10; round++) {
		division = number(4) != 0
		    ? (int)number(32767) + 1
		    : (int)(int16_t)((256 - fps[number(4)]) << 8 |
			  (int)(number(255) + 1));
		/* Some maps lie close, others reach over 32 bits of ticks. */
		reach = number(2) != 0 ? 5000 : UINT32_MAX;
		maps_clear(&m);
		for (uint64_t i = number(20); i > 0; i--)
			CHECK(maps_tempo(&m, (int64_t)number(reach),
				  (uint32_t)(1000 + number(0xfffc17))) == 0);
		for (uint64_t i = number(20); i > 0; i--)
			CHECK(maps_meter(&m, (int64_t)number(reach),
				  (unsigned)number(255) + 1,
				  1u << number(8)) == 0);
		CHECK(maps_finish(&m, division) == 0);
		for (int i = 0; i < 50; i++) {
			tick = (int64_t)number(reach + reach / 8);
			/* Next to a change is where it would break. */
			if (i < 20)
				tick = m.meter[number(m.nmeter)].tick +
				    (int64_t)number(3) - 1;
			else if (i < 40)
				tick = m.tempo[number(m.ntempo)].tick +
				    (int64_t)number(3) - 1;
			if (tick < 0)
				tick = 0;
			CHECK(maps_tick_at_seconds(
				  &m, maps_seconds(&m, tick)) == tick);
			maps_position(&m, tick, &bar, &beat, &rest);
			CHECK(bar > 0 && beat > 0 && rest >= 0);
			CHECK(beat <= maps_meter_at(&m, tick)->num);
			CHECK(maps_tick_at(&m, bar, beat, rest) == tick);
			maps_position(&m, tick + 1, &bar2, &beat2, &rest2);
			CHECK(bar2 > bar || (bar2 == bar && beat2 > beat) ||
			    (bar2 == bar && beat2 == beat &&
				rest2 == rest + 1));
			if (!m.smpte &&
			    4 * division % maps_meter_at(&m, tick)->den == 0)
				CHECK(maps_bars(&m, tick + 1) == bar);
		}
	}
	done("ticks come back from seconds, and from bars and beats");
	maps_free(&m);
}

static int
cleans_to(const char *raw, const char *clean)
{
	struct buf b = { 0 };
	int same;

	same = clean_file(&b, raw, strlen(raw)) == 0 && strcmp(b.p, clean) == 0;
	if (!same)
		printf("# %s: %s, not %s\n", raw, b.p, clean);
	buf_free(&b);
	return same;
}

/* A code point of up to three bytes as UTF-8. */
static int
u8_point(struct buf *b, uint64_t c)
{
	if (c < 0x800)
		return buf_byte(b, (int)(0xc0 | c >> 6)) == -1
		    ? -1
		    : buf_byte(b, (int)(0x80 | (c & 0x3f)));
	if (buf_byte(b, (int)(0xe0 | c >> 12)) == -1 ||
	    buf_byte(b, (int)(0x80 | (c >> 6 & 0x3f))) == -1)
		return -1;
	return buf_byte(b, (int)(0x80 | (c & 0x3f)));
}

static void
test_clean(void)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789_-";
	static const struct {
		const char *raw, *clean;
	} table[] = { { "F#m loop.MID", "Fsm_loop.mid" },
		{ "Take#3.mid", "Take_3.mid" },
		{ "C\xe2\x99\xaf.mid", "Cs.mid" },
		{ "B\xe2\x99\xad.mid", "Bb.mid" },
		{ "120.5bpm.midi", "120_5bpm.mid" }, { "R&B.mid", "RandB.mid" },
		{ "don't.mid", "dont.mid" }, { "..", "untitled.mid" },
		{ "a/b/c.kar", "c.mid" }, { "\xe9t\xe9.mid", "ete.mid" },
		{ "__a__.mid", "a.mid" } };
	unsigned char bytes[160];
	struct buf once = { 0 }, twice = { 0 };
	size_t n;

	CHECK(clean_init() == 0);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		CHECK(cleans_to(table[i].raw, table[i].clean));
	done("clean names are as in msanitize(1)");
	for (int i = 0; i < 5 * ROUNDS; i++) {
		n = number(sizeof(bytes)) + 1;
		fill(bytes, n);
		buf_clear(&once);
		buf_clear(&twice);
		CHECK(clean_stem(&once, bytes, n) == 0);
		CHECK(once.len > 0 && once.len <= CLEAN_LONGEST);
		CHECK(strspn(once.p, allowed) == once.len);
		CHECK(clean_stem(&twice, once.p, once.len) == 0);
		CHECK(strcmp(once.p, twice.p) == 0);
	}
	done("random bytes become clean, and stay so when cleaned again");
	clean_scripts(1);
	CHECK(cleans_to("\xe3\x83\x89\xe3\x83\xa9 C\xe2\x99\xaf.mid",
	    "\xe3\x83\x89\xe3\x83\xa9_Cs.mid"));
	CHECK(cleans_to("Cafe\xcc\x81's.mid", "Caf\xc3\xa9s.mid"));
	CHECK(cleans_to("a\xe2\x80\x93\xcc\x81 b.mid", "a_b.mid"));
	for (int i = 0; i < 5 * ROUNDS; i++) {
		n = number(sizeof(bytes) / 3) + 1;
		fill(bytes, n);
		buf_clear(&once);
		buf_clear(&twice);
		/* Half of them letters, marks and signs from all over. */
		for (size_t k = 0; i % 2 == 0 && k < n; k++)
			CHECK(u8_point(&once, number(0x3000) + 0x80) == 0);
		if (i % 2 == 0)
			memcpy(bytes, once.p, n = once.len);
		buf_clear(&once);
		CHECK(clean_stem(&once, bytes, n) == 0);
		CHECK(once.len > 0 && once.len <= CLEAN_LONGEST);
		CHECK(utf8_valid(once.p, once.len));
		CHECK(clean_stem(&twice, once.p, once.len) == 0);
		CHECK(strcmp(once.p, twice.p) == 0);
	}
	clean_scripts(0);
	done("so they do with the letters of every script");
	buf_clear(&once);
	CHECK(clean_folders(&once, "C:/../a b/./c//..", 17) == 0);
	CHECK(strcmp(once.p, "a_b/c") == 0);
	buf_clear(&once);
	CHECK(clean_folders(&once, "../../..", 8) == 0 && once.len == 0);
	done("folders never lead up");
	buf_free(&once);
	buf_free(&twice);
}

static void
test_decode(void)
{
	/* A word or two in each encoding, and the same in UTF-8. */
	static const struct {
		const char *raw;
		size_t n;
		const char *encoding, *text;
	} table[] = {
		{ "\314\345\353\356\344\350\377\040\344\353\377\040\343\350\362\340\360\373",
		    18, "WINDOWS-1251",
		    "\320\234\320\265\320\273\320\276\320\264\320\270\321\217\040\320\264\320\273\321\217\040\320\263\320\270\321\202\320\260\321\200\321\213" },
		{ "\324\302\301\301\264\372\261\355\316\322\265\304\320\304",
		    14, "GBK",
		    "\346\234\210\344\272\256\344\273\243\350\241\250\346\210\221\347\232\204\345\277\203" },
		{ "\203\150\203\211\203\200", 6, "CP932",
		    "\343\203\211\343\203\251\343\203\240" },
		{ "\107\162\366\337\145", 5, "WINDOWS-1252",
		    "\107\162\303\266\303\237\145" },
		{ "\106\162\374\150\154\151\156\147\040\334\142\165\156\147",
		    14, "WINDOWS-1252",
		    "\106\162\303\274\150\154\151\156\147\040\303\234\142\165\156\147" },
		{ "\303\211\164\303\251", 5, "UTF-8", "\303\211\164\303\251" },
		{ "\377\376\110\000\151\000", 6, "UTF-16LE", "\110\151" }
	};
	struct buf b = { 0 };
	unsigned char byte;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		buf_clear(&b);
		CHECK(decode_text(&b, table[i].raw, table[i].n) == 0);
		CHECK(strcmp(b.p, table[i].text) == 0);
		CHECK(strcmp(decode_guess(table[i].raw, table[i].n),
			  table[i].encoding) == 0);
	}
	done("text in each encoding is told by its bytes");
	for (int i = 1; i < 256; i++) {
		byte = (unsigned char)i;
		buf_clear(&b);
		CHECK(decode_text(&b, &byte, 1) == 0 && b.len > 0);
		CHECK(utf8_valid(b.p, b.len));
	}
	buf_free(&b);
	done("every byte decodes to something");
}

static void
test_figure(void)
{
	struct note note[8] = { 0 };
	struct song s = { .note = note };
	struct figure f;
	uint32_t order[8];
	/* Swung: home, third, octave, home with a fifth below, home, step. */
	static const int places[] = { 0, 64, 96, 160, 160, 192, 256 };
	static const uint8_t pitches[] = { 60, 64, 72, 53, 60, 60, 62 };

	s.maps.tpq_num = 96;
	s.maps.tpq_den = 1;
	for (uint32_t i = 0; i < 7; i++) {
		order[i] = i;
		note[i].on = places[i];
		note[i].off = places[i] + 10;
		note[i].pitch = pitches[i];
	}
	f = figure_of(&s, order, 7);
	CHECK(f.onsets == 6 && f.classes == 4);
	CHECK(fabsf(f.repeats - 1 / 5.f) < 1e-6f);
	CHECK(fabsf(f.steps - 1 / 5.f) < 1e-6f);
	CHECK(fabsf(f.leaps - 3 / 5.f) < 1e-6f);
	CHECK(fabsf(f.octaves - 1 / 5.f) < 1e-6f);
	CHECK(fabsf(f.home - 4 / 6.f) < 1e-6f);
	CHECK(fabsf(f.even - 3 / 5.f) < 1e-6f);
	CHECK(f.even_twos > .99f && fabsf(f.gap_twos - 1) < 1e-6f);
	CHECK(fabsf(f.gap - 64 / 96.f) < 1e-6f);
	f = figure_of(&s, order, 1);
	CHECK(f.onsets == 1 && f.home > .99f && f.gap <= 0 && f.even <= 0);
	done("a figure's shares are those of its moves");
}

static void
test_map(void)
{
	struct map m = { 0 };
	uint64_t *v;

	for (uint64_t i = 0; i < 10000; i++)
		if ((v = map_at(&m, i * 0xd1342543de82ef95)) != NULL)
			*v = i + 1;
	for (uint64_t i = 0; i < 10000; i++) {
		v = map_at(&m, i * 0xd1342543de82ef95);
		CHECK(v != NULL && *v == i + 1);
	}
	map_clear(&m);
	CHECK((v = map_at(&m, 0)) != NULL && *v == 0);
	map_free(&m);
	done("a map keeps every key's value");
}

static struct hash
hash_of(uint64_t i)
{
	return hash_bytes(&i, sizeof(i));
}

static void
test_hash(void)
{
	struct hash h = hash_bytes("abc", 3), back;
	char hex[HASH_DIGITS + 1];

	hash_hex(&h, hex);
	/* What `printf abc | xxhsum -H2` prints. */
	CHECK(strcmp(hex, "06b05ab6733a618578af5f94892f3950") == 0);
	CHECK(hash_parse(hex, &back) == 0 && memcmp(&h, &back, 16) == 0);
	CHECK(hash_parse("06b0", &back) == -1);
	CHECK(hash_parse("zzb05ab6733a618578af5f94892f3950", &back) == -1);
	done("hashes are those of xxhsum -H2");
}

/* A racer claims all contents in its own order and says which were new. */
static _Noreturn void
race(int dir, uint64_t racer, int fd)
{
	static unsigned char new[CONTENTS];
	struct seen *s = seen_open(dir, "race");
	uint64_t slot, k;
	struct hash h;
	int answer;

	for (uint64_t i = 0; s != NULL && i < CONTENTS; i++) {
		k = racer == 0 ? i : CONTENTS - 1 - i;
		h = hash_of(k);
		answer = seen_claim(s, &h, 8, racer + 1, 0, &slot);
		if (answer == SEEN_NEW)
			seen_done(s, slot);
		new[k] = answer == SEEN_NEW;
	}
	seen_close(s);
	for (size_t at = 0; at < sizeof(new);) {
		ssize_t n = write(fd, new + at, sizeof(new) - at);

		if (n == -1)
			_exit(1);
		at += (size_t)n;
	}
	_exit(s == NULL);
}

static void
test_seen(int dir)
{
	static unsigned char count[CONTENTS], new[CONTENTS];
	struct seen *s = seen_open(dir, "seen"), *t;
	struct hash a = hash_of(1), b = hash_of(2), c = hash_of(4);
	int end[RACERS][2], status, twice = 0, none = 0;
	uint64_t slot, slot2;
	pid_t pid[RACERS];

	CHECK(s != NULL);
	CHECK(seen_claim(s, &a, 8, 1, 0, &slot) == SEEN_NEW);
	CHECK(seen_claim(s, &a, 8, 2, 0, &slot2) == SEEN_DUP);
	seen_done(s, slot);
	CHECK(seen_claim(s, &a, 8, 1, 0, &slot) == SEEN_MINE);
	CHECK(seen_claim(s, &a, 8, 2, 0, &slot) == SEEN_DUP);
	CHECK(seen_claim(s, &a, 9, 2, 0, &slot) == SEEN_NEW);
	seen_done(s, slot);
	done(
	    "a content is new once, then its owner's, and a duplicate to others");
	CHECK(seen_claim(s, &b, 8, 1, 0, &slot) == SEEN_NEW);
	seen_release(s, slot);
	CHECK(seen_claim(s, &b, 8, 2, 0, &slot) == SEEN_NEW);
	seen_done(s, slot);
	CHECK(seen_claim(s, &b, 8, 1, 0, &slot) == SEEN_DUP);
	CHECK(seen_count(s) == 3);
	done("a claim that was released is the next one's");
	seen_close(s);
	s = seen_open(dir, "seen");
	t = seen_open(dir, "seen");
	CHECK(s != NULL && t != NULL);
	CHECK(seen_claim(s, &b, 8, 2, 0, &slot) == SEEN_MINE);
	CHECK(seen_claim(t, &a, 8, 1, 0, &slot) == SEEN_MINE);
	/* Its claimer is gone before it was written. */
	a = hash_of(3);
	CHECK(seen_claim(s, &a, 8, 1, 0, &slot) == SEEN_NEW);
	seen_close(s);
	CHECK(seen_claim(t, &a, 8, 2, 0, &slot) == SEEN_NEW);
	/* A rescan that finds b under another place, and c; not a. */
	CHECK(seen_claim(t, &c, 8, 7, 0, &slot) == SEEN_NEW);
	seen_release(t, slot);
	CHECK(seen_doubt(t) == 0);
	CHECK(seen_claim(t, &b, 8, 2, 0, &slot) == SEEN_MINE);
	CHECK(seen_found(t, &b, 8, 5) == 0 && seen_found(t, &c, 8, 6) == 1);
	CHECK(seen_found(t, &c, 8, 9) == 0);
	CHECK(seen_drop(t) == 2); /* of 1, with size 8 and 9 */
	CHECK(seen_claim(t, &b, 8, 3, 5, &slot) == SEEN_DUP);
	CHECK(seen_claim(t, &c, 8, 3, 9, &slot) == SEEN_DUP);
	CHECK(seen_claim(t, &c, 8, 3, 6, &slot) == SEEN_MINE);
	CHECK(seen_claim(t, &c, 8, 4, 6, &slot) == SEEN_DUP);
	/* Its owner makes sure of it before it is forgotten, and after. */
	CHECK(seen_doubt(t) == -1 || seen_claim(t, &c, 8, 3, 0, &slot) == 1);
	seen_keep(t, slot, 3);
	CHECK(seen_claim(t, &b, 8, 2, 0, &slot) == SEEN_MINE);
	CHECK(seen_drop(t) == 1);
	seen_keep(t, slot, 2);
	CHECK(seen_claim(t, &c, 8, 4, 0, &slot) == SEEN_DUP);
	CHECK(seen_claim(t, &b, 8, 4, 0, &slot) == SEEN_DUP);
	seen_close(t);
	done("what is written stays, a claim dies with its process");

	fflush(stdout);
	for (unsigned i = 0; i < RACERS; i++) {
		CHECK(pipe(end[i]) == 0);
		if ((pid[i] = fork()) == 0)
			race(dir, i, end[i][1]);
		close(end[i][1]);
	}
	for (unsigned i = 0; i < RACERS; i++) {
		FILE *f = fdopen(end[i][0], "r");

		CHECK(f != NULL && fread(new, 1, CONTENTS, f) == CONTENTS);
		for (size_t k = 0; k < CONTENTS; k++)
			count[k] = (unsigned char)(count[k] + new[k]);
		if (f != NULL)
			fclose(f);
		CHECK(waitpid(pid[i], &status, 0) == pid[i] && status == 0);
	}
	for (size_t k = 0; k < CONTENTS; k++) {
		none += count[k] == 0;
		twice += count[k] > 1;
	}
	CHECK(none == 0 && twice == 0);
	done("of two processes that claim all at once, one gets each content");
	CHECK((s = seen_open(dir, "race")) != NULL);
	for (uint64_t k = 0; k < CONTENTS; k++) {
		a = hash_of(k);
		CHECK(seen_claim(s, &a, 8, RACERS + 1, 0, &slot) == SEEN_DUP);
	}
	CHECK(seen_count(s) == CONTENTS);
	seen_close(s);
	done("the set holds every content once");
}

static void
test_tokens(void)
{
	static const char text[] = "HiHats_02 (DnB), Tom's MIDILoop - BPMs x-y";
	static const struct {
		const char *word;
		enum token_link link;
	} want[] = { { "hi", TOKEN_APART }, { "hats", TOKEN_GLUED },
		{ "02", TOKEN_NEXT }, { "dn", TOKEN_APART },
		{ "b", TOKEN_GLUED }, { "tom", TOKEN_APART },
		{ "midi", TOKEN_APART }, { "loop", TOKEN_GLUED },
		{ "bpms", TOKEN_APART }, { "x", TOKEN_NEXT },
		{ "y", TOKEN_DASH } };
	const size_t n = sizeof(want) / sizeof(*want);
	struct tokens t;
	const char *p;
	size_t k;

	tokens_read(&t, text, sizeof(text) - 1);
	CHECK(t.n == n);
	for (size_t i = 0; i < n && i < t.n; i++) {
		p = tokens_text(&t, i, &k);
		CHECK(k == strlen(want[i].word) &&
		    memcmp(p, want[i].word, k) == 0);
		/* What stands between a genitive and a word is no blank. */
		if (i != 6)
			CHECK(t.token[i].link == want[i].link);
	}
	CHECK(tokens_stem("a.tar.gz", 8) == 1 && tokens_stem("a.MID", 5) == 1 &&
	    tokens_stem(".mid", 4) == 4 && tokens_stem("a.b", 3) == 3);
	done("a name falls apart into its words");
}

static void
test_notes(void)
{
	static const struct {
		const char *text;
		enum notes_how how;
		int tonic, minor;
	} want[] = { { "C", NOTES_LETTER, 0, 0 }, { "F#", NOTES_SHORT, 6, 0 },
		{ "Bbm", NOTES_SHORT, 10, 1 }, { "Amin", NOTES_MODE, 9, 1 },
		{ "Cmaj7", NOTES_CHORD, 0, 0 }, { "Dm7b5", NOTES_CHORD, 2, 0 },
		{ "Fsm", NOTES_SHORT, 6, 1 }, { "Asmin", NOTES_MODE, 10, 1 },
		{ "am", NOTES_NONE, 0, 0 }, { "H", NOTES_NONE, 0, 0 },
		{ "C4", NOTES_NONE, 0, 0 }, { "Cat", NOTES_NONE, 0, 0 },
		{ "", NOTES_NONE, 0, 0 } };
	static const char *const german[] = { "h", "moll" };
	static const char *const french[] = { "sol", "diese", "mineur" };
	static const size_t g[] = { 1, 4 }, f[] = { 3, 5, 6 };
	struct notes_name k;
	size_t n;

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		n = strlen(want[i].text);
		k = notes_name(&want[i].text, &n, 1);
		CHECK(k.how == want[i].how && k.tonic == want[i].tonic &&
		    k.minor == want[i].minor);
	}
	k = notes_name(german, g, 2);
	CHECK(k.how == NOTES_MODE && k.tonic == 11 && k.minor && k.words == 2);
	k = notes_name(french, f, 3);
	CHECK(k.how == NOTES_MODE && k.tonic == 8 && k.minor && k.words == 3);
	done("keys and chords as people write them");
}

/* Whatever a name is: spans lie inside, and what is stated is in range. */
static void
test_named(void)
{
	static const char some[] = "0123456789 _-.#()[]/bpmBPMabcdefgABCDEFGm"
				   "\x7f take bar in maj min";
	static const struct {
		const char *path;
		double bpm, conf;
	} paths[] = { { "/a/x 118bpm.mid", 118, .9 },
		{ "/a/150 Mambo 01.mid", 150, .8 },
		{ "/90bpm/150 Mambo 01", 90, .9 }, { "Take 118.mid", 0, 0 },
		{ "", 0, 0 },
		/* The only number, between words. */
		{ "/a/funk_174_amen.mid", 174, .75 },
		{ "funk-96-amen.mid", 96, .75 }, { "funk_174.mid", 0, 0 },
		{ "174_amen.mid", 0, 0 }, { "funk_0174_amen.mid", 0, 0 },
		{ "funk_30_amen.mid", 0, 0 }, { "take_174_amen.mid", 0, 0 },
		{ "loop_174_amen.mid", 0, 0 },
		{ "/takes/funk_174_amen.mid", 0, 0 },
		{ "funk_174_amen_90_x.mid", 0, 0 },
		{ "Highway 61 Revisited.mid", 0, 0 }, { "a_1999_b.mid", 0, 0 },
		{ "a_174_bars.mid", 0, 0 },
		/* Shelves. */
		{ "/160-169_BPM/x.mid", 165, .72 },
		{ "/House 120-129/x.mid", 125, .72 },
		{ "/80-119 BPM/x.mid", 0, 0 },
		{ "/160-169_BPM/funk_167_x.mid", 167, .75 },
		{ "/160-169_BPM/funk_67_x.mid", 165, .72 },
		{ "/160-169_BPM/x 90bpm.mid", 90, .9 } };
	struct named_tempo tempo;
	struct vocab v = { 0 };
	struct tags t = { .vocab = &v };
	const struct tags_name *x;
	struct named s;
	char text[64];
	size_t n;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		named_tempo(&tempo, paths[i].path, strlen(paths[i].path));
		if (tempo.bpm != paths[i].bpm || tempo.conf != paths[i].conf)
			printf("# %s: %g, %g\n", paths[i].path, tempo.bpm,
			    tempo.conf);
		CHECK(tempo.bpm == paths[i].bpm && tempo.conf == paths[i].conf);
	}
	CHECK(vocab_add_builtin(&v) == 0);
	for (int i = 0; i < ROUNDS; i++) {
		n = number(sizeof(text));
		for (size_t k = 0; k < n; k++)
			text[k] = some[number(sizeof(some) - 1)];
		named_read(&s, text, n, (enum named_place)number(3));
		CHECK(s.bpm_at.at + s.bpm_at.n <= n);
		CHECK(s.key_at.at + s.key_at.n <= n);
		CHECK(s.meter_at.at + s.meter_at.n <= n);
		CHECK(s.chord_at.at + s.chord_at.n <= n);
		CHECK((s.bpm_at.n > 0) == (s.bpm > 0));
		CHECK(s.bpm == 0 || (s.bpm >= 30 && s.bpm < 401));
		CHECK(s.tonic < 12 && s.minor < 2);
		CHECK(s.num == 0 || (s.den > 0 && (s.den & (s.den - 1)) == 0));
		fill((unsigned char *)text, n);
		for (size_t k = 0; k < n; k++)
			if (text[k] == '\\')
				text[k] = '/';
		x = tags_name(&t, text, n, (enum named_place)number(3));
		CHECK(x != NULL && x->known >= 0 && x->known <= 1);
		for (size_t k = 0; x != NULL && k < x->nhit; k++)
			CHECK(x->hit[k].at + x->hit[k].n <= x->len);
	}
	tags_free(&t);
	vocab_free(&v);
	done("no name is too odd to be read for what it states");
}

int
main(void)
{
	char name[] = "unit.XXXXXX";
	const char *tmp = getenv("TMPDIR");
	int dir;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (chdir(tmp != NULL ? tmp : "/tmp") == -1 || mkdtemp(name) == NULL ||
	    (dir = open(name, O_RDONLY | O_DIRECTORY)) == -1) {
		perror(name);
		return 99;
	}
	test_esc();
	test_num();
	test_smf();
	test_table();
	test_pieces();
	test_hostile();
	test_most_tracks();
	test_maps();
	test_positions();
	test_map_round_trips();
	test_clean();
	test_decode();
	test_tokens();
	test_notes();
	test_named();
	test_figure();
	test_map();
	test_hash();
	test_seen(dir);
	unlinkat(dir, "seen", 0);
	unlinkat(dir, "race", 0);
	close(dir);
	rmdir(name);
	printf("1..%d\n", tests);
	return failures > 0;
}
