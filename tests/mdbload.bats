#!/usr/bin/env bats
# mdbload - a test a promise of the page, in its order
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	unset MIDI_DB MIDI_LIBRARY
	db=$BATS_TEST_TMPDIR/t.db
}

q() {
	sqlite3 -nullvalue NULL "$db" "$1"
}

dump() {
	sqlite3 "$1" .dump
}

# Every column of every table by name, in the order of the key: what does not
# depend on the order of loading.
rows() {
	local t c
	for t in file:hash location:place part:parent,part problem:place \
	    source:place file_tag:tag,hash; do
		c=$(sqlite3 "$1" "SELECT group_concat('quote(' || name || ')') \
		    FROM pragma_table_info('${t%%:*}') WHERE name <> 'id'")
		sqlite3 "$1" "SELECT '${t%%:*}', $c FROM ${t%%:*} ORDER BY ${t#*:}"
	done
}

# Every kind of record, in the order in which the pipe gives them.
stream() {
	local a=/s/a.zip
	cols path=/l/k.mid size=10 mtime=5 kind=midi status=ok \
	    hash="$(digits 1)" source=$a member=d/k.mid name=k.mid bpm=120.50 \
	    key=Am role=drums notes=7 category=Drums/Kicks tags=genre:house,x:y
	cols path="$a!/e/k.mid" size=10 mtime=5 kind=midi status=dup \
	    hash="$(digits 1)" source=$a member=e/k.mid name=k2.mid tags=folder:e
	cols path="$a!/e/k.mid" size=10 mtime=5 kind=midi status=dup \
	    detail=again:2 hash="$(digits 1)" source=$a member=e/k.mid name=k2.mid
	cols path="$a!/bad.mid" kind=midi status=error detail=not-midi \
	    source=$a member=bad.mid mtime=5
	cols path=$a size=99 mtime=5 kind=archive status=partial \
	    detail=midi:1,dup:2,error:1,other:4 source=$a
	cols path=/s/l.mid size=20 mtime=6 kind=midi status=ok \
	    hash="$(digits 2)" source=/s/l.mid name=l.mid chords='Am F C G' key=C
	cols path=/p/1 size=5 mtime=6 kind=midi status=ok hash="$(digits 3)" \
	    source=/s/l.mid name=l_t01.mid parent="$(digits 2)" part=t01
	cols path='/s/l.mid!/t02' size=10 mtime=6 kind=midi status=dup \
	    hash="$(digits 1)" source=/s/l.mid parent="$(digits 2)" part=t02 \
	    tags=part:t02
	cols path=/s/broken.mid size=3 mtime=6 kind=midi status=error \
	    detail=corrupt hash="$(digits 4)" source=/s/broken.mid
	rec /s/found.zip 7 8 archive
}

@test "a content has one row, with what is known of it" {
	stream | mdbload -d "$db"
	[ "$(q 'SELECT count(*) FROM file')" = 4 ]
	[ "$(q "SELECT path, bpm, key, notes, role, status FROM file
	    WHERE hash = x'$(digits 1)'")" = '/l/k.mid|120.5|Am|7|drums|ok' ]
	[ "$(q "SELECT status, detail FROM file WHERE hash = x'$(digits 4)'")" = \
	    'error|corrupt' ]
}

@test "a place where it was seen has a row, a part has none there" {
	stream | mdbload -d "$db"
	[ "$(q "SELECT member, nth, status FROM location
	    WHERE hash = x'$(digits 1)' ORDER BY member, nth")" = \
	    $'d/k.mid|1|ok\ne/k.mid|1|dup\ne/k.mid|2|dup' ]
	[ "$(q 'SELECT count(*) FROM location')" = 5 ]
	[ "$(q "SELECT part, lower(hex(hash)), status FROM part ORDER BY 1")" = \
	    "t01|$(digits 3)|ok"$'\n'"t02|$(digits 1)|dup" ]
}

@test "the places of a source lie together behind its key" {
	stream | mdbload -d "$db"
	[ "$(q "SELECT count(*) FROM location l JOIN source s
	    ON substr(l.place, 1, 8) = substr(s.place, 1, 8)
	    WHERE s.path = '/s/a.zip'")" = 3 ]
}

