/* song_write - a table of notes with its maps and texts, as a file */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "midi/smf_write.h"
#include "midi/song_write.h"
#include "stream/array.h"

enum { RELEASE = 64, MAP_BYTES = 4 };

/* What stands first on one tick. */
enum rank { RANK_TEXT, RANK_MAP, RANK_OFF, RANK_ON };

struct item {
	int64_t tick;
	uint32_t seq; /* in the order of adding */
	uint8_t rank;
	uint8_t status, a, b;
	uint32_t len;
	const uint8_t *data;      /* or NULL: bytes */
	uint8_t bytes[MAP_BYTES]; /* of a map's entry */
};

struct list {
	struct item *item;
	size_t n, cap;
};

static struct item *
add(struct list *l, int64_t tick, enum rank rank)
{
	struct item *i;

	if (array_room(&l->item, l->n + 1, &l->cap, sizeof(*l->item)) == -1)
		return NULL;
	i = &l->item[l->n];
	*i = (struct item){
		.tick = tick, .seq = (uint32_t)l->n, .rank = (uint8_t)rank
	};
	l->n++;
	return i;
}

static int
add_channel(struct list *l, int64_t tick, enum rank rank, unsigned status,
    uint8_t a, uint8_t b)
{
	struct item *i = add(l, tick, rank);

	if (i == NULL)
		return -1;
	i->status = (uint8_t)status;
	i->a = a;
	i->b = b;
	return 0;
}

static int
add_map(struct list *l, int64_t tick, uint8_t type, uint32_t v, uint32_t len)
{
	struct item *i = add(l, tick, RANK_MAP);

	if (i == NULL)
		return -1;
	i->status = SMF_META;
	i->a = type;
	i->len = len;
	for (uint32_t k = 0; k < len; k++)
		i->bytes[k] = (uint8_t)(v >> 8 * (len - 1 - k));
	return 0;
}

static int
add_maps(struct list *l, const struct maps *m)
{
	uint32_t v;
	unsigned log2;

	for (size_t i = 0; i < m->ntempo; i++)
		if (m->tempo[i].given &&
		    add_map(l, m->tempo[i].tick, META_TEMPO, m->tempo[i].uspq,
			3) == -1)
			return -1;
	for (size_t i = 0; i < m->nmeter; i++) {
		if (!m->meter[i].given)
			continue;
		for (log2 = 0; m->meter[i].den >> log2 > 1; log2++)
			continue;
		v = (uint32_t)m->meter[i].num << 24 | log2 << 16 |
		    METER_CLICK << 8 | METER_32NDS;
		if (add_map(l, m->meter[i].tick, META_METER, v, 4) == -1)
			return -1;
	}
	for (size_t i = 0; i < m->nkey; i++) {
		v = (uint32_t)(uint8_t)m->key[i].sharps << 8 | m->key[i].minor;
		if (add_map(l, m->key[i].tick, META_KEY, v, 2) == -1)
			return -1;
	}
	return 0;
}

/* Those of one track, from *at on. */
static int
add_texts(struct list *l, const struct song *s, unsigned track, size_t *at)
{
	struct item *i;
	size_t k;

	for (; (k = *at) < s->ntexts && s->text[k].track == track; ++*at) {
		if ((i = add(l, s->text[k].tick, RANK_TEXT)) == NULL)
			return -1;
		i->status = SMF_META;
		i->a = s->text[k].type;
		i->data = s->text[k].p;
		i->len = s->text[k].len;
	}
	return 0;
}

