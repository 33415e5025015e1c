/* array - room in an array that grows
 *
 * The caller owns the array, its count and its capacity, all zero at first.
 */
#ifndef STREAM_ARRAY_H
#define STREAM_ARRAY_H

#include <stddef.h>

/* Makes room for `want` elements of a size in *(T **)array: 0, or -1 ENOMEM
 * with the array as it was.  It may move. */
int array_room(void *array, size_t want, size_t *cap, size_t size);

#endif
