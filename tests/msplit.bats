#!/usr/bin/env bats
# msplit - a test a promise of the page, in its order
load helper

# Two tracks: a tempo and meter map, then piano on 1 and drums on 10 in one.
both() { # FILE
	mid "$1" 1 96 \
		"00 ff 51 03 07 a1 20 00 ff 58 04 03 02 18 08 00 ff 06 01 41 60 ff 51 03 0f 42 40" \
		"00 ff 03 04 47 72 6f 70 00 c0 05 00 90 3c 40 00 99 24 50 60 80 3c 40 00 89 24 40 00 90 40 41 60 80 40 42"
}

# events FILE: what is in it, one event a line: tick, then bytes.
events() {
	python3 - "$1" <<'P'
import sys
d = open(sys.argv[1], 'rb').read()
assert d[:8] == b'MThd\0\0\0\6' and len(d) == 22 + int.from_bytes(d[18:22], 'big')
print('format', d[9], 'tracks', d[11], 'division', int.from_bytes(d[12:14], 'big'))
p, tick, run = 22, 0, 0
def vlq():
    global p
    v = 0
    while True:
        b = d[p]; p += 1; v = v << 7 | b & 127
        if b < 128: return v
while p < len(d):
    tick += vlq()
    if d[p] >= 128: run = d[p]; p += 1
    if run >= 0xf0:
        t = b'' if run != 255 else d[p:p + 1]
        p += run == 255
        n = vlq(); body = t + d[p:p + n]; p += n
    else:
        n = 1 if run >> 5 == 6 else 2
        body = d[p:p + n]; p += n
    print(tick, bytes([run]).hex() + body.hex())
P
}

@test "the record passes first, behind it one for each track and channel" {
	both 'a b.mid'
	run -0 msplit -l lib <<<"$(rec 'a b.mid' 1 22 midi ok '\N' 00 /s.zip 'm b.mid' a_b.mid)"
	[ "${#lines[@]}" -eq 3 ]
	[ "${lines[0]}" = "$(rec 'a b.mid' 1 22 midi ok '\N' 00 /s.zip 'm b.mid' a_b.mid)" ]
	h=$(hash 'a b.mid')
	d=$PWD/lib/parts/${h:0:2}/a_b_${h:0:8}
	[ "${lines[1]}" = "$(rec "$d/t02_c01_Grop.mid" "$(stat -c%s "$d/t02_c01_Grop.mid")" 22 midi ok '\N' \
		"$(hash "$d/t02_c01_Grop.mid")" /s.zip 'm b.mid' t02_c01_Grop.mid "$h" t02c01)" ]
	[ "$(cut -f1,12 <<<"${lines[2]}")" = "$(rec "$d/t02_c10_Grop.mid" t02c10)" ]
}

@test "a file with one track and channel, and all other records, pass unchanged" {
	song a.mid 1
	both b.mid
	in=$(rec a.mid 1 2 midi ok; rec a.zip 1 2 archive ok; rec b.mid 1 2 midi dup
		rec b.mid 1 2 midi error corrupt
		rec b.mid 1 2 midi ok '\N' 00 '\N' '\N' '\N' 11 t01c01)
	run -0 msplit -l lib <<<"$in"
	[ "$output" = "$in" ]
	[ -z "$(find lib -name '*.mid')" ]
}

