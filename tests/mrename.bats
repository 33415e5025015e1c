#!/usr/bin/env bats
# mrename - a test a promise of the page, in its order
load helper

# known PATH [COLUMN=VALUE ...]: the record of a file, with what is known.
known() {
	local p=$1
	shift
	cols path="$p" size="$(stat -c %s "$p")" kind=midi status=ok hash="$(hash "$p")" \
		source=/s.zip member="${p##*/}" name="${p##*/}" "$@"
}

# folder DIR NAME...: files, each with a content of its own.
folder() {
	local d=$1 n
	shift
	mkdir -p "$d"
	for n; do song "$d/$n" $((++songs)); done
}

# made TEMPLATE COLUMN=VALUE ...: the path that it makes, below the library.
made() {
	local t=$1
	shift
	cols path=/x/old.mid size=1 kind=midi status=ok hash="$(digits 7)" name=old.mid "$@" |
		mrename -n -l "$PWD/lib" --template "$t" | cut -f2 | sed "s,^$PWD/lib/,,"
}

# logs LIBRARY: its undo logs, the newest first.
logs() {
	ls -r "$1"/.midiflow/undo/*
}

@test "moves the files of ok MIDI records below the library; the record gets the path" {
	folder lib/x a.mid b.mid
	{
		known "$PWD/lib/x/a.mid" bars=4 bpm=98.50 key='F#m' category=Drums/Loops
		known "$PWD/lib/x/b.mid" bars=12 bpm=120.00 key=Bb
	} >in
	run -0 --separate-stderr mrename -l lib <in
	[ "$(cut -f1 <<<"$output")" = "$PWD/lib/Drums/Loops/4-098bpm_Fsm_a.mid${nl}$PWD/lib/12-120bpm_Bb_b.mid" ]
	[ "$(cut -f2- <<<"$output")" = "$(cut -f2- in)" ]
	[ -f lib/Drums/Loops/4-098bpm_Fsm_a.mid ]
	[ -f lib/12-120bpm_Bb_b.mid ]
	[ -z "$(ls lib/x)" ]
	[ "$stderr" = "mrename: $PWD/$(logs lib): the log of what was moved, for --undo" ]
	# Again nothing moves.
	run -0 --separate-stderr mrename -l lib <<<"$output"
	[ -z "$stderr" ]
}

@test "all other records pass unchanged, in their order" {
	folder lib a.mid
	in=$(rec /s.zip 1 2 archive ok midi:1
		rec /s.zip!/b.mid 1 2 midi dup '\N' "$(digits 1)" /s.zip b.mid
		rec /c.mid 1 2 midi error empty)
	run -0 mrename -l lib --template 'd/{name}' <<<"$(known "$PWD/lib/a.mid"; echo "$in")"
	[ "$(tail -n 3 <<<"$output")" = "$in" ]
	[ -f lib/d/a.mid ]
}

@test "a loose file moves too; its source follows, and an import knows it" {
	need mextract
	folder src 'a b.mid'
	mfind "$PWD/src" | mextract -l lib | mrename -q -l lib --template 'd/{path}' >out
	[ "$(cut -f1,8 out)" = "$(rec "$PWD/lib/d/a_b.mid" "$PWD/lib/d/a_b.mid")" ]
	[ "$(mfind "$PWD/lib/d" | mextract -l lib | cut -f5)" = ok ]
}

@test "a moved file of an archive is found by an import, not extracted again" {
	need mextract
	folder src a.mid b.mid
	(cd src && pack ../s.zip .)
	mfind "$PWD/s.zip" | mextract -l lib >first
	mrename -q -l lib --template 'd/{hash:.4}/{member}' <first | cut -f1 | sort >moved
	mfind "$PWD/s.zip" | mextract -l lib >again
	[ "$(cut -f1 again | sort)" = "$(cat moved)" ]
	[ "$(cut -f2- again)" = "$(cut -f2- first)" ]
	[ "$(find lib -name '*.mid' | wc -l)" -eq 2 ]
	# And a second move.
	mrename -q -l lib --template 'e/{member}' <again >/dev/null
	mfind "$PWD/s.zip" | mextract -l lib | cut -f1 | grep -c /e/
	[ "$(find lib -name '*.mid' | wc -l)" -eq 2 ]
}

@test "--link makes a tree of links and leaves the files; a second run makes none" {
	folder lib/x a.mid b.mid
	{ known "$PWD/lib/x/a.mid" key=C && known "$PWD/lib/x/b.mid"; } >in
	run -0 --separate-stderr mrename -l lib --link symbolic -o by-key --template '{key}/{name}' <in
	[ "$output" = "$(cat in)" ]
	[ "$(readlink by-key/C/a.mid)" = "$PWD/lib/x/a.mid" ]
	[ -L by-key/b.mid ]
	[ -f by-key/MIDIFLOW.TAG ]
	run -0 --separate-stderr mrename -l lib --link symbolic -o by-key --template '{key}/{name}' <in
	[ -z "$stderr" ]
	[ "$(find by-key -type l | wc -l)" -eq 2 ]
	mrename -q -l lib --link hard -o hard --template '{key}/{name}' <in >/dev/null
	[ hard/C/a.mid -ef lib/x/a.mid ]
	# Both are taken back, the files stay.
	for log in $(logs lib); do
		run -0 mrename -q -l lib --undo "$log"
	done
	[ "$(find by-key hard | sort)" = "by-key${nl}by-key/MIDIFLOW.TAG${nl}hard${nl}hard/MIDIFLOW.TAG" ]
	[ "$(ls lib/x)" = "a.mid${nl}b.mid" ]
}

@test "-n writes old, new, hash and size, touches nothing, and is what happens" {
	folder lib/x a.mid b.mid
	{ known "$PWD/lib/x/a.mid" key=C && known "$PWD/lib/x/b.mid" key=C; } >in
	before=$(find lib | sort)
	run -0 --separate-stderr mrename -n -l lib -o out --template '{key}/same' <in
	[ "$output" = "$(rec "$PWD/lib/x/a.mid" "$PWD/out/C/same.mid" "$(cut -f7 in | head -n 1)" "$(cut -f2 in | head -n 1)"
		rec "$PWD/lib/x/b.mid" "$PWD/out/C/same_$(cut -f7 in | tail -n 1 | cut -c1-8).mid" "$(cut -f7 in | tail -n 1)" "$(cut -f2 in | tail -n 1)")" ]
	[ -z "$stderr" ]
	[ "$(find lib | sort)" = "$before" ]
	[ ! -e out ]
	mrename -q -l lib -o out --template '{key}/same' <in >/dev/null
	[ "$(grep -v '^.N' "$(logs lib)" | cut -f1-4)" = "$output" ]
}

@test "-o: a folder that was there is not marked" {
	folder lib a.mid
	mkdir mine
	known "$PWD/lib/a.mid" | mrename -q -l lib -o mine --template '{name}' >/dev/null
	[ "$(ls mine)" = a.mid ]
}

@test "the template: formats" {
	[ "$(made '{bpm}' bpm=120.00)" = 120.mid ]
	[ "$(made '{bpm}' bpm=97.50)" = 97_5.mid ]
	[ "$(made '{bpm}' bpm=97.33)" = 97_33.mid ]
	[ "$(made '{bpm:03.0f}' bpm=97.60)" = 098.mid ]
	[ "$(made '{bpm:.1f}' bpm=97.66)" = 97_7.mid ]
	[ "$(made '{bars:04d}' bars=12)" = 0012.mid ]
	[ "$(made '{bars}x{bars:3}' bars=12)" = 12x12.mid ]
	[ "$(made '{hash:.8}_{name:.2s}')" = 00000000_ol.mid ]
	[ "$(made '{tags.genre}/{tags.mood}_{name}' tags=genre:house,genre:x,key:C)" = house/old.mid ]
	[ "$(made '{meter}_{key}.MID' meter=6/8 key='C#')" = 6_8_Cs.mid ]
	[ "$(made '{category}_{name}' category=Drums/Kicks)" = Drums/Kicks_old.mid ]
	[ "$(made '/../{name}/./a b' name='x y.mid')" = x_y/a_b.mid ]
}

@test "the template: what is unknown goes, with its word and the separator before it" {
	t='{category}/{bars}-{bpm:03.0f}bpm_{key}_{name}'
	[ "$(made "$t" bars=8 bpm=90.00 key=Am category=Bass)" = Bass/8-090bpm_Am_old.mid ]
	[ "$(made "$t" bpm=90.00 key=Am category=Bass)" = Bass/090bpm_Am_old.mid ]
	[ "$(made "$t" bars=8 key=Am)" = 8_Am_old.mid ]
	[ "$(made "$t" bars=8)" = 8_old.mid ]
	[ "$(made "$t")" = old.mid ]
	[ "$(made 'Take 1 ({key}) {role}')" = Take_1.mid ]
	[ "$(made '{key}/{role}')" = old.mid ]
	[ "$(made '{title}_{name}' title='???')" = old.mid ]
}

@test "the template: values are clean, and never lead out of the tree" {
	[ "$(made '{title}/{name}' title='../../x' name='a/b.mid')" = x/b.mid ]
	[ "$(made '{category}/{name}' category='../../x')" = x/old.mid ]
	[ "$(made '{title}' title='a\tb\\c\xe9')" = a_b_ce.mid ]
	[ "$(made '{title}' title="$(printf 'x%.0s' {1..300})" | wc -c)" -eq 105 ]
	[ "$(cols path=/x/o.mid size=1 hash="$(digits 7)" title=$'\xd0\xaf' | mrename -n -l lib --unicode --template '{title}' | cut -f2)" = "$PWD/lib/"$'\xd0\xaf.mid' ]
}

@test "the template: what is wrong with it is said, exit 2" {
	while IFS='|' read -r t why; do
		run -2 mrename -l lib --template "$t" </dev/null
		[ "$output" = "mrename: template: $why" ]
	done <<-'END'
		{nmae}|no such column: nmae
		{bpm:03x}|no such format: 03x
		{bpm:999f}|no such format: 999f
		{bpm|no closing brace: {bpm
		bpm}|no opening brace: }
		{key.x}|no such column: key.x
		plain|no column in it: plain
	END
}

@test "nothing is overwritten: a taken name gets the hash, also in another case" {
	folder lib/x a.mid b.mid c.mid
	folder lib/C Same.mid
	for f in a b c; do known "$PWD/lib/x/$f.mid" key=C; done >in
	mrename -q -l lib --template '{key}/same' <in >out
	[ "$(ls lib/C | grep -c '^same_[0-9a-f]\{8\}\.mid$')" -eq 3 ]
	[ "$(ls lib/C | wc -l)" -eq 4 ]
	run -0 --separate-stderr mrename -l lib --template '{key}/same' <out
	[ -z "$stderr" ]
	[ "$output" = "$(cat out)" ]
}

@test "another file system: the file is named and stays, exit 1" {
	[ "$(stat -c %d /dev/shm 2>/dev/null)" != "$(stat -c %d .)" ] || skip "one file system"
	d=$(mktemp -d /dev/shm/mrename.XXXXXX) || skip "no /dev/shm"
	folder lib a.mid
	known "$PWD/lib/a.mid" >in
	run -1 --separate-stderr mrename -l lib -o "$d/out" --template '{name}' <in
	rm -r "$d"
	[ "$output" = "$(cat in)" ]
	[ "$stderr" = "mrename: $PWD/lib/a.mid: the new place is on another file system" ]
	[ -f lib/a.mid ]
}

@test "--undo brings back files, folders and the records" {
	folder lib/x a.mid b.mid
	tree lib >before
	for f in a b; do known "$PWD/lib/x/$f.mid" key=C; done >in
	mrename -q -l lib --template '{key}/deep/er/{name}' <in >/dev/null
	run -0 --separate-stderr mrename -l lib --undo "$(logs lib)"
	[ "$(sort <<<"$output")" = "$(cut -f1-12 in | sort)" ]
	[ -z "$stderr" ]
	rm lib/MIDIFLOW.TAG
	tree lib | cmp - before
	[ ! -e lib/C ]
}

@test "the catalogue follows" {
	need mextract mdbload sqlite3
	folder src a.mid
	(cd src && pack ../s.zip .)
	mfind "$PWD/s.zip" | mextract -l lib >all
	mdbload -d db <all
	mrename -q -l lib --template 'd/{member}' <all | mdbload -d db
	ask="SELECT count(*), max(path) FROM file UNION ALL SELECT count(*), max(path) FROM location"
	[ "$(sqlite3 db "$ask")" = "1|lib/d/a.mid${nl}1|lib/d/a.mid" ]
	mrename -q -l lib --undo "$(logs lib)" | mdbload -d db
	[ "$(sqlite3 db "$ask" | head -n 1)" = "1|$(head -n 1 all | cut -f1 | sed "s,^$PWD/,,")" ]
}

@test "serial and fanned-out runs make the same plan" {
	need parallel
	cols path=/x/NAME size=1 kind=midi status=ok hash="$(digits 0)" name=NAME bars=2 >one
	for i in $(seq 300); do
		sed "s/NAME/n $i.mid/g; s/0000${tab}/$((i + 1000))${tab}/" one
	done >in
	mrename -n -l lib <in | sort >serial
	parallel --pipe -N 50 mrename -n -l lib <in | sort | cmp - serial
}

@test "-H prints the column that is changed" {
	run -0 mrename -H
	[ "$output" = "#path" ]
}

@test "a bad record passes, is named and copied to -r, exit 1" {
	run -1 --separate-stderr mrename -l lib -r rejects --template '{title}' <<<"$(cols path=/a.mid title='\q'; echo /gone.mid)"
	[ "$(cut -f1 <<<"$output")" = "/a.mid${nl}/gone.mid" ]
	[ "$(cut -f1 rejects)" = "/a.mid${nl}/gone.mid" ]
	[ "${stderr_lines[1]}" = "mrename: /gone.mid: No such file or directory" ]
	[ "${#stderr_lines[@]}" -eq 2 ]
}

@test "empty input gives nothing, exit 0" {
	run -0 mrename -l lib </dev/null
	[ -z "$output" ]
}

@test "a wrong call: exit 2" {
	run -2 mrename file
	run -2 mrename --link soft
	[ "$output" = "mrename: soft: not symbolic or hard" ]
}

@test "a full disk is fatal, exit 2" {
	[ -w /dev/full ] || skip "no /dev/full"
	run -2 sh -c 'echo a.mid | mrename -q -l lib >/dev/full'
	[ "$output" = "mrename: stdout: No space left on device" ]
}

@test "an early head ends it by SIGPIPE" {
	run -0 bash -c 'seq 100000 | mrename -q -l lib | head -n 1; echo "${PIPESTATUS[1]}"'
	[ "${lines[1]}" -eq 141 ]
}
