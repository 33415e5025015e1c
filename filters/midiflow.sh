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
                [--enable-rename] [--rename-template t] [--hosts file]
                [--jobs n] [--limit n] [--pipeline] [--progress] [--resume]
                [--skip-analysis] [--skip-export] [--skip-rename]
                [--skip-split]'

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
      --enable-rename         name the library's files by a template
      --rename-template T     the template, instead of mrename's own
      --hosts FILE            lanes on these hosts, an ssh login a line
      --jobs N                lanes that work on sources side by side (1)
      --limit N               only the first N sources
      --pipeline              accepted: it always is one pipe
      --progress              print how far it is, also without a terminal
      --resume                only what is not yet in the catalogue
      --skip-analysis         leave out manalyze
      --skip-export           leave out the drive
      --skip-rename           do not rename, which is the default
      --skip-split            leave out msplit
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
talk=0 rename=0 template='' hosts='' resume=0 panel='' export=1
records=''
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
	--enable-rename) rename=1 ;;
	--rename-template) need "$@"; rename=1 template=$2; shift ;;
	--hosts) need "$@"; hosts=$2; shift ;;
	--pipeline) ;;
	--progress) panel=1 ;;
	--resume) resume=1 ;;
	--skip-export) export=0 ;;
	--skip-rename) rename=0 ;;
	--skip-analysis) analyse=0 ;;
	--skip-split) split=0 ;;
	--limit) need "$@"; limit=$2; shift ;;
	--jobs) need "$@"; jobs=$2; shift ;;
	--lane) lane=1 ;; # what --jobs runs in each lane
	--records) need "$@"; records=$2; shift ;; # and what --hosts gives it
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
[ $export = 1 ] || drive=''
[ -z "$hosts" ] || [ -r "$hosts" ] || die "$hosts: cannot be read"
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

# What is renamed is the library's: loose files are copied into it first.
copy=() by=()
[ $rename = 0 ] || copy=(--copy)
[ -z "$template" ] || by=(--template "$template")

# work: records of sources in, records of files out.
work() {
	mextract "${loud[@]}" "${copy[@]}" -l "$library" | msanitize "${loud[@]}" |
		if [ $split = 1 ]; then msplit "${loud[@]}" -l "$library"; else exec cat; fi |
		if [ $analyse = 1 ]; then manalyze "${loud[@]}"; else exec cat; fi |
		mtag "${loud[@]}" |
		if [ $rename = 1 ]; then mrename "${loud[@]}" -l "$library" "${by[@]}"; else exec cat; fi
	worst "${PIPESTATUS[@]}"
}

if [ $lane = 1 ]; then
	[ -n "$records" ] || { work; exit; }
	# That some records failed is no reason to try them all on another host.
	work <"$records"
	status=$?
	[ $status -ne 1 ] || : >"$records.some" || exit 2
	exit $((status > 1 ? status : 0))
