#!/usr/bin/env bash
# midiflow - bring a collection of MIDI files into a library and a catalogue
#
# The whole pipe as one command: it only puts the filters together, counts
# what comes out at the end, and turns their statuses into one.
set -uo pipefail

version=@VERSION@
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
PATH=$here:$PATH

usage='usage: midiflow [-hnqv] [--version] --source path ... [--library dir]
                [--db db] [--export-to drive] [--export-format format]
                [--skip-analysis] [--skip-split] [--limit n] [--jobs n]'

die() {
	printf 'midiflow: %s\n' "$*" >&2
	exit 2
}

wrong() {
	printf '%s\n' "$usage" >&2
	exit 2
}

help() {
	cat <<END
$usage

      --source PATH ...       folders, archives and files to take in
      --library DIR           the library (./midi-library)
      --db DB                 SQLite file or PostgreSQL URL of the catalogue
      --export-to DRIVE       write an MPC or Force drive too
      --export-format FORMAT  mpc-one, akai-force or both (both)
      --skip-analysis         leave out manalyze
      --skip-split            leave out msplit
      --limit N               only the first N sources
      --jobs N                lanes that work on sources side by side (1)
  -n, --dry-run               print the pipe and how much there is to do
  -q, --quiet                 do not name what failed
  -v, --verbose               print the pipe before it runs
  -h, --help                  print this and exit
      --version               print the version and exit
END
}

# need OPTION REST...: the value that an option needs.
need() {
	[ $# -ge 2 ] || wrong
}

sources=() library=${MIDI_LIBRARY:-./midi-library} db=${MIDI_DB:-}
drive='' format=both analyse=1 split=1 limit='' jobs=1 dry=0 loud=() lane=0
talk=0
while [ $# -gt 0 ]; do
	case $1 in
	--source)
		need "$@"
		shift
		while [ $# -gt 0 ] && [[ $1 != -* ]]; do
			sources+=("$1")
			shift
		done
		[ ${#sources[@]} -gt 0 ] || wrong
		continue
		;;
	--library) need "$@"; library=$2; shift ;;
	--db) need "$@"; db=$2; shift ;;
	--export-to) need "$@"; drive=$2; shift ;;
	--export-format) need "$@"; format=$2; shift ;;
	--skip-analysis) analyse=0 ;;
	--skip-split) split=0 ;;
	--limit) need "$@"; limit=$2; shift ;;
	--jobs) need "$@"; jobs=$2; shift ;;
	--lane) lane=1 ;; # what --jobs runs in each lane
	-n | --dry-run) dry=1 ;;
	-q | --quiet) loud=(-q) ;;
	-v | --verbose) talk=1 ;;
	-h | --help) help; exit 0 ;;
	--version) printf 'midiflow (midiflow) %s\n' "$version"; exit 0 ;;
	*) wrong ;;
	esac
	shift
done
number='^[1-9][0-9]*$'
[[ $jobs =~ $number ]] || die "$jobs: not a number of lanes"
[[ -z $limit || $limit =~ $number ]] || die "$limit: not a number of sources"
case $format in mpc-one | akai-force | both) ;; *) die "$format: no such format" ;; esac

# worst STATUS...: one status of many: 0, 1 when something failed, else 2.
worst() {
	local s out=0
	for s in "$@"; do
		[ "$s" -eq 1 ] && [ "$out" -eq 0 ] && out=1
		[ "$s" -gt 1 ] && out=2
	done
	return $out
}

# work: records of sources in, records of files out.
work() {
	mextract "${loud[@]}" -l "$library" | msanitize "${loud[@]}" |
		if [ $split = 1 ]; then msplit "${loud[@]}" -l "$library"; else exec cat; fi |
		if [ $analyse = 1 ]; then manalyze "${loud[@]}"; else exec cat; fi |
		mtag "${loud[@]}"
	worst "${PIPESTATUS[@]}"
}

if [ $lane = 1 ]; then
	work
	exit
