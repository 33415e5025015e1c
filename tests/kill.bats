#!/usr/bin/env bats
# kill - what is left when a run is killed, or several work on one library
#
# ROUNDS of each, a few in the suite and many by `make soak`.
load helper
: "${ROUNDS:=3}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need mextract
	[ -x "$abs_top_builddir/tests/bench/collection" ] || skip "tests/bench/collection is not built"
}

setup_file() {
	# Tests are skipped one by one: a file cannot be.
	command -v mextract >/dev/null && [ -x "$abs_top_builddir/tests/bench/collection" ] || return 0
	export COLLECTION=$BATS_FILE_TMPDIR/src
	"$abs_top_builddir/tests/bench/collection" -c "${ENTRIES:-2000}" "$COLLECTION"
	cd "$BATS_FILE_TMPDIR" || return
	mfind "$COLLECTION" >sources
	local t0=${EPOCHREALTIME/./}
	mextract -l whole <sources | sed "s,$PWD/whole,LIBRARY," | sort >whole.tsv
	export WHOLE_MS=$(((${EPOCHREALTIME/./} - t0) / 1000 + 1))
}

# moment: seconds, at random within the time that a whole run takes.
moment() {
	local ms=$(((RANDOM << 15 | RANDOM) % WHOLE_MS))
	printf '%d.%03d\n' $((ms / 1000)) $((ms % 1000))
}

# places LIBRARY: its files with their hashes, as paths below it.
places() {
	(cd "$1" && find . -type f ! -path './.midiflow/*' -print0 | sort -z | xargs -0 md5sum)
}

# killed_after SECONDS COMMAND: as far as it comes.
killed_after() {
	timeout -s KILL "$1" bash -c "$2" || true
}

@test "killed at any moment and run again, mextract's records and tree are those of a run that was not" {
	local i
	for ((i = 0; i < ROUNDS; i++)); do
		rm -rf lib
		killed_after "$(moment)" \
			"mextract -l lib <'$BATS_FILE_TMPDIR/sources' >killed.tsv"
		# What came out before is whole records of whole files.
		sed '$d' killed.tsv | awk -F '\t' '$5 == "ok" { print $1 }' | xargs -d '\n' -r ls >/dev/null
		mextract -l lib <"$BATS_FILE_TMPDIR/sources" | sed "s,$PWD/lib,LIBRARY," | sort >again.tsv
		cmp again.tsv "$BATS_FILE_TMPDIR/whole.tsv"
		[ "$(places lib)" = "$(places "$BATS_FILE_TMPDIR/whole")" ]
	done
}

@test "two to eight mextracts on one library, some of them or their workers killed: every content has one ok" {
	need pgrep
	local i p p1 n s pids
	cut -f 7 "$BATS_FILE_TMPDIR/whole.tsv" | grep -v '\\N' | sort -u >contents
	for ((i = 0; i < ROUNDS; i++)); do
		rm -rf lib part.*
		pids=()
		n=$((2 + RANDOM % 7))
		for ((p = 1; p <= n; p++)); do
			shuf "$BATS_FILE_TMPDIR/sources" >order.$p
			mextract -q -l lib <order.$p >part.$p 3>&- &
			pids+=($!)
			[ $((p % 3)) -ne 2 ] || {
				p1=${pids[-1]}
				sleep "$(moment)"
				if [ $((RANDOM % 2)) -eq 0 ]; then
					kill -KILL "$p1" 2>/dev/null || true
				else
					kill -KILL "$(pgrep -P "$p1")" 2>/dev/null || true
				fi
			}
		done
		for p in "${pids[@]}"; do
			s=0
			wait "$p" || s=$?
			[ $s -le 1 ] || [ $s -eq 137 ]
		done
		# Where a killed one had a content already, the next run of its
		# owner has the record; of a cut line there is none.
		for p in part.*; do
			[ -z "$(tail -c 1 "$p")" ] || sed -i '$d' "$p"
		done
		mextract -l lib <"$BATS_FILE_TMPDIR/sources" >part.last
		cat part.* | awk -F '\t' '$5 == "ok" && $4 == "midi" { print $7 "\t" $1 }' | sort -u >ok
		cut -f 1 ok | cmp - contents
		[ "$(cut -f 2 ok | xargs -d '\n' ls | wc -l)" -eq "$(wc -l <contents)" ]
	done
}

# kill_workers PID: kills its worker again and again, until it ends.
kill_workers() {
	local w
	while sleep "0.0$((RANDOM % 5))$((RANDOM % 10))" && kill -0 "$1" 2>/dev/null; do
		w=$(pgrep -P "$1") || continue
		! kill -KILL "$w" 2>/dev/null || echo . >>killed
	done
}

@test "its worker killed at any moment: each record is a file, and what is missing comes with the next run" {
	need pgrep
	local i pid
	cut -f 7 "$BATS_FILE_TMPDIR/whole.tsv" | grep -v '\\N' | sort -u >contents
	for ((i = 0; i < ROUNDS; i++)); do
		rm -rf lib
		mextract -q -l lib <"$BATS_FILE_TMPDIR/sources" >part.1 3>&- &
		pid=$!
		kill_workers $pid
		wait $pid || [ $? -eq 1 ]
		# An archive's counts are those of its records.
		awk -F '\t' '$4 == "midi" && $9 != "\\N" { n[$8, $5]++ }
			$4 == "archive" && $6 ~ /^midi:/ { split($6, c, /[:,]/)
				if (c[2] != n[$8, "ok"] + 0 || c[4] != n[$8, "dup"] + 0) bad = 1 }
			END { exit bad }' part.1
		[ "$(cut -f 1 part.1 | grep -c -v '^/.*/.')" -eq 0 ]
		[ "$(awk -F '\t' '{ print $8 }' part.1 | sort -u | wc -l)" -eq "$(wc -l <"$BATS_FILE_TMPDIR/sources")" ]
		awk -F '\t' '$4 == "midi" && $5 == "ok" && $9 != "\\N" { print $1 }' part.1 | sort >named
		find "$PWD/lib" -name '*.mid' | sort | cmp - named
		mextract -l lib <"$BATS_FILE_TMPDIR/sources" >part.2
		cat part.? | awk -F '\t' '$5 == "ok" && $4 == "midi" { print $7 "\t" $1 }' | sort -u >ok
		cut -f 1 ok | cmp - contents
		rm -f part.*
	done
	# How often it was met says the soak.
	echo "# workers killed: $(wc -l <killed 2>/dev/null || echo 0)" >&3
}

@test "mextract on a full disk: exit 2, no half file, and it finishes when there is room" {
	[ "$(id -u)" -eq 0 ] || skip "mounting needs root"
	mkdir disk
	mount -t tmpfs -o size=1200k tmpfs disk || skip "cannot mount"
	run -2 --separate-stderr mextract -l disk/lib <"$BATS_FILE_TMPDIR/sources"
	[[ "$stderr" = *"No space left on device"* ]]
	# Each file there is one of the collection's contents.
	find disk/lib -name '*.mid' -exec xxhsum -q -H2 {} + | cut -c 1-32 | sort >there
	cut -f 7 "$BATS_FILE_TMPDIR/whole.tsv" | sort -u | comm -23 there - >strangers
	mount -o remount,size=64m disk
	mextract -l disk/lib <"$BATS_FILE_TMPDIR/sources" | sed "s,$PWD/disk/lib,LIBRARY," | sort >again.tsv
	umount disk
	[ -s there ]
	[ ! -s strangers ]
	cmp again.tsv "$BATS_FILE_TMPDIR/whole.tsv"
}
