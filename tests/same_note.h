/* same_note - whether two notes are the same in all that a file says */
#ifndef TESTS_SAME_NOTE_H
#define TESTS_SAME_NOTE_H

#include "midi/song.h"

static inline int
same_note(const struct note *a, const struct note *b)
{
	return a->on == b->on && a->off == b->off && a->track == b->track &&
	    a->channel == b->channel && a->pitch == b->pitch &&
	    a->velocity == b->velocity && a->release == b->release &&
	    a->program == b->program;
}

#endif
