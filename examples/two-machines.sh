#!/bin/sh
# two-machines.sh HOSTS SOURCE ... - share the work with other machines
#
# HOSTS is a file of GNU parallel, a machine a line, `2/east' for two lanes
# there and `:' for this one. Sources and $MIDI_LIBRARY lie at the same paths
# on all of them (NFS, for example), midiflow in their PATH; ssh must not ask
# for a password. What a lost machine had in hand is done by another.
# $SSH is another ssh than `ssh'.
set -eu

[ $# -ge 2 ] || { echo "usage: two-machines.sh hosts source ..." >&2; exit 2; }
hosts=$1
shift
library=$(realpath -m "${MIDI_LIBRARY:-./midi-library}")
mkdir -p "$library"
where=$(command -v mextract)
# The largest first, so that none is left at the end; whole archives a lane.
mfind "$@" | sort -t "$(printf '\t')" -k 2,2nr |
	parallel --pipe -N 4 --line-buffer --retries 3 \
		${SSH:+--ssh "$SSH"} --sshloginfile "$hosts" \
		"PATH=${where%/*}:\$PATH; mextract -l '$library' | msanitize |
		msplit -l '$library' | manalyze | mtag" |
	mdbload -l "$library"
mdbfind -l "$library" -d "${MIDI_DB:-$library/midiflow.db}" --count
