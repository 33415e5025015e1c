#!/bin/sh
# listen.sh DIR [CONDITION ...] - hear what a query finds
#
# Writes a WAV file to DIR for each content for which the conditions of
# mdbfind(1) hold, as `--role bass --key Am --sample 5'; ten where they do not
# say how many. Needs fluidsynth (and $SOUNDFONT, a file) or timidity.
set -eu

[ $# -ge 1 ] || { echo "usage: listen.sh dir [condition ...]" >&2; exit 2; }
dir=$1
shift
font=${SOUNDFONT:-/usr/share/sounds/sf2/default-GM.sf2}
if command -v fluidsynth >/dev/null && [ -r "$font" ]; then
	synth=fluidsynth
elif command -v timidity >/dev/null; then
	synth=timidity
else
	echo "listen.sh: no fluidsynth with a sound font, no timidity" >&2
	exit 2
fi
case " $* " in *" --sample "* | *" --limit "*) ;; *) set -- "$@" --limit 10 ;; esac
mkdir -p "$dir"
export dir font synth
# Never two of one name: the hash tells them apart.
# shellcheck disable=SC2016 # expanded by the shell that xargs starts
mdbfind --print0 "$@" | xargs -0 -r -n 1 sh -c '
	wav=$dir/$(basename "$1" .mid)_$(cksum <"$1" | cut -d " " -f 1).wav
	[ ! -e "$wav" ] || exit 0
	if [ "$synth" = fluidsynth ]; then
		fluidsynth -ni -q -r 44100 -F "$wav.part" -T wav "$font" "$1" >/dev/null 2>&1 </dev/null
	else
		timidity -Ow -o "$wav.part" "$1" >/dev/null 2>&1 </dev/null
	fi && mv "$wav.part" "$wav" && echo "$wav"' _
