/* tempo - beats a minute, by the map when it is believable, else by onsets */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "music/drums.h"
#include "music/params.h"
#include "music/tempo.h"

enum {
	BINS = (int)(TEMPO_SECONDS / TEMPO_BIN),
	LAGS = (int)(TEMPO_MULTIPLES * 60 / TEMPO_LOWEST / TEMPO_BIN) + 16,
	KERNEL = 9 /* bins on each side */
};

/* What is listened for: songs, and loops that are mostly drums. */
static const struct ear {
	double bpm, octaves; /* of the prior */
	double sigma;        /* seconds */
	double trust, most;  /* of the lead, to be a confidence */
} ears[2] = {
	{ TEMPO_SONG_BPM, TEMPO_SONG_OCTAVES, TEMPO_SONG_SIGMA,
	    TEMPO_SONG_TRUST, 1 },
	{ TEMPO_DRUM_BPM, TEMPO_DRUM_OCTAVES, TEMPO_DRUM_SIGMA, 1,
	    TEMPO_DRUM_MOST },
};

struct lasting {
	uint32_t uspq;
	double seconds;
};

const char *
tempo_from_name(enum tempo_from f)
{
	static const char *const names[] = { "none", "map", "onsets", "name" };

	return names[f];
}

static int
by_uspq(const void *a, const void *b)
{
	const struct lasting *x = a, *y = b;

	return (x->uspq > y->uspq) - (x->uspq < y->uspq);
}

/* The tempo that lasts longest up to the last note, and the share of the
 * time that is within 4 percent of it. */
