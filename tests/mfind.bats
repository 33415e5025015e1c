#!/usr/bin/env bats
# mfind - a test a promise of the page, in its order
load helper

@test "writes path, size, mtime and kind of MIDI files and archives" {
	mkdir d
	song d/a.mid 1
	: >d/b.zip
	: >d/c.txt
	touch -d @1000000000 d/*
	run -0 mfind d
	[ "$(sort <<<"$output")" = "$(rec "$PWD/d/a.mid" 34 1000000000 midi
		rec "$PWD/d/b.zip" 0 1000000000 archive)" ]
}

@test "knows them by their suffix in any case" {
	mkdir d
	for s in mid MIDI Kar rmi RMID smf 7z Z bz2 cab cpio GZ iso lha lz lz4 \
		lzh lzma pax rar tar tbz tbz2 tgz tlz txz tzst xz Zip zst; do
		: >"d/x.$s"
	done
	: >d/mid
	: >d/x.mid.bak
	: >d/x.midx
	run -0 mfind d
	[ "$(cut -f4 <<<"$output" | sort | uniq -c | tr -s ' ')" = " 24 archive
 6 midi" ]
}

@test "walks all folders, whatever their depth" {
	p=d
	for i in {1..60}; do p+=/a_folder_name_of_some_length_$i; done
	mkdir -p "$p"
	song "$p/x.mid" 1
	song d/y.mid 2
	run -0 mfind d
	[ "$(field 1 <<<"$output" | sort)" = "$(printf '%s\n' "$PWD/$p/x.mid" "$PWD/d/y.mid" | sort)" ]
}

@test "an operand that is a file is taken by its suffix or by its content" {
	song a.mid 1
	cp a.mid plain
	pack x.zip a.mid
	mv x.zip zipped
	run -0 mfind a.mid plain zipped
	[ "$(field 4 <<<"$output")" = "midi${nl}midi${nl}archive" ]
}

@test "an operand that is neither is named, exit 1, the rest goes on" {
	echo hello >x.txt
	song a.mid 1
	run -1 --separate-stderr mfind x.txt a.mid
	[ "$(field 1 <<<"$output")" = "$PWD/a.mid" ]
	[ "$stderr" = "mfind: x.txt: neither MIDI nor an archive" ]
	mkfifo f.mid
	run -1 --separate-stderr mfind f.mid
	[ "$stderr" = "mfind: f.mid: neither a file nor a folder" ]
}

@test "operands are made absolute by realpath, the rest is as found" {
	mkdir -p real/sub
	song real/sub/a.mid 1
	ln -s real link
	run -0 mfind ./link/../link
	[ "$(field 1 <<<"$output")" = "$PWD/real/sub/a.mid" ]
}

@test "a name of any bytes is escaped" {
	mkdir d
	: >"d/$(printf 'a\tb\\c\nd\re\351f\001\177\303\251.mid')"
	run -0 mfind -R d
	[ "$(field 1 <<<"$output")" = $'d/a\\tb\\\\c\\nd\\re\\xe9f\\x01\\x7f\xc3\xa9.mid' ]
}

@test "leaves out resource forks, __MACOSX and symbolic links" {
	mkdir -p d/__MACOSX d/.hidden
	song d/a.mid 1
	cp d/a.mid d/._a.mid
	cp d/a.mid d/__MACOSX/b.mid
	cp d/a.mid d/.hidden/c.mid
	ln -s a.mid d/l.mid
	run -0 mfind -R d
	[ "$(field 1 <<<"$output" | sort)" = "d/.hidden/c.mid${nl}d/a.mid" ]
}

@test "leaves out a folder with MIDIFLOW.TAG, but for an operand" {
	mkdir -p d/lib/sub
	song d/a.mid 1
	song d/lib/b.mid 2
	song d/lib/sub/c.mid 3
	: >d/lib/MIDIFLOW.TAG
	run -0 mfind -R d
	[ "$(field 1 <<<"$output")" = d/a.mid ]
	run -0 mfind -R d/lib
	[ "$(field 1 <<<"$output" | sort)" = "d/lib/b.mid${nl}d/lib/sub/c.mid" ]
}

@test "-0 reads what find -print0 writes; folders and others say nothing" {
	mkdir d
	song "d/a b.mid" 1
	: >"d/$(printf 'n\nl.zip')"
	: >d/x.txt
	: >d/._x.mid
	run -0 --separate-stderr sh -c 'find d -print0 | mfind -0'
	[ "$(field 1 <<<"$output" | sort)" = "$PWD/d/a b.mid${nl}$PWD/d/n\\nl.zip" ]
	[ -z "$stderr" ]
	run -0 sh -c 'find ./d -name "a*" -print0 | mfind -0R'
	[ "$(field 1 <<<"$output")" = "./d/a b.mid" ]
}

@test "-0 names a missing file, exit 1, and a name that is cut off, exit 2" {
	song a.mid 1
	run -1 --separate-stderr sh -c 'printf "no.mid\0a.mid\0" | mfind -0'
	[ "$(field 1 <<<"$output")" = "$PWD/a.mid" ]
	[ "$stderr" = "mfind: $PWD/no.mid: No such file or directory" ]
	run -2 --separate-stderr sh -c 'printf "a.mid\0a.mi" | mfind -0'
	[ "$(field 1 <<<"$output")" = "$PWD/a.mid" ]
	[ "$stderr" = "mfind: a.mi: the last name is cut off" ]
}

@test "-H prints the column names" {
	run -0 mfind -H
	[ "$output" = "$(rec '#path' size mtime kind)" ]
}

@test "-L follows links, and walks a folder once" {
	mkdir -p d/sub
	song d/sub/a.mid 1
	ln -s sub/a.mid d/l.mid
	ln -s .. d/sub/up
	ln -s sub d/again
	ln -s gone d/dangling.mid
	run -1 --separate-stderr mfind -L -R d
	[ "$(grep -c 'a\.mid' <<<"$output")" -eq 1 ]
	[ "$(grep -c 'd/l\.mid' <<<"$output")" -eq 1 ]
	[ "$stderr" = "mfind: d/dangling.mid: No such file or directory" ]
}

@test "-m judges other files by their first bytes" {
	mkdir d
	song d/tune 1
	(cd d && pack t.zip tune && mv t.zip pack.bin)
	echo hello >d/x.txt
	run -0 mfind -m -R d
	[ "$(cut -f1,4 <<<"$output" | sort)" = "$(rec d/pack.bin archive
		rec d/tune midi)" ]
	run -0 mfind -R d
	[ -z "$output" ]
}

@test "-q says nothing, the status stays" {
	run -1 mfind -q nosuch
	[ -z "$output" ]
}

@test "-R writes paths as they were given" {
	mkdir d
	song d/a.mid 1
	run -0 mfind -R ./d/
	[ "$(field 1 <<<"$output")" = ./d/a.mid ]
}

@test "-x leaves out names, and paths where the pattern has a slash" {
	mkdir -p d/old d/new/old
	song d/a.mid 1
	song d/b.mid 1
	song d/old/c.mid 2
	song d/new/d.mid 3
	run -0 mfind -R -x old -x 'b*' d
	[ "$(field 1 <<<"$output" | sort)" = "d/a.mid${nl}d/new/d.mid" ]
	run -0 mfind -R -x 'd/new/*' d
	[ "$(field 1 <<<"$output" | sort)" = "d/a.mid${nl}d/b.mid${nl}d/old/c.mid" ]
}

@test "a missing operand is named, exit 1, the rest goes on" {
	song a.mid 1
	run -1 --separate-stderr mfind nosuch a.mid
	[ "$(field 1 <<<"$output")" = "$PWD/a.mid" ]
	[ "$stderr" = "mfind: nosuch: No such file or directory" ]
}

@test "an unreadable folder is named, exit 1, the rest goes on" {
	need_as_user
	mkdir -p d/closed
	song d/a.mid 1
	chmod 0 d/closed
	run -1 --separate-stderr as_user mfind -R d
	chmod 755 d/closed
	[ "$(field 1 <<<"$output")" = d/a.mid ]
	[ "$stderr" = "mfind: d/closed: Permission denied" ]
}

@test "an empty folder and empty input give nothing, exit 0" {
	mkdir d
	run -0 mfind d
	[ -z "$output" ]
	run -0 mfind -0 </dev/null
	[ -z "$output" ]
}

@test "a wrong call prints the usage, exit 2" {
	run -2 mfind
	[ "${lines[0]}" = "usage: mfind [-HLmqRv] [-x pattern] path ..." ]
	run -2 mfind -0 d
	run -2 mfind --nosuch d
}

@test "a full disk is fatal, exit 2" {
	[ -w /dev/full ] || skip "no /dev/full"
	song a.mid 1
	run -2 sh -c 'mfind a.mid >/dev/full'
	[ "$output" = "mfind: stdout: No space left on device" ]
}

@test "an early head ends it by SIGPIPE" {
	mkdir d
	for i in {1..3000}; do : >"d/a_name_that_fills_the_pipe_soon_$i.mid"; done
	run -0 bash -c 'mfind d | head -n 1; echo "${PIPESTATUS[0]}"'
	[ "${lines[1]}" -eq 141 ]
}
