#!/usr/bin/env bats
# mdbfind - a test a promise of the page, in its order, for both engines
bats_require_minimum_version 1.5.0
load helper
load helper_pg

# One catalogue a file of tests; where no server is, only SQLite is asked.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	mkdir -p lib/in src
	PG_DIR=
	make_server || true
	records >all
	mdbload -l lib <all
	if [ -n "$PG_DIR" ]; then
		boss 'CREATE DATABASE t OWNER owner'
		mdbload -l lib -d "host=$PG_DIR user=owner dbname=t" <all
	fi
}

teardown_file() {
	remove_server
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return
	dbs=("$PWD/lib/midiflow.db")
	[ -z "$PG_DIR" ] || dbs+=("host=$PG_DIR user=owner dbname=t")
}

# file N NAME=VALUE...: a content in the library from one archive.
file() {
	local n=$1
	shift
	cols path="$PWD/lib/in/$n.mid" size=1 mtime=2 kind=midi status=ok \
	    hash="$(digits "$n")" source="$PWD/src/a.zip" member="d/$n.mid" \
	    name="n$n.mid" "$@"
}

records() {
	file 1 format=0 notes=10 bars=4 bpm=120.00 key=C role=drums \
	    drum_parts=kick,hat category=Drums/Loops tags=genre:house,x:y \
	    name=Deep_House_100%.mid meter=4/4
	file 2 format=0 notes=20 bars=8 bpm=119.50 key=Am role=bass seconds=7.680 \
	    category=Bass tags=genre:house velocity=100.0 meter=3/4 \
	    chords='Am F C G'
	file 3 format=0 notes=30 bars=8 bpm=120.50 key=Gb role=chords \
	    tags=genre:jazz meter=6/8 chords='Gbm Db Bb7 Ebm' density=0.125
	file 4 format=0 notes=40 bars=16 bpm=98.25 key=Em role=drums \
	    drum_parts=snare category=Drums/Snares tags=x:y name=DeepXHouse.mid
	file 5 name=plain.mid
	cols path='/p\tx/6.mid' size=1 mtime=2 kind=midi status=ok \
	    hash="$(digits 6)" source=/p\\tx/6.mid name=6.mid format=1
	cols path="$PWD/src/a.zip!/e/1.mid" kind=midi status=dup size=1 mtime=2 \
	    detail=again:2 hash="$(digits 1)" source="$PWD/src/a.zip" \
	    member=e/1.mid name=1.mid
	cols path="$PWD/src/a.zip!/bad.mid" kind=midi status=error \
	    detail=not-midi source="$PWD/src/a.zip" member=bad.mid
	cols path="$PWD/src/a.zip" size=9 mtime=2 kind=archive status=partial \
	    detail=midi:5,dup:1,error:1,other:0 source="$PWD/src/a.zip"
	cols path="$PWD/lib/in/7.mid" size=1 mtime=2 kind=midi status=ok \
	    hash="$(digits 7)" source="$PWD/src/a.zip" member=d/2.mid \
	    parent="$(digits 2)" part=t01 name=part.mid format=0
	cols path="$PWD/lib/in/8.mid" size=1 mtime=2 kind=midi status=error \
	    detail=corrupt hash="$(digits 8)" source="$PWD/src/b.zip" member=8
}

# finds WANTED OPTION...: the numbers of what each engine finds, sorted.
finds() {
	local want=$1 db got
	shift
	for db in "${dbs[@]}"; do
		got=$(mdbfind -d "$db" --hashes "$@" | sed 's/^0*//' | sort | tr '\n' ' ')
		[ "$got" = "$want${want:+ }" ] ||
			{ echo "$db: $*: $got, not $want" && return 1; }
		[ "$(mdbfind -d "$db" --count "$@")" = "$(wc -w <<<"$want")" ] ||
			{ echo "$db: $*: --count" && return 1; }
	done
}

# refuses TEXT OPTION...: one line that ends with it, exit 2, nothing found.
refuses() {
	local want=$1 db
	shift
	for db in "${dbs[@]}"; do
		run -2 --separate-stderr mdbfind -d "$db" "$@"
		[ -z "$output" ]
		[[ "$stderr" = "mdbfind: "*"$want" ]] || { echo "$stderr" && return 1; }
		[ "${#stderr_lines[@]}" = 1 ]
	done
}

