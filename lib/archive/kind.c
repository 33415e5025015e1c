/* kind - what a file is: by its suffix, or by its first bytes */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "archive/kind.h"

static const char *const midi_suffixes[] = { "mid", "midi", "kar", "rmi",
	"rmid", "smf" };
static const struct {
	const char *suffix;
	enum packing packing;
} archive_suffixes[] = { { "7z", PACK_NONE }, { "Z", PACK_COMPRESS },
	{ "bz2", PACK_BZIP2 }, { "cab", PACK_NONE }, { "cpio", PACK_NONE },
	{ "gz", PACK_GZIP }, { "iso", PACK_NONE }, { "lha", PACK_NONE },
	{ "lz", PACK_LZIP }, { "lz4", PACK_LZ4 }, { "lzh", PACK_NONE },
	{ "lzma", PACK_LZMA }, { "pax", PACK_NONE }, { "rar", PACK_NONE },
	{ "tar", PACK_NONE }, { "tbz", PACK_BZIP2 }, { "tbz2", PACK_BZIP2 },
	{ "tgz", PACK_GZIP }, { "tlz", PACK_LZMA }, { "txz", PACK_XZ },
	{ "tzst", PACK_ZSTD }, { "xz", PACK_XZ }, { "zip", PACK_NONE },
	{ "zst", PACK_ZSTD } };

static const struct {
	size_t at, n;
	const char *bytes;
	enum packing packing;
} magic[] = {
	{ 0, 4, "PK\3\4", PACK_NONE },  /* zip */
	{ 0, 4, "PK\5\6", PACK_NONE },  /* zip, empty */
	{ 0, 4, "PK\7\10", PACK_NONE }, /* zip, spanned */
	{ 0, 6, "7z\xbc\xaf\x27\x1c", PACK_NONE },
	{ 0, 6, "Rar!\x1a\7", PACK_NONE },
	{ 0, 3, "\x1f\x8b\x08", PACK_GZIP },
	{ 0, 2, "\x1f\x9d", PACK_COMPRESS },
	{ 0, 3, "BZh", PACK_BZIP2 },
	{ 0, 6,
	    "\xfd"
	    "7zXZ",
	    PACK_XZ },
	{ 0, 4, "\x28\xb5\x2f\xfd", PACK_ZSTD },
	{ 0, 4, "\x04\x22\x4d\x18", PACK_LZ4 },
	{ 0, 4, "\x02\x21\x4c\x18", PACK_LZ4 }, /* legacy */
	{ 0, 4, "LZIP", PACK_LZIP },
	{ 0, 8, "MSCF\0\0\0", PACK_NONE }, /* cab */
	{ 257, 5, "ustar", PACK_NONE },
	{ 0, 6, "070701", PACK_NONE }, /* cpio */
	{ 0, 6, "070702", PACK_NONE },
	{ 0, 6, "070707", PACK_NONE },
	{ 2, 3, "-lh", PACK_NONE }, /* lha */
	{ 2, 3, "-lz", PACK_NONE },
};

enum {
	MACBINARY = 128, /* bytes of its header */
	DEEP = 65536     /* bytes of junk that are forgiven */
};

/* Version and filler bytes 0, a name of 1 to 63 bytes, then the file. */
static int
macbinary(const char *p, size_t n)
{
	return n >= MACBINARY + 4 && p[0] == 0 && p[1] > 0 && p[1] < 64 &&
	    p[74] == 0 && memcmp(p + MACBINARY, "MThd", 4) == 0;
}

static int
midi(const char *p, size_t n)
{
	return (n >= 4 && memcmp(p, "MThd", 4) == 0) ||
	    (n >= 12 && memcmp(p, "RIFF", 4) == 0 &&
		memcmp(p + 8, "RMID", 4) == 0) ||
	    macbinary(p, n);
}

/* Whether a file begins like line m of magic. */
static int
begins(size_t m, const char *p, size_t n)
{
	return n >= magic[m].at + magic[m].n &&
	    memcmp(p + magic[m].at, magic[m].bytes, magic[m].n) == 0;
}

int
kind_midi_inside(const void *bytes, size_t n)
{
	/* With its length: a page about MIDI may well hold the name. */
	return (n >= 4 && memcmp(bytes, "MThd", 4) == 0) ||
	    memmem(bytes, n > DEEP + 8 ? DEEP + 8 : n, "MThd\0\0\0\6", 8) !=
	    NULL;
}

