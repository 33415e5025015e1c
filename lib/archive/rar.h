/* rar - what libarchive does not check in a rar file
 *
 * It never compares the checksum of an entry that is stored, of rar or rar5,
 * and takes a rar5 file that ends anywhere between two blocks for whole.
 * Both stand in the headers, which are read here beside it.
 *
 * Sources: technote.txt of RAR 3 for the blocks of rar, the RAR 5.0 archive
 * format of rarlab.com for those of rar5.
 */
#ifndef ARCHIVE_RAR_H
#define ARCHIVE_RAR_H

#include "archive/source.h"

struct rar_sum {
	uint64_t size; /* of the content */
	uint32_t crc;
};

/* The first entry whose header stands at an offset or behind it, which is 0
 * or that of a block: 1 it is stored, whole, and has a CRC-32; 0 it is not. */
int rar_stored(const struct source *, uint64_t at, struct rar_sum *);
/* Whether it is a rar5 file without its last block. */
int rar_is_cut(const struct source *);

#endif
