/* rar - what libarchive does not check in a rar file */
#include "config.h"

#include <string.h>

#include "archive/rar.h"

enum {
	STUB = 1 << 20, /* bytes of a program that may stand in front */
	MARK = 7,       /* bytes of the mark of rar; rar5 has one more */
	HEAD = 64,      /* bytes of a header that are looked at */
	/* rar */
	FILE4 = 0x74,
	SPLIT4 = 3, /* flags: begins before or goes on behind this volume */
	LOCKED4 = 4,
	LARGE4 = 0x100,
	LONG4 = 0x8000, /* data follows the header */
	STORE4 = 0x30,
	/* rar5 */
	FILE5 = 2,
	LOCK5 = 4, /* headers behind this block are encrypted */
	END5 = 5,
	EXTRA5 = 1,
	DATA5 = 2,
	SPLIT5 = 0x18,
	TIMED5 = 2,
	SUMMED5 = 4
};

/* A header, as far as it is of interest. */
struct block {
	unsigned type;
	int stored;
	struct rar_sum sum;
	uint64_t next; /* where the one behind it stands */
};

static uint64_t
little(const uint8_t *p, int bytes)
{
	uint64_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

/* Where the blocks begin; *five: those of rar5.  0: nowhere. */
static uint64_t
find_mark(const struct source *s, int *five)
{
	static const char mark[] = "Rar!\x1a\7";
	uint8_t b[4096 + MARK];
	const uint8_t *p;
	ssize_t n;

	for (uint64_t off = 0; off < STUB; off += 4096) {
		if ((n = source_at(s, off, b, sizeof(b))) <= MARK)
			return 0;
		p = memmem(b, (size_t)n - 1, mark, sizeof(mark) - 1);
		if (p == NULL)
			continue;
		*five = p[MARK - 1] == 1;
		return off + (uint64_t)(p - b) + MARK + (uint64_t)*five;
	}
	return 0;
}

/* A number of rar5, 7 bits a byte; p past end when it does not end. */
static uint64_t
number(const uint8_t **p, const uint8_t *end)
{
	uint64_t v = 0;
	int shift = 0;

	for (; *p < end && shift < 63; shift += 7) {
		v |= (uint64_t)(**p & 0x7f) << shift;
		if ((*(*p)++ & 0x80) == 0)
			return v;
	}
	*p = end + 1;
	return 0;
}

static int
block5(const struct source *s, uint64_t at, struct block *b)
{
	uint8_t head[HEAD] = { 0 };
	const uint8_t *p = head + 4, *end = head + HEAD;
	uint64_t size, flags, data = 0, file, method;
	ssize_t n = source_at(s, at, head, sizeof(head));

	if (n < 7)
		return 0;
	size = number(&p, end);
	if (p > end)
		return 0;
	b->next = at + (uint64_t)(p - head) + size;
	b->type = (unsigned)number(&p, end);
	flags = number(&p, end);
	if (flags & EXTRA5)
		number(&p, end);
	if (flags & DATA5)
		data = number(&p, end);
	b->stored = 0;
	if (b->type == FILE5) {
		file = number(&p, end);
		b->sum.size = number(&p, end);
		number(&p, end);
		if (file & TIMED5)
			p += 4;
		if (p > end - 4)
			return 0;
		b->sum.crc = (uint32_t)little(p, 4);
		p += file & SUMMED5 ? 4 : 0;
		method = number(&p, end) >> 7 & 7;
		b->stored = (file & SUMMED5) != 0 && method == 0 &&
		    (flags & SPLIT5) == 0;
	}
	/* No end may lie before its beginning. */
	if (p > end || b->next <= at || b->next + data < b->next)
		return 0;
	b->next += data;
	return 1;
}

static int
block4(const struct source *s, uint64_t at, struct block *b)
{
	uint8_t p[HEAD] = { 0 };
	unsigned flags;
	ssize_t n = source_at(s, at, p, sizeof(p));

	if (n < 7)
		return 0;
	b->type = p[2];
	flags = (unsigned)little(p + 3, 2);
	b->next = at + little(p + 5, 2);
	b->stored = 0;
	if (b->type == FILE4) {
		b->sum.size = little(p + 11, 4);
		b->sum.crc = (uint32_t)little(p + 16, 4);
		b->stored = p[25] == STORE4 &&
		    (flags & (SPLIT4 | LOCKED4 | LARGE4)) == 0;
	}
	if (b->type == FILE4 || flags & LONG4)
		b->next += little(p + 7, 4);
	if (b->type == FILE4 && flags & LARGE4)
		b->next += little(p + 32, 4) << 32;
	return b->next >= at + 7;
}

int
rar_stored(const struct source *s, uint64_t at, struct rar_sum *sum)
{
	struct block b;
	int five = 0;
	uint64_t first = find_mark(s, &five);

	if (first == 0)
		return 0;
	for (at = at < first ? first : at;
	     five ? block5(s, at, &b) : block4(s, at, &b); at = b.next)
		if (b.type == (five ? FILE5 : FILE4)) {
			*sum = b.sum;
			return b.stored;
		}
	return 0;
}

int
rar_is_cut(const struct source *s)
{
	struct block b;
	int five = 0;
	uint64_t at = find_mark(s, &five);

	if (at == 0 || !five)
		return 0;
	for (; block5(s, at, &b); at = b.next)
		if (b.type == END5 || b.type == LOCK5)
			return 0;
	return 1;
}
