#!/usr/bin/env bats
# mdbnew - a test a promise of the page, in its order
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	unset MIDI_DB MIDI_LIBRARY
	db=$BATS_TEST_TMPDIR/t.db
}

# loose PATH SIZE MTIME N
loose() {
	cols path="$1" size="$2" mtime="$3" kind=midi status=ok \
	    hash="$(digits "$4")" source="$1"
}

@test "passes what is new, changed or interrupted, unchanged and in order" {
	{
		loose /a.mid 1 5 1
		loose '/b\t.mid' 2 5 2
		cols path=/l/m kind=midi mtime=5 status=ok hash="$(digits 3)" \
		    source=/z.zip member=m
		cols path=/z.zip size=9 mtime=5 kind=archive status=ok \
		    detail=midi:1,dup:0,error:0,other:0 source=/z.zip
		cols path=/l/n kind=midi mtime=5 status=ok hash="$(digits 4)" \
		    source=/y.zip member=n
		cols path=/y.zip size=9 mtime=5 kind=archive status=ok \
		    detail=midi:2,dup:0,error:0,other:0 source=/y.zip
		cols path=/x.mid size=3 mtime=5 kind=midi status=error \
		    detail=io:EIO source=/x.mid
	} | mdbload -d "$db"
	{
		rec /new.mid 1 1 midi
		rec /a.mid 1 5 midi
		rec '/b\t.mid' 2 5 midi
		rec '/b\t.mid' 2 6 midi more
		rec /y.zip 9 5 archive
		rec /a.mid 2 5 midi
		rec /z.zip 9 5 archive
		rec /x.mid 3 5 midi
		rec /z.zip 9 4 archive
	} >in
	run -0 --separate-stderr mdbnew -d "$db" <in
	[ "$output" = "$(sed -n '1p;4,6p;8,9p' in)" ]
	[ "$stderr" = '' ]
	# A thousand of them in between, batches and all.
	for i in {1..2500}; do rec "/n/$i" 1 1 midi; rec /a.mid 1 5 midi; done >many
	mdbnew -d "$db" <many | cmp - <(grep /n/ many)
}

@test "a list of paths is asked for by the files" {
	printf x >k.mid
	loose "$PWD/k.mid" 1 "$(stat -c %Y k.mid)" 1 | mdbload -d "$db"
	run -0 mdbnew -d "$db" < <(rec "$PWD/k.mid"; rec ./k.mid; rec "$PWD/no.mid")
	[ "$output" = "$PWD/no.mid" ]
	printf xx >k.mid
	run -0 mdbnew -d "$db" < <(rec "$PWD/k.mid")
	[ "$output" = "$PWD/k.mid" ]
}

@test "a catalogue that is not there or is empty passes everything" {
	rec /a.mid 1 5 midi >in
	run -0 mdbnew -d no/such.db <in
	[ "$output" = "$(cat in)" ] && [ ! -e no ]
	: >empty.db
	run -0 mdbnew -d empty.db <in
	[ "$output" = "$(cat in)" ] && [ ! -s empty.db ]
	run -0 mdbnew -l lib <in
	[ "$output" = "$(cat in)" ] && [ ! -e lib ]
}

@test "empty input is no records" {
	run -0 mdbnew -d "$db" </dev/null
	[ "$output" = '' ]
}

@test "what waits for more input has been passed on" {
	mkfifo in.fifo
	mdbnew -d "$db" <in.fifo >out &
	exec 9>in.fifo
	rec /a.mid 1 5 midi >&9
	for _ in {1..50}; do [ -s out ] && break; sleep .1; done
	[ -s out ]
	exec 9>&-
	wait $!
}

@test "the whole pipe, the second time, has nothing to do" {
	need zip
	command -v mextract >/dev/null || skip "no mextract"
	mkdir src
	for i in 1 2 3; do song "src/$i.mid" "$i"; done
	(cd src && zip -qm z.zip 1.mid 2.mid)
	printf junk >src/bad.mid
	mfind src | mdbnew -d "$db" | { mextract -q -l lib || [ $? = 1 ]; } |
	    mdbload -d "$db"
	run -0 mdbnew -d "$db" < <(mfind src)
	[ "$output" = '' ]
	touch -d '2001-01-01' src/z.zip
	run -0 mdbnew -d "$db" < <(mfind src)
	[ "$(cut -f1 <<<"$output")" = "$PWD/src/z.zip" ]
}

@test "what is no catalogue is named in one line, exit 2" {
	sqlite3 other.db 'CREATE TABLE t (x)'
	run -2 mdbnew -d other.db </dev/null
	[ "$output" = 'mdbnew: other.db: a database, but no midiflow catalogue' ]
	run -2 mdbnew -d 'postgresql://me:secret@127.0.0.1:1/x' </dev/null
	[ "${#lines[@]}" = 1 ]
	[[ $output = 'mdbnew: postgresql://me@127.0.0.1:1/x: '*'Connection refused' ]]
}

@test "a full disk is fatal, a cut last line too" {
	[ -w /dev/full ] || skip "no /dev/full"
	rec /a.mid 1 5 midi >in
	run -2 sh -c 'mdbnew -d t.db <in >/dev/full'
	[ "$output" = 'mdbnew: stdout: No space left on device' ]
	run -2 --separate-stderr mdbnew -d "$db" < <(cat in; printf '/cut')
	[ "$output" = "$(cat in)" ]
	[ "$stderr" = 'mdbnew: /cut: the last line is cut off' ]
}
