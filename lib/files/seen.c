/* seen - the set of contents that a library has, shared by all processes */
#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "files/seen.h"

enum {
	WINDOW = 16, /* slots of a level that a content may stand in */
	LEVELS = 24, /* the last one alone holds 2^12 * 2^23 slots */
	VERSION = 1
};
static const uint64_t first_slots = 1 << 12;
static const uint64_t header_bytes = 4096;
static const char magic[8] = "mflowSEE";

/* The word of a slot: state, who claims it (session), low bits of the size.
 * A slot goes EMPTY, TAKEN, CLAIMED, WRITTEN; CLAIMED may go to RELEASED and
 * back; its content, once published, never changes.  FOUND is what a rescan
 * found, with its place for an owner.  DOUBTED and LOST are WRITTEN and FOUND
 * while a rescan looks for them. */
enum state { EMPTY, TAKEN, CLAIMED, WRITTEN, RELEASED, FOUND, DOUBTED, LOST };
enum { SESSION_BITS = 29, SIZE_BITS = 32 };

struct slot {
	_Atomic uint64_t word;
	_Atomic uint64_t owner; /* while WRITTEN only by seen_reown() */
	struct hash hash;
};

struct header {
	char magic[8];
	uint32_t version;
	uint32_t slot_bytes;
	_Atomic uint64_t sessions; /* numbers given out so far */
};

struct seen {
	int fd;
	uint32_t session;
	struct header *header;
	struct slot *level[LEVELS];
	int levels; /* mapped here */
};

static uint64_t
word(enum state st, uint32_t session, uint64_t size)
{
	return (uint64_t)st << (SESSION_BITS + SIZE_BITS) |
	    (uint64_t)session << SIZE_BITS | (uint32_t)size;
}

static enum state
state_of(uint64_t w)
{
	return (enum state)(w >> (SESSION_BITS + SIZE_BITS));
}

static uint32_t
session_of(uint64_t w)
{
	return (uint32_t)(w >> SIZE_BITS) & ((1u << SESSION_BITS) - 1);
}

static uint64_t
level_slots(int i)
{
	return first_slots << i;
}

/* Bytes of the file before level i. */
static uint64_t
level_at(int i)
{
	return header_bytes +
	    (level_slots(i) - first_slots) * sizeof(struct slot);
}

/* A session's byte lies far behind anything that is ever written. */
static struct flock
session_lock(uint32_t session)
{
	return (struct flock){ .l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = (off_t)1 << 60 | session,
		.l_len = 1 };
}

static int
alive(const struct seen *s, uint32_t session)
{
	struct flock l = session_lock(session);

	if (session == s->session)
		return 1;
	if (fcntl(s->fd, F_OFD_GETLK, &l) == -1)
		return 1;
	return l.l_type != F_UNLCK;
}

/* One process at a time writes the header or makes the file longer. */
static int
header_lock(const struct seen *s, short type)
{
	struct flock l = { .l_type = type,
		.l_whence = SEEK_SET,
		.l_len = (off_t)header_bytes };

	return fcntl(s->fd, F_OFD_SETLKW, &l);
}

/* Makes the file at least as long as level i ends, with its blocks: a full
 * disk must show here, not as a signal when a slot is written. */
static int
extend(const struct seen *s, int i)
{
	off_t at = (off_t)level_at(i);
	off_t n = (off_t)(level_slots(i) * sizeof(struct slot));
	struct stat st;
	int e = 0;

	if (header_lock(s, F_WRLCK) == -1)
		return -1;
	if (fstat(s->fd, &st) == -1)
		e = errno;
	else if (st.st_size < at + n &&
	    (e = posix_fallocate(s->fd, at, n)) != 0)
		(void)!ftruncate(s->fd, at);
	(void)header_lock(s, F_UNLCK);
	errno = e;
	return e == 0 ? 0 : -1;
}

