#!/usr/bin/env bats
# mexport-mpc - progressions, arps, programs, packs; the check and the way back
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need mexport-mpc python3
	tune='00 90 3c 64 60 80 3c 40 00 90 40 7f 30 80 40 40'
	kick='00 99 24 7f 30 89 24 40 30 99 24 40 30 89 24 40'
	D=drive/MPC_Documents
}

# song FILE CHORD...: a bar of 4/4 each, whole notes; a chord is a list of
# notes with commas.
song() {
	python3 - "$@" <<'P'
import struct, sys
track = bytearray()
for chord in sys.argv[2:]:
    notes = [int(n) for n in chord.split(",")]
    for n in notes:
        track += bytes([0, 0x90, n, 80])
    for i, n in enumerate(notes):
        track += (b"\x83\x00" if i == 0 else b"\0") + bytes([0x80, n, 64])
track += b"\0\xff\x2f\0"
open(sys.argv[1], "wb").write(b"MThd" + struct.pack(">IHHHH", 6, 0, 1, 96, 0x4d54) +
    b"rk" + struct.pack(">I", len(track)) + track)
P
}
am=45,57,60,64 f=41,57,60,65 c=48,55,60,64 g=43,55,59,62

valid() {
	need python3
	python3 -c 'import jsonschema' 2>/dev/null || skip 'no python3-jsonschema'
	python3 - "$abs_top_srcdir/tests/schema/$1.json" "${@:2}" <<'P'
import json, jsonschema, sys
check = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
for f in sys.argv[2:]:
    check.validate(json.load(open(f, encoding="ascii")))
print(len(sys.argv) - 2, "valid")
P
}

@test "four chords are a progression, voiced as the file plays them" {
	song pop.mid $am $f $c $g $am $f $c $g
	mexport-mpc -o drive <<<pop.mid
	p=drive/Progressions/Songs-pop\ C.progression
	[ -e "$p" ] || p=drive/Progressions/Songs-pop\ Am.progression
	cmp "$p" "$D/Progressions/${p##*/}"
	python3 - "$p" <<'P'
import json, sys
p = json.load(open(sys.argv[1]))["progression"]
assert list(p) == ["name", "rootNote", "scale", "recordingOctave", "chords"]
assert p["name"] + ".progression" == sys.argv[1].split("/")[-1]
assert (p["rootNote"], p["scale"]) in (("A", "Natural Minor"), ("C", "Major"))
c = p["chords"]
assert [x["name"] for x in c] == ["Am", "F", "C", "G"] * 2
assert [x["notes"] for x in c[:4]] == [[45,57,60,64], [41,57,60,65], [48,55,60,64], [43,55,59,62]]
assert [x["role"] for x in c].count("Root") == 1
P
	valid progression "$p"
}

@test "two chords are none, and neither are drums" {
	song two.mid $am $f $am $f
	mid d.mid 0 96 "$kick"
	printf '%s\n' two.mid d.mid | mexport-mpc -o drive
	[ ! -e drive/Progressions ]
}

@test "the genre heads the menu, with one hyphen in the name" {
	song a.mid $am $f $c $g
	awk 'BEGIN { OFS = "\t"; for (i = 1; i <= 44; i++) $i = "\\N"
		$1 = "a.mid"; $10 = "Night-Drive_2.mid"; $37 = "Am F C G"; $35 = "chords"
		$44 = "genre:hip-hop,mood:dark"; print }' | mexport-mpc -o drive
	ls drive/Progressions
	ls drive/Progressions | grep -Eq '^Hip hop-Night Drive 2 (Am|C)\.progression$'
}

@test "--progressions N holds each folder at N, 0 writes none" {
	for i in 1 2 3 4; do song s$i.mid $am $f $c $g; done
	printf '%s\n' s?.mid | mexport-mpc --progressions 0 -o none
	[ ! -e none/Progressions ]
	run -0 --separate-stderr mexport-mpc -v --progressions 2 -o drive < <(printf '%s\n' s?.mid)
	[ "$(find drive/Progressions -name '*.progression' | wc -l)" = 2 ]
	[[ "$stderr" = *" progressions left out"* ]]
}

@test "--arps: a short part with its tonic on C, as the device has them" {
	# D major, an octave and more above the range.
	mid riff.mid 0 96 "$(for n in 56 58 5a 5b 5d 5b 5a 58 56 5d 5a 56; do echo "00 90 $n 50 18 80 $n 40"; done)"
	mexport-mpc --arps -f both -o drive <<<riff.mid
	a=(drive/"MPC Documents/Arp Patterns"/*.mid)
	cmp "${a[0]}" "drive/Force Documents/Arp Patterns/${a[0]##*/}"
	[ "${a[0]##*/}" = Melodic-riff.mid ]
	run -0 manalyze <<<"${a[0]}"
	[ "$(cut -f"$(mcols format division channels pitch_low pitch_high)" <<<"$output")" = $'1\t480\t72\t79\t1' ]
	rm -r drive
	mexport-mpc -o drive <<<riff.mid
	[ ! -e "drive/MPC Documents" ]
}