static int
longest(const struct song *s, uint32_t *uspq, double *share)
{
	const struct maps *m = &s->maps;
	int64_t end = s->last > 0 ? s->last : s->end;
	double total = maps_seconds(m, end), best = -1, near = 0, until;
	struct lasting *l;
	size_t n = 0;

	*uspq = m->tempo[0].uspq;
	*share = 1;
	if (m->ntempo == 1 || total <= 0)
		return 0;
	if ((l = reallocarray(NULL, m->ntempo, sizeof(*l))) == NULL)
		return -1;
	for (size_t i = 0; i < m->ntempo && m->tempo[i].tick < end; i++) {
		until = i + 1 < m->ntempo && m->tempo[i + 1].tick < end
		    ? m->tempo[i + 1].seconds
		    : total;
		l[n++] = (struct lasting){ m->tempo[i].uspq,
			until - m->tempo[i].seconds };
	}
	qsort(l, n, sizeof(*l), by_uspq);
	for (size_t i = 0, k; i < n; i = k) {
		double sum = 0;

		for (k = i; k < n && l[k].uspq == l[i].uspq; k++)
			sum += l[k].seconds;
		if (sum > best) {
			best = sum;
			*uspq = l[i].uspq;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (fabs((double)l[i].uspq - *uspq) <= .04 * *uspq)
			near += l[i].seconds;
	*share = near / total;
	free(l);
	return 0;
}

/* The candidates' lags and prior, once a run. */
static int
prepare(struct tempo_guess *t)
{
	double bpm, o;

	if (t->prior != NULL)
		return 0;
	t->prior = calloc(3 * TEMPO_CANDIDATES, sizeof(*t->prior));
	t->train = calloc(BINS + 1, sizeof(*t->train));
	t->filled = calloc(BINS + 1, sizeof(*t->filled));
	if (t->prior == NULL || t->train == NULL || t->filled == NULL) {
		tempo_free(t);
		return -1;
	}
	t->lag = t->prior + 2 * TEMPO_CANDIDATES;
	for (int i = 0; i < TEMPO_CANDIDATES; i++) {
		bpm = TEMPO_LOWEST *
		    pow(TEMPO_HIGHEST / TEMPO_LOWEST,
			(double)i / (TEMPO_CANDIDATES - 1));
		for (int e = 0; e < 2; e++) {
			o = log2(bpm / ears[e].bpm) / ears[e].octaves;
			t->prior[e * TEMPO_CANDIDATES + i] =
			    (float)exp(-.5 * o * o);
		}
		t->lag[i] = (float)(60 / bpm / TEMPO_BIN);
	}
	return 0;
}

/* Weight of an onset: long, loud and low notes mark beats; of drums the kick
 * and the snare do. */
static float
weight(const struct song *s, const struct parts *parts, const struct note *n)
{
	double length = maps_quarters(&s->maps, n->off - n->on);
	double w = sqrt(length > 4 ? 4 : length) + .1;
	enum drum d;

	if (parts_is_drum(parts, n)) {
		d = drum_of(n->pitch);
		w = d == KICK || d == SNARE ? 1 : .5;
	} else if (n->pitch < TEMPO_BASS_BELOW)
		w *= TEMPO_BASS_WEIGHT;
	return (float)(w * n->velocity / 64);
}

/* Fills the train; returns how many bins have an onset. */
static size_t
train(struct tempo_guess *t, const struct song *s, const struct parts *parts)
{
	double first = maps_seconds(&s->maps, s->first), at;
	double per_tick = 0;
	size_t n = 0, bin;

	if (s->maps.smpte || s->maps.ntempo == 1)
		per_tick = maps_seconds(&s->maps, 1);
	for (size_t i = 0; i < s->nnotes; i++) {
		at = per_tick > 0
		    ? (double)(s->note[i].on - s->first) * per_tick
		    : maps_seconds(&s->maps, s->note[i].on) - first;
		if (at >= TEMPO_SECONDS)
			break;
		bin = (size_t)(at / TEMPO_BIN + .5);
		if (bin > BINS)
			bin = BINS;
		if (t->train[bin] == 0)
			t->filled[n++] = (uint32_t)bin;
		t->train[bin] += weight(s, parts, &s->note[i]);
	}
	return n;
}

/* The autocorrelation of the train, smoothed, less what chance gives.  The
 * train is cleared for the next file. */
static void
correlate(struct tempo_guess *t, size_t n, double sigma, float ac[LAGS])
{
	float raw[LAGS + 2 * KERNEL] = { 0 }, kernel[KERNEL + 1];
	double sum = 0, length = t->filled[n - 1] + 1.0, x;

	for (size_t i = 0; i < n; i++) {
		float w = t->train[t->filled[i]];

		sum += (double)w;
		for (size_t k = i; k < n; k++) {
			uint32_t d = t->filled[k] - t->filled[i];

			if (d >= LAGS + KERNEL)
				break;
			raw[d + KERNEL] += w * t->train[t->filled[k]];
		}
	}
	for (int k = 0; k <= KERNEL; k++) {
		x = k * TEMPO_BIN / sigma;
		kernel[k] = (float)exp(-.5 * x * x);
	}
	for (int k = 0; k < KERNEL; k++)
		raw[k] = raw[2 * KERNEL - k];
	for (int l = 0; l < LAGS; l++) {
		float v = kernel[0] * raw[l + KERNEL];

		for (int k = 1; k <= KERNEL; k++)
			v += kernel[k] *
			    (raw[l + KERNEL - k] + raw[l + KERNEL + k]);
		/* Two onsets at random are that lag apart this often. */
		x = 1 - l / length;
		if (x < 0)
			x = 0;
		v -= (float)(sum * sum / length * x * sigma / TEMPO_BIN *
		    2.5066);
		/* Near the end there is less to compare. */
		ac[l] = v /
		    (float)(x < TEMPO_LEAST_OVERLAP ? TEMPO_LEAST_OVERLAP : x);
	}
	for (size_t i = 0; i < n; i++)
		t->train[t->filled[i]] = 0;
}

static float
at(const float ac[LAGS], float lag)
{
	int i = (int)lag;
	float f = lag - (float)i;

	return i + 1 < LAGS ? ac[i] * (1 - f) + ac[i + 1] * f : 0;
}

static float
score(const float ac[LAGS], float lag)
{
	static const float root[] = { 1, .70711f, .57735f, .5f };
	float v = TEMPO_HALF * at(ac, lag / 2) +
	    TEMPO_QUARTER * at(ac, lag / 4) + TEMPO_DOTTED * at(ac, lag * .75f);

	for (int k = 0; k < TEMPO_MULTIPLES; k++)
		v += at(ac, lag * (float)(k + 1)) * root[k];
	return v;
}

/* What distances, strokes and length say of a drum loop, together. */
static int
as_loop(struct tempo_guess *t, const struct song *song,
    const struct parts *parts, float s[TEMPO_CANDIDATES])
{
	float v[TEMPO_CANDIDATES], beat[TEMPO_CANDIDATES], top = 0, most;

	for (int i = 0; i < TEMPO_CANDIDATES; i++)
		if (s[i] > top)
			top = s[i];
	if (top <= 0)
		return 0;
	for (int i = 0; i < TEMPO_CANDIDATES; i++) {
		float o =
		    log2f(t->lag[i] * (float)(TEMPO_BIN * LOOP_BPM / 60)) /
		    (float)LOOP_OCTAVES;

		beat[i] = t->lag[i] * (float)TEMPO_BIN;
		v[i] = -.5f * o * o +
		    LOOP_DISTANCES *
			logf(LOOP_FLOOR + (s[i] > 0 ? s[i] / top : 0));
	}
	if (loop_fit(&t->loop, song, parts, beat, v, TEMPO_CANDIDATES) == -1)
		return -1;
	most = v[0];
	for (int i = 1; i < TEMPO_CANDIDATES; i++)
		if (v[i] > most)
			most = v[i];
	for (int i = 0; i < TEMPO_CANDIDATES; i++)
		s[i] = expf(v[i] - most);
	return 0;
}

/* The best candidate, and how far it leads the best that is no neighbour. */
static void
choose(struct tempo_guess *t, const float s[TEMPO_CANDIDATES])
{
	float top = 0, second = 0;
	double shift = 0, a, b, c;
	int best = -1;

	for (int i = 0; i < TEMPO_CANDIDATES; i++)
		if (s[i] > top) {
			top = s[i];
			best = i;
		}
	t->bpm = 0;
	t->conf = 0;
	if (best < 0)
		return;
	for (int i = 1; i + 1 < TEMPO_CANDIDATES; i++)
		if (abs(i - best) > 16 && s[i] > second && s[i] >= s[i - 1] &&
		    s[i] >= s[i + 1])
			second = s[i];
	if (best > 0 && best + 1 < TEMPO_CANDIDATES) {
		a = (double)s[best - 1];
		b = (double)s[best];
		c = (double)s[best + 1];
		if (a - 2 * b + c < 0)
			shift = .5 * (a - c) / (a - 2 * b + c);
	}
	t->bpm = TEMPO_LOWEST *
	    pow(TEMPO_HIGHEST / TEMPO_LOWEST,
		(best + shift) / (TEMPO_CANDIDATES - 1));
	/* The lead over the best of the others. */
	t->conf = 1 - (double)(second / top);
}

static int
by_onsets(
    struct tempo_guess *t, const struct song *song, const struct parts *parts)
{
	int ear = parts->drums * 2 > song->nnotes;
	float ac[LAGS], s[TEMPO_CANDIDATES];
	size_t n;

	t->bpm = 0;
	if (prepare(t) == -1)
		return -1;
	n = train(t, song, parts);
	if (n < TEMPO_LEAST_ONSETS) {
		for (size_t i = 0; i < n; i++)
			t->train[t->filled[i]] = 0;
		return 0;
	}
	/* Accents of a player of drums say little. */
	for (size_t i = 0; ear && i < n; i++)
		t->train[t->filled[i]] = sqrtf(t->train[t->filled[i]]);
	correlate(t, n, ears[ear].sigma, ac);
	for (int i = 0; i < TEMPO_CANDIDATES; i++)
		s[i] = score(ac, t->lag[i]);
	if (ear && maps_seconds(&song->maps, song->last) <= LOOP_SECONDS) {
		if (as_loop(t, song, parts, s) == -1)
			return -1;
	} else
		for (int i = 0; i < TEMPO_CANDIDATES; i++)
			s[i] *= t->prior[ear * TEMPO_CANDIDATES + i];
	choose(t, s);
	t->conf *= ears[ear].trust;
	if (t->conf > ears[ear].most)
		t->conf = ears[ear].most;
	return 0;
}

int
tempo_find(
    struct tempo_guess *t, const struct song *s, const struct parts *parts)
{
	const struct tempo *m = s->maps.tempo;
	int given = s->maps.ntempo > 1 || m->given;
	int lone = s->maps.ntempo == 1 && m->uspq == TEMPO_DEFAULT;
	double share, seconds;
	uint32_t uspq;

	t->fits = grid_fits(s);
	t->grid = grid_of_ticks(s);
	t->bpm = t->conf = 0;
	t->from = TEMPO_NONE;
	if (s->nnotes == 0 && !given)
		return 0;
	if (!s->maps.smpte &&
	    ((given && !lone) || t->fits >= GRID_FITS || s->nnotes < 2)) {
		if (longest(s, &uspq, &share) == -1)
			return -1;
		t->bpm = 60e6 / uspq;
		t->from = TEMPO_MAP;
		/* Without an event 120 is how it is played, no more. */
		t->conf = !given ? .3 : lone ? .7 : .6 + .35 * share;
		return 0;
	}
	if (by_onsets(t, s, parts) == -1)
		return -1;
	if (t->bpm > 0) {
		t->from = TEMPO_ONSETS;
		seconds = maps_seconds(&s->maps, 1);
		t->grid = grid_of_onsets(s, 60 / t->bpm / seconds);
	} else if (given && !s->maps.smpte) {
		t->bpm = 60e6 / m->uspq;
		t->from = TEMPO_MAP;
		t->conf = .3;
	}
	return 0;
}

void
tempo_named(struct tempo_guess *t, double bpm, double conf)
{
	if (bpm <= 0 || conf <= t->conf)
		return;
	t->bpm = bpm;
	t->conf = conf;
	t->from = TEMPO_NAME;
}

void
tempo_free(struct tempo_guess *t)
{
	free(t->prior);
	free(t->train);
	free(t->filled);
	loop_free(&t->loop);
	*t = (struct tempo_guess){ 0 };
}
