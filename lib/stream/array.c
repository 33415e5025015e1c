/* array - room in an array that grows */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "stream/array.h"

enum { LEAST = 32 };

int
array_room(void *array, size_t want, size_t *cap, size_t size)
{
	size_t n = *cap + *cap / 2;
	void *p;

	if (want <= *cap)
		return 0;
	if (n < want)
		n = want + LEAST;
	/* The pointer is copied: it is a T *, not a void *. */
	memcpy(&p, array, sizeof(p));
	if ((p = reallocarray(p, n, size)) == NULL)
		return -1;
	memcpy(array, &p, sizeof(p));
	*cap = n;
	return 0;
}