@test "a program carries the drum map's pads, and has the device's shape" {
	need python3
	mid a.mid 0 96 "$kick"
	mexport-mpc -f both -o drive <<<a.mid
	mexport-mpc -p kit -o drive <<<a.mid
	python3 - $D/Programs/*.xpm "$SHARED"/specs/mpc-samples/midi-program-*.xpm <<'P'
import os, json, sys, xml.etree.ElementTree as E
def shape(f):
    root = E.parse(f).getroot()
    p = root.find("Program")
    pads = json.loads(p.find("ProgramPads-v2.10").text)["ProgramPads-v2.10"]
    return ([e.tag for e in root], [e.tag for e in root.find("Version")], p.attrib,
        [e.tag for e in p if e.tag != "ProgramEditConfig"],
        [(k, type(v).__name__) for k, v in pads.items()], list(pads["pads"]),
        [(e.tag, e.attrib, [x.tag for x in e]) for e in p.find("PadNoteMap")])
for f in sys.argv[1:3]:
    notes = [int(n.text) for n in E.parse(f).getroot().iter("Note")]
    assert sorted(notes) == list(range(128)), f
    assert notes[:4] == ([36, 37, 38, 39] if "Kit" in f else [36, 38, 42, 46]), notes
for f in sys.argv[3:]:
    if os.path.exists(f):
        assert shape(f) == shape(sys.argv[1]), f
P
	cmp "$D/Programs/GM Drums.xpm" "drive/Force_Documents/Programs/GM Drums.xpm"
}

@test "progressions have the shape of the device's" {
	shared ../specs/mpc-samples
	song a.mid $am $f $c $g
	mexport-mpc -o drive <<<a.mid
	python3 - drive/Progressions/*.progression "$SHARED"/specs/mpc-samples/*.progression <<'P'
import json, sys
def shape(f):
    p = list(json.load(open(f)).values())[0]
    return [(k, type(v).__name__) for k, v in p.items()], {
        tuple((k, type(v).__name__) for k, v in c.items()) for c in p["chords"]}
for f in sys.argv[2:]:
    assert shape(f) == shape(sys.argv[1]), f
P
}

@test "--layout expansion is a pack with its description and cover" {
	need python3
	mid a.mid 1 96 "$tune" "$kick"
	mexport-mpc --layout expansion --pack 'House: "Grooves" & more' -o drive <<<a.mid
	[ "$(ls drive)" = $'Expansions\nMETADATA' ]
	p="drive/Expansions/House Grooves and more"
	[ "$(find drive -name '*.mpcpattern' | wc -l)" = 2 ]
	[ "$(find "$p/Drums/Kicks" -name '*.mpcpattern' | wc -l)" = 1 ]
	head -c 4 "$p/cover.png" | tail -c 3 | grep -q PNG
	python3 - "$p/Expansion.xml" <<'P'
import sys, xml.etree.ElementTree as E
r = E.parse(sys.argv[1]).getroot()
assert [e.tag for e in r] == """local identifier title manufacturer version type priority img
    description separator""".split()
assert r.find("identifier").text == "org.midiflow.housegroovesandmore"
assert r.find("img").text == "cover.png"
P
	mexport-mpc --layout documents,expansion --pack x -o both <<<a.mid
	[ "$(ls both)" = $'Expansions\nMETADATA\nMPC_Documents' ]
	run -2 mexport-mpc --layout documents,disk -o d2 </dev/null
	[ "$output" = "mexport-mpc: documents,disk: no layout; documents, expansion or both with a comma" ]
}

@test "patterns are valid by their schema, flat and nested" {
	mid a.mid 1 96 "$tune" "$kick"
	mexport-mpc -o drive <<<a.mid
	mexport-mpc -s mpc3 -o drive3 <<<a.mid
	mapfile -t files < <(find drive drive3 -name '*.mpcpattern')
	run -0 valid pattern "${files[@]}"
	[ "$output" = '4 valid' ]
}

@test "--check says what is on a drive, and finds nothing wrong with ours" {
	song pop.mid $am $f $c $g
	mid a.mid 1 96 "$tune" "$kick"
	printf '%s\n' a.mid pop.mid | mexport-mpc --layout documents,expansion -o drive
	run -0 mexport-mpc --check drive
	[ "$output" = '6 patterns, 2 progressions, 1 programs, 1 packs, 2 .mid, 10 lines of the index; 0 wrong' ]
}

@test "--check names what is missing, changed or cannot be read" {
	song pop.mid $am $f $c $g
	mid a.mid 1 96 "$tune" "$kick"
	printf '%s\n' a.mid pop.mid | mexport-mpc -o drive
	rm "$D"/Patterns/Melody/*/*/*.mpcpattern
	sed -i 's/"time": 0/"time": 1/' "$D"/Patterns/Drums/*/*/*/*.mpcpattern
	echo '{' >drive/broken.mpcpattern
	echo '{}' >drive/empty.progression
	echo '<a>' >drive/x.xpm
	printf '{"content":' >>drive/METADATA/index.jsonl
	run -1 --separate-stderr mexport-mpc --check drive
	[ "$(grep -c . <<<"$stderr")" = 6 ]
	grep -q 'broken.mpcpattern: not JSON$' <<<"$stderr"
	grep -q 'empty.progression: not a progression$' <<<"$stderr"
	grep -q 'x.xpm: not ' <<<"$stderr"
	grep -q 'Melody-a .*: is missing$' <<<"$stderr"
	grep -q 'Drums-a .*: is not what the index says$' <<<"$stderr"
	grep -q 'index.jsonl: its last line is cut off$' <<<"$stderr"
	[[ "$output" = *'; 6 wrong' ]]
	run -2 mexport-mpc --check gone
	[ "$output" = 'mexport-mpc: gone: No such file or directory' ]
}

@test "--check reads the device's own files" {
	shared ../specs/mpc-samples
	run -0 mexport-mpc --check "$SHARED/specs/mpc-samples"
	[[ "$output" = *', 6 progressions, 2 programs, '*'; 0 wrong' ]]
}

# back LIST: exports, turns every pattern back, compares the notes.
back() {
	need python3
	mexport-mpc --no-mid --progressions 0 -o drive <"$1" >/dev/null
	find "$PWD/drive" -name '*.mpcpattern' | LC_ALL=C sort >patterns
	mexport-mpc --to-mid -o "$PWD/back" <patterns >files
	paste patterns files >pairs
	run -0 "$abs_top_srcdir/tests/roundtrip.py" "$abs_top_builddir/tests/events" "$PWD/drive" pairs
	[[ "$output" = *', 0 wrong' ]]
	echo "# $output" >&3
}

@test "--to-mid: a pattern is a MIDI file again, with its tempo" {
	mid a.mid 0 96 "00 ff5103 06ddd0 $tune"
	mexport-mpc -o drive <<<a.mid
	find drive -name '*.mpcpattern' | mexport-mpc --to-mid -o back >out
	[ "$(cat out)" = back/Melody-a_133bpm_1bar.mid ]
	run -0 "$abs_top_builddir/tests/events" "$(cat out)"
	[[ "$output" = *"Tempo, 451128"* ]]
	[[ "$output" = *"1, 0, Note_on_c, 0, 60, 100"*"1, 960, Note_off_c, 0, 60, 64"*"1, 1440, Note_off_c, 0, 64, 64"* ]]
	echo no >x.mpcpattern
	run -1 --separate-stderr mexport-mpc --to-mid -o back <<<x.mpcpattern
	[ "$stderr" = 'mexport-mpc: x.mpcpattern: not JSON' ]
	[ -z "$output" ]
}

@test "every pattern of a collection goes back with the same notes" {
	find "$abs_top_srcdir/examples/collection" -name '*.mid' | LC_ALL=C sort >list
	back list
}

@test "every pattern of the corpora goes back with the same notes" {
	shared pop909
	find "$C/pop909" "$C/groove" "$C/symbtr" -iname '*.mid' | LC_ALL=C sort | awk 'NR % 40 == 0' >list
	back list
}

@test "a FAT image takes the whole tree" {
	need mkfs.vfat mcopy mdir
	song pop.mid $am $f $c $g
	mid a.mid 1 96 "$tune" "$kick"
	mid 'b:*?"<>|.mid' 0 96 "$tune 00 90 43 40 10 80 43 40"
	printf '%s\n' *.mid | mexport-mpc --layout documents,expansion --arps -f both -o drive
	truncate -s 40M disk
	mkfs.vfat -F 32 -s 1 disk >/dev/null
	mcopy -i disk -s -Q drive ::
	mcopy -i disk -s -n ::drive back
	(cd drive && find . -type f -exec md5sum {} + | LC_ALL=C sort -k 2) >ours
	(cd back && find . -type f -exec md5sum {} + | LC_ALL=C sort -k 2) | diff ours -
	[ "$(wc -l <ours)" -gt 20 ]
}
