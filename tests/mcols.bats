#!/usr/bin/env bats
# mcols - a test a promise of the page, in its order
load helper

@test "prints the numbers of named columns, separated by commas" {
	run -0 mcols path bpm key
	[ "$output" = 1,19,24 ]
}

@test "its numbers are what cut wants" {
	run -0 cut -f"$(mcols kind path)" <<<"$(rec a.mid 1 2 midi)"
	[ "$output" = "a.mid${tab}midi" ]
}

@test "without a name it lists all columns: number, name, type, filter, meaning" {
	run -0 mcols
	[ "${lines[0]}" = "$(rec 1 path path mfind 'where the file is now')" ]
	[ "${#lines[@]}" -eq "$(grep -c . "$abs_top_srcdir/share/columns.tsv")" ]
	[ "$(cut -f2- <<<"$output")" = "$(cut -f-4 "$abs_top_srcdir/share/columns.tsv")" ]
}

@test "no column is moved: the numbers of the contract" {
	run -0 mcols status hash source member name parent part format issues tags
	[ "$output" = 5,7,8,9,10,11,12,13,42,44 ]
}

@test "a name that is no column's: named, exit 2" {
	run -2 --separate-stderr mcols path nosuch
	[ "$stderr" = "mcols: nosuch: no column of that name" ]
}

@test "a full disk is fatal, exit 2" {
	[ -w /dev/full ] || skip "no /dev/full"
	run -2 sh -c 'mcols >/dev/full'
	[ "$output" = "mcols: stdout: No space left on device" ]
	run -2 sh -c 'mcols path >/dev/full'
	[ "$output" = "mcols: stdout: No space left on device" ]
}
