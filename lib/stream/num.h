/* num - numbers from options and fields
 *
 * Each takes the whole string or nothing: 0 and the value stored; -1 with
 * errno EINVAL (not a number) or ERANGE (out of lo to hi).
 */
#ifndef STREAM_NUM_H
#define STREAM_NUM_H

#include <stdint.h>

int num_int(const char *, int64_t lo, int64_t hi, int64_t *);
/* The same with a binary suffix: 64K, 64M, 2G, 1T. */
int num_size(const char *, int64_t lo, int64_t hi, int64_t *);
/* A decimal number with an optional fraction and exponent; finite. */
int num_real(const char *, double lo, double hi, double *);

enum { NUM_DIGITS = 20 }; /* at most */
/* Writes a number in decimal, without a NUL, and returns where it ends; may
 * be called in a signal handler. */
char *num_put(char *, uint64_t);

#endif