static int
map_level(struct seen *s)
{
	int i = s->levels;
	void *p;

	if (i == LEVELS) {
		errno = ENOSPC;
		return -1;
	}
	if (extend(s, i) == -1)
		return -1;
	p = mmap(NULL, level_slots(i) * sizeof(struct slot),
	    PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, (off_t)level_at(i));
	if (p == MAP_FAILED)
		return -1;
	madvise(p, level_slots(i) * sizeof(struct slot), MADV_RANDOM);
	/* No child has any business in it. */
	madvise(p, level_slots(i) * sizeof(struct slot), MADV_DONTFORK);
	s->level[i] = p;
	s->levels++;
	return 0;
}

/* Writes the header of a new file, or checks that of an old one.  The lock
 * is held only while a process starts. */
static int
check_header(struct seen *s)
{
	struct header h = { 0 };
	ssize_t n;
	int bad = 0;

	if (header_lock(s, F_WRLCK) == -1)
		return -1;
	n = pread(s->fd, &h, sizeof(h), 0);
	if (n == 0 || (n == (ssize_t)sizeof(h) && h.magic[0] == '\0')) {
		memcpy(h.magic, magic, sizeof(magic));
		h.version = VERSION;
		h.slot_bytes = sizeof(struct slot);
		bad = pwrite(s->fd, &h, sizeof(h), 0) != (ssize_t)sizeof(h);
	} else if (n != (ssize_t)sizeof(h) ||
	    memcmp(h.magic, magic, sizeof(magic)) != 0) {
		errno = n == -1 ? errno : EILSEQ;
		bad = 1;
	} else if (h.version != VERSION ||
	    h.slot_bytes != sizeof(struct slot)) {
		errno = EPROTO;
		bad = 1;
	}
	if (!bad && header_lock(s, F_UNLCK) == -1)
		bad = 1;
	return bad ? -1 : 0;
}

static int
take_session(struct seen *s)
{
	struct flock l;

	for (;;) {
		s->session =
		    (uint32_t)(atomic_fetch_add(&s->header->sessions, 1) + 1) &
		    ((1u << SESSION_BITS) - 1);
		l = session_lock(s->session);
		if (fcntl(s->fd, F_OFD_SETLK, &l) == 0)
			return 0;
		if (errno != EAGAIN && errno != EACCES)
			return -1;
	}
}

/* Who asks: a source, or a rescan for a place. */
struct asker {
	uint64_t owner, place;
	int rescan;
};