@test "sources keep what mfind and mextract said, problems every error" {
	stream | mdbload -d "$db"
	[ "$(q 'SELECT path, status, entries, state FROM source ORDER BY 1')" = \
	    $'/s/a.zip|partial|4|done\n/s/broken.mid|error|1|done\n/s/found.zip|NULL|NULL|found\n/s/l.mid|ok|1|done' ]
	[ "$(q 'SELECT path, detail, hash IS NULL FROM problem ORDER BY 1')" = \
	    $'/s/a.zip!/bad.mid|not-midi|1\n/s/broken.mid|corrupt|0' ]
	rec /s/l.mid 20 6 midi | mdbload -d "$db"
	[ "$(q "SELECT state FROM source WHERE path = '/s/l.mid'")" = done ]
	rec /s/l.mid 21 7 midi | mdbload -d "$db"
	[ "$(q "SELECT state FROM source WHERE path = '/s/l.mid'")" = found ]
}

# archive MTIME SIZE COUNTS MEMBER:HASH...: an archive's records, as mextract
# gives them; a hash 0 is an entry that failed.
archive() {
	local mtime=$1 size=$2 counts=$3 m
	shift 3
	for m; do
		if [ "${m#*:}" = 0 ]; then
			cols path="/z.zip!/${m%:*}" mtime="$mtime" kind=midi \
			    status=error detail=corrupt source=/z.zip member="${m%:*}"
		else
			cols path="/l/${m%:*}" mtime="$mtime" kind=midi status=ok \
			    hash="$(digits "${m#*:}")" source=/z.zip \
			    member="${m%:*}" tags="m:${m%:*}"
		fi
	done
	[ -z "$counts" ] || cols path=/z.zip size="$size" mtime="$mtime" \
	    kind=archive status=ok detail="$counts" source=/z.zip
}

state() {
	q "SELECT state FROM source WHERE path = '/z.zip'"
}

@test "a source is done when all its records are in, in whatever order" {
	archive 5 9 midi:2,dup:0,error:1,other:7 a:1 b:2 c:0 >all
	head -2 all | mdbload -d "$db"
	[ "$(state)" = found ]
	tail -1 all | mdbload -d "$db"
	[ "$(state)" = read ]
	sed -n 3p all | mdbload -d "$db"
	[ "$(state)" = done ]
	[ "$(q 'SELECT midi, dup, error, other FROM source')" = '2|0|1|7' ]
	tac all | mdbload -d "$db" --batch 1
	[ "$(state)" = done ]
	# What cannot be read now may be read later.
	cols path=/z.zip kind=archive status=error detail=io:EACCES \
	    source=/z.zip | mdbload -d "$db"
	[ "$(state)" = read ]
	# An archive in it that failed has a row in problem, and is not counted.
	{ cols path='/z.zip!/i.zip' mtime=6 kind=archive status=partial \
	    detail=corrupt source=/z.zip member=i.zip
	archive 6 9 midi:1,dup:0,error:0,other:0 a:1; } | mdbload -d "$db"
	[ "$(state)" = done ]
	[ "$(q 'SELECT path FROM problem')" = '/z.zip!/i.zip' ]
}

@test "a source that changed gives up its old places when it is done" {
	archive 5 9 midi:2,dup:0,error:1,other:0 a:1 b:2 c:0 | mdbload -d "$db"
	archive 6 9 midi:2,dup:0,error:0,other:0 a:1 d:3 >new
	head -2 new | mdbload -d "$db"
	[ "$(state)" = read ]
	[ "$(q 'SELECT count(*) FROM location')" = 3 ]
	tail -1 new | mdbload -d "$db"
	[ "$(state)" = done ]
	[ "$(q 'SELECT member FROM location ORDER BY 1')" = $'a\nd' ]
	[ "$(q 'SELECT count(*) FROM problem')" = 0 ]
	# A tag that no place has any more is gone with it.
	[ "$(q 'SELECT tags FROM file ORDER BY hash')" = $'m:a\nNULL\nm:d' ]
	[ "$(q 'SELECT tag FROM file_tag ORDER BY 1')" = $'m:a\nm:d' ]
	# Of the same time and another size.
	archive 6 8 midi:2,dup:0,error:0,other:0 d:3 e:4 | mdbload -d "$db" --batch 1
	[ "$(state)" = done ]
	[ "$(q 'SELECT member FROM location ORDER BY 1')" = $'d\ne' ]
	# No archive any more.
	cols path=/z.zip size=3 mtime=9 kind=midi status=ok hash="$(digits 7)" \
	    source=/z.zip | mdbload -d "$db"
	[ "$(q 'SELECT path FROM location')" = /z.zip ]
}

@test "--forget takes records out, and what is nowhere any more" {
	stream >in
	mdbload -d "$db" <in
	mdbload -d want.db < <(sed -n '6,$p' in)
	# An archive by its path alone, with everything in it.
	rec /s/a.zip | mdbload -d "$db" --forget
	rows want.db >want
	q "SELECT source FROM location UNION SELECT source FROM problem" |
	    grep -c a.zip | grep -qx 0
	[ "$(q "SELECT count(*) FROM source WHERE path = '/s/a.zip'")" = 0 ]
	# One of its contents is a part of another source, and stays for that.
	[ "$(q "SELECT status, tags FROM file WHERE hash = x'$(digits 1)'")" = \
	    'dup|part:t02' ]
	[ "$(q "SELECT tag FROM file_tag WHERE hash = x'$(digits 1)'")" = part:t02 ]
	# A loose file with its parts.
	sed -n 6p in | mdbload -d "$db" --forget
	[ "$(q 'SELECT path FROM file')" = /s/broken.mid ]
	[ "$(q 'SELECT count(*) FROM part')" = 0 ]
	[ "$(q 'SELECT count(*) FROM file_tag')" = 0 ]
	[ "$(q 'SELECT path FROM source ORDER BY 1')" = $'/s/broken.mid\n/s/found.zip' ]
	# And all back again.
	mdbload -d "$db" <in
	mdbload -d all.db <in
	rows "$db" | diff - <(rows all.db)
	# An entry: its source is not done any more.
	sed -n 2p in | mdbload -d "$db" --forget
	[ "$(q "SELECT state FROM source WHERE path = '/s/a.zip'")" = read ]
}

@test "a loose file with another content is no place of the old one" {
	at() { cols path=/a size=1 mtime="$1" kind=midi source=/a "${@:2}"; }
	at 1 status=ok hash="$(digits 1)" | mdbload -d "$db"
	at 2 status=ok hash="$(digits 2)" | mdbload -d "$db"
	[ "$(q 'SELECT path, status FROM file ORDER BY hash')" = $'/a|dup\n/a|ok' ]
	[ "$(q 'SELECT count(*) FROM location')" = 1 ]
	at 3 status=error detail=corrupt | mdbload -d "$db"
	[ "$(q 'SELECT status FROM file ORDER BY hash')" = $'dup\ndup' ]
	[ "$(q 'SELECT count(*) FROM location')" = 0 ]
	cols path=/b size=1 kind=midi source=/b status=ok hash="$(digits 1)" |
	    mdbload -d "$db"
	[ "$(q 'SELECT path, status FROM file ORDER BY hash')" = $'/b|ok\n/a|dup' ]
}

@test "an error that is one no more is no problem" {
	stream | mdbload -d "$db"
	cols path=/l/bad.mid kind=midi status=ok hash="$(digits 9)" \
	    source=/s/a.zip member=bad.mid | mdbload -d "$db"
	[ "$(q 'SELECT path FROM problem')" = /s/broken.mid ]
}

@test "the views speak of music, with the hash as digits" {
	stream | mdbload -d "$db"
	[ "$(q 'SELECT hash, bpm FROM drums')" = "$(digits 1)|120.5" ]
	[ "$(q 'SELECT hash, chords FROM progressions')" = "$(digits 2)|Am F C G" ]
	[ "$(q 'SELECT count(*) FROM midi')" = 3 ]
	[ "$(q "SELECT count(*) FROM places WHERE hash = '$(digits 1)'")" = 3 ]
	[ "$(q "SELECT tag FROM file_tag WHERE hash = x'$(digits 1)' ORDER BY 1")" = \
	    $'folder:e\ngenre:house\npart:t02\nx:y' ]
}

@test "loading a stream twice changes nothing" {
	stream | mdbload -d "$db"
	dump "$db" >one
	stream | mdbload -d "$db"
	dump "$db" >two
	[ -s one ]
	cmp one two
}

@test "halves in either order, and batches of any size, give the same" {
	stream >all
	mdbload -d a.db <all
	rows a.db >want
	[ "$(wc -l <want)" -gt 20 ]
	sed -n '1~2p' all | mdbload -d b.db
	sed -n '2~2p' all | mdbload -d b.db
	rows b.db | diff want -
	tac all | mdbload -d c.db
	rows c.db | diff want -
	mdbload -d d.db --batch 1 <all
	rows d.db | diff want -
	tac all | mdbload -d e.db --batch 2
	rows e.db | diff want -
}

@test "a record that is silent on a filter's columns leaves them alone" {
	h=$(digits 1)
	cols path=/a status=ok hash="$h" source=/a name=n.mid bpm=99 key=C \
	    category=Bass tags=a:b | mdbload -d "$db"
	cols path=/a status=ok hash="$h" source=/a | mdbload -d "$db"
	[ "$(q 'SELECT name, bpm, key, category, tags FROM file')" = \
	    'n.mid|99.0|C|Bass|a:b' ]
	cols path=/a status=ok hash="$h" source=/a bpm=101 | mdbload -d "$db"
	[ "$(q 'SELECT name, bpm, key, category FROM file')" = \
	    'n.mid|101.0|NULL|Bass' ]
}

@test "a dup makes a row that its ok completes" {
	h=$(digits 1)
	cols path='/z!/m' status=dup hash="$h" source=/z member=m name=d.mid |
	    mdbload -d "$db"
	[ "$(q 'SELECT path, status, name FROM file')" = '/z!/m|dup|d.mid' ]
	cols path=/ok status=ok hash="$h" source=/ok name=o.mid | mdbload -d "$db"
	[ "$(q 'SELECT path, status, name FROM file')" = '/ok|ok|o.mid' ]
	cols path='/z!/m' status=dup hash="$h" source=/z member=m name=d.mid |
	    mdbload -d "$db"
	[ "$(q 'SELECT path, status, name FROM file')" = '/ok|ok|o.mid' ]
}

@test "between two oks the path that exists, then the first, stays" {
	h=$(digits 1)
	ok() { cols path="$1" status=ok hash="$h" source=/s; }
	ok /no/1 | mdbload -d "$db"
	ok /no/2 | mdbload -d "$db"
	[ "$(q 'SELECT path FROM file')" = /no/1 ]
	touch 'a\b.mid'
	ok "$PWD/a\\\\b.mid" | mdbload -d "$db"
	[ "$(q 'SELECT path FROM file')" = 'a\\b.mid' ]
	ok /no/3 | mdbload -d "$db"
	touch c.mid
	ok "$PWD/c.mid" | mdbload -d "$db"
	[ "$(q 'SELECT path FROM file')" = 'a\\b.mid' ]
}

@test "paths in the library are stored without its folder, and it can move" {
	mkdir lib
	put() {
		cols path="$1/a/k.mid" status="$3" hash="$(digits "$2")" \
		    source="$1/in.zip" member=m
	}
	q() { sqlite3 lib/t.db "$1"; }
	put "$PWD/lib" 1 ok | mdbload -d lib/t.db
	put "$PWD/lib2" 2 ok | mdbload -d lib/t.db
	[ "$(q 'SELECT path FROM file ORDER BY hash')" = \
	    $'a/k.mid\n'"$PWD/lib2/a/k.mid" ]
	[ "$(q 'SELECT source FROM location ORDER BY hash')" = \
	    $'in.zip\n'"$PWD/lib2/in.zip" ]
	[ "$(q "SELECT value FROM meta WHERE name = 'library'")" = . ]
	# The same record from where it is now changes nothing.
	dump lib/t.db >one
	mv lib elsewhere
	put "$PWD/elsewhere" 1 ok | mdbload -d elsewhere/t.db
	dump elsewhere/t.db | cmp one
	# -l says where another folder is, and is remembered.
	put "$PWD/x" 3 ok | mdbload -d elsewhere/t.db -l x
	put "$PWD/x" 4 ok | mdbload -d elsewhere/t.db
	[ "$(sqlite3 elsewhere/t.db "SELECT value FROM meta WHERE
	    name = 'library'")" = "$PWD/x" ]
	[ "$(sqlite3 elsewhere/t.db "SELECT count(*) FROM file WHERE
	    path = 'a/k.mid'")" = 3 ]
	# A relative path is below the working folder.
	(cd x 2>/dev/null || mkdir x && cd x && put . 5 ok |
	    mdbload -d ../elsewhere/t.db)
	[ "$(sqlite3 elsewhere/t.db "SELECT path, source FROM file WHERE
	    hash = x'$(digits 5)'")" = 'a/k.mid|in.zip' ]
}

@test "tags of all places are united, and one that is taken back goes" {
	h=$(digits 1)
	at() { cols path="$1" status="$2" hash="$h" source="$1" tags="$3"; }
	{ at /1 ok b:1,a:1; at /2 dup c:1,b:1; at /3 dup d:1; } | mdbload -d "$db"
	[ "$(q 'SELECT tags FROM file')" = a:1,b:1,c:1,d:1 ]
	at /2 dup e:1 | mdbload -d "$db"
	[ "$(q 'SELECT tags FROM file')" = a:1,b:1,d:1,e:1 ]
	at /1 ok b:1 | mdbload -d "$db"
	[ "$(q 'SELECT tags FROM file')" = b:1,d:1,e:1 ]
	[ "$(q 'SELECT tag FROM file_tag ORDER BY 1')" = $'b:1\nd:1\ne:1' ]
}

@test "text is stored as mrec(5) writes it" {
	cols path='/a\tb\xff\n.mid' status=ok hash="$(digits 1)" \
	    source='/a\tb\xff\n.mid' title='caf'$'\303\251' | mdbload -d "$db"
	[ "$(q 'SELECT path, title FROM file')" = '/a\tb\xff\n.mid|café' ]
	[ "$(q 'SELECT source FROM location')" = '/a\tb\xff\n.mid' ]
}

@test "columns that are not known yet are left out" {
	{
		cols path=/a status=ok hash="$(digits 1)" tags=a:b | sed 's/$/\tmore\tx/'
		rec /b 1 2 midi ok '\N' "$(digits 2)" /b
	} >in
	run -0 --separate-stderr mdbload -t -d "$db" <in
	[ "$output" = "$(cat in)" ]
	[ "$(q 'SELECT path, tags FROM file ORDER BY 1')" = $'/a|a:b\n/b|NULL' ]
}

@test "-t passes records on unchanged, once they are committed" {
	stream >in
	mdbload -t -d "$db" <in >out
	cmp in out
	mkfifo in.fifo
	mdbload -t -d slow.db <in.fifo >slow.out &
	exec 9>in.fifo
	cat in >&9
	for _ in {1..50}; do [ -s slow.out ] && break; sleep .1; done
	[ "$(sqlite3 slow.db 'SELECT count(*) FROM file')" = 4 ]
	exec 9>&-
	wait $!
	cmp in slow.out
}

@test "a bad record is named and goes to the rejects, the rest goes in" {
	good() { cols path=/good status=ok hash="$(digits 1)"; }
	good >good
	{
		cols path=/1 status=ok hash=12
		cols path=/2 status=ok hash="$(digits 2)" bars=3x
		cols path=/3 status=ok hash="$(digits 2)" notes=99999999999999999999
		cols path=/4 status=ok hash="$(digits 2)" bpm=1e999
		cols path=/5 status=ok hash="$(digits 2)" title=$'a\rb'
		cols path=/6 status=ok hash="$(digits 2)" title=$'\377'
		cols path=/7 status=fine hash="$(digits 2)"
		cols path=/8 status=ok
		cols path=/9 bpm=120
		cols path=/10 status=ok hash="$(digits 2)" title='\q'
		cols path=/11 status=ok hash="$(digits 2)" title=
		cols path=/12 status=ok hash="$(digits 2)" part=t01
		printf '\\.\n'
		cols path=/14 status=ok hash="$(digits 2)" title=a@b | tr @ '\0'
		cols path=/15 status=ok hash="$(digits 2)" density=1e-400
		cols path=/16 status=ok hash="$(digits 2)" \
		    title="$(head -c 1100000 /dev/zero | tr '\0' x)"
	} >bad
	{ head -8 bad; cat good; tail -n +9 bad; } >in
	run -1 --separate-stderr mdbload -t -r rejects -d "$db" <in
	[ "$output" = "$(cat good)" ]
	cmp bad rejects
	[ "${#stderr_lines[@]}" = 16 ]
	[ "${stderr_lines[0]}" = 'mdbload: /1: hash is not 32 digits' ]
	[ "${stderr_lines[1]}" = 'mdbload: /2: bars is not a number, or out of range' ]
	[ "${stderr_lines[4]}" = 'mdbload: /5: title holds a control byte' ]
	[ "$(q 'SELECT path FROM file')" = /good ]
}

@test "-n checks and stores nothing" {
	run -1 mdbload -n -d "$db" < <(stream; rec /x 1x)
	[ "$output" = 'mdbload: /x: size is not a number, or out of range' ]
	[ ! -e "$db" ]
}

@test "the catalogue is midiflow.db in the library unless named" {
	stream | mdbload -l lib/a
	[ "$(sqlite3 lib/a/midiflow.db 'SELECT count(*) FROM file')" = 4 ]
	stream | MIDI_LIBRARY=lib/b mdbload
	[ -e lib/b/midiflow.db ]
	stream | MIDI_DB=c.db MIDI_LIBRARY=lib/c mdbload
	[ -e c.db ] && [ ! -e lib/c ]
}

@test "empty input makes an empty catalogue" {
	run -0 mdbload -d "$db" </dev/null
	[ "$output" = '' ]
	[ "$(q 'SELECT count(*) FROM midi')" = 0 ]
}

@test "indexes are built after a first load" {
	mdbload -d "$db" </dev/null
	[ "$(q "SELECT count(*) FROM sqlite_master WHERE name = 'file_bpm'")" = 0 ]
	stream | mdbload -d "$db"
	[ "$(q "SELECT count(*) FROM sqlite_master WHERE name = 'file_bpm'")" = 1 ]
}

@test "a catalogue of fewer columns is upgraded, a newer one refused" {
	stream | mdbload -d "$db"
	rows "$db" >want
	q "DROP VIEW midi; DROP VIEW drums; DROP VIEW progressions;
	    DROP VIEW file_tag; DROP TRIGGER file_gone;
	    ALTER TABLE file DROP COLUMN issues;
	    UPDATE meta SET value = 41 WHERE name = 'columns'" || skip "old sqlite3"
	q "ALTER TABLE file DROP COLUMN category; ALTER TABLE file DROP COLUMN tags" ||
	    q "DROP INDEX file_category_bpm; ALTER TABLE file DROP COLUMN category;
	    ALTER TABLE file DROP COLUMN tags"
	stream | mdbload -d "$db"
	[ "$(q "SELECT value FROM meta WHERE name = 'columns'")" = 44 ]
	[ "$(q "SELECT category FROM midi WHERE bpm > 0")" = Drums/Kicks ]
	q "UPDATE meta SET value = 99 WHERE name = 'schema_version'"
	run -2 mdbload -d "$db" </dev/null
	[ "$output" = "mdbload: $db: made by a newer midiflow; update this" ]
}

@test "what cannot be opened is named in one line, exit 2" {
	run -2 mdbload -d no/such/t.db < <(stream)
	[ "$output" = 'mdbload: no/such/t.db: No such file or directory' ]
	printf 'this is no database, it is only text%.0s' {1..99} >text
	run -2 mdbload -d text < <(stream)
	[ "$output" = 'mdbload: text: file is not a database' ]
	sqlite3 other.db 'CREATE TABLE t (x)'
	run -2 mdbload -d other.db < <(stream)
	[ "$output" = 'mdbload: other.db: a database, but no midiflow catalogue' ]
	[ "$(sqlite3 other.db .tables)" = t ]
	run -2 mdbload -d 'postgresql://me:secret@127.0.0.1:1/x?password=secret' \
	    < <(stream)
	[ "${#lines[@]}" = 1 ]
	[[ $output = 'mdbload: postgresql://me@127.0.0.1:1/x: '*'Connection refused' ]]
	[[ $output != *secret* ]]
}

@test "a file-size limit leaves whole batches, exit 2" {
	for i in {1..40}; do
		cols path=/$i status=ok hash="$(digits "$i")" source=/$i \
		    title="$(head -c 40000 /dev/zero | tr '\0' x)"
	done >in
	run -2 bash -c 'ulimit -f 500; trap "" XFSZ; mdbload --batch 5 -d t.db <in'
	[[ ${lines[-1]} = 'mdbload: t.db: '*' records are committed' ]]
	[ "$(q 'PRAGMA integrity_check')" = ok ]
	[ $(($(q 'SELECT count(*) FROM file') % 5)) = 0 ]
	[ "$(q 'SELECT count(*) FROM file')" = "$(q 'SELECT count(*) FROM location')" ]
}

@test "a full disk behind -t is fatal, exit 2" {
	[ -w /dev/full ] || skip "no /dev/full"
	stream >in
	run -2 bash -c 'mdbload -t -d t.db <in >/dev/full'
	[ "$output" = 'mdbload: stdout: No space left on device' ]
}

@test "an early end of the reader behind -t is a quiet death" {
	for i in {1..20}; do stream; done >in
	run -0 bash -c 'mdbload -t --batch 10 -d t.db <in | head -1'
	[ "$output" = "$(head -1 in)" ]
}

@test "a cut last line is named and not loaded, exit 2" {
	run -2 mdbload -d "$db" < <(stream; printf '/cut\t1')
	[ "$output" = 'mdbload: /cut: the last line is cut off' ]
	[ "$(q 'SELECT count(*) FROM file')" = 4 ]
	[ "$(q "SELECT count(*) FROM source WHERE path = '/cut'")" = 0 ]
}

@test "SIGTERM stores what is read and ends" {
	mkfifo in.fifo
	mdbload -d "$db" --batch 1000000 <in.fifo &
	pid=$!
	exec 9>in.fifo
	stream >&9
	sleep .4
	kill -TERM $pid
	wait $pid && status=0 || status=$?
	[ "$status" = 143 ]
	exec 9>&-
	[ "$(q 'SELECT count(*) FROM file')" = 4 ]
}

@test "two loaders share a file" {
	stream >in
	for i in {1..200}; do
		cols path=/$i status=ok hash="$(printf %032x $((i + 100)))" source=/$i
	done >more
	cat in more | mdbload -d "$db" --batch 7 &
	tac more | mdbload -d "$db" --batch 7
	wait $!
	[ "$(q 'SELECT count(*) FROM file')" = 204 ]
	[ "$(q 'PRAGMA integrity_check')" = ok ]
}

@test "kill -9 leaves whole batches, and the load can be done again" {
	for i in {1..400}; do
		printf '/%d\t1\t1\tmidi\tok\t\\N\t%032x\t/%d\n' $i $i $i
	done >in
	mdbload -d want.db <in
	rows want.db >want
	for pause in .01 .03 .05; do
		rm -f "$db"*
		mdbload -d "$db" --batch 10 <in &
		sleep $pause
		kill -9 $! 2>/dev/null || true
		wait $! || true
		mdbload -d "$db" <in
		rows "$db" | diff want -
	done
}
