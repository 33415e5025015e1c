#!/bin/sh
# to-drive.sh MIDI-FOLDER DRIVE - my MIDI folder on a drive for an MPC or Force
#
# Takes the folder into $MIDI_LIBRARY (./midi-library), each content once, and
# writes all of it to DRIVE, where the drive is mounted. Again with more in
# the folder, it writes only what is new. FORMAT is mpc-one, akai-force, both.
set -eu

[ $# -eq 2 ] || { echo "usage: to-drive.sh midi-folder drive" >&2; exit 2; }
library=${MIDI_LIBRARY:-./midi-library}
status=0
midiflow --source "$1" --library "$library" --export-to "$2" \
	--export-format "${FORMAT:-both}" || status=$?
# 1: something was damaged, and named; the rest is on the drive.
[ "$status" -le 1 ] || exit "$status"
mexport-mpc --check "$2" >/dev/null
echo "on $2: $(find "$2" -name '*.mpcpattern' | wc -l) patterns"
