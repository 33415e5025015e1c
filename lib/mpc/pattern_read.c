/* pattern_read - an .mpcpattern as notes again, and those as a MIDI file */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "midi/song_write.h"
#include "mpc/json.h"
#include "mpc/pattern_read.h"
#include "stream/array.h"

enum {
	KIND = 0xff,     /* higher bits of a flat event's type are flags */
	FLAT_NOTE = 2,   /* its kind */
	NESTED_NOTE = 3, /* type of a nested event */
	VELOCITY = 127
};

static int64_t
latest(void)
{
	return UINT32_MAX; /* of ticks, as in a MIDI file */
}

/* One event: 1 a note, 0 another kind, -1 malformed. */
static int
read_note(yajl_val e, struct pattern_note *n)
{
	yajl_val note = json_member(e, "note");
	int nested = YAJL_IS_OBJECT(note);
	long long type, time, length, pitch;
	double velocity;

	if (!json_int(e, "type", 0, INT32_MAX, &type) ||
	    !json_int(e, "time", 0, latest(), &time))
		return -1;
	if (nested ? type != NESTED_NOTE : (type & KIND) != FLAT_NOTE)
		return 0;
	if (!json_int(nested ? note : e, nested ? "length" : "len", 1, latest(),
		&length) ||
	    !json_int(
		nested ? note : e, nested ? "note" : "1", 0, 127, &pitch) ||
	    !json_real(
		nested ? note : e, nested ? "velocity" : "2", 0, 1, &velocity))
		return -1;
	*n = (struct pattern_note){ .time = time,
		.end = time + length,
		.pitch = (uint8_t)pitch,
		.velocity = (uint8_t)lround(velocity * VELOCITY) };
	return 1;
}

static int
read_events(struct pattern *p, yajl_val events, const char **why)
{
	struct pattern_note n;
	int is;

	for (size_t i = 0; i < events->u.array.len; i++) {
		is = read_note(events->u.array.values[i], &n);
		if (is == -1) {
			*why = "an event that is malformed";
			return -1;
		}
		/* What has no velocity does not sound. */
		if (is == 0 || n.velocity == 0)
			continue;
		if (p->n > 0 && p->note[p->n - 1].time > n.time) {
			*why = "events that are out of order";
			return -1;
		}
		if (array_room(&p->note, p->n + 1, &p->cap, sizeof(n)) == -1)
			return -1;
		p->note[p->n++] = n;
	}
	return 0;
}

int
pattern_read(struct pattern *p, const char *text, size_t n, const char **why)
{
	yajl_val root = json_parse(text, n), events;
	int bad = -1;

	p->n = 0;
	p->bars = 0;
	*why = NULL;
	events = json_member(json_member(root, "pattern"), "events");
	if (root == NULL)
		*why = "not JSON";
	else if (!YAJL_IS_ARRAY(events))
		*why = "not a pattern";
	else
		bad = read_events(p, events, why);
	yajl_tree_free(root);
	return bad;
}

int
pattern_to_mid(
    const struct pattern *p, double bpm, unsigned channel, struct buf *out)
{
	struct song s = { .format = 0, .division = PATTERN_TPQ };
	int bad = -1;

	s.note = calloc(p->n + 1, sizeof(*s.note));
	if (s.note == NULL)
		return -1;
	s.nnotes = p->n;
	for (size_t i = 0; i < p->n; i++)
		s.note[i] = (struct note){ .on = p->note[i].time,
			.off = p->note[i].end,
			.channel = (uint8_t)(channel & 15),
			.pitch = p->note[i].pitch,
			.velocity = p->note[i].velocity,
			.release = 64 };
	if (bpm <= 0 ||
	    maps_tempo(&s.maps, 0, (uint32_t)lround(6e7 / bpm)) == 0)
		bad = song_write(&s, 0, out);
	maps_free(&s.maps);
	free(s.note);
	return bad;
}