fi
[ ${#sources[@]} -gt 0 ] || wrong
for s in "${sources[@]}"; do
	[ -e "$s" ] || die "$s: No such file or directory"
done
for tool in mfind mdbnew mextract msanitize msplit manalyze mtag mrename mdbload mcols mprogress; do
	command -v $tool >/dev/null || die "$tool: not installed"
done
[ -z "$drive" ] || command -v mexport-mpc >/dev/null || die "mexport-mpc: not installed"
[ "$jobs$hosts" = 1 ] || command -v parallel >/dev/null || die "parallel: not installed (GNU parallel, for --jobs)"
# A URL or a libpq string is no file; the default is a file in the library.
[ -n "$db" ] || db=$library/midiflow.db

find_sources() {
	mfind "${loud[@]}" -- "${sources[@]}" |
		if [ -n "$limit" ]; then head -n "$limit"; else exec cat; fi |
		if [ $resume = 1 ]; then mdbnew "${loud[@]}" -l "$library" -d "$db"; else exec cat; fi
	# head ends mfind early, which is no failure.
	local s=("${PIPESTATUS[@]}")
	[ -z "$limit" ] || [ "${s[0]}" -ne 141 ] || s[0]=0
	worst "${s[@]}"
}

shown="mfind $(printf '%q ' "${sources[@]}")"
[ -z "$limit" ] || shown+="| head -n $limit "
# A password in a URL is nobody's business.
hidden=$(printf %s "$db" | sed 's#\(//[^:@/]*\):[^@/]*@#\1@#')
[ $resume = 0 ] || shown+="| mdbnew -l $(printf %q "$library") -d $(printf %q "$hidden") "
shown+="| mextract ${copy[*]}${copy:+ }-l $(printf %q "$library") | msanitize"
[ $split = 0 ] || shown+=" | msplit -l $(printf %q "$library")"
[ $analyse = 0 ] || shown+=' | manalyze'
shown+=' | mtag'
[ $rename = 0 ] || shown+=" | mrename -l $(printf %q "$library")${template:+ --template $(printf %q "$template")}"
shown+=" | mdbload -l $(printf %q "$library") -d $(printf %q "$hidden")"
[ -z "$drive" ] || shown+=" -t | mexport-mpc -o $(printf %q "$drive") --format $format"
[ $talk = 0 ] && [ $dry = 0 ] || printf '%s\n' "$shown" >&2

if [ $dry = 1 ]; then
	# The disk below the library, or below where it will be made.
	at=$library
	while [ ! -e "$at" ]; do at=$(dirname -- "$at"); done
	free=$(df --output=avail -B1 -- "$at" | tail -n 1)
	find_sources | awk -F '\t' -v free="$free" '
	{ n[$4]++; bytes[$4] += $2 }
	END { printf "%d MIDI files, %d archives, %.1f MB; %.1f MB are free for the library\n",
	    n["midi"], n["archive"], (bytes["midi"] + bytes["archive"]) / 1e6, free / 1e6
	    # MIDI in archives packs to a third or so, and parts come on top.
	    if (6 * bytes["archive"] + bytes["midi"] > free)
		print "that may not be enough: archives grow to some six times their size" }'
	worst "${PIPESTATUS[@]}"
	exit
fi

mkdir -p -- "$library" || exit 2
state=$(mktemp -d) || exit 2
shower='' jobfiles=''
# shellcheck disable=SC2317 # the trap calls it
leave() {
	[ -z "$shower" ] || kill "$shower" 2>/dev/null
	rm -rf -- "$state" ${jobfiles:+"$jobfiles"}
}
trap leave EXIT
if [ -n "$hosts" ]; then
	mkdir -p -- "$library/.midiflow" || exit 2
	jobfiles=$(mktemp -d -p "$(realpath -- "$library/.midiflow")" jobs.XXXXXX) || exit 2
fi
interrupted=0
trap 'interrupted=1' INT TERM
export LC_ALL=C.UTF-8

# The counters of all filters, and the panel where somebody looks.
if [ -z "${MIDIFLOW_STATUS:-}" ]; then
	mkdir "$state/status" || exit 2
	export MIDIFLOW_STATUS=$state/status
fi
messages=
if [ ${#loud[@]} = 0 ] && { [ -t 2 ] || [ -n "$panel" ]; }; then
	exec 8>&2
	if [ -t 2 ]; then
		# What the filters say would tear the panel.
		mkdir -p -- "$library/.midiflow" || exit 2
		messages=$library/.midiflow/messages
		exec 2>"$messages"
	fi
	mprogress 2>&8 &
	shower=$!
fi

# lanes: the same as work, by several of it; the largest sources first.
# On this machine they live as long as the run and take what comes; on others
# each job is a file of some sources in the library, which all of them see, so
# that a lost host's go to another.
lanes() {
	local n s lane=("$here/midiflow" --lane --library "$(realpath -- "$library")" "${loud[@]}")
	[ $split = 1 ] || lane+=(--skip-split)
	[ $analyse = 1 ] || lane+=(--skip-analysis)
	[ $rename = 0 ] || lane+=(--enable-rename)
	[ -z "$template" ] || lane+=(--rename-template "$template")
	if [ -n "$hosts" ]; then
		sort -t $'\t' -k 2,2nr | split -l 8 -a 7 -d - "$jobfiles/" || return 2
		find "$jobfiles" -type f | sort |
			parallel --will-cite --sshloginfile "$hosts" -j "$jobs" --retries 6 \
				--joblog "$state/jobs" -q "${lane[@]}" --records {}
	else
		sort -t $'\t' -k 2,2nr | parallel --will-cite --pipe --round-robin -N 4 -j "$jobs" \
			--line-buffer --joblog "$state/jobs" -q "${lane[@]}"
	fi
	s=("${PIPESTATUS[@]}")
	# parallel, the last, returns how many failed; the log has how.
	n=$((${#s[@]} - 1))
	[ "${s[n]}" -eq 0 ] || [ "${s[n]}" -gt 101 ] ||
		s[n]=$(awk -F '\t' 'NR > 1 { v[$1] = $8 > 0 ? 2 : $7 } END { for (k in v) if (v[k] > m) m = v[k]; print m + 0 }' "$state/jobs")
	[ -z "$(find "${jobfiles:-/dev/null}" -name '*.some')" ] || s+=(1)
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
	if [ "$jobs" -gt 1 ] || [ -n "$hosts" ]; then lanes; else work; fi |
	mdbload "${loud[@]}" -t -l "$library" -d "$db" |
	export_drive | summary
worst "${PIPESTATUS[@]}"
status=$?
if [ -n "$shower" ]; then
	kill "$shower" 2>/dev/null
	wait "$shower" 2>/dev/null
	shower=
	exec 2>&8
fi
if [ $interrupted = 1 ]; then
	echo "midiflow: interrupted; what was loaded stays, the same command with --resume goes on" >&2
	exit 130
fi
# Minutes and seconds of this shell's children, all stages together.
times >"$state/times"
cpu=$(awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); s += t[1] * 60 + t[2] } printf "%.1f", s }' "$state/times")
printf 'cpu          %s s of %d cores\n' "$cpu" "$(nproc)"
printf 'library      %s\ncatalogue    %s\n' "$library" "$hidden"
[ -z "$messages" ] || printf 'messages     %s\n' "$messages"
[ $talk = 0 ] || mprogress -1 >&2
exit $status
