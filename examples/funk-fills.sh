#!/bin/sh
# funk-fills.sh - all funk fills between 90 and 100 BPM, with what they are
#
# In the catalogue of $MIDI_LIBRARY or $MIDI_DB. With a FOLDER it also links
# them there, to be dragged into a sequencer: funk-fills.sh FOLDER
set -eu

mdbfind --tag genre:funk --tag section:fill --bpm 90-100 --order bpm |
	cut -f"$(mcols name bpm meter tags)"
[ $# -eq 0 ] || {
	mkdir -p "$1"
	mdbfind --tag genre:funk --tag section:fill --bpm 90-100 --print0 |
		xargs -0 -r ln -s -f -t "$1" --
}
