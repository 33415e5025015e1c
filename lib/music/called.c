/* called - what the name of a track says of it */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "music/called.h"

static int
holds(const uint8_t *p, size_t n, const char *word)
{
	int whole = *word == ' ';
	size_t k;

	word += whole;
	k = strlen(word);
	for (size_t i = 0; i + k <= n; i++)
		if (strncasecmp((const char *)p + i, word, k) == 0 &&
		    (!whole || i == 0 || !isalpha(p[i - 1])))
			return 1;
	return 0;
}

int
called(const struct track *t, const char *const *words)
{
	for (; *words != NULL; words++)
		if (holds(t->name, t->name_len, *words) ||
		    holds(t->instrument, t->instrument_len, *words))
			return 1;
	return 0;
}
