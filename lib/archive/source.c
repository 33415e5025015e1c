/* source - where the bytes of an archive come from: a file, or memory */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "archive/source.h"

ssize_t
source_at(const struct source *s, uint64_t off, void *to, size_t n)
{
	size_t done = 0;
	ssize_t k;

	if (off >= s->size)
		return 0;
	if (n > s->size - off)
		n = (size_t)(s->size - off);
	if (s->fd == -1) {
		memcpy(to, (const char *)s->p + off, n);
		return (ssize_t)n;
	}
	while (done < n) {
		k = pread(
		    s->fd, (char *)to + done, n - done, (off_t)(off + done));
		if (k == -1 && errno == EINTR)
			continue;
		if (k == -1)
			return -1;
		if (k == 0)
			break;
		done += (size_t)k;
	}
	return (ssize_t)done;
}

int
source_is_blank(const struct source *s)
{
	char block[65536];
	uint64_t off;
	ssize_t n;

	for (off = 0; (n = source_at(s, off, block, sizeof(block))) > 0;
	     off += (uint64_t)n)
		/* Each byte is the one before it, and the first is 0. */
		if (block[0] != 0 || memcmp(block, block + 1, (size_t)n - 1))
			return 0;
	return n == 0 && off > 0;
}
