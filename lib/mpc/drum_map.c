/* drum_map - which pad a drum note plays */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "mpc/drum_map.h"

void
drum_map_gm(struct drum_map *m)
{
	for (unsigned i = 0; i < DRUM_NOTES; i++)
		m->to[i] = (uint8_t)i;
}

void
drum_map_kit(struct drum_map *m)
{
	/* Notes 35 to 60; pad A01 is note 36, in the chromatic order. */
	static const uint8_t kit[] = { 36, 36, 41, 37, 40, 37, 42, 38, 42, 38,
		43, 39, 43, 44, 45, 44, 46, 45, 46, 47, 45, 48, 45, 49, 46,
		50 };

	drum_map_gm(m);
	memcpy(m->to + 35, kit, sizeof(kit));
	/* The rest of the percussion follows pad by pad. */
	for (unsigned i = 61; i <= 81; i++)
		m->to[i] = (uint8_t)(i - 10);
}

int
drum_map_parse(struct drum_map *m, const char *p, size_t n)
{
	const char *end = p + n;
	unsigned v, k = 0;

	while (p < end) {
		if (*p == '#') {
			while (p < end && *p != '\n')
				p++;
		} else if (*p == ',' || isspace((unsigned char)*p)) {
			p++;
		} else if (!isdigit((unsigned char)*p) || k == DRUM_NOTES) {
			return -1;
		} else {
			for (v = 0; p < end && isdigit((unsigned char)*p); p++)
				if ((v = v * 10 + (unsigned)(*p - '0')) >=
				    DRUM_NOTES)
					return -1;
			m->to[k++] = (uint8_t)v;
		}
	}
	return k == DRUM_NOTES ? 0 : -1;
}

void
drum_map_fold_kick(struct drum_map *m)
{
	m->to[35] = m->to[36];
}