@test "a record is what was loaded, byte for byte" {
	awk -F '\t' '$5 == "ok"' all | sort >want
	for db in "${dbs[@]}"; do
		mdbfind -d "$db" | sort | diff want -
		[ "$(mdbfind -d "$db" --count)" = 7 ]
	done
	[ "$(mdbfind -H)" = "$(mdbload -H)" ]
}

@test "ranges" {
	finds '1 2' --bpm 120
	finds 4 --bpm 98.25
	finds '' --bpm 98.2
	finds '1 2 3' --bpm 119-121
	finds '1 2 3' --bpm 100-
	finds 4 --bpm -100
	finds '1 4' --bars 4,16
	finds '2 3 4' --bars 8-
	finds '1 2' --notes 5-20
	finds '2' --notes 5-20 --bars 8
	refuses '12x: no number, and no range as 4-8' --bpm 12x
	refuses '9-4: a range from more to less' --bars 9-4
	refuses '4.5: no number, and no range as 4-8' --bars 4.5
	refuses ': an empty word' --bars 4,
}

@test "words" {
	finds '1 4' --role drums
	finds '2 3' --role bass,chords
	finds '1 4' --category Drums
	finds '4' --category Drums/Snares
	finds '2 4' --category Drums/Snares,Bass
	finds '2 3' --meter 3/4,6/8
	finds 1 --drum-part hat
	finds '1 4' --drum-part kick,snare
	finds '' --drum-part kick --drum-part snare
	refuses 'drum: no role; the roles are drums, bass, chords, melody, arp, mixed' --role drum
	refuses 'kik: no drum part; they are perc, kick, snare, hat, tom, crash, ride' --drum-part kik
}

@test "keys in any spelling, and those that go with one" {
	finds 3 --key F#
	finds '2 3' --key Gb,Am
	finds '1 2 4' --key-like Am
	finds 1 --key-like F
	finds 3 --key-like C#
	refuses 'Hm: no key as C, F#m or Bb' --key Hm
}

@test "chords in a row, in any spelling" {
	finds 2 --has-chords 'Am F'
	finds 2 --has-chords ' F  C '
	finds '' --has-chords 'Am C'
	finds '' --has-chords 'Am F C G Am'
	finds 3 --has-chords 'F#m C# A#7'
	finds '' --has-chords 'Bb'
	refuses "x: no chords as 'Am F C G'" --has-chords x
}

@test "tags: one of them, or each" {
	finds '1 2' --tag genre:house
	finds '1 2 3' --tag genre:house,genre:jazz
	finds '1 2 4' --tag genre:house,x:y
	finds 1 --tag genre:house --tag x:y
	finds '' --tag genre
	finds 4 --tag x:y --role drums --bpm -100
}

@test "a part of the name, with no letter meaning more" {
	finds '1 4' --name dEEP
	finds '1' --name deep_house
	finds '1' --name '100%'
	finds '1' --name 0%
	finds '' --name 'p%e'
	finds 5 --name lain
	finds '' --name '\'
	finds '' --name "o'house"
}

@test "what came from a source, with its parts" {
	finds '1 2 3 4 5 7' --source src/a.zip
	finds '1 2 3 4 5 7' --source "$PWD/src"
	finds '1 2 3 4 5 7' --source src/
	finds '' --source src/b.zip
	finds '' --source src/a
	finds 6 --source $'/p\tx/6.mid'
	finds 6 --source $'/p\tx/'
	finds 2 --source src/a.zip --role bass
}

