#!/usr/bin/env bats
# msanitize - a test a promise of the page, in its order
load helper

# named NAME...: what the names become, one a line.
named() {
	printf '%s\n' "$@" | msanitize | cut -f10
}

entry() { # STATUS MEMBER [PATH]
	rec "${3:-/l/x.mid}" 1 2 midi "$1" '\N' 00 /s.zip "$2"
}

@test "fills name of ok and dup MIDI records and of bare paths" {
	run -0 msanitize <<<"$(entry ok 'a b.mid'; entry dup 'c d.mid'; echo 'e f.mid')"
	[ "$(field 10 <<<"$output")" = "a_b.mid${nl}c_d.mid${nl}e_f.mid" ]
	[ "$(cut -f1-9 <<<"${lines[0]}")" = "$(entry ok 'a b.mid')" ]
	[ "$(tail -n 1 <<<"$output")" = "$(rec 'e f.mid' '\N' '\N' '\N' '\N' '\N' '\N' '\N' '\N' e_f.mid)" ]
}

@test "takes member, and path for a loose file and for a part" {
	part=$(rec '/l/t01_c02_x y.mid' 1 2 midi ok '\N' 00 /s.zip 'm m.mid' '\N' aa t01c02)
	run -0 msanitize <<<"$(entry ok 'd/e f.mid'; entry ok '\N' '/d/g h.mid'; echo "$part")"
	[ "$(field 10 <<<"$output")" = "e_f.mid${nl}g_h.mid${nl}t01_c02_x_y.mid" ]
}

@test "all other records pass unchanged" {
	in=$(rec a.zip 1 2 archive ok midi:1; entry error 'a b.mid'
		rec a.zip 1 2 archive; rec 'x y.mid' 1 2 midi partial)
	run -0 msanitize <<<"$in"
	[ "$output" = "$in" ]
}

@test "fills its column anew and leaves those behind it" {
	run -0 msanitize <<<"$(rec 'a b.mid' 1 2 midi '\N' '\N' '\N' '\N' '\N' old.mid p1 p2 more)"
	[ "$output" = "$(rec 'a b.mid' 1 2 midi '\N' '\N' '\N' '\N' '\N' a_b.mid p1 p2 more)" ]
}

