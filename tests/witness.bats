#!/usr/bin/env bats
# witness - what other readers say of the same files, and what comes back
load helper

# What make check builds for this file.
events() {
	"$abs_top_builddir/tests/events" "$@"
}
rewrite() {
	"$abs_top_builddir/tests/rewrite"
}
parts() {
	"$abs_top_builddir/tests/parts"
}

# same FILE...: our events are midicsv's lines, byte for byte.
same() {
	local f n=0 lines=0
	for f; do
		midicsv "$f" >theirs || return
		events "$f" >ours || return
		cmp ours theirs || { diff ours theirs | head -n 5 && return 1; }
		n=$((n + 1)) lines=$((lines + $(wc -l <ours)))
	done
	[ "$lines" -gt $((n * 4)) ]
	echo "# $n files, $lines lines as midicsv prints them" >&3
}

# The songs of the corpora, but for the damaged ones.
songs() {
	find "$@" -path "$C/malformed" -prune -o -type f \
		\( -iname '*.mid' -o -iname '*.midi' -o -iname '*.kar' -o -iname '*.rmi' \) -print | sort
}

@test "midicsv reads the events that we read: the example's files" {
	need midicsv
	mapfile -t files < <(songs "$abs_top_srcdir/examples/collection")
	[ "${#files[@]}" -gt 5 ]
	same "${files[@]}"
}

@test "midicsv reads the events that we read: each kind of event" {
	need midicsv
	mid running.mid 0 96 "00 90 3c 40 60 3e 40 00 3c 00 60 3e 00 00 c5 07 00 08 00 d5 10 00 11 00 b5 07 64 00 0a 40" \
		"00 90 3c 40 10 ff 01 01 61 10 90 3c 00"
	mid sysex.mid 0 96 "00 f0 05 7e 7f 09 01 f7 00 f0 00 10 f0 81 00$(printf '%0256d' 7) 00 90 3c 40 60 80 3c 40"
	mid packets.mid 0 96 "00 f0 03 43 12 00 10 f7 02 10 20 10 f7 01 f7 00 f7 02 f3 01 00 f7 00"
	mid vlq.mid 0 32767 "7f 90 3c 01 81 00 80 3c 01 ff 7f 90 3c 02 81 80 00 80 3c 02 ff ff 7f 90 3c 03
		81 80 80 00 80 3c 03 ff ff ff 7f 90 3c 04 80 80 80 00 80 3c 04 80 00 90 3c 05"
	mid texts.mid 1 96 "00 ff 01 04 61 22 62 5c 00 ff 02 03 a9 e9 0a 00 ff 03 00 00 ff 04 02 09 7f 00 ff 05 01 2f
		00 ff 06 01 41 00 ff 07 03 80 9f a0 00 ff 08 01 78 00 ff 0a 02 01 02" \
		"00 ff 03 $(printf '81 00 %0256d' 0)"
	mid metas.mid 1 480 "00 ff 00 02 01 02 00 ff 20 01 03 00 ff 21 01 04 00 ff 51 03 07 a1 20 00 ff 54 05 41 02 03 04 05
		00 ff 58 04 07 03 0c 08 00 ff 59 02 fb 01 00 ff 59 02 07 00 00 ff 7f 03 00 00 41 00 ff 60 02 01 02
		00 ff 51 03 ff ff ff 00 ff 51 03 00 00 01" "00 e0 00 40 00 e0 7f 7f 00 ef 00 00 00 a3 3c 40 00 83 3c 7f"
	mid smpte.mid 1 $((0xe728)) "00 90 3c 40 87 68 80 3c 40" "00 ff 51 03 03 d0 90 00 99 24 7f 00 89 24 00"
	mid pieces.mid 2 96 "00 ff 51 03 07 a1 20 00 90 3c 40 60 80 3c 40" \
		"00 ff 51 03 03 d0 90 10 91 3c 40 60 81 3c 40" ""
	format=1 smf 96 't500000 m3/4 k-3m =A_track p5 n60 n64:24:100 +96 h48' 'c10 p1 n36 n38 n42:12' >words.mid
	same ./*.mid
}

@test "midicsv reads the events that we read: every sound file of another library's tests" {
	need midicsv
	shared valid-refs
	mapfile -t files < <(songs "$C/valid-refs")
	same "${files[@]}"
}

@test "the dumps of another reader say what we read" {
	need python3
	shared valid-refs
	run -0 "$abs_top_srcdir/tests/witness.py" "$abs_top_builddir/tests/events" "$C/valid-refs"
	echo "# $output" >&3
}

@test "write(read(f)): every event is kept, and every byte where the choices were the same" {
	songs "$abs_top_srcdir/examples/collection" >list
	run -0 rewrite <list
	[[ "$output" = *" sound, "*" 0 wrong" ]]
	echo "# $output" >&3
}

@test "write(read(f)): every event of the sound files of the corpora is kept" {
	shared valid-refs
	songs "$C/groove" "$C/jsbach" "$C/valid-refs" >list
	songs "$C/pop909" "$C/symbtr" | awk 'NR % 10 == 0' >>list
	run -0 rewrite <list
	echo "# $output" >&3
}

@test "the parts of a file are the file: notes, maps, and what comes before a note" {
	songs "$abs_top_srcdir/examples/collection" >list
	run -0 parts <list
	echo "# $output" >&3
}

@test "the parts of a file are the file: every sound file of the corpora" {
	shared valid-refs
	songs "$C" >list
	run -0 parts <list
	echo "# $output" >&3
}
