/* walk - every entry of an archive and of the archives inside it */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "archive/kind.h"
#include "archive/rar.h"
#include "archive/source.h"
#include "archive/walk.h"
#include "archive/zip.h"

enum {
	BLOCK = 65536,        /* bytes a read of the file */
	IN_MEMORY = 1 << 20,  /* inner archives up to this are not spooled */
	DEEP_PEEK = 65536 + 8 /* bytes in which a header may hide */
};

const struct walk_limits walk_defaults = {
	.entry = (int64_t)64 << 20,
	.entries = 5000000,
	.depth = WALK_DEPTH,
};

/* One level: an archive that is being read. */
struct level {
	struct walk *w;
	struct source src;
	struct archive *a;
	/* What libarchive is fed with. */
	char *feed;
	uint64_t at;       /* bytes of the source it had */
	int64_t may_make;  /* bytes its filters may make of them */
	int64_t made;      /* and had made at the last header */
	int64_t given;     /* bytes of entries it gave out since then */
	const char *limit; /* the limit it was stopped at */
	/* The entry at hand. */
	const char *block; /* some bytes of it, not yet given out */
	size_t nblock;
	int64_t begin, out; /* where those begin, what was given out */
	int64_t size;       /* as its header has it, -1 unknown */
	int summed;         /* its checksum is compared here */
	struct rar_sum sum;
	uint32_t crc;
	int depth;
	size_t prefix;    /* length of path before this level's entries */
	int64_t index;    /* headers read so far, over all openings */
	int64_t came;     /* entries that came out, or failed, here */
	const char *base; /* file name, for a single compressed file */
	size_t nbase;
	struct zip zip; /* where it is one that is read here */
	struct zip_entry entry;
	int by_zip;
	int whole; /* all of the entry is in the buffer */
	enum zip_state zip_state;
	int bare;         /* no format is looked for in what is compressed */
	int broken;       /* libarchive gave this opening up */
	int encrypted;    /* the entry at hand */
	size_t password;  /* the first one to be tried */
	size_t tries;     /* how many were the first for this entry */
	const char *code; /* why the level failed */
};

static int walk_level(struct walk *, const struct source *, int, const char *,
    size_t, int64_t *, const char **);

static int64_t
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec;
}

/* The formats by name: all of them would be slower to tell apart, and each
 * is a door for strangers. */