static int
by_onset(const void *a, const void *b)
{
	const struct note *x = *(const struct note *const *)a;
	const struct note *y = *(const struct note *const *)b;

	if (x->track != y->track)
		return x->track < y->track ? -1 : 1;
	if (x->on != y->on)
		return x->on < y->on ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int
by_place(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->tick != y->tick)
		return x->tick < y->tick ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* The n notes of one track, by onset. */
static int
add_notes(struct list *l, const struct note *const *note, size_t n)
{
	int64_t last[16][128]; /* index of its note-off, or -1 */
	uint8_t program[16] = { 0 };
	const struct note *p;
	struct item *off;
	int64_t *open;

	memset(last, 0xff, sizeof(last));
	for (size_t i = 0; i < n; i++) {
		p = note[i];
		open = &last[p->channel][p->pitch];
		if (*open >= 0 && (off = &l->item[*open])->tick > p->on) {
			off->tick = p->on;
			off->b = RELEASE;
			/* One that began here too ends behind its start. */
			if (l->item[*open - 1].tick == p->on)
				off->rank = RANK_ON;
		}
		if (p->program != program[p->channel] &&
		    add_channel(l, p->on, RANK_ON, 0xc0u | p->channel,
			program[p->channel] = p->program, 0) == -1)
			return -1;
		if (add_channel(l, p->on, RANK_ON, 0x90u | p->channel, p->pitch,
			p->velocity) == -1 ||
		    add_channel(l, p->off, p->off > p->on ? RANK_OFF : RANK_ON,
			0x80u | p->channel, p->pitch, p->release) == -1)
			return -1;
		*open = (int64_t)l->n - 1;
	}
	return 0;
}

static int
put_track(struct smf_writer *w, struct list *l, int64_t end)
{
	struct smf_event e;
	struct item *i;

	if (l->n > 0)
		qsort(l->item, l->n, sizeof(*l->item), by_place);
	if (smfw_track(w) == -1)
		return -1;
	for (size_t k = 0; k < l->n; k++) {
		i = &l->item[k];
		e = (struct smf_event){ .tick = i->tick,
			.status = i->status,
			.a = i->a,
			.b = i->b,
			.data = i->data != NULL ? i->data : i->bytes,
			.len = i->len };
		if (smfw_event(w, &e) == -1)
			return -1;
	}
	return smfw_end(w, end);
}

static int
put_tracks(struct smf_writer *w, const struct song *s, struct list *l,
    const struct note **note, unsigned tracks)
{
	size_t from = 0, to, text = 0;
	int64_t end;

	for (unsigned t = 0; t < tracks; t++, from = to) {
		l->n = 0;
		for (to = from; to < s->nnotes && note[to]->track == t; to++)
			continue;
		if (add_texts(l, s, t, &text) == -1 ||
		    ((t == 0 || (s->format == 2 && t < s->ntracks)) &&
			add_maps(l, song_maps(s, t)) == -1) ||
		    add_notes(l, note + from, to - from) == -1)
			return -1;
		end = t < s->ntracks ? s->track[t].end : 0;
		if (put_track(w, l, end) == -1)
			return -1;
	}
	return 0;
}

int
song_write(const struct song *s, int running_status, struct buf *out)
{
	const struct note **note = calloc(s->nnotes + 1, sizeof(*note));
	unsigned tracks = s->ntracks > 0 ? (unsigned)s->ntracks : 1;
	struct list l = { 0 };
	struct smf_writer w;
	int bad = note == NULL ? -1 : 0;

	for (size_t i = 0; i < s->nnotes && bad == 0; i++) {
		const struct note *n = note[i] = &s->note[i];

		if (n->track >= tracks)
			tracks = n->track + 1u;
		if (n->on < 0 || n->off < n->on || n->channel > 15 ||
		    n->pitch > 127 || n->velocity < 1 || n->velocity > 127 ||
		    n->release > 127 || n->program > 127) {
			errno = EINVAL;
			bad = -1;
		}
	}
	if (bad == 0) {
		qsort(note, s->nnotes, sizeof(*note), by_onset);
		bad = smfw_begin(&w, out,
			  s->format == 0 && tracks > 1 ? 1 : s->format, tracks,
			  s->division, running_status) == -1 ||
			put_tracks(&w, s, &l, note, tracks) == -1
		    ? -1
		    : 0;
	}
	free(note);
	free(l.item);
	return bad;
}