@test "only what is behind the last slash counts, and the suffix becomes .mid" {
	run -0 named '/x y/a.MIDI' b.kar c.RMI d.rmid e.smf f.MID.mid g h.txt
	[ "$output" = "a.mid
b.mid
c.mid
d.mid
e.mid
f.mid
g.mid
h_txt.mid" ]
}

@test "UTF-8 is transliterated, other encodings are guessed" {
	run -0 named $'Caf\xc3\xa9 S\xc3\xa3o.mid' 'Caf\xe9.mid' \
		$'\xc3\x86ther Stra\xc3\x9fe.mid' $'F\xe2\x99\xafm.mid'
	[ "$output" = "Cafe_Sao.mid
Cafe.mid
AEther_Strasse.mid
Fsm.mid" ]
}

@test "# becomes s behind a note letter only" {
	run -0 named 'F#m loop.mid' 'Take#3.mid' 'C#.mid' 'x-A#7.mid' '#1.mid'
	[ "$output" = "Fsm_loop.mid
Take_3.mid
Cs.mid
x-As7.mid
1.mid" ]
}

@test "& becomes and, apostrophes go, runs become one" {
	run -0 named "Rock & Roll's.mid" '120.5bpm.mid' 'a -- b__c.mid' '__x--.mid' '(a) [b].mid'
	[ "$output" = "Rock_and_Rolls.mid
120_5bpm.mid
a_-_b_c.mid
x.mid
a_b.mid" ]
}

@test "at most 100 bytes before .mid, and untitled when none" {
	printf -v long '%0150d' 7
	run -0 named "$long.mid" '.mid' '???.mid' $'\xe2\x98\x83.mid'
	[ "${#lines[0]}" -eq 104 ]
	[ "$(tail -n 3 <<<"$output")" = "untitled.mid${nl}untitled.mid${nl}untitled.mid" ]
}

@test "cleaning a clean name changes nothing" {
	once=$(named "Rock & Roll's.mid" 'F#m--_x.mid' 'a..-b.mid' $'\xc3\x9c.mid' '&.mid' '-&#.mid')
	run -0 named $once
	[ "$output" = "$once" ]
}

@test "escaped names: the bytes are cleaned, the path stays" {
	run -0 msanitize <<<'a\tb\\c\nd\xe9.mid'
	[ "$(cut -f1,10 <<<"$output")" = 'a\tb\\c\nd\xe9.mid'"${tab}a_b_c_de.mid" ]
}

@test "the start of its own hash is no part of a file's name" {
	h=0123456789abcdef0123456789abcdef
	run -0 msanitize <<<"$(rec '/d/a b_01234567.mid' 1 2 midi ok '\N' $h
		rec "/d/c_$h.mid" 1 2 midi ok '\N' $h
		rec /d/e_01234568.mid 1 2 midi ok '\N' $h
		rec /d/_01234567.mid 1 2 midi ok '\N' $h)"
	[ "$(field 10 <<<"$output")" = "a_b.mid${nl}c.mid${nl}e_01234568.mid${nl}01234567.mid" ]
}

@test "--unicode keeps letters, marks and digits of every script, in form NFC" {
	do=$'\xe3\x83\x89'
	run -0 msanitize --unicode <<<"$do$do & C"$'\xe2\x99\xaf.mid\nCafe\xcc\x81\xe2\x80\x99s!.mid\n\xe2\x98\x83.mid\n\xe2\x80\x8b\xd9\xa1\xe2\x80\x93\xcc\x81x.mid'
	[ "$(field 10 <<<"$output")" = "$do$do"$'_and_Cs.mid\nCaf\xc3\xa9s.mid\nuntitled.mid\n\xd9\xa1_x.mid' ]
	once=$(field 10 <<<"$output")
	run -0 msanitize --unicode <<<"$once"
	[ "$(field 10 <<<"$output")" = "$once" ]
	# Not cut within a character.
	run -0 msanitize --unicode <<<"$(printf "$do%.0s" {1..60}).mid"
	[ "$(field 10 <<<"$output")" = "$(printf "$do%.0s" {1..33}).mid" ]
}

@test "every name of the corpora becomes clean, and stays so" {
	[ -d "$SHARED/corpora" ] || skip "no corpora"
	find "$SHARED/corpora/" -printf '%f\0' >raw
	for z in "$SHARED"/corpora/zips/*.zip; do
		bsdtar -tf "$z" 2>/dev/null | tr '\n' '\0'
	done >>raw
	head -c 3000000 /dev/urandom | tr '/\0' '__' | tr '\n' '\0' >>raw
	tr '\0\n' '\n_' <raw | grep -av '^$' | tr '\n' '\0' >names
	tr '\0' '\n' <names | sed 's/\\/\\\\/g; s/\t/\\t/g; s/\r/\\r/g' >paths
	msanitize <paths | cut -f10 >once
	[ "$(wc -l <once)" -eq "$(tr -cd '\0' <names | wc -c)" ]
	[ "$(wc -l <once)" -gt 10000 ]
	run -1 grep -avE '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.mid$' once
	run -1 grep -aE '__|--|[_-]\.mid$' once
	msanitize <once | cut -f10 | cmp - once
	# Unique in a folder, case aside.
	awk -F '\t' -v OFS='\t' '{ print "/x/" $0, 1, 0, "midi", "ok", "\\N", sprintf("%08x%024x", NR * 40503, NR) }' once |
		mrename -n -l lib --template '{path}' | cut -f2 >placed
	[ "$(wc -l <placed)" -eq "$(wc -l <once)" ]
	[ -z "$(tr A-Z a-z <placed | sort | uniq -d)" ]
	# In whatever order.
	paste once paths | sort -R >mixed
	cut -f2- mixed | msanitize | cut -f10 | cmp - <(cut -f1 mixed)
}

# folder DIR NAME...: files, each with a content of its own.
folder() {
	local d=$1 n
	shift
	mkdir -p "$d"
	for n; do song "$d/$n" $((++songs)); done
}

# logs LIBRARY: its undo logs, the newest first.
logs() {
	ls -r "$1"/.midiflow/undo/*
}

@test "-i renames loose files where they are; source follows" {
	need mextract
	folder src 'a b.MID' 'c&d.kar' clean.mid
	tree src >before
	mfind "$PWD/src" | mextract -l lib >found
	run -0 --separate-stderr msanitize -i -l lib <found
	[ "$(ls src)" = "a_b.mid${nl}candd.mid${nl}clean.mid" ]
	[ "$(cut -f1,8,10 <<<"$output" | sort)" = "$(for n in a_b candd clean; do rec "$PWD/src/$n.mid" "$PWD/src/$n.mid" $n.mid; done)" ]
	[ "$(cut -f2-7 <<<"$output")" = "$(cut -f2-7 found)" ]
	[ "$stderr" = "msanitize: $PWD/$(logs lib): the log of what was moved, for --undo" ]
	# A line of the log: old, new, hash, size.
	[ "$(grep -F 'a b.MID' "$(logs lib)" | cut -f1-4)" = "$(rec "$PWD/src/a b.MID" "$PWD/src/a_b.mid" "$(hash src/a_b.mid)" "$(stat -c %s src/a_b.mid)")" ]
	# It is the same file for an import.
	[ "$(mfind "$PWD/src" | mextract -l lib | cut -f5 | sort -u)" = ok ]
	# Again it renames nothing.
	run -0 --separate-stderr msanitize -i -l lib <<<"$output"
	[ -z "$stderr" ]
	[ "$(logs lib | wc -l)" -eq 1 ]
	run -0 msanitize -q -l lib --undo "$(logs lib)"
	[ "$(sort <<<"$output" | cut -f1-9)" = "$(grep -v clean.mid found | sort)" ]
	tree src | cmp - before
	[ "$(mfind "$PWD/src" | mextract -l lib | cut -f5 | sort -u)" = ok ]
}

@test "-i: a bare list of relative paths, and paths stay as they were given" {
	folder src 'a b.mid' 'c d.mid'
	run -0 msanitize -q -i -l lib <<<"src/a b.mid${nl}./src/c d.mid"
	[ "$(cut -f1 <<<"$output")" = "src/a_b.mid${nl}./src/c_d.mid" ]
	[ "$(ls src)" = "a_b.mid${nl}c_d.mid" ]
	cd src
	run -0 msanitize -q -l ../lib --undo "$(logs ../lib)"
	[ "$(ls)" = "a b.mid${nl}c d.mid" ]
}

@test "-i: a taken name gets the hash, also when only its case is another" {
	need mextract
	folder src 'a b.mid' a_b.mid 'A  B.mid' 'X.MID'
	song 'src/a+b.mid' 1
	h=$(hash 'src/a b.mid')
	H=$(hash 'src/A  B.mid')
	mfind "$PWD/src" | mextract --no-seen -l lib | LC_ALL=C sort | msanitize -q -i -l lib >out
	[ "$(ls src | sed "s/$h/hh/; s/${h:0:8}/h/; s/${H:0:8}/H/" | sort)" = "A_B_H.mid${nl}X.mid${nl}a_b.mid${nl}a_b_h.mid${nl}a_b_hh.mid" ]
	[ "$(cut -f10 out | sort -fu)" = "A_B.mid${nl}X.mid" ]
	# Such a file stays as it is.
	run -0 --separate-stderr msanitize -i -l lib <out
	[ -z "$stderr" ]
	[ "$output" = "$(cat out)" ]
}

@test "-i: files of a library by their name in the archive; found again by an import" {
	need mextract
	folder src 'x y.mid' z.mid
	(cd src && pack ../s.zip .)
	mfind "$PWD/s.zip" | mextract -l lib >first
	# As an older library called it.
	d=$(dirname "$(head -n 1 first | cut -f1)")
	mv "$d/x_y.mid" "$d/x!y.mid"
	sed 's/x_y.mid/x!y.mid/' first >old
	msanitize -q -i -l lib <old | cut -f1-9 | cmp - first
	[ "$(ls "$d")" = "x_y.mid${nl}z.mid" ]
	# Renamed by somebody's wish, and not extracted again.
	awk -F '\t' -v OFS='\t' '$9 == "x y.mid" { $9 = "other.mid" } 1' first | msanitize -q -i -l lib >moved
	[ "$(ls "$d")" = "other.mid${nl}z.mid" ]
	mfind "$PWD/s.zip" | mextract -l lib >again
	[ "$(ls "$d")" = "other.mid${nl}z.mid" ]
	[ "$(cut -f1,5 again)" = "$(sed 's/x_y.mid/other.mid/' first | cut -f1,5)" ]
	# When it is gone it is extracted.
	rm "$d/other.mid"
	mfind "$PWD/s.zip" | mextract -l lib | cmp - first
}

@test "-i leaves alone what is no file, no MIDI or failed, in its order" {
	folder src 'a b.mid' 'c d.mid'
	in=$(entry dup 'd/q r.mid' '/s.zip!/d/q r.mid'
		rec "$PWD/src/a b.mid" 1 2 midi error empty
		rec "$PWD/src/c d.mid" 1 2 archive ok)
	run -0 --separate-stderr msanitize -i -l lib <<<"$in"
	[ "$(cut -f1-9 <<<"$output")" = "$in" ]
	[ -z "$stderr" ]
	# Behind a file that waits.
	run -0 msanitize -q -i -l lib <<<"$(echo 'src/a b.mid'; echo "$in"; echo 'src/c d.mid')"
	[ "$(cut -f1 <<<"$output")" = "src/a_b.mid${nl}$(cut -f1 <<<"$in")${nl}src/c_d.mid" ]
}

@test "-i: a file that is gone or changed is named, passes, exit 1" {
	need mextract
	folder src 'a b.mid' 'c d.mid'
	mfind "$PWD/src" | mextract -l lib | sort >found
	rm 'src/a b.mid'
	echo more >>'src/c d.mid'
	run -1 --separate-stderr msanitize -i -l lib -r rejects <found
	[ "$(cut -f1-9 <<<"$output")" = "$(cat found)" ]
	[ "$stderr" = "msanitize: $PWD/src/a b.mid: No such file or directory
msanitize: $PWD/src/c d.mid: was changed since it was read" ]
	[ "$(cut -f1-9 rejects)" = "$(cat found)" ]
}

@test "-i: names that are not UTF-8, and every byte of the log" {
	mkdir src
	song $'src/a\tb\\\xe9\n.mid' 1
	mfind "$PWD/src" | msanitize -q -i -l lib >out
	[ "$(ls src)" = a_b_e.mid ]
	[ "$(cut -f1 "$(logs lib)")" = "$PWD/src/a\\tb\\\\\\xe9\\n.mid" ]
	msanitize -q -l lib --undo "$(logs lib)" >/dev/null
	[ -e $'src/a\tb\\\xe9\n.mid' ]
}

@test "-n writes old, new, hash and size, and touches nothing" {
	folder src 'a b.mid' a_b.mid c.mid
	tree src >before
	mfind "$PWD/src" >found
	h=$(hash 'src/a b.mid')
	run -0 --separate-stderr msanitize -n -l lib <found
	[ "$output" = "$(rec "$PWD/src/a b.mid" "$PWD/src/a_b_${h:0:8}.mid" "$h" "$(stat -c %s 'src/a b.mid')")" ]
	[ -z "$stderr" ]
	[ ! -e lib ]
	tree src | cmp - before
	# It is what -i does.
	msanitize -q -i -l lib <found >/dev/null
	[ "$(cut -f1-4 "$(logs lib)")" = "$output" ]
	run -0 msanitize -n -l lib --undo "$(logs lib)"
	[ "$output" = "$(rec "$PWD/src/a_b_${h:0:8}.mid" "$PWD/src/a b.mid" "$h" "$(stat -c %s src/c.mid)")" ]
	[ ! -e 'src/a b.mid' ]
}

@test "--undo refuses what was changed, and leaves alone what did not happen" {
	folder src 'a 1.mid' 'a 2.mid' 'a 3.mid' 'a 4.mid' 'a 5.mid'
	mfind "$PWD/src" | sort | msanitize -q -i -l lib >/dev/null
	log=$(logs lib)
	echo changed >src/a_1.mid
	song 'src/a 2.mid' 100
	rm src/a_3.mid
	mv src/a_4.mid 'src/a 4.mid'
	# Lines that were written, and a half one, but nothing came of them.
	song 'src/b 1.mid' 200
	h=$(hash 'src/b 1.mid')
	rec "$PWD/src/b 1.mid" "$PWD/src/b_1.mid" "$h" "$(stat -c %s 'src/b 1.mid')" 2 midi >>"$log"
	printf '%s' "$PWD/src/b 2.mid$tab" >>"$log"
	run -1 --separate-stderr msanitize -l lib --undo "$log"
	[ "$(cut -f1 <<<"$output")" = "$PWD/src/b 1.mid${nl}$PWD/src/a 5.mid${nl}$PWD/src/a 4.mid" ]
	[ "$stderr" = "msanitize: $PWD/src/a_3.mid: is neither there nor at the old place
msanitize: $PWD/src/a_2.mid: something else has the old name
msanitize: $PWD/src/a_1.mid: was changed since it was moved" ]
	[ "$(ls src)" = "a 2.mid${nl}a 4.mid${nl}a 5.mid${nl}a_1.mid${nl}a_2.mid${nl}b 1.mid" ]
	# Again, the same.
	run -1 --separate-stderr msanitize -q -l lib --undo "$log"
	[ "$(cut -f1 <<<"$output")" = "$PWD/src/b 1.mid${nl}$PWD/src/a 5.mid${nl}$PWD/src/a 4.mid" ]
	run -2 msanitize -l lib --undo nothing
	[ "$output" = "msanitize: nothing: No such file or directory" ]
	run -2 msanitize -l lib --undo src
	[ "$output" = "msanitize: src: Is a directory" ]
	echo 'no log' >other
	run -1 msanitize -l lib --undo other
	[ "$output" = "msanitize: no log: no line of an undo log" ]
}

@test "--undo keeps a link that somebody made, and a file in another case" {
	folder src 'a b.mid'
	mfind "$PWD/src" | msanitize -q -i -l lib >/dev/null
	ln -s a_b.mid 'src/a b.mid'
	run -1 msanitize -l lib --undo "$(logs lib)"
	[ -f src/a_b.mid ]
	[ ! -L src/a_b.mid ]
	rm 'src/a b.mid'
	# Half of a move where there is no rename that does not replace.
	ln src/a_b.mid 'src/a b.mid'
	run -0 msanitize -l lib --undo "$(logs lib)"
	[ "$(ls src)" = "a b.mid" ]
}

@test "the catalogue follows a file that is renamed, and back" {
	need mextract mdbload sqlite3
	folder src 'a b.mid'
	(cd src && zip -q ../s.zip 'a b.mid')
	mfind "$PWD/s.zip" | mextract -l lib | sed 's/a_b.mid/x!y.mid/' >old
	mv lib/*/a_b.mid "$(cut -f1 old | grep '!')"
	mdbload -d db <old
	msanitize -q -i -l lib <old | mdbload -d db
	ask="SELECT count(*), max(path) FROM file UNION ALL SELECT count(*), max(path) FROM location"
	[ "$(sqlite3 db "$ask")" = "$(printf '1|%s\n' lib/*/a_b.mid lib/*/a_b.mid)" ]
	msanitize -q -l lib --undo "$(logs lib)" | mdbload -d db
	[ "$(sqlite3 db "$ask")" = "$(printf '1|%s\n' lib/*/x!y.mid lib/*/x!y.mid)" ]
}

@test "--durable moves and undoes the same" {
	folder src 'a b.mid' 'c d.mid'
	mfind "$PWD/src" | msanitize -q -i --durable -l lib >/dev/null
	[ "$(ls src)" = "a_b.mid${nl}c_d.mid" ]
	msanitize -q --undo "$(logs lib)" -l lib >/dev/null
	[ "$(ls src)" = "a b.mid${nl}c d.mid" ]
}

@test "-i on a full disk for the log: exit 2, and nothing moves without its line" {
	[ "$(id -u)" -eq 0 ] || skip "mounting needs root"
	mkdir src lib
	for i in $(seq 400); do echo "$i" >"src/a $i.mid"; done
	mfind "$PWD/src" >found
	mount -t tmpfs -o size=400k tmpfs lib || skip "cannot mount"
	msanitize -q -i -l lib </dev/null
	cat /dev/zero >lib/fill 2>/dev/null || true
	run -2 --separate-stderr msanitize -i -l lib <found
	moved=$(find src -name 'a_*.mid' | wc -l)
	lines=$(cat lib/.midiflow/undo/* 2>/dev/null | wc -l)
	umount lib
	[[ "$stderr" = *"No space left on device"* ]]
	[ "$moved" -eq 0 ]
	[ "$lines" -eq 0 ]
}

@test "-H prints the column names" {
	run -0 msanitize -H
	[ "$output" = "$(rec '#path' size mtime kind status detail hash source member name)" ]
}

@test "a bad record passes, is named and copied to -r, exit 1; -q says nothing" {
	run -1 --separate-stderr msanitize -r rejects <<<"$(echo 'a\qb.mid'; echo c.mid)"
	[ "${lines[0]}" = 'a\qb.mid' ]
	[ "$(field 10 <<<"${lines[1]}")" = c.mid ]
	[ "$stderr" = 'msanitize: a\qb.mid: Invalid or incomplete multibyte or wide character' ]
	[ "$(cat rejects)" = 'a\qb.mid' ]
	run -1 --separate-stderr msanitize -q <<<'a\qb.mid'
	[ -z "$stderr" ]
}

@test "empty input gives nothing, exit 0" {
	run -0 msanitize </dev/null
	[ -z "$output" ]
}

@test "a wrong call prints the usage, exit 2" {
	run -2 msanitize file
	[ "${lines[0]}" = "usage: msanitize [-Hinqv] [-l library] [-r file] [--durable] [--unicode]" ]
}

@test "a rejects file that cannot be made is fatal, exit 2" {
	run -2 msanitize -r no/such/file </dev/null
	[ "$output" = "msanitize: no/such/file: No such file or directory" ]
}

@test "a full disk is fatal, exit 2; so is one of the rejects" {
	[ -w /dev/full ] || skip "no /dev/full"
	run -2 sh -c 'echo a.mid | msanitize >/dev/full'
	[ "$output" = "msanitize: stdout: No space left on device" ]
	# A producer that is still there does not make it an error of stdin.
	run -2 sh -c '(echo a.mid; sleep 0.2) | msanitize >/dev/full'
	[ "$output" = "msanitize: stdout: No space left on device" ]
	run -2 sh -c 'echo "\\q" | msanitize -q -r /dev/full'
	[ "${lines[-1]}" = "msanitize: /dev/full: No space left on device" ]
}

@test "an early head ends it by SIGPIPE" {
	run -0 bash -c 'seq 100000 | msanitize | head -n 1; echo "${PIPESTATUS[1]}"'
	[ "${lines[1]}" -eq 141 ]
}