@test "a part holds its notes, its texts, programs, and the whole map at its ticks" {
	both a.mid
	msplit -l lib <<<a.mid >/dev/null
	run -0 events lib/parts/*/*/t02_c01_Grop.mid
	[ "$output" = "format 0 tracks 1 division 96
0 ff5107a120
0 ff5803021808
0 ff0641
0 ff0347726f70
0 c005
0 903c40
96 ff510f4240
96 803c40
96 904041
192 804042
192 ff2f" ]
	run -0 events lib/parts/*/*/t02_c10_Grop.mid
	[ "$(grep -E '^[0-9]+ [c89]' <<<"$output")" = "0 992450${nl}96 892440" ]
	[ "$(grep -c 'ff51' <<<"$output")" -eq 2 ]
}

@test "format 0 is split by channel" {
	mid a.mid 0 96 "00 90 3c 40 00 91 40 40 60 80 3c 40 00 81 40 40"
	run -0 msplit -l lib <<<a.mid
	[ "$(field 12 <<<"$output" | tail -n 2)" = "t01c01${nl}t01c02" ]
}

@test "the state of a channel comes from all tracks, notes from their own" {
	mid a.mid 1 96 "00 c0 07 00 b0 07 64 00 90 3c 40 60 80 3c 40" \
		"30 90 43 40 60 80 43 40"
	msplit -l lib <<<a.mid >/dev/null
	run -0 events lib/parts/*/*/t02_c01.mid
	[ "$(tail -n +2 <<<"$output")" = "0 c007
0 b00764
48 904340
144 804340
144 ff2f" ]
}

@test "the notes of the parts together are those of the original" {
	mid a.mid 1 96 "00 90 3c 40 00 92 3c 40 10 80 3c 40 10 82 3c 40 00 92 3d 01 05 82 3d 00" \
		"00 99 24 40 05 99 24 00 05 90 40 7f 50 80 40 10"
	msplit -l lib <<<a.mid >/dev/null
	for f in lib/parts/*/*/*.mid; do events "$f"; done | grep -E '^[0-9]+ [89]' | sort >parts
	[ "$(wc -l <parts)" -eq 10 ]
	[ "$(grep -c ' 9' parts)" -eq 6 ]
	[ "$(sort parts)" = "$(sort <<'X'
0 903c40
16 803c40
0 923c40
32 823c40
32 923d01
37 823d00
0 992440
5 992400
10 90407f
90 804010
X
)" ]
}

@test "a note that was never ended ends with its track" {
	mid a.mid 0 96 "00 90 3c 40 00 91 40 40 60 81 40 40"
	msplit -l lib <<<a.mid >/dev/null
	run -0 events lib/parts/*/*/t01_c01.mid
	[ "$(tail -n 2 <<<"$output")" = "96 803c40${nl}96 ff2f" ]
}

@test "in format 2 a part takes from its own track alone" {
	mid a.mid 2 96 "00 ff 51 03 07 a1 20 00 90 3c 40 60 80 3c 40" "00 c0 07 00 90 40 40 60 80 40 40"
	msplit -l lib <<<a.mid >/dev/null
	run -0 events lib/parts/*/*/t02_c01.mid
	[ "$(tail -n +2 <<<"$output")" = "0 c007${nl}0 904040${nl}96 804040${nl}96 ff2f" ]
}

@test "splitting a part again changes nothing" {
	both a.mid
	msplit -l lib <<<a.mid | tail -n 1 | cut -f1 >one
	run -0 msplit -l lib2 <one
	[ "$output" = "$(cat one)" ]
}

@test "a part that another place has is dup, with the path PARENT!/PART" {
	both a.mid
	cp a.mid b.mid
	run -0 msplit -l lib <<<"a.mid${nl}b.mid"
	[ "$(cut -f1,5,12 <<<"${lines[4]}")" = "$(rec 'b.mid!/t02c01' dup t02c01)" ]
	[ "$(cut -f1,5,12 <<<"${lines[5]}")" = "$(rec 'b.mid!/t02c10' dup t02c10)" ]
	[ "$(find lib -name '*.mid' | wc -l)" -eq 2 ]
}

@test "a second run gives the same records and the same tree" {
	both a.mid
	cp a.mid b.mid
	one=$(msplit -l lib <<<"a.mid${nl}b.mid")
	cp -rp lib once
	[ "$(msplit -l lib <<<"a.mid${nl}b.mid")" = "$one" ]
	[ "$(tree lib)" = "$(tree once)" ]
}

@test "--by track: a part has all channels of its track" {
	both a.mid
	mid b.mid 1 96 "00 90 3c 40 00 91 40 40 60 80 3c 40 00 81 40 40" "00 92 30 40 60 82 30 40"
	run -0 msplit --by track -l lib <<<b.mid
	[ "$(field 12 <<<"$output" | tail -n 2)" = "t01${nl}t02" ]
	events lib/parts/*/*/t01.mid >got
	grep -q '^0 903c40' got
	grep -q '^0 914040' got
	# One track has all the notes: nothing to split.
	run -0 msplit --by track -l lib <<<a.mid
	[ "${#lines[@]}" -eq 1 ]
}

@test "--by channel: a part has the notes of all tracks" {
	mid a.mid 1 96 "00 90 3c 40 60 80 3c 40" "30 90 43 40 60 80 43 40" "00 91 30 40 60 81 30 40"
	run -0 msplit --by channel -l lib <<<a.mid
	[ "$(field 12 <<<"$output" | tail -n 2)" = "c01${nl}c02" ]
	events lib/parts/*/*/c01.mid >got
	grep -q '^0 903c40' got
	grep -q '^48 904340' got
	run -2 msplit --by ear </dev/null
	[ "$output" = "msplit: ear: not track, channel or both" ]
}

@test "--trim leaves out whole empty bars, and issues says how many" {
	# 3/4 at 96 ticks: bars of 288. Notes begin in bar 3 and in bar 1.
	mid a.mid 1 96 "00 ff 51 03 07 a1 20 00 ff 58 04 03 02 18 08" \
		"00 c0 05 84 60 90 3c 40 60 80 3c 40" "00 91 30 40 60 81 30 40"
	run -0 msplit --trim -l lib <<<a.mid
	[ "$(field 42 <<<"${lines[1]}")" = trimmed:2 ]
	[ "$(awk -F '\t' '{ print NF }' <<<"${lines[2]}")" = 12 ]
	run -0 events lib/parts/*/*/t02_c01.mid
	[ "$(tail -n 4 <<<"$output")" = "0 c005
32 903c40
128 803c40
128 ff2f" ]
	# What comes behind keeps the word.
	run -0 manalyze < <(msplit --trim -l lib <<<a.mid)
	[ "$(field 42 <<<"${lines[1]}")" = trimmed:2 ]
}

@test "--min-notes leaves out what has fewer" {
	mid a.mid 1 96 "00 90 3c 40 60 80 3c 40" "00 91 30 40 60 81 30 40 00 91 31 40 60 81 31 40"
	run -0 msplit --min-notes 2 -l lib <<<a.mid
	[ "$(field 12 <<<"$output" | tail -n 1)" = t02c02 ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "-n writes records and no files" {
	both a.mid
	run -0 msplit -n -l lib <<<a.mid
	[ "${#lines[@]}" -eq 3 ]
	[ ! -e lib ]
}

@test "--no-seen does not look for duplicates" {
	both a.mid
	cp a.mid b.mid
	run -0 msplit --no-seen -l lib <<<"a.mid${nl}b.mid"
	[ "$(grep -c "${tab}ok$tab" <<<"$output")" -eq 4 ]
}

@test "-l, MIDI_LIBRARY, ./midi-library" {
	both a.mid
	msplit <<<a.mid >/dev/null
	MIDI_LIBRARY=env msplit <<<a.mid >/dev/null
	ls midi-library/parts/*/*/t02_c10_Grop.mid env/parts/*/*/t02_c10_Grop.mid
	[ -f env/MIDIFLOW.TAG ]
}

@test "--max-events leaves a larger file whole, names it, exit 1" {
	both a.mid
	run -1 --separate-stderr msplit --max-events 5 -l lib -r rejects <<<a.mid
	[ "$output" = a.mid ]
	[ "$stderr" = "msplit: a.mid: limit:events" ]
	[ "$(cat rejects)" = a.mid ]
	run -2 msplit --max-events x </dev/null
	[ "$output" = "msplit: x: Invalid argument" ]
}

@test "a file that cannot be read is an error with a code, exit 1, the rest goes on" {
	both a.mid
	echo '<html>' >b.mid
	: >c.mid
	run -1 --separate-stderr msplit -l lib <<<"b.mid${nl}c.mid${nl}d.mid${nl}a.mid"
	[ "$(cut -f1,5,6 <<<"$output" | head -n 3)" = "$(rec b.mid error not-midi
		rec c.mid error empty; rec d.mid error io:ENOENT)" ]
	[ "${#lines[@]}" -eq 6 ]
	[ "${stderr_lines[2]}" = "msplit: d.mid: io:ENOENT" ]
}

@test "escaped names: the file is found, the folder is clean" {
	both "$(printf 'a\tb\\\nd\351.mid')"
	run -0 msplit -l lib <<<'a\tb\\\nd\xe9.mid'
	[ "${#lines[@]}" -eq 3 ]
	[ -n "$(find lib/parts -type d -name 'a_b_de_*')" ]
	run -0 msplit -l lib2 <<<'a\tb\\\nd\xe9.mid'
	cp "$(printf 'a\tb\\\nd\351.mid')" x.mid
	run -0 msplit -l lib2 <<<"x.mid"
	[ "$(cut -f1 <<<"${lines[1]}")" = 'x.mid!/t02c01' ]
}

@test "-H prints the column names" {
	run -0 msplit -H
	[ "$output" = "$(rec '#path' size mtime kind status detail hash source member name parent part)" ]
	[ ! -e midi-library ]
}

@test "a bad record is an error, exit 1" {
	run -1 --separate-stderr msplit -l lib <<<"a${bs}qb.mid"
	[ "$(cut -f1,5 <<<"$output")" = "$(rec "a${bs}qb.mid" error)" ]
	[[ "$stderr" = "msplit: a${bs}qb.mid: "* ]]
}

@test "empty input gives nothing, exit 0" {
	run -0 msplit -l lib </dev/null
	[ -z "$output" ]
}

@test "a library that is a file is fatal, exit 2" {
	: >lib
	run -2 msplit -l lib </dev/null
	[ "$output" = "msplit: lib: Not a directory" ]
}

@test "a full disk is fatal, exit 2" {
	[ -w /dev/full ] || skip "no /dev/full"
	both a.mid
	run -2 sh -c 'echo a.mid | msplit -l lib >/dev/full'
	[ "$output" = "msplit: stdout: No space left on device" ]
}

@test "an early head ends it by SIGPIPE" {
	both a.mid
	run -0 bash -c 'yes a.mid | head -n 5000 | msplit -l lib | head -n 1; echo "${PIPESTATUS[2]}"'
	[ "${lines[1]}" -eq 141 ]
}