@test "what is not analysed, what has no place" {
	finds 5 --unanalysed
	finds '' --unlocated
	finds '3' --hash "$(digits 3)"
	refuses '3: not the 32 digits of a hash' --hash 3
	cp lib/midiflow.db u.db
	sqlite3 u.db 'DELETE FROM location WHERE member IS NULL; DELETE FROM part'
	[ "$(mdbfind -d u.db --unlocated --hashes)" = "$(digits 6)
$(digits 7)" ]
}

@test "--where reads and does nothing else" {
	finds 4 --where 'bpm < 100 AND notes > 30'
	finds 4 --where 'bpm < 100 -- comment'
	finds 2 --role bass --where "name = 'n2.mid' OR 0 = 1"
	for db in "${dbs[@]}"; do
		[ "$(mdbfind -d "$db" --locations "$(digits 1)" --where "l.nth = 2" |
		    wc -l)" = 1 ]
		[ "$(mdbfind -d "$db" --problems --where "detail = 'corrupt'" | wc -l)" = 1 ]
		for bad in '1 = 1); DELETE FROM file; SELECT (1 = 1' \
		    '1 = 1); DELETE FROM file; --' 'nonsense' ''; do
			run -2 mdbfind -d "$db" --where "$bad"
			[ "${#lines[@]}" = 1 ]
		done
	done
	run -2 mdbfind -d "${dbs[0]}" --where '1 = 1) UNION SELECT * FROM pragma_table_list --'
	run -2 mdbfind -d "${dbs[0]}" --where "load_extension('x')"
	if [ -n "$PG_DIR" ]; then
		psql -qX "${dbs[1]}" -c 'CREATE SEQUENCE s'
		for bad in "nextval('s') > 0" \
		    "set_config('transaction_read_only', 'off', false) = 'off'"; do
			run -2 mdbfind -d "${dbs[1]}" --where "$bad"
			[ "${#lines[@]}" = 1 ]
		done
		# What older servers let through is never committed.
		mdbfind -d "${dbs[1]}" --where "lo_create(0) > 0" || true
		[ "$(psql -qXAt "${dbs[1]}" \
		    -c 'SELECT count(*) FROM pg_largeobject_metadata')" = 0 ]
	fi
	finds '1 2 3 4 5 6 7'
}

@test "copies are listed only when their content stays" {
	mkdir -p c/lib c/mine && cd c
	song lib/kept.mid 1
	cp lib/kept.mid mine/copy.mid
	cp lib/kept.mid 'mine/a b'$'\t''.mid'
	cp lib/kept.mid mine/changed.mid
	cp lib/kept.mid lib/inside.mid
	ln lib/kept.mid mine/link.mid
	ln -s ../lib/kept.mid mine/symlink.mid
	song mine/other.mid 2
	cp mine/other.mid mine/other2.mid
	[ -z "$PG_DIR" ] || { boss 'CREATE DATABASE c OWNER owner'
		dbs[1]="host=$PG_DIR user=owner dbname=c"; }
	for db in lib/midiflow.db "${dbs[@]:1}"; do
		h=$(hash lib/kept.mid) o=$(hash mine/other.mid)
		{
			cols path="$PWD/lib/kept.mid" kind=midi status=ok hash="$h" \
			    source=/gone.zip member=k.mid
			for f in mine/copy 'mine/a b\t' mine/changed mine/gone mine/link \
			    mine/symlink lib/inside; do
				cols path="$PWD/$f.mid" kind=midi status=dup hash="$h" \
				    source="$PWD/$f.mid" name=x.mid
			done
			# Of two of one's own the first stays.
			cols path="$PWD/mine/other.mid" kind=midi status=ok hash="$o" \
			    source="$PWD/mine/other.mid"
			cols path="$PWD/mine/other2.mid" kind=midi status=dup hash="$o" \
			    source="$PWD/mine/other2.mid"
		} | mdbload -l lib -d "$db"
	done
	song mine/changed.mid 3
	printf '%s\n' "$PWD/mine/a b\\t.mid" "$PWD/mine/copy.mid" \
	    "$PWD/mine/other2.mid" >want
	for db in lib/midiflow.db "${dbs[@]:1}"; do
		mdbfind -d "$db" -l lib --duplicates | cut -f1 | sort | diff want -
		[ "$(mdbfind -d "$db" -l lib --duplicates --count)" = 3 ]
		[ "$(mdbfind -d "$db" -l lib --duplicates --limit 2 | wc -l)" = 2 ]
		[ "$(mdbfind -d "$db" -l lib --duplicates --source mine/copy.mid | wc -l)" = 1 ]
	done
	mdbfind -l lib --duplicates --print0 | xargs -0 rm --
	[ ! -e mine/copy.mid ] && [ -e mine/changed.mid ] && [ -e mine/link.mid ]
	[ "$(mdbfind -l lib --duplicates | wc -l)" = 0 ]
	# Where the content is gone elsewhere nothing is superfluous.
	cp lib/kept.mid mine/copy.mid
	rm lib/kept.mid
	[ "$(mdbfind -l lib --duplicates | wc -l)" = 0 ]
}

@test "where a content was seen, and what failed" {
	for db in "${dbs[@]}"; do
		[ "$(mdbfind -d "$db" --locations "$(digits 1)" | cut -f1,5,6,9 | sort)" = \
		    "$PWD/lib/in/1.mid	ok	\\N	d/1.mid
$PWD/src/a.zip!/e/1.mid	dup	again:2	e/1.mid" ]
		[ "$(mdbfind -d "$db" --problems | cut -f1,5,6 | sort)" = \
		    "$PWD/lib/in/8.mid	error	corrupt
$PWD/src/a.zip!/bad.mid	error	not-midi" ]
		[ "$(mdbfind -d "$db" --problems --source src/a.zip | wc -l)" = 1 ]
		# What comes out is what went in.
		mdbfind -d "$db" --locations "$(digits 1)" | mdbload -n
		mdbfind -d "$db" --problems | mdbload -n
	done
	refuses 'drums: not known of what failed' --problems --role drums
}

@test "files that are gone, and files that no row names" {
	mkdir -p m/lib/.midiflow m/lib/sub && cd m
	for i in 1 2 3; do song lib/$i.mid $i; done
	song 'lib/sub/tab'$'\t''.mid' 4
	song lib/.midiflow/x.mid 5
	echo no >lib/readme.txt
	for i in 1 2 9; do
		cols path="$PWD/lib/$i.mid" kind=midi status=ok hash="$(digits 10$i)" \
		    source=/s.zip member=$i
	done >in
	mdbload -l lib <in
	dbs[0]=$PWD/lib/midiflow.db
	[ -z "$PG_DIR" ] || { boss 'CREATE DATABASE m OWNER owner'
		dbs[1]="host=$PG_DIR user=owner dbname=m"
		mdbload -l lib -d "${dbs[1]}" <in; }
	for db in "${dbs[@]}"; do
		[ "$(mdbfind -d "$db" -l lib --missing)" = "$(sed -n 3p in)" ]
		[ "$(mdbfind -d "$db" -l lib --stray | cut -f1,4 | sort)" = \
		    "$PWD/lib/3.mid	midi
$PWD/lib/sub/tab\\t.mid	midi" ]
		[ "$(mdbfind -d "$db" -l lib --stray --count)" = 2 ]
	done
	# The library moves.
	mv lib there
	for db in "$PWD/there/midiflow.db" "${dbs[@]:1}"; do
		[ "$(mdbfind -d "$db" -l there --missing | cut -f1)" = "$PWD/there/9.mid" ]
		[ "$(mdbfind -d "$db" -l there --stray --count)" = 2 ]
	done
	[ "$(mdbfind -l there --hash "$(digits 101)" | cut -f1)" = "$PWD/there/1.mid" ]
}

@test "order, with the unknown last; a limit; a sample" {
	for db in "${dbs[@]}"; do
		o() { mdbfind -d "$db" --hashes "$@" | sed 's/^0*//' | tr '\n' ' '; }
		[ "$(o --order bpm)" = '4 2 1 3 5 6 7 ' ]
		[ "$(o --order -bpm)" = '3 1 2 4 5 6 7 ' ]
		[ "$(o --order -bpm --limit 5)" = '3 1 2 4 5 ' ]
		[ "$(o --order notes --limit 2)" = '1 2 ' ]
		[ "$(o --bpm 100- --order -bpm)" = '3 1 2 ' ]
		[ "$(o --order bars --role bass,chords)" = '2 3 ' ]
		[ "$(mdbfind -d "$db" --sample 3 | sort -u | wc -l)" = 3 ]
		[ "$(mdbfind -d "$db" --sample 3 --count)" = 3 ]
		[ "$(mdbfind -d "$db" --role drums --sample 99 | wc -l)" = 2 ]
		[ "$(mdbfind -d "$db" --limit 2 --count)" = 2 ]
		for i in {1..20}; do mdbfind -d "$db" --sample 1 --hashes; done | sort -u >s
		[ "$(wc -l <s)" -gt 1 ]
	done
	refuses 'pbm: no column of that name' --order pbm
	refuses '0: not a number from 1' --limit 0
}

@test "what does not go together is said" {
	refuses 'missing: not together with --stray' --stray --missing
	refuses 'sample: only of contents' --stray --sample 2
	refuses 'drums: not known of what has no row' --stray --role drums
	refuses 'hashes: not together with --print0' --hashes --print0
	run -2 mdbfind -d "${dbs[0]}" operand
	[[ $output = 'usage: mdbfind '* ]]
}

@test "a catalogue that cannot be read is named in one line, exit 2, and none is made" {
	run -2 mdbfind -d no/such.db
	[ "$output" = 'mdbfind: no/such.db: No such file or directory' ]
	run -2 mdbfind -l nolib
	[ "$output" = 'mdbfind: nolib/midiflow.db: No such file or directory' ]
	[ ! -e nolib ] && [ ! -e no ]
	printf 'this is no database, it is only text%.0s' {1..99} >text
	run -2 mdbfind -d text
	[ "$output" = 'mdbfind: text: file is not a database' ]
	sqlite3 other.db 'CREATE TABLE t (x)'
	run -2 mdbfind -d other.db
	[ "$output" = 'mdbfind: other.db: a database, but no midiflow catalogue' ]
	cp lib/midiflow.db old.db
	sqlite3 old.db "UPDATE meta SET value = 1 WHERE name = 'schema_version'"
	run -2 mdbfind -d old.db
	[[ $output = 'mdbfind: old.db: made by an older midiflow; '* ]]
	sqlite3 old.db "UPDATE meta SET value = 99 WHERE name = 'columns'"
	run -2 mdbfind -d old.db
	[ "$output" = 'mdbfind: old.db: made by a newer midiflow; update this' ]
	run -2 mdbfind -d 'postgresql://me:secret@127.0.0.1:1/x?password=secret'
	[ "${#lines[@]}" = 1 ]
	[[ $output = 'mdbfind: postgresql://me@127.0.0.1:1/x: '*'Connection refused' ]]
	[[ $output != *secret* ]]
	[ -n "$PG_DIR" ] || return 0
	run -2 mdbfind -d "host=$PG_DIR user=owner dbname=postgres"
	[[ $output = *': a database, but no midiflow catalogue' ]]
}

@test "a catalogue in a folder that cannot be written is read" {
	need_as_user
	mkdir -p ro
	cp lib/midiflow.db ro/t.db
	chmod 555 ro
	run -0 as_user mdbfind -d ro/t.db --count
	chmod 755 ro
	[ "$output" = 7 ]
}

@test "a reader is not in the way of a loader, nor it in the way of a reader" {
	for db in "${dbs[@]}"; do
		mkfifo f
		file 1 >again
		mdbload -l lib -d "$db" <f &
		exec 9>f
		mdbfind -d "$db" >/dev/null
		cat again >&9
		exec 9>&-
		wait $!
		rm f
	done
	finds '1 2 3 4 5 6 7'
}

@test "a full disk is fatal, an early end of the reader a quiet death" {
	[ -w /dev/full ] || skip "no /dev/full"
	for db in "${dbs[@]}"; do
		run -2 bash -c 'mdbfind -d "$1" >/dev/full' _ "$db"
		[ "$output" = 'mdbfind: stdout: No space left on device' ]
		run -0 bash -c 'mdbfind -d "$1" | head -1 | wc -l' _ "$db"
		[ "$output" = 1 ]
	done
}

@test "indexes answer" {
	q() { sqlite3 lib/midiflow.db "EXPLAIN QUERY PLAN SELECT f.path FROM file f $1"; }
	[[ $(q "WHERE f.role IN ('arp') AND f.key IN ('Am', 'Em') AND f.bpm > 1") = *file_role_bpm* ]]
	[[ $(q "WHERE f.role IN ('arp') AND f.bpm IS NOT NULL ORDER BY f.bpm, f.hash") = *file_role_bpm* ]]
	[[ $(q "WHERE f.key IN ('Am') AND f.bpm > 1") = *file_key_bpm* ]]
	[[ $(q "WHERE f.bpm IS NOT NULL ORDER BY f.bpm DESC, f.hash") = *file_bpm* ]]
	[[ $(q "WHERE f.format IS NULL AND f.status = 'ok'") = *file_unanalysed* ]]
}

@test "what is found goes on to a drive" {
	command -v mexport-mpc >/dev/null || skip "no mexport-mpc"
	mkdir -p x && cd x
	song a.mid 1
	song b.mid 2
	mfind . | mextract -l lib | msanitize | manalyze | mdbload -l lib
	run -0 bash -c 'set -o pipefail; mdbfind -l lib --limit 1 | mexport-mpc -o drive'
	[ "$(find drive -name '*.mpcpattern' | wc -l)" = 1 ]
}
