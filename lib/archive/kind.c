/* kind - what a file is: by its suffix, or by its first bytes */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "archive/kind.h"

static const char *const midi_suffixes[] = { "mid", "midi", "kar", "rmi",
	"rmid", "smf" };
static const char *const archive_suffixes[] = { "7z", "Z", "bz2", "cab", "cpio",
	"gz", "iso", "lha", "lz", "lz4", "lzh", "lzma", "pax", "rar", "tar",
	"tbz", "tbz2", "tgz", "tlz", "txz", "tzst", "xz", "zip", "zst" };

static const struct {
	size_t at, n;
	const char *bytes;
} magic[] = {
	{ 0, 4, "PK\3\4" },  /* zip */
	{ 0, 4, "PK\5\6" },  /* zip, empty */
	{ 0, 4, "PK\7\10" }, /* zip, spanned */
	{ 0, 6, "7z\xbc\xaf\x27\x1c" }, { 0, 6, "Rar!\x1a\7" },
	{ 0, 3, "\x1f\x8b\x08" }, /* gzip */
	{ 0, 2, "\x1f\x9d" },     /* compress */
	{ 0, 3, "BZh" },
	{ 0, 6,
	    "\xfd"
	    "7zXZ" },
	{ 0, 4, "\x28\xb5\x2f\xfd" },             /* zstd */
	{ 0, 4, "\x04\x22\x4d\x18" },             /* lz4 */
	{ 0, 4, "LZIP" }, { 0, 8, "MSCF\0\0\0" }, /* cab */
	{ 257, 5, "ustar" }, { 0, 6, "070701" }, { 0, 6, "070702" },
	{ 0, 6, "070707" }, { 2, 3, "-lh" }, { 2, 3, "-lz" }, /* lha */
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

static int
named_archive(const char *name, size_t n)
{
	size_t k = suffix(name, n);

	return listed(archive_suffixes,
	    sizeof(archive_suffixes) / sizeof(*archive_suffixes), name + n - k,
	    k);
}

int
kind_is_volume(const char *name, size_t n)
{
	return n > 4 && memcmp(name + n - 4, ".001", 4) == 0 &&
	    named_archive(name, n - 4);
}

enum kind
kind_of_name(const char *name, size_t n)
{
	size_t k = suffix(name, n);

	if (listed(midi_suffixes,
		sizeof(midi_suffixes) / sizeof(*midi_suffixes), name + n - k,
		k))
		return KIND_MIDI;
	if (named_archive(name, n) || kind_is_volume(name, n))
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
		if (n >= magic[i].at + magic[i].n &&
		    memcmp(p + magic[i].at, magic[i].bytes, magic[i].n) == 0)
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