static int
listed(const char *const *list, size_t n, const char *suffix, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i]) == len &&
		    strncasecmp(list[i], suffix, len) == 0)
			return 1;
	return 0;
}

/* The suffix, without its dot: its length, 0 when there is none. */
static size_t
suffix(const char *name, size_t n)
{
	size_t dot = n;

	while (dot > 0 && name[dot - 1] != '.' && n - dot < 5)
		dot--;
	return dot > 0 && name[dot - 1] == '.' ? n - dot : 0;
}

/* The suffix's line in archive_suffixes, -1 when it is none of them. */
static int
archive_suffix(const char *name, size_t n)
{
	size_t k = suffix(name, n);

	for (int i = 0;
	     i < (int)(sizeof(archive_suffixes) / sizeof(*archive_suffixes));
	     i++)
		if (strlen(archive_suffixes[i].suffix) == k &&
		    strncasecmp(archive_suffixes[i].suffix, name + n - k, k) ==
			0)
			return i;
	return -1;
}

static int
named_archive(const char *name, size_t n)
{
	return archive_suffix(name, n) != -1;
}

static int
digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return 0;
	return n > 0;
}

/* NAME.partN.rar */
static int
rar_part(const char *name, size_t n)
{
	size_t k;

	if (n < 4 || strncasecmp(name + n - 4, ".rar", 4) != 0)
		return 0;
	for (k = n - 4; k > 0 && digits(name + k - 1, 1); k--)
		;
	return k < n - 4 && k > 5 && strncasecmp(name + k - 5, ".part", 5) == 0;
}

/* NAME.7z.002 */
static int
numbered(const char *name, size_t n)
{
	return n > 4 && name[n - 4] == '.' && digits(name + n - 3, 3) &&
	    named_archive(name, n - 4);
}

/* NAME.z01, NAME.r00: not enough to look for, as there are .z80 and .r64. */
static int
old_volume(const char *name, size_t n)
{
	return n > 4 && name[n - 4] == '.' && digits(name + n - 2, 2) &&
	    memchr("zZrR", name[n - 3], 4) != NULL;
}

int
kind_is_volume(const char *name, size_t n)
{
	return numbered(name, n) || rar_part(name, n) || old_volume(name, n);
}

enum packing
kind_packing(const char *name, size_t n, const void *bytes, size_t nbytes)
{
	int i;

	for (size_t m = 0; m < sizeof(magic) / sizeof(*magic); m++)
		if (begins(m, bytes, nbytes))
			return magic[m].packing;
	return (i = archive_suffix(name, n)) == -1
	    ? PACK_NONE
	    : archive_suffixes[i].packing;
}

size_t
kind_unpacked(const char *name, size_t n)
{
	int i = archive_suffix(name, n);

	if (i == -1 || archive_suffixes[i].packing == PACK_NONE)
		return n;
	n -= strlen(archive_suffixes[i].suffix);
	return n > 1 ? n - 1 : n;
}

enum kind
kind_of_name(const char *name, size_t n)
{
	size_t k = suffix(name, n);

	if (listed(midi_suffixes,
		sizeof(midi_suffixes) / sizeof(*midi_suffixes), name + n - k,
		k))
		return KIND_MIDI;
	if (named_archive(name, n) || numbered(name, n))
		return KIND_ARCHIVE;
	return KIND_OTHER;
}

enum kind
kind_of_bytes(const void *bytes, size_t n)
{
	const char *p = bytes;

	if (midi(p, n))
		return KIND_MIDI;
	for (size_t i = 0; i < sizeof(magic) / sizeof(*magic); i++)
		if (begins(i, p, n))
			return KIND_ARCHIVE;
	return KIND_OTHER;
}

size_t
kind_stem(const char *name, size_t n)
{
	const char *dot;

	while (kind_of_name(name, n) == KIND_ARCHIVE &&
	    (dot = memrchr(name, '.', n)) > name)
		n = (size_t)(dot - name);
	return n;
}

const char *
kind_word(enum kind k)
{
	return k == KIND_ARCHIVE ? "archive" : "midi";
}

int
kind_is_fork(const char *path, size_t n)
{
	const char *p = path, *end = path + n, *slash;

	for (;; p = slash + 1) {
		slash = memchr(p, '/', (size_t)(end - p));
		if (slash == NULL)
			return end - p >= 2 && p[0] == '.' && p[1] == '_';
		if (slash - p == 8 && memcmp(p, "__MACOSX", 8) == 0)
			return 1;
	}
}
