/* zip - the entries of a zip file, by its directory */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libdeflate.h>

#include "archive/zip.h"

enum {
	BLOCK = 1 << 18, /* bytes a read */
	LOCAL = 30,
	CENTRAL = 46,
	END = 22,
	LOCATOR = 20,
	END64 = 56,
	COMMENT = 65535, /* bytes behind the end record at most */
	STORED = 0,
	DEFLATED = 8,
	ENCRYPTED = 1, /* flag */
	UNIX = 3,
	DARWIN = 19, /* made by */
	DOS = 0,
	DOS_FOLDER = 0x10, /* attribute */
	ZIP64_FIELD = 1
};

static unsigned
le16(const uint8_t *p)
{
	return (unsigned)p[0] | (unsigned)p[1] << 8;
}

static uint32_t
le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

static uint64_t
le64(const uint8_t *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

/* n bytes at an offset, through a window that reads ahead: NULL with errno,
 * which is 0 where the file ends before. */
static const uint8_t *
bytes_at(const struct zip *z, struct zip_window *w, uint64_t off, size_t n)
{
	size_t want;
	uint8_t *p;
	ssize_t k;

	errno = 0;
	if (off > z->size || n > z->size - off)
		return NULL;
	if (z->fd == -1)
		return z->mem + off;
	if (off >= w->off && off - w->off <= w->len &&
	    n <= w->len - (size_t)(off - w->off))
		return w->buf + (off - w->off);
	want = n > BLOCK ? n : BLOCK;
	if (want > z->size - off)
		want = (size_t)(z->size - off);
	if (want > w->cap) {
		if ((p = realloc(w->buf, want)) == NULL)
			return NULL;
		w->buf = p;
		w->cap = want;
	}
	w->off = off;
	for (w->len = 0; w->len < want; w->len += (size_t)k) {
		k = pread(z->fd, w->buf + w->len, want - w->len,
		    (off_t)(off + w->len));
		if (k == -1 && errno == EINTR)
			k = 0;
		else if (k == -1)
			return NULL;
		else if (k == 0)
			break;
	}
	errno = 0;
	return n <= w->len ? w->buf : NULL;
}

/* Sizes and offset that a field of 64 bits replaces. */
static void
zip64(struct zip_entry *e, const uint8_t *p, size_t n)
{
	uint64_t *const value[] = { &e->unpacked, &e->packed, &e->local };
	size_t len;

	while (n >= 4) {
		len = le16(p + 2);
		if (len > n - 4)
			return;
		if (le16(p) == ZIP64_FIELD) {
			p += 4;
			for (int i = 0; i < 3 && len >= 8; i++)
				if (*value[i] == UINT32_MAX) {
					*value[i] = le64(p);
					p += 8;
					len -= 8;
				}
			return;
		}
		p += 4 + len;
		n -= 4 + len;
	}
}

/* The header at z->next: 1, 0 when it is none. */
static int
central(struct zip *z, struct zip_entry *e)
{
	size_t nextra, ncomment;
	const uint8_t *p;
	unsigned by;

	if (z->dir_end - z->next < CENTRAL ||
	    (p = bytes_at(z, &z->head, z->next, CENTRAL)) == NULL ||
	    memcmp(p, "PK\1\2", 4) != 0)
		return 0;
	e->nname = le16(p + 28);
	nextra = le16(p + 30);
	ncomment = le16(p + 32);
	if (z->dir_end - z->next - CENTRAL < e->nname + nextra + ncomment ||
	    (p = bytes_at(z, &z->head, z->next, CENTRAL + e->nname + nextra)) ==
		NULL)
		return 0;
	by = p[5];
	e->flags = le16(p + 8);
	e->method = le16(p + 10);
	e->crc = le32(p + 16);
	e->packed = le32(p + 20);
	e->unpacked = le32(p + 24);
	e->mode = by == UNIX || by == DARWIN ? le16(p + 40) : 0;
	if (by == DOS && p[38] & DOS_FOLDER)
		e->mode = S_IFDIR;
	e->local = le32(p + 42);
	e->name = (const char *)p + CENTRAL;
	zip64(e, p + CENTRAL + e->nname, nextra);
	z->next += CENTRAL + e->nname + nextra + ncomment;
	return 1;
}

/* Walks the directory from dir to dir_end: ZIP_PLAIN when all is known. */
static enum zip_state
check_directory(struct zip *z)
{
	enum zip_state state = ZIP_PLAIN;
	struct zip_entry e;

	z->encrypted = 0;
	for (z->next = z->dir; z->next < z->dir_end;) {
		if (!central(z, &e))
			return ZIP_DAMAGED;
		z->encrypted |= (e.flags & ENCRYPTED) != 0;
		if (e.method != STORED && e.method != DEFLATED)
			state = ZIP_OTHER;
	}
	z->next = z->dir;
	return state;
}

/* Whether the end record at an offset leads to a directory. */
static enum zip_state
try_end(struct zip *z, uint64_t off)
{
	const uint8_t *p = bytes_at(z, &z->head, off, END);
	uint64_t dir, n, at = off, far;

	if (p == NULL)
		return ZIP_DAMAGED;
	if (le16(p + 4) != le16(p + 6) ||
	    (le16(p + 4) != 0 && le16(p + 4) != 0xffff))
		return ZIP_VOLUME;
	n = le32(p + 12);
	dir = le32(p + 16);
	if (off >= LOCATOR &&
	    (p = bytes_at(z, &z->head, off - LOCATOR, LOCATOR)) != NULL &&
	    memcmp(p, "PK\6\7", 4) == 0) {
		far = le64(p + 8);
		p = far < off ? bytes_at(z, &z->head, far, END64) : NULL;
		/* Something may stand before the zip. */
		if ((p == NULL || memcmp(p, "PK\6\6", 4) != 0) &&
		    off >= LOCATOR + END64) {
			far = off - LOCATOR - END64;
			p = bytes_at(z, &z->head, far, END64);
		}
		if (p != NULL && memcmp(p, "PK\6\6", 4) == 0) {
			n = le64(p + 40);
			dir = le64(p + 48);
			at = far;
		}
	}
	/* An empty directory behind entries is no directory. */
	if (n > at || (n == 0 && z->entries))
		return ZIP_DAMAGED;
	/* The directory ends where its end record begins; if its offset says
	 * something else, all offsets are off by as much. */
	z->dir = at - n;
	z->dir_end = at;
	z->shift = (int64_t)(z->dir - dir);
	if (dir > z->size)
		z->shift = 0;
	return check_directory(z);
}

enum zip_state
zip_open(struct zip *z, int fd, const void *mem, uint64_t size)
{
	enum zip_state state = ZIP_OTHER, best = ZIP_OTHER;
	uint64_t from, off;
	const uint8_t *p;

	z->fd = fd;
	z->mem = mem;
	z->size = size;
	z->head.len = z->data.len = 0;
	if ((p = bytes_at(z, &z->data, 0, 4)) != NULL &&
	    memcmp(p, "PK\3\4", 4) == 0)
		best = ZIP_DAMAGED;
	z->entries = best == ZIP_DAMAGED;
	if (size < END)
		return best;
	from = size > END + COMMENT ? size - END - COMMENT : 0;
	/* Backwards: a comment may hold what looks like an end record. */
	for (off = size - END;; off--) {
		p = bytes_at(z, &z->data, from, (size_t)(size - from));
		if (p == NULL)
			return ZIP_OTHER;
		if (memcmp(p + (off - from), "PK\5\6", 4) == 0 &&
		    le16(p + (off - from) + 20) <= size - off - END) {
			state = try_end(z, off);
			if (state != ZIP_DAMAGED)
				return state;
			best = ZIP_DAMAGED;
		}
		if (off == from)
			return best;
	}
}

int
zip_next(struct zip *z, struct zip_entry *e)
{
	if (z->next >= z->dir_end)
		return 0;
	if (central(z, e))
		return 1;
	if (errno == 0)
		errno = EIO;
	return -1;
}

const char *
zip_enter(struct zip *z, const struct zip_entry *e)
{
	uint64_t off = e->local + (uint64_t)z->shift;
	const uint8_t *p;

	if (e->flags & ENCRYPTED)
		return "encrypted";
	if ((p = bytes_at(z, &z->data, off, LOCAL)) == NULL)
		return errno == 0 ? "truncated" : "io:EIO";
	if (memcmp(p, "PK\3\4", 4) != 0)
		return "corrupt";
	z->at = off + LOCAL + le16(p + 26) + le16(p + 28);
	z->left = e->packed;
	z->made = 0;
	z->sum = (uint32_t)crc32(0, NULL, 0);
	z->begun = z->ended = 0;
	if (z->at > z->size)
		return "truncated";
	return NULL;
}

/* The next packed bytes, some of those that are left. */
static const uint8_t *
packed(struct zip *z, size_t most, size_t *n, const char **code)
{
	const uint8_t *p;

	*n = z->left < most ? (size_t)z->left : most;
	if (z->at >= z->size && *n > 0) {
		*code = "truncated";
		return NULL;
	}
	if (*n > z->size - z->at)
		*n = (size_t)(z->size - z->at);
	p = bytes_at(z, &z->data, z->at, *n);
	if (p == NULL)
		*code = errno == 0 ? "truncated" : "io:EIO";
	return p;
}

/* What came is the whole, and right. */
static ptrdiff_t
check_end(const struct zip *z, const struct zip_entry *e, const char **code)
{
	if (z->made == e->unpacked && z->sum == e->crc && z->left == 0)
		return 0;
	*code = "corrupt";
	return -1;
}

static ptrdiff_t
give(struct zip *z, const struct zip_entry *e, const void *p, size_t n,
    const char **code)
{
	z->sum = (uint32_t)crc32_z(z->sum, p, n);
	z->made += n;
	/* More than was promised is a lie, and maybe a bomb. */
	if (z->made > e->unpacked) {
		*code = "corrupt";
		return -1;
	}
	return (ptrdiff_t)n;
}

static int
begin(struct zip *z)
{
	z->begun = 1;
	if (z->ready)
		return inflateReset(&z->inflate) == Z_OK;
	z->ready = inflateInit2(&z->inflate, -MAX_WBITS) == Z_OK;
	return z->ready;
}

static ptrdiff_t
read_deflated(struct zip *z, const struct zip_entry *e, uint8_t *to, size_t n,
    const char **code)
{
	z_stream *s = &z->inflate;
	const uint8_t *p;
	size_t k;
	int r;

	if (!z->begun && !begin(z)) {
		*code = "io:ENOMEM";
		return -1;
	}
	s->next_out = to;
	s->avail_out = n > BLOCK ? BLOCK : (uInt)n;
	n = s->avail_out;
	while (s->avail_out == n) {
		if ((p = packed(z, BLOCK, &k, code)) == NULL)
			return -1;
		s->next_in = (z_const Bytef *)p;
		s->avail_in = (uInt)k;
		r = inflate(s, Z_NO_FLUSH);
		z->at += k - s->avail_in;
		z->left -= k - s->avail_in;
		if (r == Z_STREAM_END) {
			z->ended = 1;
			break;
		}
		if (r != Z_OK || (k == 0 && s->avail_out == n)) {
			*code = z->left == 0 || r == Z_DATA_ERROR ? "corrupt"
								  : "truncated";
			return -1;
		}
	}
	return give(z, e, to, n - s->avail_out, code);
}

ptrdiff_t
zip_read(struct zip *z, const struct zip_entry *e, void *to, size_t n,
    const char **code)
{
	const uint8_t *p;
	ptrdiff_t got;
	size_t k;

	if (n == 0)
		return 0;
	if (!z->ended && e->method == DEFLATED) {
		got = read_deflated(z, e, to, n, code);
		if (got != 0)
			return got;
	} else if (!z->ended && z->left > 0) {
		if ((p = packed(z, n < BLOCK ? n : BLOCK, &k, code)) == NULL)
			return -1;
		memcpy(to, p, k);
		z->at += k;
		z->left -= k;
		return give(z, e, to, k, code);
	}
	return check_end(z, e, code);
}

int
zip_whole(struct zip *z, const struct zip_entry *e, void *to)
{
	const uint8_t *p;
	size_t n = (size_t)e->packed, made = (size_t)e->unpacked, used;

	if (e->packed > z->size - z->at ||
	    (p = bytes_at(z, &z->data, z->at, n)) == NULL)
		return 0;
	if (e->method == STORED) {
		if (n != made)
			return 0;
		memcpy(to, p, n);
	} else {
		if (z->whole == NULL &&
		    (z->whole = libdeflate_alloc_decompressor()) == NULL)
			return 0;
		if (libdeflate_deflate_decompress_ex(z->whole, p, n, to, made,
			&used, NULL) != LIBDEFLATE_SUCCESS ||
		    used != n)
			return 0;
	}
	return libdeflate_crc32(0, to, made) == e->crc;
}

void
zip_free(struct zip *z)
{
	free(z->head.buf);
	free(z->data.buf);
	if (z->ready)
		inflateEnd(&z->inflate);
	if (z->whole != NULL)
		libdeflate_free_decompressor(z->whole);
	memset(z, 0, sizeof(*z));
}
