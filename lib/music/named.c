/* named - a tempo that a name or a folder states */
#include "config.h"

#include <ctype.h>
#include <strings.h>

#include "music/named.h"

enum { LOWEST = 40, HIGHEST = 300, BARE_LOWEST = 60, BARE_HIGHEST = 200 };

static int
letter(char c)
{
	return isalpha((unsigned char)c);
}

static int
digit(char c)
{
	return isdigit((unsigned char)c);
}

static int
gap(char c)
{
	return c == ' ' || c == '_' || c == '-' || c == '.' || c == '(' ||
	    c == ')' || c == '[' || c == ']';
}

/* Whether bpm stands at p, and ends there. */
static int
bpm_at(const char *p, const char *end)
{
	return end - p >= 3 && strncasecmp(p, "bpm", 3) == 0 &&
	    (end - p == 3 || !letter(p[3]));
}

/* Whether the word before p counts things. */
static int
counts(const char *begin, const char *p)
{
	static const char *const words[] = { "take", "no", "nr", "num",
		"number", "vol", "volume", "track", "part", "loop", "pattern",
		"pat", "beat", "fill", "groove", "bar", "bars", "op", "bwv",
		"k", "kit", "ch", "chan", "channel", "seq", "song", "midi",
		"chord", "chords", "prog", "progression", "v", "take_" };
	const char *from;

	while (p > begin && gap(p[-1]))
		p--;
	for (from = p; from > begin && letter(from[-1]);)
		from--;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strncasecmp(words[i], from, (size_t)(p - from)) == 0 &&
		    words[i][p - from] == '\0')
			return 1;
	return p == begin || p[-1] == '/';
}

static double
number(const char **p, const char *end)
{
	double v = 0, unit = .1;

	for (; *p < end && digit(**p); (*p)++)
		v = v < 1e6 ? v * 10 + (**p - '0') : v;
	if (end - *p >= 2 && **p == '.' && digit((*p)[1]))
		for ((*p)++; *p < end && digit(**p); (*p)++, unit /= 10)
			v += (**p - '0') * unit;
	return v;
}

double
named_tempo(const char *s, size_t n, double *conf)
{
	const char *end, *p = s, *from, *q;
	double found = 0, v;

	*conf = 0;
	if (n == 0)
		return 0;
	end = s + n;
	while (p < end) {
		if (!digit(*p)) {
			p++;
			continue;
		}
		from = p;
		v = number(&p, end);
		for (q = p; q < end && (*q == ' ' || *q == '_' || *q == '-');)
			q++;
		/* 120-129 is a shelf, not a tempo. */
		if (from - s >= 2 && from[-1] == '-' && digit(from[-2]))
			continue;
		if (v >= LOWEST && v <= HIGHEST &&
		    (bpm_at(q, end) ||
			(from - s >= 3 && bpm_at(from - 3, end)) ||
			(from - s >= 4 && gap(from[-1]) &&
			    bpm_at(from - 4, end)))) {
			found = v;
			*conf = .9;
		} else if (*conf < .9 && v >= BARE_LOWEST &&
		    v <= BARE_HIGHEST && from > s && p < end && *from != '0' &&
		    gap(from[-1]) && gap(*p) && end - p > 1 &&
		    !(*p == '-' && digit(p[1])) &&
		    (letter(p[1]) || gap(p[1])) && *p != '.' &&
		    !counts(s, from)) {
			found = v;
			*conf = .5;
		}
	}
	return found;
}
