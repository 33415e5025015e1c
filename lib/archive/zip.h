/* zip - the entries of a zip file, by its directory
 *
 * For plain zips: stored and deflated entries, one volume, zip64 too.  What
 * is something else, or has no sound directory, is for libarchive; zip_open()
 * says which.  A damaged entry is its own affair: the next one is found by
 * the directory.
 *
 * Bytes come by pread(2) through two windows, or from memory; nothing of the
 * file is trusted before it is compared.  The struct is the caller's, zeroes
 * are valid, its memory is kept from file to file.
 *
 * Source: APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
 */
#ifndef ARCHIVE_ZIP_H
#define ARCHIVE_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include <zlib.h>

enum zip_state {
	ZIP_PLAIN,  /* to be read here */
	ZIP_OTHER,  /* no zip, or one with something that is not read here */
	ZIP_VOLUME, /* one of several volumes */
	ZIP_DAMAGED /* a zip without a sound directory */
};

struct zip_window {
	uint8_t *buf;
	size_t cap, len;
	uint64_t off;
};

struct zip {
	/* Set by the caller: a file, or with fd -1 memory. */
	int fd;
	const uint8_t *mem;
	uint64_t size;
	/* Its own. */
	uint64_t dir, dir_end; /* the directory */
	uint64_t next;         /* its next header */
	int64_t shift;         /* bytes in front of what offsets count from */
	int entries;           /* it begins with one */
	int encrypted;         /* some of them are */
	struct zip_window head, data;
	z_stream inflate;
	int ready;   /* inflate was set up */
	void *whole; /* decompressor for entries in one piece */
	/* The entry at hand. */
	uint64_t at, left; /* its packed bytes, and those not yet read */
	uint64_t made;     /* bytes given out */
	uint32_t sum;      /* CRC-32 of those */
	int begun, ended;
};

struct zip_entry {
	const char *name; /* raw; not ended by NUL; until the next zip_next */
	size_t nname;
	unsigned flags, method, mode; /* mode of Unix, 0 unknown */
	uint32_t crc;
	uint64_t packed, unpacked, local;
};

/* Looks for the directory and walks it once. */
enum zip_state zip_open(struct zip *, int fd, const void *mem, uint64_t size);
/* The next entry: 1, or 0 at the end; -1 with errno. */
int zip_next(struct zip *, struct zip_entry *);
/* Goes to the entry's data: NULL, or the code of mrec(5) why not. */
const char *zip_enter(struct zip *, const struct zip_entry *);
/* Up to n bytes of the entry: their number, 0 at its sound end; -1 with *code
 * where it is damaged. */
ptrdiff_t zip_read(struct zip *, const struct zip_entry *, void *, size_t n,
    const char **code);
/* All of an entry that was entered, into room for entry->unpacked bytes: 1;
 * 0 when that does not go, and zip_read() may tell why. */
int zip_whole(struct zip *, const struct zip_entry *, void *);
void zip_free(struct zip *);

#endif
