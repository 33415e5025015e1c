#!/bin/sh
# watch.sh SOURCE ... - watch the queue while the pipe works
#
# Runs the pipe into $MIDI_LIBRARY with the panel of mprogress(1). Any pipe
# can be watched: what counts is that MIDIFLOW_STATUS names a folder.
set -eu

[ $# -ge 1 ] || { echo "usage: watch.sh source ..." >&2; exit 2; }
library=${MIDI_LIBRARY:-./midi-library}
mkdir -p "$library"
MIDIFLOW_STATUS=$(mktemp -d)
export MIDIFLOW_STATUS
trap 'rm -rf "$MIDIFLOW_STATUS"' EXIT
mfind "$@" | mextract -q -l "$library" | msanitize | msplit -q -l "$library" |
	manalyze -q | mtag | mdbload -q -l "$library" &
mprogress
wait $! || [ $? -eq 1 ]