static void
allow_formats(struct archive *a, int damaged_zip)
{
	/* Without its directory a zip is read entry by entry. */
	if (damaged_zip)
		archive_read_support_format_zip_streamable(a);
	else
		archive_read_support_format_zip(a);
	archive_read_support_format_7zip(a);
	archive_read_support_format_rar(a);
	archive_read_support_format_rar5(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_cpio(a);
	archive_read_support_format_lha(a);
	archive_read_support_format_cab(a);
	archive_read_support_format_iso9660(a);
}

static void
give_passwords(struct archive *a, const struct level *l)
{
	size_t n = l->w->npassword;

	for (size_t i = 0; i < n; i++)
		archive_read_add_passphrase(
		    a, l->w->password[(l->password + i) % n]);
}

/* The level's reader.  What is compressed is unpacked once: left to itself
 * libarchive would go on through any number of compressions, for minutes on
 * a few hundred bytes; and what must be seekable is not, behind one.  So what
 * is in it, tar and cpio left out, is an archive inside an archive. */
static struct archive *
reader(const struct level *l)
{
	static const int filters[] = { [PACK_BZIP2] = ARCHIVE_FILTER_BZIP2,
		[PACK_GZIP] = ARCHIVE_FILTER_GZIP,
		[PACK_LZ4] = ARCHIVE_FILTER_LZ4,
		[PACK_LZIP] = ARCHIVE_FILTER_LZIP,
		[PACK_LZMA] = ARCHIVE_FILTER_LZMA,
		[PACK_XZ] = ARCHIVE_FILTER_XZ,
		[PACK_ZSTD] = ARCHIVE_FILTER_ZSTD };
	struct archive *a = archive_read_new();
	char head[KIND_PEEK];
	ssize_t n = source_at(&l->src, 0, head, sizeof(head));
	enum packing p =
	    kind_packing(l->base, l->nbase, head, n < 0 ? 0 : (size_t)n);

	if (a == NULL)
		return NULL;
	if (l->bare)
		archive_read_set_format(a, ARCHIVE_FORMAT_RAW);
	else {
		archive_read_support_format_raw(a);
		archive_read_support_format_empty(a);
	}
	if (p == PACK_NONE) {
		allow_formats(a, l->zip_state == ZIP_DAMAGED);
		give_passwords(a, l);
		return a;
	}
	if (!l->bare) {
		archive_read_support_format_tar(a);
		archive_read_support_format_cpio(a);
	}
	/* This one reads at once, and cannot be named before there is
	 * anything to read; nothing unpacks to itself by it. */
	if (p == PACK_COMPRESS)
		archive_read_support_filter_compress(a);
	else if (archive_read_append_filter(a, filters[p]) != ARCHIVE_OK) {
		archive_read_free(a);
		return NULL;
	}
	return a;
}

static int
says(const char *text, const char *word)
{
	return strcasestr(text, word) != NULL;
}

/* libarchive tells what is wrong by words alone. */
static const char *
code_of(const struct level *l)
{
	const char *s = archive_error_string(l->a);

	if (l->limit != NULL)
		return l->limit;
	if (archive_errno(l->a) == ENOMEM)
		return "io:ENOMEM";
	if (s == NULL)
		return "corrupt";
	if (says(s, "passphrase") || says(s, "encrypt") || says(s, "password"))
		return "encrypted";
	if (says(s, "multivolume") || says(s, "multi-volume") ||
	    says(s, "split"))
		return "multivolume";
	if (says(s, "truncated") || says(s, "premature end") ||
	    says(s, "unexpected end"))
		return "truncated";
	if (says(s, "unsupported") || says(s, "not supported") ||
	    says(s, "unrecognized") || says(s, "unknown"))
		return "unsupported";
	return "corrupt";
}

static int
hand_over(struct level *l, const void *data, size_t n, const char *code,
    int archive, int partly)
{
	struct walk_entry e = {
		.member = l->w->path.p,
		.nmember = l->w->path.len,
		.level = l->w->level,
		.levels = l->depth - 1,
		.data = data,
		.size = n,
		.code = code,
		.archive = archive,
		.partly = partly,
	};

	l->came++;
	return l->w->fn(l->w->ctx, &e);
}

/* The limits that every entry uses up. */
static const char *
over_limit(const struct walk *w)
{
	if (w->bytes_left <= 0)
		return "limit:bytes";
	if (w->seen > w->limits.entries)
		return "limit:entries";
	if (cpu_seconds() > w->cpu_end)
		return "limit:time";
	return NULL;
}

/* The formats whose entries end where their size says. */
static int
is_tar_or_cpio(struct archive *a)
{
	int base = archive_format(a) & ARCHIVE_FORMAT_BASE_MASK;

	return base == ARCHIVE_FORMAT_TAR || base == ARCHIVE_FORMAT_CPIO;
}

/* The next bytes of the entry into l->block: 1, 0 its end, -1 with *code. */
static int
next_block(struct level *l, const char **code)
{
	const void *p = NULL;
	la_int64_t off = 0;
	int r;

	do
		r = archive_read_data_block(l->a, &p, &l->nblock, &off);
	while (r == ARCHIVE_RETRY);
	l->block = p;
	l->begin = off;
	if (r == ARCHIVE_OK && (l->nblock == 0 || off >= l->out))
		return 1;
	l->nblock = 0;
	if (r == ARCHIVE_EOF && l->summed && (uint64_t)l->out == l->sum.size &&
	    l->crc != l->sum.crc) {
		*code = "corrupt";
		return -1;
	}
	if (r == ARCHIVE_EOF)
		return 0;
	l->broken = r == ARCHIVE_FATAL;
	/* Only the filling behind it is missing. */
	if (l->limit == NULL && l->out == l->size && is_tar_or_cpio(l->a))
		return 0;
	*code = r == ARCHIVE_OK ? "corrupt" : code_of(l);
	return -1;
}

/* Some bytes of the entry: their number, 0 at its end, -1 with *code. */
static ptrdiff_t
read_some(struct level *l, char *to, size_t n, const char **code)
{
	int64_t hole;
	int c;

	if (l->by_zip)
		return zip_read(&l->zip, &l->entry, to, n, code);
	while (l->nblock == 0)
		if ((c = next_block(l, code)) != 1)
			return c;
	if ((hole = l->begin - l->out) > 0) {
		if ((uint64_t)hole < n)
			n = (size_t)hole;
		memset(to, 0, n);
	} else {
		if (l->nblock < n)
			n = l->nblock;
		memcpy(to, l->block, n);
		l->block += n;
		l->nblock -= n;
		l->begin += (int64_t)n;
	}
	if (l->summed)
		l->crc = (uint32_t)crc32_z(l->crc, (const Bytef *)to, n);
	l->out += (int64_t)n;
	l->given += (int64_t)n;
	return (ptrdiff_t)n;
}

/* Reads on until the buffer holds `want` bytes: 1, 0 the entry ends before,
 * -1 with *code. */
static int
read_on(struct level *l, size_t want, const char **code)
{
	struct buf *b = &l->w->data;
	ptrdiff_t n;

	while (b->len < want) {
		if (l->whole)
			return 0;
		if (l->w->bytes_left <= 0) {
			*code = "limit:bytes";
			return -1;
		}
		if (buf_grow(b, want - b->len) == -1) {
			*code = "io:ENOMEM";
			return -1;
		}
		n = read_some(l, b->p + b->len, want - b->len, code);
		if (n <= 0)
			return (int)n;
		b->len += (size_t)n;
		l->w->bytes_left -= n;
	}
	return 1;
}

/* The whole entry into the buffer, up to limit: 0, -1 with *code. */
static int
read_all(struct level *l, size_t limit, const char *too_long, const char **code)
{
	struct buf *b = &l->w->data;
	size_t step;
	int more;

	do {
		step = b->len < BLOCK ? BLOCK : b->len * 2;
		if (step > limit)
			step = limit + 1;
		more = read_on(l, step, code);
		if (more == 1 && b->len > limit) {
			*code = too_long;
			return -1;
		}
	} while (more == 1);
	return more;
}

/* The rest of an entry behind the buffer into an unnamed file, so that an
 * inner archive is never held in memory: a descriptor at its start, -1 with
 * *code, or with *code NULL and errno when the run must end. */
static int
spool_entry(struct level *l, const char **code)
{
	struct buf *b = &l->w->data;
	size_t at;
	ssize_t n;
	int fd, more;

	*code = NULL;
	if ((fd = l->w->spool(l->w->ctx)) == -1)
		return -1;
	for (;;) {
		for (at = 0; at < b->len; at += (size_t)n)
			if ((n = write(fd, b->p + at, b->len - at)) == -1) {
				if (errno == EINTR) {
					n = 0;
					continue;
				}
				goto bad;
			}
		buf_clear(b);
		if ((more = read_on(l, BLOCK, code)) == -1)
			goto bad;
		if (more == 0 && b->len == 0)
			break;
	}
	if (lseek(fd, 0, SEEK_SET) == -1)
		goto bad;
	return fd;
bad:
	at = (size_t)errno;
	close(fd);
	errno = (int)at;
	return -1;
}

/* A password that does not fit is told by one byte or two, so that a wrong one
 * may be taken for the right one, which shows only in what comes out: then the
 * archive is opened again with another one first.  Where none fits, that is
 * tried with one entry only. */
static int
other_password(struct level *l)
{
	if (l->tries + 1 >= l->w->npassword)
		return 0;
	l->tries++;
	l->password = (l->password + 1) % l->w->npassword;
	l->broken = 1;
	l->index--;
	l->w->seen--;
	return 1;
}

/* Whether the rest of an encrypted entry shows that its password is wrong:
 * with such a one anything may look like something else. */
static int
rest_is_bad(struct level *l, const char **code)
{
	int more;

	if (!l->encrypted)
		return 0;
	do {
		buf_clear(&l->w->data);
		more = read_on(l, BLOCK, code);
	} while (more == 1);
	buf_clear(&l->w->data);
	return more == -1;
}

/* What failed before it could be judged by its bytes is judged by its name;
 * what is not ours by name either is only counted. */
static int
failed_entry(struct level *l, const char *code)
{
	enum kind k = kind_of_bytes(l->w->data.p, l->w->data.len);
	size_t from = l->prefix;

	/* It could not even be opened. */
	if (l->bare && l->w->data.len == 0 && strcmp(code, "io:ENOMEM") == 0) {
		l->code = code;
		l->w->seen--;
		return 0;
	}
	if (l->encrypted && strncmp(code, "limit:", 6) != 0 &&
	    strncmp(code, "io:", 3) != 0) {
		if (strcmp(code, "encrypted") != 0 && other_password(l))
			return 0;
		code = "encrypted";
		k = KIND_OTHER;
	}
	if (l->w->data.len == 0 || k == KIND_OTHER)
		k = kind_of_name(l->w->path.p + from, l->w->path.len - from);
	if (k == KIND_OTHER) {
		l->w->other++;
		return 0;
	}
	return hand_over(l, NULL, 0, code, k == KIND_ARCHIVE, 0);
}

static int
inner_archive(struct level *l)
{
	struct walk *w = l->w;
	struct source src = { .fd = -1 };
	size_t keep = w->path.len, from = l->prefix;
	const char *code = NULL, *base, *slash;
	int64_t came = 0;
	char *copy = NULL;
	int c, more;

	if (l->depth >= w->limits.depth)
		return hand_over(l, NULL, 0, "limit:depth", 1, 0);
	if ((more = read_on(l, IN_MEMORY, &code)) == -1)
		return failed_entry(l, code);
	if (more == 0) {
		/* The buffer is used again by the entries inside. */
		src.size = w->data.len;
		src.p = copy = w->data.p;
		w->data = (struct buf){ 0 };
	} else if ((src.fd = spool_entry(l, &code)) == -1)
		return code == NULL ? -1 : failed_entry(l, code);
	slash = memrchr(w->path.p + from, '/', keep - from);
	base = slash != NULL ? slash + 1 : w->path.p + from;
	from = (size_t)(base - w->path.p);
	w->level[l->depth - 1] = keep - l->prefix;
	c = buf_str(&w->path, "!/");
	if (c == 0)
		c = walk_level(w, &src, l->depth + 1, w->path.p + from,
		    keep - from, &came, &code);
	buf_cut(&w->path, keep);
	if (src.fd != -1)
		close(src.fd);
	free(copy);
	l->came += came;
	if (c == -1)
		return -1;
	return code == NULL ? 0 : hand_over(l, NULL, 0, code, 1, came > 0);
}

/* One entry whose header was read and whose path is set. */
static int
entry(struct level *l)
{
	struct walk *w = l->w;
	const char *name = w->path.p + l->prefix, *code = NULL;
	size_t n = w->path.len - l->prefix;
	enum kind by_name = kind_of_name(name, n), k;

	if (kind_is_fork(name, n)) {
		w->other++;
		return 0;
	}
	if (read_on(l, KIND_PEEK, &code) == -1)
		return failed_entry(l, code);
	k = kind_of_bytes(w->data.p, w->data.len);
	if (k == KIND_OTHER && by_name == KIND_MIDI) {
		if (read_on(l, DEEP_PEEK, &code) == -1)
			return failed_entry(l, code);
		if (w->data.len == 0)
			return hand_over(l, NULL, 0, "empty", 0, 0);
		if (!kind_midi_inside(w->data.p, w->data.len))
			return rest_is_bad(l, &code)
			    ? failed_entry(l, code)
			    : hand_over(l, NULL, 0, "not-midi", 0, 0);
		k = KIND_MIDI;
	}
	if (k == KIND_OTHER && by_name == KIND_ARCHIVE && w->data.len > 0)
		k = KIND_ARCHIVE;
	if (k == KIND_ARCHIVE)
		return inner_archive(l);
	if (k == KIND_OTHER && rest_is_bad(l, &code))
		return failed_entry(l, code);
	if (k == KIND_OTHER) {
		w->other++;
		return 0;
	}
	if (read_all(l, (size_t)w->limits.entry, "limit:entry", &code) == -1)
		return failed_entry(l, code);
	l->tries = 0;
	return hand_over(l, w->data.p, w->data.len, NULL, 0, 0);
}

/* Appends the entry's name, byte for byte where libarchive has it so. */
static int
set_path(struct level *l, struct archive_entry *e)
{
	struct buf *b = &l->w->path;
	const char *s;

	buf_cut(b, l->prefix);
	/* A compressed file takes its name from the file. */
	if (archive_format(l->a) == ARCHIVE_FORMAT_RAW)
		return buf_add(b, l->base, kind_unpacked(l->base, l->nbase));
	if ((s = archive_entry_pathname(e)) == NULL &&
	    (s = archive_entry_pathname_utf8(e)) == NULL)
		return buf_fmt(b, "entry-%lld", (long long)l->index);
	return buf_str(b, s);
}

/* Why libarchive may have no more bytes.  It unpacks what it skips, and is
 * to be stopped on the way through that too. */
static const char *
starve(const struct level *l)
{
	if (archive_filter_count(l->a) > 1 &&
	    archive_filter_bytes(l->a, 0) > l->may_make)
		return "limit:bytes";
	return cpu_seconds() > l->w->cpu_end ? "limit:time" : NULL;
}

static la_ssize_t
feed(struct archive *a, void *ctx, const void **p)
{
	struct level *l = ctx;
	ssize_t n;

	if ((l->limit = starve(l)) != NULL) {
		archive_set_error(a, EFBIG, "%s", l->limit);
		return -1;
	}
	if ((n = source_at(&l->src, l->at, l->feed, BLOCK)) == -1) {
		archive_set_error(a, errno, "read");
		l->limit = "io:EIO";
		return -1;
	}
	l->at += (uint64_t)n;
	*p = l->feed;
	return (la_ssize_t)n;
}

static la_int64_t
feed_seek(struct archive *a, void *ctx, la_int64_t off, int whence)
{
	struct level *l = ctx;
	uint64_t from = whence == SEEK_CUR ? l->at : 0;

	(void)a;
	if (whence == SEEK_END)
		from = l->src.size;
	/* Behind the end nothing comes; before the beginning there is none. */
	if (off < 0 && (uint64_t)-off > from)
		return ARCHIVE_FATAL;
	l->at = from + (uint64_t)off;
	return (la_int64_t)l->at;
}

static la_int64_t
feed_skip(struct archive *a, void *ctx, la_int64_t n)
{
	struct level *l = ctx;
	uint64_t left = l->at < l->src.size ? l->src.size - l->at : 0;

	(void)a;
	if (n < 0)
		return 0;
	if ((uint64_t)n > left)
		n = (la_int64_t)left;
	l->at += (uint64_t)n;
	return n;
}

/* Opens the level's archive: 0, or -1 with l->code. */
static int
open_level(struct level *l)
{
	if (l->feed == NULL)
		l->feed = malloc(BLOCK);
	if (l->feed == NULL || (l->a = reader(l)) == NULL) {
		l->code = "io:ENOMEM";
		return -1;
	}
	l->at = 0;
	l->made = l->given = 0;
	l->may_make = l->w->bytes_left;
	archive_read_set_seek_callback(l->a, feed_seek);
	if (archive_read_open2(l->a, l, NULL, feed, feed_skip, NULL) >=
	    ARCHIVE_WARN)
		return 0;
	l->code = code_of(l);
	return -1;
}

/* What was unpacked only to be skipped counts too. */
static void
charge_skipped(struct level *l)
{
	int64_t made;

	if (archive_filter_count(l->a) < 2)
		return;
	made = archive_filter_bytes(l->a, 0);
	if (made - l->made > l->given)
		l->w->bytes_left -= made - l->made - l->given;
	l->made = made;
	l->given = 0;
}

/* Skips the headers that were seen before libarchive gave up. */
static int
skip_to(struct level *l, int64_t index)
{
	struct archive_entry *e;

	for (int64_t i = 0; i < index; i++)
		if (archive_read_next_header(l->a, &e) < ARCHIVE_WARN) {
			l->code = code_of(l);
			return -1;
		}
	return 0;
}

/* A file that is compressed by nothing is no archive. */
static int
is_plain(struct archive *a)
{
	return archive_format(a) == ARCHIVE_FORMAT_RAW &&
	    archive_filter_count(a) < 2;
}

/* Whether a rar file has what libarchive leaves to others. */
static int
is_rar(struct archive *a, int format)
{
	return (archive_format(a) & ARCHIVE_FORMAT_BASE_MASK) == format &&
	    archive_filter_count(a) < 2;
}

static void
begin_entry(struct level *l, struct archive_entry *e)
{
	l->nblock = 0;
	l->begin = l->out = 0;
	l->size = archive_entry_size_is_set(e) ? archive_entry_size(e) : -1;
	l->crc = 0;
	l->summed = (is_rar(l->a, ARCHIVE_FORMAT_RAR) ||
			is_rar(l->a, ARCHIVE_FORMAT_RAR_V5)) &&
	    rar_stored(
		&l->src, (uint64_t)archive_read_header_position(l->a), &l->sum);
}

/* Entries until the end or a failure that ends libarchive's pass: 1 again
 * behind the entry, 0 done, -1 errno. */
static int
pass(struct level *l)
{
	struct archive_entry *e;
	const char *limit;
	int r;

	for (;;) {
		r = archive_read_next_header(l->a, &e);
		if (r == ARCHIVE_RETRY) {
			/* A damaged header; it goes on at the next one. */
			l->code = code_of(l);
			continue;
		}
		if (r == ARCHIVE_EOF) {
			charge_skipped(l);
			if (is_rar(l->a, ARCHIVE_FORMAT_RAR_V5) &&
			    rar_is_cut(&l->src))
				l->code = "truncated";
			/* Nothing came of it, or nothing could; zeroes at
			 * the front, as of an ISO image, pass for a tar. */
			if (l->index == 0 && !l->bare &&
			    archive_filter_count(l->a) > 1)
				return l->bare = 1;
			return 0;
		}
		if (r < ARCHIVE_WARN) {
			l->code = code_of(l);
			return 0;
		}
		if (is_plain(l->a)) {
			l->code = "unsupported";
			return 0;
		}
		charge_skipped(l);
		begin_entry(l, e);
		l->index++;
		l->w->seen++;
		if ((limit = over_limit(l->w)) != NULL) {
			l->code = limit;
			return 0;
		}
		if (set_path(l, e) == -1)
			return -1;
		if (archive_entry_filetype(e) == AE_IFDIR)
			continue;
		if (archive_entry_hardlink(e) != NULL ||
		    (archive_entry_filetype(e) != AE_IFREG &&
			archive_entry_filetype(e) != 0)) {
			l->w->other++;
			continue;
		}
		buf_clear(&l->w->data);
		l->encrypted = archive_entry_is_data_encrypted(e) > 0;
		if (entry(l) == -1)
			return -1;
		if (l->limit != NULL || l->w->bytes_left <= 0) {
			l->code = l->limit != NULL ? l->limit : "limit:bytes";
			return 0;
		}
		if (l->broken)
			return 1;
	}
}

/* The path of an entry of a zip; a NUL ends it, as in every other reader. */
static int
set_zip_path(struct level *l)
{
	struct buf *b = &l->w->path;

	buf_cut(b, l->prefix);
	return buf_add(
	    b, l->entry.name, strnlen(l->entry.name, l->entry.nname));
}

/* A small MIDI file comes out in one piece, which is twice as fast. */
static void
read_whole(struct level *l)
{
	const char *name = l->w->path.p + l->prefix;
	const struct zip_entry *e = &l->entry;
	struct buf *b = &l->w->data;

	if (e->unpacked == 0 || e->unpacked > IN_MEMORY ||
	    e->packed > IN_MEMORY ||
	    (int64_t)e->unpacked > l->w->limits.entry ||
	    (int64_t)e->unpacked > l->w->bytes_left ||
	    kind_of_name(name, l->w->path.len - l->prefix) != KIND_MIDI ||
	    buf_grow(b, (size_t)e->unpacked) == -1 ||
	    !zip_whole(&l->zip, e, b->p))
		return;
	b->len = (size_t)e->unpacked;
	b->p[b->len] = '\0';
	l->w->bytes_left -= (int64_t)b->len;
	l->whole = 1;
}

/* Entries of a zip, by its directory: 0, or -1 errno. */
static int
zip_pass(struct level *l)
{
	struct zip_entry *e = &l->entry;
	const char *code;
	int c;

	while ((c = zip_next(&l->zip, e)) == 1) {
		l->w->seen++;
		if ((l->code = over_limit(l->w)) != NULL)
			return 0;
		if (set_zip_path(l) == -1)
			return -1;
		c = (int)(e->mode & S_IFMT);
		if (c == S_IFDIR ||
		    (e->unpacked == 0 && e->nname > 0 &&
			e->name[e->nname - 1] == '/'))
			continue;
		if (c != 0 && c != S_IFREG) {
			l->w->other++;
			continue;
		}
		buf_clear(&l->w->data);
		l->whole = 0;
		if ((code = zip_enter(&l->zip, e)) != NULL)
			c = failed_entry(l, code);
		else {
			read_whole(l);
			c = entry(l);
		}
		if (c == -1)
			return -1;
		if (l->w->bytes_left <= 0) {
			l->code = "limit:bytes";
			return 0;
		}
	}
	if (c == -1)
		l->code = "io:EIO";
	return 0;
}

/* What it is as a zip file. */
static enum zip_state
look_for_zip(struct level *l)
{
	const char *base = l->base;
	size_t n = l->nbase;
	enum zip_state z;
	char head[2] = "";

	if (source_at(&l->src, 0, head, sizeof(head)) == -1)
		return ZIP_OTHER;
	if (memcmp(head, "PK", sizeof(head)) != 0 &&
	    (n < 4 || strncasecmp(base + n - 4, ".zip", 4) != 0))
		return ZIP_OTHER;
	z = zip_open(&l->zip, l->src.fd, l->src.p, l->src.size);
	/* Passwords are libarchive's. */
	return z == ZIP_PLAIN && l->zip.encrypted && l->w->npassword > 0
	    ? ZIP_OTHER
	    : z;
}

/* The whole level by libarchive: 0, or -1 errno. */
static int
by_libarchive(struct level *l)
{
	int c;

	do {
		l->broken = 0;
		c = open_level(l) == -1 || skip_to(l, l->index) == -1 ? 0
								      : pass(l);
		if (l->a != NULL)
			archive_read_free(l->a);
		l->a = NULL;
	} while (c == 1);
	return c;
}

static int
walk_level(struct walk *w, const struct source *src, int depth,
    const char *base, size_t nbase, int64_t *came, const char **code)
{
	struct level l = { .w = w,
		.src = *src,
		.depth = depth,
		.prefix = w->path.len,
		.nbase = nbase };
	char *own = strndup(base, nbase);
	struct stat st;
	int c;

	if ((l.base = own) == NULL)
		return -1;
	if (src->fd != -1 && fstat(src->fd, &st) == 0)
		l.src.size = (uint64_t)st.st_size;
	l.zip_state = look_for_zip(&l);
	l.by_zip = l.zip_state == ZIP_PLAIN;
	c = l.by_zip ? zip_pass(&l) : by_libarchive(&l);
	if (l.zip_state == ZIP_DAMAGED && l.code == NULL)
		l.code = "corrupt";
	if (l.zip_state == ZIP_VOLUME ||
	    (l.code != NULL && kind_is_volume(l.base, l.nbase)))
		l.code = "multivolume";
	if (l.index == 0 && source_is_blank(&l.src))
		l.code = "empty";
	zip_free(&l.zip);
	free(l.feed);
	*came = l.came;
	*code = l.code;
	free(own);
	return c == -1 ? -1 : 0;
}

int64_t
walk_bytes(const struct walk_limits *l, int64_t packed)
{
	const int64_t least = (int64_t)1 << 30, most = INT64_MAX / 4;

	if (l->bytes != 0)
		return l->bytes;
	if (packed <= least / 200)
		return least;
	return packed > most / 200 ? most : packed * 200;
}

int64_t
walk_seconds(const struct walk_limits *l, int64_t packed)
{
	return l->seconds != 0 ? l->seconds : 60 + (packed >> 20);
}

int
walk_archive(struct walk *w, int fd, const char *base, int64_t packed)
{
	struct source src = { .fd = fd };
	int64_t came;

	w->bytes_left = walk_bytes(&w->limits, packed);
	w->cpu_end = cpu_seconds() + walk_seconds(&w->limits, packed);
	w->other = w->seen = 0;
	w->code = NULL;
	buf_clear(&w->path);
	return walk_level(w, &src, 1, base, strlen(base), &came, &w->code);
}

void
walk_free(struct walk *w)
{
	buf_free(&w->path);
	buf_free(&w->data);
}

const char *
walk_version(void)
{
	return archive_version_details();
}
