#!/usr/bin/env bats
# mrepair - a test a promise of the page, in its order
load helper

# raw FILE HEX: bytes.
raw() {
	hex "$2" >"$1"
}

# fixed FILE: hexadecimal digits of what becomes of it.
fixed() {
	rm -rf fixed
	mrepair -l fixed <<<"$1" >/dev/null
	od -An -v -tx1 fixed/repaired/*/*.mid | tr -d ' \n'
}

# head_of N: a sound header of format 1, N tracks (0 to 9), division 96.
head_of() {
	echo "4d546864 00000006 0001 000$1 0060"
}

# track HEX: a sound track of these events; End of Track is added.
track() {
	local t=${1//[^0-9a-f]/}00ff2f00
	printf '4d54726b%08x%s' $((${#t} / 2)) "$t"
}

# same HEX DIGITS: blanks do not count.
same() {
	[ "${1//[^0-9a-f]/}" = "${2//[^0-9a-f]/}" ] || { echo "$1" && echo "$2" && return 1; }
}

# A note that is never ended, and no End of Track.
damaged() { # FILE [PITCH]
	raw "$1" "$(head_of 1) 4d54726b 00000008 00 90 ${2:-3c} 40 60 b0 07 40"
}

note='00 90 3c 40 60 80 3c 40'

@test "the record passes first, behind it that of the new file" {
	damaged 'a b.mid'
	in=$(rec 'a b.mid' 30 22 midi ok '\N' 00 /s.zip 'm b.mid' a_b.mid)
	cp 'a b.mid' before
	run -0 mrepair -l lib <<<"$in"
	[ "${#lines[@]}" -eq 2 ]
	[ "${lines[0]}" = "$in" ]
	h=$(hash 'a b.mid')
	f=$PWD/lib/repaired/${h:0:2}/a_b_${h:0:8}.mid
	[ "${lines[1]}" = "$(rec "$f" "$(stat -c%s "$f")" 22 midi ok '\N' "$(hash "$f")" \
		/s.zip 'm b.mid' "a_b_${h:0:8}.mid" "$h" repaired)" ]
	cmp 'a b.mid' before
}

@test "a file without issues, a part and all other records pass unchanged and alone" {
	song a.mid 1
	damaged b.mid
	in=$(rec a.mid 1 2 midi ok; rec a.zip 1 2 archive ok; rec b.mid 1 2 midi dup
		rec b.mid 1 2 midi error corrupt
		rec b.mid 1 2 midi ok '\N' 00 '\N' '\N' '\N' 11 t01c01 more)
	run -0 mrepair -l lib <<<"$in"
	[ "$output" = "$in" ]
	[ -z "$(find lib -name '*.mid')" ]
}

@test "repairing the new file changes nothing, and it has no issues" {
	damaged a.mid
	run -0 mrepair -l lib <<<a.mid
	cut -f1 <<<"${lines[1]}" >one
	run -0 mrepair -l lib2 <one
	[ "$output" = "$(cat one)" ]
	[ "$(manalyze <one | field "$(mcols issues)")" = '\N' ]
	[ "$(manalyze <<<a.mid | field "$(mcols issues)")" = no-end-of-track,hanging-note ]
}

@test "it becomes a bare file with a header of 6 bytes, and tracks alone" {
	want="$(head_of 1) $(track "$note")"
	# Junk, RIFF of a wrong length, a longer header, a foreign chunk.
	raw a.mid "0a0b0c $want"
	same "$(fixed a.mid)" "$want"
	raw a.mid "52494646 00000000 524d4944 64617461 01000000 $want"
	same "$(fixed a.mid)" "$want"
	raw a.mid "4d546864 00000008 0001 0001 0060 0000 $(track "$note")"
	same "$(fixed a.mid)" "$want"
	raw a.mid "$(head_of 1) 58464941 00000002 0102 $(track "$note")"
	same "$(fixed a.mid)" "$want"
}

@test "the header tells the tracks, format and division" {
	raw a.mid "$(head_of 9) $(track "$note") $(track '')"
	same "$(fixed a.mid)" "$(head_of 2) $(track "$note") $(track '')"
	raw a.mid "4d546864 00000006 0000 0002 0060 $(track '') $(track "$note")"
	same "$(fixed a.mid)" "$(head_of 2) $(track '') $(track "$note")"
	raw a.mid "4d546864 00000006 0003 0001 0060 $(track "$note")"
	same "$(fixed a.mid)" "$(head_of 1) $(track "$note")"
	raw a.mid "4d546864 00000006 0001 0001 0000 $(track "$note")"
	same "$(fixed a.mid)" "$(head_of 1) $(track "$note")"
	# Format 2 stays, and so does a division of frames.
	raw a.mid "4d546864 00000006 0002 0003 e728 $(track "$note")"
	same "$(fixed a.mid)" "4d546864 00000006 0002 0001 e728 $(track "$note")"
}

@test "each track has its length and one End of Track, whole events stay" {
	want="$(head_of 1) $(track "$note")"
	raw a.mid "$(head_of 1) 4d54726b 7fffffff $note 00ff2f00"
	same "$(fixed a.mid)" "$want"
	raw a.mid "$(head_of 1) 4d54726b 00000008 $note"
	same "$(fixed a.mid)" "$want"
	raw a.mid "$(head_of 1) 4d54726b 0000000b $note 0090 3c"
	same "$(fixed a.mid)" "$want"
	raw a.mid "$(head_of 1) 4d54726b 00000010 00 90 3c 40 00 ff 2f 00 60 80 3c 40 00 ff 2f 00"
	same "$(fixed a.mid)" "$want"
}

@test "each event has its status, data bytes are held to 127" {
	want="$(head_of 1) $(track "00 90 3c 40 00 ff 01 01 41 60 90 3c 00")"
	# Across a meta event; a long quantity; F4; data without a status.
	raw a.mid "$(head_of 1) $(track "00 90 3c 40 00 ff 01 01 41 60 3c 00")"
	same "$(fixed a.mid)" "$want"
	raw a.mid "$(head_of 1) $(track "00 90 3c 40 8080808000 ff 01 01 41 60 90 3c 00")"
	same "$(fixed a.mid)" "$want"
	raw a.mid "$(head_of 1) $(track "00 90 3c 40 00 f4 00 ff 01 01 41 60 90 3c 00")"
	same "$(fixed a.mid)" "$want"
	raw a.mid "$(head_of 1) $(track "00 01 02 90 3c 40 00 ff 01 01 41 60 90 3c 00")"
	same "$(fixed a.mid)" "$want"
	raw a.mid "$(head_of 1) $(track "00 90 3c ff 60 80 3c 40")"
	same "$(fixed a.mid)" "$(head_of 1) $(track "00 90 3c 7f 60 80 3c 40")"
}

@test "overlapping notes, notes never ended, note-offs that end nothing" {
	raw a.mid "$(head_of 1) $(track "00 90 3c 40 60 90 3c 41 60 80 3c 42 60 80 3c 43 00 91 3d 00")"
	# The track's end stays where it was.
	same "$(fixed a.mid)" "$(head_of 1) 4d54726b 00000014
		00 90 3c 40 60 80 3c 40 00 90 3c 41 60 80 3c 42 60 ff 2f 00"
	raw a.mid "$(head_of 1) $(track "00 90 3c 40 00 95 30 41 60 b0 07 40")"
	same "$(fixed a.mid)" "$(head_of 1) $(track "00 90 3c 40 00 95 30 41 60 b0 07 40 00 80 3c 40 00 85 30 40")"
}

@test "tempo, meter and key are cut, filled or dropped; meta types above 127 go" {
	raw a.mid "$(head_of 1) $(track "00 ff 51 04 07 a1 20 01 00 ff 58 02 03 02
		00 ff 58 05 04 02 24 07 09 00 ff 59 03 fe 01 01 $note")"
	same "$(fixed a.mid)" "$(head_of 1) $(track "00 ff 51 03 07 a1 20 00 ff 58 04 03 02 18 08
		00 ff 58 04 04 02 24 07 00 ff 59 02 fe 01 $note")"
	raw a.mid "$(head_of 1) $(track "00 ff 51 03 00 00 00 00 ff 51 02 07 a1 00 ff 58 01 03
		00 ff 58 04 00 02 18 08 00 ff 58 04 03 08 18 08 00 ff 59 01 01 00 ff 59 02 08 00
		00 ff 59 02 00 02 00 ff 80 01 41 $note")"
	same "$(fixed a.mid)" "$(head_of 1) $(track "$note")"
}

@test "ticks beyond 32 bits and odd frames are kept, and alone no reason to write" {
	raw a.mid "4d546864 00000006 0001 0001 e128 $(track "$note")"
	long=
	for _ in {1..17}; do long+='ffffff7f b0 07 40 '; done
	raw b.mid "$(head_of 1) $(track "$long $note")"
	for f in a.mid b.mid; do
		[ "$(manalyze <<<$f | field "$(mcols issues)")" != '\N' ]
		run -0 mrepair -l lib <<<$f
		[ "$output" = $f ]
	done
	raw a.mid "4d546864 00000006 0001 0002 e128 $(track "$note")"
	same "$(fixed a.mid)" "4d546864 00000006 0001 0001 e128 $(track "$note")"
}

@test "a content that another place has is dup, with the path PARENT!/repaired" {
	damaged a.mid
	cp a.mid b.mid
	run -0 mrepair -l lib <<<"a.mid${nl}b.mid"
	[ "$(cut -f1,5,12 <<<"${lines[3]}")" = "$(rec 'b.mid!/repaired' dup repaired)" ]
	[ "$(find lib -name '*.mid' | wc -l)" -eq 1 ]
}

@test "a second run gives the same records and the same tree" {
	damaged a.mid
	cp a.mid b.mid
	damaged c.mid 3d
	one=$(mrepair -l lib <<<"a.mid${nl}b.mid${nl}c.mid")
	[ "$(wc -l <<<"$one")" -eq 6 ]
	cp -rp lib once
	[ "$(mrepair -l lib <<<"a.mid${nl}b.mid${nl}c.mid")" = "$one" ]
	[ "$(tree lib)" = "$(tree once)" ]
}

@test "-n writes nothing, passes the originals and names what would be repaired" {
	damaged a.mid
	song b.mid 1
	run -0 --separate-stderr mrepair -n -l lib <<<"a.mid${nl}b.mid"
	[ "$output" = "a.mid${nl}b.mid" ]
	[ "$stderr" = "mrepair: a.mid: would repair: no-end-of-track,hanging-note" ]
	[ ! -e lib ]
	run -0 --separate-stderr mrepair -nq -l lib <<<a.mid
	[ -z "$stderr" ]
}

@test "--no-seen does not look for duplicates" {
	damaged a.mid
	cp a.mid b.mid
	run -0 mrepair --no-seen -l lib <<<"a.mid${nl}b.mid"
	[ "$(grep -c "${tab}ok$tab" <<<"$output")" -eq 2 ]
}

@test "-l, MIDI_LIBRARY, ./midi-library" {
	damaged a.mid
	mrepair <<<a.mid >/dev/null
	MIDI_LIBRARY=env mrepair <<<a.mid >/dev/null
	ls midi-library/repaired/*/a_*.mid env/repaired/*/a_*.mid
	[ -f env/MIDIFLOW.TAG ]
}

@test "--max-events leaves a larger file alone, names it, exit 1" {
	damaged a.mid
	run -1 --separate-stderr mrepair --max-events 1 -l lib -r rejects <<<a.mid
	[ "$output" = a.mid ]
	[ "$stderr" = "mrepair: a.mid: limit:events" ]
	[ "$(cat rejects)" = a.mid ]
	run -2 mrepair --max-events x </dev/null
	[ "$output" = "mrepair: x: Invalid argument" ]
}

@test "a file that cannot be read is an error with a code, exit 1, the rest goes on" {
	damaged a.mid
	echo '<html>' >b.mid
	: >c.mid
	run -1 --separate-stderr mrepair -l lib <<<"b.mid${nl}c.mid${nl}d.mid${nl}a.mid"
	[ "$(cut -f1,5,6 <<<"$output" | head -n 3)" = "$(rec b.mid error not-midi
		rec c.mid error empty; rec d.mid error io:ENOENT)" ]
	[ "${#lines[@]}" -eq 5 ]
	[ "${stderr_lines[2]}" = "mrepair: d.mid: io:ENOENT" ]
}

@test "a file of which nothing would be left is named, exit 1" {
	raw a.mid "$(head_of 1) $(track "00 80 3c 40")"
	run -1 --separate-stderr mrepair -l lib -r rejects <<<a.mid
	[ "$output" = a.mid ]
	[ "$stderr" = "mrepair: a.mid: nothing can be repaired" ]
	[ "$(cat rejects)" = a.mid ]
}

@test "escaped names: the file is found, the new name is clean" {
	damaged "$(printf 'a\tb\\\nd\351.mid')"
	run -0 mrepair -l lib <<<'a\tb\\\nd\xe9.mid'
	[ "${#lines[@]}" -eq 2 ]
	[ -n "$(find lib/repaired -name 'a_b_de_*.mid')" ]
}

@test "-H prints the column names" {
	run -0 mrepair -H
	[ "$output" = "$(rec '#path' size mtime kind status detail hash source member name parent part)" ]
	[ ! -e midi-library ]
}

@test "a bad record is an error, exit 1" {
	run -1 --separate-stderr mrepair -l lib <<<"a${bs}qb.mid"
	[ "$(cut -f1,5 <<<"$output")" = "$(rec "a${bs}qb.mid" error)" ]
	[[ "$stderr" = "mrepair: a${bs}qb.mid: "* ]]
}

@test "empty input gives nothing, exit 0" {
	run -0 mrepair -l lib </dev/null
	[ -z "$output" ]
}

@test "a library that is a file is fatal, exit 2" {
	: >lib
	run -2 mrepair -l lib </dev/null
	[ "$output" = "mrepair: lib: Not a directory" ]
}

@test "a full disk is fatal, exit 2" {
	[ -w /dev/full ] || skip "no /dev/full"
	damaged a.mid
	run -2 sh -c 'echo a.mid | mrepair -l lib >/dev/full'
	[ "$output" = "mrepair: stdout: No space left on device" ]
}

@test "an early head ends it by SIGPIPE" {
	damaged a.mid
	run -0 bash -c 'yes a.mid | head -n 5000 | mrepair -l lib | head -n 1; echo "${PIPESTATUS[2]}"'
	[ "${lines[1]}" -eq 141 ]
}

@test "four at once give the records of one" {
	need parallel
	for i in {1..40}; do damaged $i.mid "$(printf %02x "$i")"; done
	find . -name '*.mid' | sort >list
	mrepair -l lib <list >one
	parallel -k --pipe -N 10 -j 4 mrepair -l lib <list >four
	cmp one four
}

@test "real and hostile files: what is repaired reads as before, without issues" {
	[ -d "$SHARED/corpora/malformed" ] || skip "no $SHARED"
	entry=$abs_top_builddir/tests/fuzz/smf
	[ -x "$entry" ] || skip "the fuzz entry was not built"
	python3 "$SHARED/tools/mkhostile.py" --out h >/dev/null
	find "$SHARED/corpora/malformed" h/midi -type f -print0 | sort -z >names
	# The entry checks one by one, with abort().
	run -0 xargs -0 "$entry" 0 <names
	[ "$(grep -c '^ok' <<<"$output")" -eq "$(tr -dc '\0' <names | wc -c)" ]
	# And through the filter, to its fixed point.
	find "$SHARED/corpora/malformed" h/midi -type f | grep -v '\\' | sort |
		mrepair -q --no-seen -l lib >out || true
	grep "${tab}repaired$" out >new
	[ "$(wc -l <new)" -gt 300 ]
	cut -f1 new >paths
	run -0 mrepair -l lib2 <paths
	[ "$output" = "$(cat paths)" ]
	run manalyze -q <paths
	cut -f"$(mcols issues)" <<<"$output" | sort -u | grep -vx "${bs}${bs}N" >left || true
	[ -z "$(grep -vxE 'division|tick-overflow' left)" ]
}
