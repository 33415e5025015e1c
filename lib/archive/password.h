/* password - the passwords of a file, one a line
 *
 * The struct is the caller's; zeroes are valid.  The words live as long.
 */
#ifndef ARCHIVE_PASSWORD_H
#define ARCHIVE_PASSWORD_H

#include <stddef.h>

struct passwords {
	char **word;
	size_t n;
};

/* Reads them from a file or a pipe, without empty lines and without the CR of
 * a DOS line: 0, or -1 with errno. */
int password_read(struct passwords *, const char *path);
void password_free(struct passwords *);

#endif
