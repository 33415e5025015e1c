#!/usr/bin/env bash
# malformed.sh - what readers of MIDI make of damaged files, as a table
#
# malformed.sh [CORPORA] runs manalyze, and midicsv and abcMIDI's mftext and
# midi2abc (Debian packages midicsv and abcmidi) where they are, on each file
# of CORPORA/malformed (../shared/corpora), five seconds each at most. Which
# files hold notes, how many, and which are no MIDI is in truth/malformed.tsv.
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
C=${1:-${SHARED:-$top/../shared}/corpora}
[ -d "$C/malformed" ] || { echo "malformed.sh: no $C/malformed: skipped" >&2; exit 0; }
for d in "${MIDIFLOW_BUILD:-}" "$top/build" "$top/build-test/gcc" "$top"; do
	[ -n "$d" ] && [ -x "$d/filters/manalyze" ] && PATH=$d/filters:$PATH && break
done
command -v manalyze >/dev/null || { echo "malformed.sh: no build found; name it in MIDIFLOW_BUILD" >&2; exit 2; }
export LC_ALL=C
work=$(mktemp -d "${TMPDIR:-/tmp}/malformed.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT

# one TOOL FILE: runs it; prints its status and how many notes it gave.
one() {
	local s
	case $1 in
	manalyze) printf '%s\n' "$2" | timeout 5 manalyze ;;
	*) timeout 5 "$1" "$2" ;;
	esac >"$work/out" 2>"$work/err" </dev/null
	s=$?
	printf '%s\t' "$s"
	case $1 in
	manalyze) awk -F '\t' -v c="$notes" '{ n += $c } END { print n + 0 }' ;;
	midicsv) awk -F ', ' '$3 == "Note_on_c" && $6 > 0 { n++ } END { print n + 0 }' ;;
	mftext) awk '/Note on/ && !/vol=0/ { n++ } END { print n + 0 }' ;;
	# Letters in the lines of music: some notes or none, tied ones are many.
	midi2abc) awk '!/^[A-Za-z]:|^%/ { gsub(/"[^"]*"|![^!]*!/, ""); n += gsub(/[A-Ga-g]/, "") } END { print n + 0 }' ;;
	esac <"$work/out"
}

notes=$(mcols notes) || exit 2
for tool in manalyze midicsv mftext midi2abc; do
	command -v "$tool" >/dev/null || continue

	grep '^malformed/' "$C/truth/malformed.tsv" | cut -f1,3,4 | while IFS=$'\t' read -r path expect n; do
		printf '%s\t%s\t%s\t' "$tool" "$expect" "$n"
		one "$tool" "$C/$path"
	done
done >"$work/table"
awk -F '\t' '
	!($1 in seen) { seen[$1]; order[++k] = $1 }
	{ files[$1]++ }
	$2 == "midi" && $3 > 0 { hold[$1]++; some[$1] += $5 > 0; all[$1] += $5 >= 0.95 * $3 }
	$2 == "notmidi" { other[$1]++; refused[$1] += $4 > 0 && $4 < 124 && $5 == 0 }
	$4 == 124 { hang[$1]++ }
	$4 > 124 { crash[$1]++ }
	END {
		t = order[1]
		printf "| %d damaged files | notes, of %d that hold some | 95 %% of the notes | crashes | hangs | refused, of %d that are no MIDI |\n", files[t], hold[t], other[t]
		print "|---|---|---|---|---|---|"
		for (i = 1; i <= k; i++) {
			t = order[i]
			printf "| `%s` | %d | %s | %d | %d | %d |\n", t, some[t], t == "midi2abc" ? "-" : all[t], crash[t], hang[t], refused[t]
		}
	}' "$work/table"
