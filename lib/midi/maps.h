/* maps - tempo, meter and key of a file, and the conversions they define
 *
 * All ticks are absolute, of the file's own division, from 0.  A map's
 * entries are sorted by tick, at most one a tick (the last one in the file
 * wins), and the first is at tick 0: where the file says nothing, it is the
 * default of the standard, and `given` is 0.
 *
 * A struct maps is the caller's; zeroes are valid; maps_free() frees it.
 * Its memory is kept by maps_clear() for the next file.
 */
#ifndef MIDI_MAPS_H
#define MIDI_MAPS_H

#include <stddef.h>
#include <stdint.h>

enum {
	TEMPO_DEFAULT = 500000 /* microseconds a quarter: 120 bpm */
};

struct tempo {
	int64_t tick;
	uint32_t uspq;  /* microseconds a quarter, at least 1 */
	uint32_t given; /* 0: the standard's default */
	double seconds; /* of its tick */
};

struct meter {
	int64_t tick;
	uint16_t num, den; /* 6 and 8 in 6/8; den 1 to 128 */
	uint32_t given;
	int64_t bar; /* bars before its tick, whole */
};

struct keysig {
	int64_t tick;
	int8_t sharps; /* -7 to 7, flats negative */
	uint8_t minor;
};

struct maps {
	/* Ticks a quarter as a fraction, whatever the division is: for SMPTE
	 * by the first tempo. */
	int64_t tpq_num, tpq_den;
	int smpte;           /* seconds come from frames, not from tempo */
	double tick_seconds; /* smpte: seconds a tick */
	struct tempo *tempo;
	size_t ntempo, captempo;
	struct meter *meter;
	size_t nmeter, capmeter;
	struct keysig *key; /* may be empty: there is no default */
	size_t nkey, capkey;
};

/* Building: clear, add events in any order, then finish with the division.
 * 0, or -1 ENOMEM. */
void maps_clear(struct maps *);
int maps_tempo(struct maps *, int64_t tick, uint32_t uspq);
int maps_meter(struct maps *, int64_t tick, unsigned num, unsigned den);
int maps_key(struct maps *, int64_t tick, int sharps, int minor);
int maps_finish(struct maps *, int division);
void maps_free(struct maps *);

/* Seconds from tick 0. */
double maps_seconds(const struct maps *, int64_t tick);
/* The tick nearest to a time, the inverse of maps_seconds(); 0 for what is
 * before it, INT64_MAX for what no tick reaches. */
int64_t maps_tick_at_seconds(const struct maps *, double seconds);
/* Quarters from tick 0. */
double maps_quarters(const struct maps *, int64_t tick);
/* Bars begun before a tick, by the meter map: 0 at tick 0, 1 up to and with
 * the first bar line.  A new meter begins a bar. */
int64_t maps_bars(const struct maps *, int64_t tick);
/* A tick as musicians count: bar and beat from 1, a beat being what the lower
 * figure of the meter says, and the ticks since its first one.  Whole numbers
 * throughout; where a beat begins between two ticks (SMPTE, odd divisions),
 * the tick behind is its first.  A tick before 0 counts as 0. */
void maps_position(const struct maps *, int64_t tick, int64_t *bar,
    int64_t *beat, int64_t *tick_in_beat);
/* Its inverse.  Beats and ticks may lead beyond their bar and beat; -1 where
 * there is no such place: bar or beat below 1, ticks below 0, or a tick that
 * does not fit. */
int64_t maps_tick_at(
    const struct maps *, int64_t bar, int64_t beat, int64_t tick_in_beat);
/* The entries in force at a tick. */
const struct tempo *maps_tempo_at(const struct maps *, int64_t tick);
const struct meter *maps_meter_at(const struct maps *, int64_t tick);

#endif