struct seen *
seen_open(int dirfd, const char *name)
{
	struct seen *s;
	void *p;
	int e;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->fd = openat(
	    dirfd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (s->fd == -1 || check_header(s) == -1)
		goto bad;
	p = mmap(
	    NULL, header_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (p == MAP_FAILED)
		goto bad;
	s->header = p;
	madvise(p, header_bytes, MADV_DONTFORK);
	if (map_level(s) == -1 || take_session(s) == -1)
		goto bad;
	return s;
bad:
	e = errno;
	seen_close(s);
	errno = e;
	return NULL;
}

/* Takes an empty slot, or one whose taker died before it said for what: 1
 * done, 0 when another was faster. */
static int
take(struct seen *s, struct slot *t, uint64_t w, const struct hash *hash,
    uint64_t size, const struct asker *k)
{
	enum state st = k->rescan ? FOUND : CLAIMED;

	if (!atomic_compare_exchange_strong(
		&t->word, &w, word(TAKEN, s->session, size)))
		return 0;
	t->hash = *hash;
	t->owner = k->rescan ? k->place : k->owner;
	atomic_store_explicit(
	    &t->word, word(st, s->session, size), memory_order_release);
	return 1;
}

/* Gives a slot another owner, and state: 1, 0 when another was faster. */
static int
pass_on(
    struct seen *s, struct slot *t, uint64_t w, uint64_t owner, enum state st)
{
	if (!atomic_compare_exchange_strong(
		&t->word, &w, word(TAKEN, s->session, w)))
		return 0;
	t->owner = owner;
	atomic_store_explicit(
	    &t->word, word(st, s->session, w), memory_order_release);
	return 1;
}

/* A slot that holds a content of the library's: a seen_answer, or -1 to look
 * again. */
static int
sight(struct seen *s, struct slot *t, uint64_t w, const struct asker *k)
{
	switch (state_of(w)) {
	case WRITTEN:
	case FOUND:
		return SEEN_DUP;
	case DOUBTED:
		return atomic_compare_exchange_strong(
			   &t->word, &w, word(WRITTEN, session_of(w), w))
		    ? SEEN_DUP
		    : -1;
	case LOST:
		return pass_on(s, t, w, k->place, FOUND) ? SEEN_DUP : -1;
	default:
		if (state_of(w) == CLAIMED && alive(s, session_of(w)))
			return -1;
		return pass_on(s, t, w, k->place, FOUND) ? SEEN_NEW : -1;
	}
}

/* A slot that a rescan filled: as above. */
static int
adopt(struct seen *s, struct slot *t, uint64_t w, const struct asker *k)
{
	int mine = t->owner == k->place;

	atomic_thread_fence(memory_order_acquire);
	if (atomic_load_explicit(&t->word, memory_order_relaxed) != w)
		return -1;
	if (!mine)
		return SEEN_DUP;
	return pass_on(s, t, w, k->owner, WRITTEN) ? SEEN_MINE : -1;
}

/* A slot that holds the content: as above. */
static int
found(struct seen *s, struct slot *t, uint64_t w, const struct asker *k)
{
	if (k->rescan)
		return sight(s, t, w, k);
	if (state_of(w) == WRITTEN || state_of(w) == DOUBTED)
		return t->owner == k->owner ? SEEN_MINE : SEEN_DUP;
	if (state_of(w) == FOUND || state_of(w) == LOST)
		return adopt(s, t, w, k);
	/* Its owner is still writing: the outcome is known in a moment. */
	if (state_of(w) == CLAIMED && alive(s, session_of(w))) {
		/* By this very process: a copy inside what it works on. */
		return session_of(w) == s->session ? SEEN_DUP : -1;
	}
	return pass_on(s, t, w, k->owner, CLAIMED) ? SEEN_NEW : -1;
}

static void
breathe(void)
{
	struct timespec t = { .tv_nsec = 50000 };

	nanosleep(&t, NULL);
}

static int
look(struct seen *s, const struct hash *hash, uint64_t size,
    const struct asker *k, uint64_t *slot)
{
	uint64_t h[2], w, base, n;
	struct slot *t;
	int answer, lv = 0;

	memcpy(h, hash->b, sizeof(h));
	for (;; lv++) {
		if (lv == s->levels && map_level(s) == -1)
			return -1;
		n = level_slots(lv) / WINDOW;
		base = (h[0] & (n - 1)) * WINDOW;
		for (uint64_t i = 0; i < WINDOW; i++) {
			t = &s->level[lv][base + ((h[1] + i) & (WINDOW - 1))];
			*slot =
			    (uint64_t)lv << 48 | (uint64_t)(t - s->level[lv]);
		again:
			w = atomic_load_explicit(
			    &t->word, memory_order_acquire);
			if (state_of(w) == EMPTY ||
			    (state_of(w) == TAKEN &&
				!alive(s, session_of(w)))) {
				if (take(s, t, w, hash, size, k))
					return SEEN_NEW;
				goto again;
			}
			if (state_of(w) == TAKEN) {
				breathe();
				goto again;
			}
			if ((uint32_t)w != (uint32_t)size ||
			    memcmp(&t->hash, hash, sizeof(*hash)) != 0)
				continue;
			if ((answer = found(s, t, w, k)) != -1)
				return answer;
			breathe();
			goto again;
		}
	}
}

int
seen_claim(struct seen *s, const struct hash *hash, uint64_t size,
    uint64_t owner, uint64_t place, uint64_t *slot)
{
	return look(s, hash, size,
	    &(struct asker){ .owner = owner, .place = place }, slot);
}

int
seen_reown(struct seen *s, const struct hash *hash, uint64_t size,
    uint64_t from, uint64_t to)
{
	uint64_t h[2], w, base, n;
	struct slot *t;

	memcpy(h, hash->b, sizeof(h));
	for (int lv = 0;; lv++) {
		if (lv == s->levels && map_level(s) == -1)
			return -1;
		n = level_slots(lv) / WINDOW;
		base = (h[0] & (n - 1)) * WINDOW;
		for (uint64_t i = 0; i < WINDOW; i++) {
			t = &s->level[lv][base + ((h[1] + i) & (WINDOW - 1))];
			w = atomic_load_explicit(
			    &t->word, memory_order_acquire);
			/* Nothing stands behind a slot that is free. */
			if (state_of(w) == EMPTY)
				return 0;
			if ((state_of(w) == WRITTEN ||
				state_of(w) == DOUBTED) &&
			    (uint32_t)w == (uint32_t)size &&
			    memcmp(&t->hash, hash, sizeof(*hash)) == 0)
				return atomic_compare_exchange_strong(
				    &t->owner, &from, to);
		}
	}
}

static struct slot *
slot_at(const struct seen *s, uint64_t slot)
{
	return &s->level[slot >> 48][slot & ((1ull << 48) - 1)];
}

static void
settle(struct seen *s, uint64_t slot, enum state st)
{
	struct slot *t = slot_at(s, slot);
	uint64_t w = atomic_load_explicit(&t->word, memory_order_relaxed);

	atomic_store_explicit(
	    &t->word, word(st, s->session, w), memory_order_release);
}

void
seen_done(struct seen *s, uint64_t slot)
{
	settle(s, slot, WRITTEN);
}

void
seen_release(struct seen *s, uint64_t slot)
{
	settle(s, slot, RELEASED);
}

void
seen_keep(struct seen *s, uint64_t slot, uint64_t owner)
{
	struct slot *t = slot_at(s, slot);
	uint64_t w;

	do
		w = atomic_load(&t->word);
	while ((state_of(w) == DOUBTED || state_of(w) == RELEASED) &&
	    !pass_on(s, t, w, owner, WRITTEN));
}

/* Changes the state of all slots that are in one: their number. */
static uint64_t
turn(struct seen *s, enum state from, enum state to)
{
	uint64_t n = 0, w;

	for (int lv = 0; lv < s->levels; lv++)
		for (uint64_t i = 0; i < level_slots(lv); i++) {
			w = atomic_load(&s->level[lv][i].word);
			n += state_of(w) == from &&
			    atomic_compare_exchange_strong(
				&s->level[lv][i].word, &w,
				word(to, session_of(w), w));
		}
	return n;
}

int
seen_doubt(struct seen *s)
{
	/* Of a session that nobody has. */
	struct flock l = session_lock(1u << SESSION_BITS);
	struct stat st;

	if (fcntl(s->fd, F_OFD_SETLKW, &l) == -1 || fstat(s->fd, &st) == -1)
		return -1;
	while (s->levels < LEVELS &&
	    (uint64_t)st.st_size >= level_at(s->levels + 1))
		if (map_level(s) == -1)
			return -1;
	turn(s, WRITTEN, DOUBTED);
	turn(s, FOUND, LOST);
	return 0;
}

int
seen_found(
    struct seen *s, const struct hash *hash, uint64_t size, uint64_t place)
{
	uint64_t slot;
	int answer = look(s, hash, size,
	    &(struct asker){ .place = place, .rescan = 1 }, &slot);

	return answer == -1 ? -1 : answer == SEEN_NEW;
}

uint64_t
seen_drop(struct seen *s)
{
	return turn(s, DOUBTED, RELEASED) + turn(s, LOST, RELEASED);
}

static int
is_there(enum state st)
{
	return st == WRITTEN || st == FOUND || st == DOUBTED || st == LOST;
}

uint64_t
seen_count(const struct seen *s)
{
	uint64_t n = 0;

	for (int lv = 0; lv < s->levels; lv++)
		for (uint64_t i = 0; i < level_slots(lv); i++)
			n += is_there(state_of(s->level[lv][i].word)) != 0;
	return n;
}

void
seen_close(struct seen *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < s->levels; i++)
		munmap(s->level[i], level_slots(i) * sizeof(struct slot));
	if (s->header != NULL)
		munmap(s->header, header_bytes);
	if (s->fd != -1)
		close(s->fd);
	free(s);
}
