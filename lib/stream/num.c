/* num - numbers from options and fields */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stream/num.h"

/* strtoll and strtod skip blanks and take words; a field has neither. */
static int
starts_number(const char *s)
{
	if (*s == '-' || *s == '+')
		s++;
	return isdigit((unsigned char)*s) ||
	    (*s == '.' && isdigit((unsigned char)s[1]));
}

static int
scaled(const char *s, int64_t lo, int64_t hi, int64_t *v, const char *units)
{
	const char *unit;
	char *end;
	int64_t n;
	int shift;

	if (!starts_number(s)) {
		errno = EINVAL;
		return -1;
	}
	errno = 0;
	n = strtoll(s, &end, 10);
	if (errno != 0)
		return -1;
	if (*end != '\0' && end[1] == '\0' &&
	    (unit = strchr(units, toupper((unsigned char)*end))) != NULL) {
		shift = 10 * (int)(unit - units + 1);
		if (n > INT64_MAX >> shift || n < INT64_MIN >> shift) {
			errno = ERANGE;
			return -1;
		}
		n *= (int64_t)1 << shift;
		end++;
	}
	if (*end != '\0') {
		errno = EINVAL;
		return -1;
	}
	if (n < lo || n > hi) {
		errno = ERANGE;
		return -1;
	}
	*v = n;
	return 0;
}

int
num_int(const char *s, int64_t lo, int64_t hi, int64_t *v)
{
	return scaled(s, lo, hi, v, "");
}

int
num_size(const char *s, int64_t lo, int64_t hi, int64_t *v)
{
	return scaled(s, lo, hi, v, "KMGT");
}

int
num_real(const char *s, double lo, double hi, double *v)
{
	char *end;
	double x;

	if (!starts_number(s) || strpbrk(s, "xXpPnN") != NULL) {
		errno = EINVAL;
		return -1;
	}
	errno = 0;
	x = strtod(s, &end);
	if (*end != '\0') {
		errno = EINVAL;
		return -1;
	}
	if (!isfinite(x) || x < lo || x > hi) {
		errno = ERANGE;
		return -1;
	}
	*v = x;
	return 0;
}

char *
num_put(char *q, uint64_t v)
{
	char digit[NUM_DIGITS];
	int n = 0;

	do
		digit[n++] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	while (n > 0)
		*q++ = digit[--n];
	return q;
}
