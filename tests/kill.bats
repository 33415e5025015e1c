#!/usr/bin/env bats
# kill - what is left when a run is killed, or several work on one library
#
# ROUNDS of each, a few in the suite and many by `make soak`.
load helper
: "${ROUNDS:=3}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need python3 mextract
}

setup_file() {
	# Tests are skipped one by one: a file cannot be.
	command -v python3 >/dev/null && command -v mextract >/dev/null || return 0
	export COLLECTION=$BATS_FILE_TMPDIR/src
	python3 "$abs_top_srcdir/tests/bench/make-bulk.py" "${ENTRIES:-2000}" "$COLLECTION"
	cd "$BATS_FILE_TMPDIR" || return
	mfind "$COLLECTION" >sources
	mextract -l whole <sources | sed "s,$PWD/whole,LIBRARY," | sort >whole.tsv
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
		killed_after "0.0$((RANDOM % 10))$((RANDOM % 10))" \
			"mextract -l lib <'$BATS_FILE_TMPDIR/sources' >killed.tsv"
		# What came out before is whole records of whole files.
		sed '$d' killed.tsv | awk -F '\t' '$5 == "ok" { print $1 }' | xargs -d '\n' -r ls >/dev/null
		mextract -l lib <"$BATS_FILE_TMPDIR/sources" | sed "s,$PWD/lib,LIBRARY," | sort >again.tsv
		cmp again.tsv "$BATS_FILE_TMPDIR/whole.tsv"
		[ "$(places lib)" = "$(places "$BATS_FILE_TMPDIR/whole")" ]
	done
}

@test "several mextracts on one library, one of them killed: every content has one ok, and none is lost" {
	local i pids p
	cut -f 7 "$BATS_FILE_TMPDIR/whole.tsv" | grep -v '\\N' | sort -u >contents
	for ((i = 0; i < ROUNDS; i++)); do
		rm -rf lib
		pids=()
		for p in 1 2 3; do
			shuf --random-source=<(yes $i$p) "$BATS_FILE_TMPDIR/sources" | mextract -l lib >"part.$p" &
			pids+=($!)
		done
		killed_after "0.0$((RANDOM % 10))" "mextract -l lib <'$BATS_FILE_TMPDIR/sources' >/dev/null"
		wait "${pids[@]}"
		# Where the killed one had a content already, the next run of
		# its owner has the record.
		mextract -l lib <"$BATS_FILE_TMPDIR/sources" >part.4
		cat part.? | awk -F '\t' '$5 == "ok" && $4 == "midi" { print $7 "\t" $1 }' | sort -u >ok
		cut -f 1 ok | cmp - contents
		[ "$(cut -f 2 ok | xargs -d '\n' ls | wc -l)" -eq "$(wc -l <contents)" ]
	done
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
