/* password - the passwords of a file, one a line */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/password.h"
#include "stream/array.h"

/* Whether the line is worth keeping, without what ends it. */
static int
trim(char *line, size_t n)
{
	if (n > 0 && line[n - 1] == '\n')
		line[--n] = '\0';
	if (n > 0 && line[n - 1] == '\r')
		line[--n] = '\0';
	return n > 0;
}

int
password_read(struct passwords *p, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t cap = 0, room = 0;
	char *line = NULL;
	ssize_t n;
	int bad = 0;

	if (f == NULL)
		return -1;
	while (!bad && (n = getline(&line, &cap, f)) > 0) {
		if (!trim(line, (size_t)n))
			continue;
		bad = array_room(&p->word, p->n + 1, &room, sizeof(*p->word)) ==
			-1 ||
		    (p->word[p->n] = strdup(line)) == NULL;
		p->n += !bad;
	}
	bad = bad || ferror(f);
	n = errno;
	free(line);
	fclose(f);
	errno = (int)n;
	return bad ? -1 : 0;
}

void
password_free(struct passwords *p)
{
	while (p->n > 0)
		free(p->word[--p->n]);
	free(p->word);
	*p = (struct passwords){ 0 };
}
