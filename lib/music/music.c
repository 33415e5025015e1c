/* music - everything that is said about a song */
#include "config.h"

#include "music/music.h"

int
music_analyse(struct music *m, const struct song *s)
{
	double bar = 0;

	if (parts_find(&m->parts, s) == -1)
		return -1;
	drums_find(&m->parts, s);
	drums_count(&m->parts, s, m->drums);
	m->role = role_find(&m->parts, s);
	if (measure_take(&m->measure, s, &m->parts) == -1 ||
	    tempo_find(&m->tempo, s, &m->parts) == -1 ||
	    meter_find(&m->meter, s, &m->parts, &m->tempo.grid) == -1)
		return -1;
	m->key = key_find(s, &m->parts);
	if (m->meter.num > 0)
		bar = 4.0 * m->meter.num / m->meter.den;
	if (chords_find(
		&m->chords, s, &m->parts, &m->tempo.grid, &m->key, bar) == -1)
		return -1;
	m->swing = swing_find(s, &m->tempo.grid);
	if (!fingerprint(s, m->hash))
		m->hash[0] = '\0';
	return 0;
}

void
music_free(struct music *m)
{
	parts_free(&m->parts);
	measure_free(&m->measure);
	tempo_free(&m->tempo);
	meter_free(&m->meter);
	chords_free(&m->chords);
	*m = (struct music){ 0 };
}