fi
[ ${#sources[@]} -gt 0 ] || wrong
for s in "${sources[@]}"; do
	[ -e "$s" ] || die "$s: No such file or directory"
done
for tool in mfind mextract msanitize msplit manalyze mtag mdbload mcols; do
	command -v $tool >/dev/null || die "$tool: not installed"
done
[ -z "$drive" ] || command -v mexport-mpc >/dev/null || die "mexport-mpc: not installed"
[ "$jobs" = 1 ] || command -v parallel >/dev/null || die "parallel: not installed (GNU parallel, for --jobs)"
# A URL or a libpq string is no file; the default is a file in the library.
[ -n "$db" ] || db=$library/midiflow.db

find_sources() {
	mfind "${loud[@]}" -- "${sources[@]}" |
		if [ -n "$limit" ]; then head -n "$limit"; else exec cat; fi
	# head ends mfind early, which is no failure.
	local s=("${PIPESTATUS[@]}")
	[ -z "$limit" ] || [ "${s[0]}" -ne 141 ] || s[0]=0
	worst "${s[@]}"
}

shown="mfind $(printf '%q ' "${sources[@]}")| mextract -l $(printf %q "$library") | msanitize"
[ $split = 0 ] || shown+=" | msplit -l $(printf %q "$library")"
[ $analyse = 0 ] || shown+=' | manalyze'
shown+=' | mtag'
# A password in a URL is nobody's business.
shown+=" | mdbload -l $(printf %q "$library") -d $(printf %q "$db" | sed 's#\(//[^:@/]*\):[^@/]*@#\1@#')"
[ -z "$drive" ] || shown+=" -t | mexport-mpc -o $(printf %q "$drive") --format $format"
[ $talk = 0 ] && [ $dry = 0 ] || printf '%s\n' "$shown" >&2

if [ $dry = 1 ]; then
	find_sources | awk -F '\t' '
	{ n[$4]++; bytes += $2 }
	END { printf "%d MIDI files, %d archives, %.1f MB\n",
	    n["midi"], n["archive"], bytes / 1e6 }'
	worst "${PIPESTATUS[@]}"
	exit
fi

mkdir -p -- "$library" || exit 2
state=$(mktemp -d) || exit 2
trap 'rm -rf -- "$state"' EXIT
interrupted=0
trap 'interrupted=1' INT TERM
export LC_ALL=C.UTF-8

# lanes: the same as work, by several of it; the largest sources first.
lanes() {
	local option=()
	[ $split = 1 ] || option+=(--skip-split)
	[ $analyse = 1 ] || option+=(--skip-analysis)
	sort -t $'\t' -k 2,2nr | parallel --will-cite --pipe -N 4 -j "$jobs" \
		--line-buffer --joblog "$state/jobs" -q \
		"$here/midiflow" --lane --library "$library" "${loud[@]}" "${option[@]}"
	local s=("${PIPESTATUS[@]}")
	# parallel returns how many failed; the log has how.
	[ "${s[1]}" -eq 0 ] || [ "${s[1]}" -gt 101 ] ||
		s[1]=$(awk -F '\t' 'NR > 1 { v = $8 > 0 ? 2 : $7; if (v > m) m = v } END { print m + 0 }' "$state/jobs")
	worst "${s[@]}"
}

export_drive() {
	if [ -n "$drive" ]; then
		mexport-mpc "${loud[@]}" -o "$drive" --format "$format"
	else
		exec cat
	fi
}

# What came out, counted as it passes the end of the pipe.
summary() {
	awk -F '\t' -v from="$(date +%s.%N)" -v columns="$(mcols kind status detail part size)" '
	BEGIN { split(columns, c, ",") }
	$c[4] != "\\N" && $c[4] != "" { parts++; next }
	$c[1] == "archive" {
		archives++
		if ($c[2] == "error" || $c[2] == "partial") {
			damaged++
			n = split($c[3], d, ",")
			for (i = 1; i <= n; i++)
				if (d[i] !~ /^(midi|dup|error|other):[0-9]+$/)
					code[d[i]]++
		}
		next
	}
	{ entries++; status[$c[2]]++ }
	$c[2] == "error" { code[$c[3]]++ }
	$c[2] == "ok" { bytes += $c[5] }
	END {
		"date +%s.%N" | getline now
		seconds = now - from
		printf "entries      %d\n", entries
		printf "distinct     %d (%.1f MB)\n", status["ok"], bytes / 1e6
		printf "duplicates   %d\n", status["dup"]
		printf "errors       %d\n", status["error"]
		for (k in code)
			printf "  %-10s %d\n", k, code[k] | "sort"
		close("sort")
		printf "archives     %d", archives
		if (damaged) printf ", %d of them damaged", damaged
		printf "\nparts        %d\n", parts
		printf "seconds      %.1f (%.0f files/s)\n", seconds,
		    (seconds > 0 ? entries / seconds : 0)
	}'
}

find_sources |
	if [ "$jobs" -gt 1 ]; then lanes; else work; fi |
	mdbload "${loud[@]}" -t -l "$library" -d "$db" |
	export_drive | summary
worst "${PIPESTATUS[@]}"
status=$?
if [ $interrupted = 1 ]; then
	echo "midiflow: interrupted; what was loaded stays, the same command goes on" >&2
	exit 130
fi
printf 'library      %s\ncatalogue    %s\n' "$library" \
	"$(printf %s "$db" | sed 's#\(//[^:@/]*\):[^@/]*@#\1@#')"
exit $status
