#!/usr/bin/env bats
# fuzz - the fuzz entries on our own files, changed in FUZZ_ROUNDS ways each
load helper
: "${FUZZ_ROUNDS:=300}"

entry() {
	[ -x "$abs_top_builddir/tests/fuzz/$1" ] || skip "$1 was not built"
	find "$abs_top_srcdir/examples/collection" -type f -print0 | sort -z |
		xargs -0 "$abs_top_builddir/tests/fuzz/$1" "$FUZZ_ROUNDS"
}

@test "any bytes as a MIDI file: the notes of the parts are the notes of the file" {
	entry smf
}
@test "any bytes as records, escapes and names: what comes out is what went in, and clean" {
	entry rec
}
@test "any bytes as an archive: well-formed reports within the budget" {
	entry walk
}
