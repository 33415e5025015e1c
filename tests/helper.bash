# shellcheck shell=bash
# helper - what the tests share

# A MIDI file: mid FILE FORMAT DIVISION TRACK...; tracks are hexadecimal, End
# of Track is added.
mid() {
	local file=$1 all t len
	all=$(printf '4d54686400000006%04x%04x%04x' "$2" $(($# - 3)) "$3")
	shift 3
	for t; do
		t=${t// /}00ff2f00
		len=$(printf '%08x' $((${#t} / 2)))
		all+=4d54726b$len$t
	done
	printf "$(sed 's/../\\x&/g' <<<"$all")" >"$file"
}
