/* smf_write - Standard MIDI Files, written event by event into a buffer */
#include "config.h"

#include <errno.h>

#include "midi/smf_write.h"

enum { VLQ_MOST = 0x0fffffff };

static void
put32(void *at, uint32_t v)
{
	uint8_t *p = at;

	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static size_t
vlq(uint8_t *p, uint32_t v)
{
	size_t n = 0;

	for (int shift = 21; shift > 0; shift -= 7)
		if (n > 0 || v >> shift != 0)
			p[n++] = (uint8_t)(0x80 | (v >> shift & 0x7f));
	p[n++] = v & 0x7f;
	return n;
}

int
smfw_begin(struct smf_writer *w, struct buf *out, int format, unsigned tracks,
    int division, int running_status)
{
	uint8_t head[14] = "MThd\0\0\0\6";

	*w = (struct smf_writer){ .out = out, .compress = running_status };
	head[9] = (uint8_t)format;
	head[10] = (uint8_t)(tracks >> 8);
	head[11] = (uint8_t)tracks;
	head[12] = (uint8_t)((unsigned)division >> 8);
	head[13] = (uint8_t)division;
	if (tracks > UINT16_MAX || format < 0 || format > 2) {
		errno = EINVAL;
		return -1;
	}
	return buf_add(out, head, sizeof(head));
}

int
smfw_track(struct smf_writer *w)
{
	w->length_at = w->out->len + 4;
	w->tick = 0;
	w->running = 0;
	return buf_add(w->out, "MTrk\0\0\0\0", 8);
}

static int
delta(struct smf_writer *w, int64_t tick)
{
	uint8_t bridge[7];
	size_t n;

	if (tick < w->tick) {
		errno = EINVAL;
		return -1;
	}
	while (tick - w->tick > VLQ_MOST) {
		n = vlq(bridge, VLQ_MOST);
		memcpy(bridge + n, "\xff\x01", 3);
		if (buf_add(w->out, bridge, n + 3) == -1)
			return -1;
		w->tick += VLQ_MOST;
		w->running = 0;
	}
	n = vlq(bridge, (uint32_t)(tick - w->tick));
	w->tick = tick;
	return buf_add(w->out, bridge, n);
}

int
smfw_event(struct smf_writer *w, const struct smf_event *e)
{
	uint8_t head[8];
	size_t n = 0;

	if (delta(w, e->tick) == -1)
		return -1;
	if (smf_is_channel(e)) {
		if (!w->compress || e->status != w->running)
			head[n++] = e->status;
		w->running = e->status;
		head[n++] = e->a & 0x7f;
		if ((e->status & 0xe0) != 0xc0)
			head[n++] = e->b & 0x7f;
		return buf_add(w->out, head, n);
	}
	if (e->len > VLQ_MOST ||
	    (e->status != SMF_META && e->status != SMF_SYSEX &&
		e->status != SMF_ESCAPE)) {
		errno = EINVAL;
		return -1;
	}
	w->running = 0;
	head[n++] = e->status;
	if (e->status == SMF_META)
		head[n++] = e->a;
	n += vlq(head + n, (uint32_t)e->len);
	if (buf_add(w->out, head, n) == -1)
		return -1;
	return e->len == 0 ? 0 : buf_add(w->out, e->data, e->len);
}

int
smfw_end(struct smf_writer *w, int64_t tick)
{
	size_t len;

	if (delta(w, tick > w->tick ? tick : w->tick) == -1 ||
	    buf_add(w->out, "\xff\x2f\0", 3) == -1)
		return -1;
	len = w->out->len - w->length_at - 4;
	if (len > UINT32_MAX) {
		errno = EINVAL;
		return -1;
	}
	put32(w->out->p + w->length_at, (uint32_t)len);
	return 0;
}
