/* params - every constant of the analysis, with where it comes from
 *
 * Sources: [K] key, [T] tempo, [C] chords, [M] meter figures measured on
 * POP909, JK126 and ASAP scores with grids of these values; [GM] General MIDI
 * Level 1; [own] chosen here, for the reason given.
 */
#ifndef MUSIC_PARAMS_H
#define MUSIC_PARAMS_H

/* Bounds on work: behind them the music is not looked at.  A file of hostile
 * ticks costs no more than one that is truly this long. [own] */
#define MOST_BEATS 4096    /* beats of chords, about half an hour */
#define MOST_STEPS 8192    /* sixteenths of the meter's grid */
#define TEMPO_SECONDS 120  /* [T] of onsets that tempo listens to */
#define FIGURE_NOTES 1000  /* notes of a part that tell how it moves */
#define LONGEST_QUARTERS 8 /* a longer note weighs and spreads as this */

/* Key [K]: four profiles together, Pearson, with a bonus for the bass of the
 * last and of the first chord, which songs begin and end on.  Longer music is
 * followed bar by bar (of four quarters), each heard with those beside it; the
 * share of the bars that a key lasts counts as much as a correlation.
 * [own grid on POP909, JSB and stated keys of 406 others: any price from 4 to
 * 8 and any side from 4 to 8 is as good] */
#define KEY_LAST_BASS 0.05
#define KEY_FIRST_BASS 0.03
#define KEY_LOOP_QUARTERS 36 /* no longer than 8 bars: a loop [own] */
#define KEY_LOOP_FIRST_BASS 0.15
#define KEY_BARS (MOST_BEATS / 4)
#define KEY_SIDE_BARS 4 /* on either side */
#define KEY_CHANGE 8.0  /* what a change of key costs, in correlations */
#define KEY_LASTS 1.0
#define KEY_CONF 4          /* a lead of .2 was right in 96 %: 0.8 */
#define KEY_LEAST_CLASSES 3 /* fewer pitch classes: no key */
#define KEY_LEAST_NOTES 8   /* fewer: a chord, not a key */
#define KEY_FEW_CLASSES 3   /* a guess, no more: */
#define KEY_FEW_CONF 0.25

/* Tempo [T]: autocorrelation of onsets in 10 ms bins, smoothed, four multiples
 * of the lag, log-normal prior.  A half and a quarter of the beat speak for
 * it too, three quarters against: this tells a beat from a dotted one.  Drum
 * loops are played faster than songs are counted, and their accents are the
 * player's. [own grid on POP909 and on human drumming] */
#define TEMPO_BIN 0.010
#define TEMPO_HALF 0.5f
#define TEMPO_QUARTER 0.5f
#define TEMPO_DOTTED (-0.2f)
#define TEMPO_LEAST_OVERLAP 0.2 /* of the length, for lags near it */
#define TEMPO_SONG_BPM 95.0
#define TEMPO_SONG_OCTAVES 0.8
#define TEMPO_SONG_SIGMA 0.028 /* seconds, of two onsets */
/* A lead of .4 was right in 96 % of songs; none was in drum loops. */
#define TEMPO_SONG_TRUST 2
#define TEMPO_DRUM_MOST .75
#define TEMPO_DRUM_BPM 112.0
#define TEMPO_DRUM_OCTAVES 0.55
#define TEMPO_DRUM_SIGMA 0.020
#define TEMPO_LOWEST 40.0
#define TEMPO_HIGHEST 240.0
#define TEMPO_CANDIDATES 400
#define TEMPO_MULTIPLES 4
#define TEMPO_BASS_BELOW 52 /* lower notes mark beats */
#define TEMPO_BASS_WEIGHT 1.5
#define TEMPO_LEAST_ONSETS 4

/* A drum loop, no longer than this, begins at tick 0 and ends with a bar.
 * Strokes are played some 13 ms from where they belong, and early or late
 * together, so that each counts for a part of what it would alone.  The best
 * tempi lie close to 112. [own grid on human drumming; both halves of the
 * drummers agree] */
#define LOOP_SECONDS 12
#define LOOP_SIGMA 0.028
#define LOOP_STRAY 0.08
#define LOOP_STROKE 0.15f
#define LOOP_WHOLE_BARS 3.0f
#define LOOP_USUAL_BARS 2.0f
#define LOOP_LATE 0.12f /* beats that a stroke comes early */
#define LOOP_BPM 112.0
#define LOOP_OCTAVES 0.25
#define LOOP_DISTANCES 2.0f
#define LOOP_FLOOR 0.02f

/* On the tick grid: this share of onsets, above chance, on sixteenths or
 * eighth triplets; swung files have their off-beats elsewhere. [own] */
