/* kind - what a file is: by its suffix, or by its first bytes
 *
 * The first bytes decide wherever a file is opened; the suffix is only for
 * choosing what to open.
 */
#ifndef ARCHIVE_KIND_H
#define ARCHIVE_KIND_H

#include <stddef.h>

enum kind { KIND_OTHER, KIND_MIDI, KIND_ARCHIVE };

/* How a file is compressed as a whole. */
enum packing {
	PACK_NONE,
	PACK_BZIP2,
	PACK_COMPRESS,
	PACK_GZIP,
	PACK_LZ4,
	PACK_LZIP,
	PACK_LZMA,
	PACK_XZ,
	PACK_ZSTD
};

enum { KIND_PEEK = 512 }; /* bytes that kind_of_bytes wants to see */

/* By suffix, in any case; name need not end in a NUL. */
enum kind kind_of_name(const char *name, size_t n);
/* Whether it is one volume of several: a.7z.001, a.z01, a.r00, a.part2.rar;
 * a.zip and a.rar beside such do not show it in their names. */
int kind_is_volume(const char *name, size_t n);
/* By the first n bytes: MThd, RIFF RMID and MacBinary round MThd are MIDI.  An
 * ISO image shows itself only behind 32 KiB and is known by its suffix. */
enum kind kind_of_bytes(const void *, size_t n);
/* Whether a MIDI header stands in the first 64 KiB, as it may behind junk in
 * a file with a MIDI suffix. */
int kind_midi_inside(const void *, size_t n);
/* Length of a name without the suffixes of archives: 1 for `a.tar.gz`. */
size_t kind_stem(const char *name, size_t n);
/* By the first bytes, or where they say nothing by the suffix. */
enum packing kind_packing(
    const char *name, size_t n, const void *bytes, size_t nbytes);
/* Length of a name without the suffix of a compression: 5 for `a.mid.gz`. */
size_t kind_unpacked(const char *name, size_t n);
/* The word of column 4: midi or archive. */
const char *kind_word(enum kind);
/* Whether a path names a resource fork: ._NAME, or a part __MACOSX. */
int kind_is_fork(const char *path, size_t n);

#endif
