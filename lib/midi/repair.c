/* repair - a file whose reading needed forgiving, written anew as a valid one
 */
#include "config.h"

#include "midi/repair.h"
#include "midi/smf_write.h"

enum { RELEASE = 64 };
enum { TEMPO_BYTES = 3, METER_BYTES = 4, KEY_BYTES = 2 };

struct state {
	struct smf_writer w;
	uint8_t sounds[16][128]; /* in the track at hand */
	size_t written;          /* events */
	uint8_t meter[METER_BYTES];
};

uint64_t
repair_issues(const struct song *song)
{
	uint64_t kept = smf_bit(SMF_TICK_OVERFLOW) | smf_bit(SMF_EVENT_LIMIT);

	/* A division of 0 has become a positive one. */
	if (song->division < 0)
		kept |= smf_bit(SMF_DIVISION);
	return song->issues & ~kept;
}

/* What the reader made something of gets its right length, what it could
 * make nothing of goes: 1 keep, 0 drop. */
static int
mend_meta(struct state *s, struct smf_event *e)
{
	uint64_t issues = 0;
	uint32_t uspq;
	unsigned num, den;
	int sharps, minor;

	switch (e->a) {
	case META_TEMPO:
		if (!meta_tempo(e, &uspq, &issues))
			return 0;
		e->len = TEMPO_BYTES;
		return 1;
	case META_METER:
		if (!meta_meter(e, &num, &den, &issues))
			return 0;
		if (e->len < METER_BYTES) {
			s->meter[0] = e->data[0];
			s->meter[1] = e->data[1];
			s->meter[2] = e->len > 2 ? e->data[2] : METER_CLICK;
			s->meter[3] = METER_32NDS;
			e->data = s->meter;
		}
		e->len = METER_BYTES;
		return 1;
	case META_KEY:
		if (!meta_key(e, &sharps, &minor, &issues))
			return 0;
		e->len = KEY_BYTES;
		return 1;
	default:
		return e->a < 0x80;
	}
}

static int
put_off(struct state *s, int64_t tick, unsigned channel, unsigned pitch)
{
	struct smf_event off = { .tick = tick,
		.status = (uint8_t)(0x80 | channel),
		.a = (uint8_t)pitch,
		.b = RELEASE };

	s->sounds[channel][pitch] = 0;
	return smfw_event(&s->w, &off);
}

/* Notes are paired as song_read() pairs them. */
static int
put_event(struct state *s, struct smf_event *e)
{
	unsigned c = e->status & 15, kind = e->status >> 4;
	uint8_t *sounds = &s->sounds[c][e->a & 0x7f];

	if (e->status == SMF_META && !mend_meta(s, e))
		return 0;
	if (kind == 9 && e->b > 0) {
		if (*sounds && put_off(s, e->tick, c, e->a) == -1)
			return -1;
		*sounds = 1;
	} else if (kind == 8 || kind == 9) {
		if (!*sounds)
			return 0;
		*sounds = 0;
	}
	s->written++;
	return smfw_event(&s->w, e);
}

static int
put_track(struct state *s, struct smf_track *t)
{
	struct smf_event e;

	if (smfw_track(&s->w) == -1)
		return -1;
	while (smf_event(t, &e))
		if (put_event(s, &e) == -1)
			return -1;
	for (unsigned c = 0; c < 16; c++)
		for (unsigned p = 0; p < 128; p++)
			if (s->sounds[c][p] && put_off(s, t->tick, c, p) == -1)
				return -1;
	return smfw_end(&s->w, t->tick);
}

int
repair_write(
    const struct song *song, const void *bytes, size_t n, struct buf *out)
{
	struct state s = { .written = 0 };
	struct smf smf;
	struct smf_track t;
	int format = song->format;
	size_t ntracks = song->ntracks, from = out->len;

	if (smf_open(&smf, bytes, n) != SMF_OK)
		return 0;
	if (format == 0 && ntracks > 1)
		format = 1;
	if (smfw_begin(
		&s.w, out, format, (unsigned)ntracks, song->division, 0) == -1)
		return -1;
	while (ntracks > 0 && smf_track(&smf, &t)) {
		ntracks--;
		if (put_track(&s, &t) == -1)
			return -1;
	}
	if (s.written > 0)
		return 1;
	buf_cut(out, from);
	return 0;
}
