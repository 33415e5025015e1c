#!/usr/bin/env bats
# midiflow - a test a promise of the page, in its order
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need mextract manalyze mdbload
}

collection() {
	cp -r "$abs_top_srcdir/examples/collection" src
	chmod -R u+w src
}

query() {
	sqlite3 lib/midiflow.db "$1"
}

@test "takes folders into a library and a catalogue, and counts what came out" {
	need sqlite3
	collection
	run -1 --separate-stderr midiflow --source src --library lib
	[[ "$output" = *"entries      20"* ]]
	[[ "$output" = *"distinct     14"* ]]
	[[ "$output" = *"duplicates   5"* ]]
	[[ "$output" = *"errors       1"* ]]
	[[ "$output" = *"not-midi   1"* ]]
	[[ "$output" =~ seconds\ +[0-9.]+\ \([0-9]+\ files/s\) ]]
	[[ "$stderr" = *"not found.mid: not-midi"* ]]
	[ "$(query "SELECT count(*) FROM location WHERE status IN ('ok', 'dup')")" = 19 ]
	[ "$(query "SELECT count(*) FROM problem")" = 1 ]
}

@test "a second run changes nothing, in the tree or in the catalogue" {
	need sqlite3
	collection
	midiflow --source src --library lib || true
	tree lib | grep -v midiflow.db >before.tree
	query .dump >before.sql
	midiflow --source src --library lib || true
	tree lib | grep -v midiflow.db | diff before.tree -
	query .dump | diff before.sql -
}

@test "several sources, files among them" {
	collection
	run -0 midiflow --source "src/Songs" "src/Packs/Bass Lines.7z" --library lib
	[[ "$output" = *"entries      3"* ]]
	[[ "$output" = *"archives     1"* ]]
}

@test "--skip-split and --skip-analysis leave stages out" {
	need sqlite3
	collection
	run -0 midiflow --source src/Songs --library lib --skip-split
	[[ "$output" = *"parts        0"* ]]
	run -0 midiflow --source src/Songs --library lib2 --skip-analysis
	[[ "$output" = *"parts        4"* ]]
	[ "$(sqlite3 lib2/midiflow.db 'SELECT count(bpm) FROM file')" = 0 ]
}

@test "--limit takes the first sources only" {
	collection
	run midiflow --source src --library lib --limit 2
	[ "$status" -le 1 ]
	[[ "$output" = *"entries      2"* || "$output" = *"archives     "[12]* ]]
}

@test "--dry-run counts and writes nothing" {
	collection
	run -0 --separate-stderr midiflow --source src --library lib -n
	[[ "$output" = "8 MIDI files, 4 archives, "* ]]
	[ ! -e lib ]
}

@test "--jobs works in lanes, with the same catalogue" {
	need parallel sqlite3
	collection
	midiflow --source src --library one || true
	run -1 midiflow --source src --library two --jobs 2 --db two/midiflow.db
	for l in one two; do
		sqlite3 $l/midiflow.db 'SELECT hex(hash), key, bpm, notes FROM file ORDER BY 1' >$l.rows
	done
	diff one.rows two.rows
}

@test "--export-to writes a drive in the same run" {
	[ -x "$abs_top_builddir/filters/mexport-mpc" ] || skip "no mexport-mpc"
	collection
	mkdir drive
	run -0 midiflow --source src/Songs --library lib --export-to drive --export-format mpc-one
	[ "$(find drive -name '*.mpcpattern' | wc -l)" -eq 4 ]
}

@test "what is missing is named, with status 2" {
	run -2 midiflow --source nowhere --library lib
	[ "$output" = "midiflow: nowhere: No such file or directory" ]
	run -2 midiflow
	[[ "$output" = "usage: midiflow "* ]]
	run -2 midiflow --source . --jobs none
	[ "$output" = "midiflow: none: not a number of lanes" ]
	run -2 midiflow --source . --export-format cd
	[ "$output" = "midiflow: cd: no such format" ]
}

@test "a database that cannot be opened makes the status 2" {
	collection
	mkdir lib
	run -2 midiflow --source src/Songs --library lib --db /nowhere/at/all.db
	[[ "$output" = *"mdbload: /nowhere/at/all.db: "* ]]
}

@test "a password in a URL is not shown" {
	collection
	run midiflow -v --source src/Songs --library lib --db postgresql://me:secret@127.0.0.1:1/none
	[ "$status" -eq 2 ]
	[[ "$output" != *secret* ]]
}