#define GRID_FITS 0.4

/* Meter [M]: biases on the scale of a correlation.  [own grid on POP909,
 * human drumming and Turkish melodies] */
#define METER_DUPLE_BIAS 0.05f
#define METER_LONG_BIAS 0.02f /* 6/4, 7/4, 9/4 */
#define METER_WHOLE_BARS 0.1  /* the file is cut to such bars [own] */
#define METER_DOUBT 0.8       /* of rarer meters, over the bars heard [own] */
#define METER_PART_BAR 0.82   /* as like as the double or threefold one [own] */
#define METER_TEN 0.9         /* ten eighths are not often twice five [own] */
#define METER_LEAST_ONSETS 8

/* Chords [C]. */
#define CHORD_BASS 0.4
#define CHORD_CHANGE 0.5
#define CHORD_IN_KEY 0.05f /* decides where there is no third [own] */
#define CHORD_MELODY 0.5f  /* weight of a melody over chords [own] */
#define CHORD_MOST 32      /* in the column */
#define CHORD_LONGEST_CYCLE 16

/* Drums [own]: log-odds, by logistic regression on 23,000 whole parts and
 * clips of one to eight bars of songs, games, POP909, J. S. Bach and human
 * drumming, that one also drum by drum; melodic parts also transposed, drum
 * hits also of other lengths, as loops are sold with.  Cross-validated by
 * file: F1 94.7 % on all of these, 97.3 % right on whole parts. */
#define DRUM_PRIOR 2.7
#define DRUM_PITCHES 2.1          /* mean log-odds of the pitches, -3 to 2.5 */
#define DRUM_PITCHES_LIKELY -1.25 /* less of what is above -1 */
#define DRUM_PITCHES_KINDS .39    /* more the more pitches there are */
#define DRUM_KINDS -.38           /* log2 of the distinct pitches */
#define DRUM_AMOUNT -.15          /* log10 of the notes */
#define DRUM_LINE 3.6             /* one note at a time */
#define DRUM_LINE_EVEN -3.6       /* in even steps */
#define DRUM_LINE_KINDS -.95      /* on several pitches */
#define DRUM_OCTAVES -8.9         /* share of moves by octaves */
#define DRUM_LENGTH -2.0          /* mean length in quarters, to 2 */
#define DRUM_SHORT -6.7           /* the same, to 0.4 */
#define DRUM_ONE_LENGTH 2.7       /* share of notes of one length */
#define DRUM_GATE 1.3
/* A line of notes that are held is played on what can hold them. */
#define DRUM_HELD -2
#define DRUM_HELD_LENGTH .4
#define DRUM_HELD_GATE .7f
/* What else is known of a part, as odds against its notes [own]. */
#define DRUM_NAMED 5
#define DRUM_PROGRAM 4     /* one that plays pitches */
#define DRUM_KIT_PROGRAM 1 /* or a drum set, where the channel is one */
#define DRUM_SONG 4        /* parts: it has drums most likely, and they lead */
#define DRUM_SONG_BONUS 2.5
#define DRUM_SONG_LEAD 2
#define DRUM_ELSEWHERE 4 /* channel 10 is in use */
#define DRUM_BESIDE 3    /* of the channel of drums that are clear */

/* Roles [own], on POP909, on factory arpeggios and on songs by program. */
#define CHORDAL_NOTES 1.7f       /* notes an onset: chords */
#define CHORDAL_SOME_NOTES 1.25f /* or this many, and as many sounding */
#define CHORDAL_SOUNDING 2.2f
#define CHORDAL_LINE 1.8f     /* one after another, but ringing on */
#define BASS_BELOW 48         /* mean pitch: C3 */
#define BASS_PROGRAM_BELOW 60 /* of a bass by its program */
#define BASS_NAMED_BELOW 64   /* or by its name */
#define BASS_HOME 0.6f        /* share of a higher bass on its first note */
#define BASS_HOME_CLASSES 4
#define BASS_HOME_LOW 60
#define BASS_HOME_HIGH 72
#define BASS_HOME_LEAST 3
#define ARP_LEAST 8    /* onsets */
#define ARP_GAP 0.51f  /* quarters */
#define ARP_EVEN 0.8f  /* share of even moves */
#define ARP_MOVES 0.5f /* share of moves that change the pitch */
#define ARP_LEAPS 0.6f /* share of those that leap */
#define ARP_ALL_LEAP 0.85f
#define ARP_ALL_LEAP_LEAST 6

/* Swing: where an off-beat may stand in its beat. [own, after GrooveToolbox] */
#define SWING_FROM 0.45
#define SWING_TO 0.78
#define SWING_LEAST 3 /* off-beats */

#endif
