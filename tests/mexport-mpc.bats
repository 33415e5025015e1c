#!/usr/bin/env bats
# mexport-mpc - a test a promise of the page, in its order
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need mexport-mpc python3
	# C4 for a quarter, E4 from beat 2 on for an eighth, at 96 ticks.
	tune='00 90 3c 64 60 80 3c 40 00 90 40 7f 30 80 40 40'
	kick='00 99 24 7f 30 89 24 40 30 99 24 40 30 89 24 40'
	snare='00 99 26 7f 30 89 26 40'
	D=drive/MPC_Documents
}

# `time len note velocity` of each event, after checks on the whole.
notes() {
	python3 - "$1" <<'P'
import json, struct, sys
p = json.load(open(sys.argv[1]))["pattern"]
assert p["length"] == 2**63 - 1 and '"length": 9223372036854775807' in open(sys.argv[1]).read()
last = 0
for e in p["events"]:
    if "note" in e:
        assert e["type"] == 3 and e["version"] == 2
        t, l, n, v = e["time"], e["note"]["length"], e["note"]["note"], e["note"]["velocity"]
    else:
        assert list(e) == ["type", "time", "len", "1", "2", "3", "mod", "modVal"]
        assert (e["type"], e["3"], e["mod"], e["modVal"]) == (2, 0, 0, .5)
        t, l, n, v = e["time"], e["len"], e["1"], e["2"]
    assert isinstance(t, int) and isinstance(l, int) and l >= 1 and t >= last
    last = t
    k = round(v * 127)
    assert isinstance(v, float) and v == struct.unpack("f", struct.pack("f", k / 127))[0], v
    print(t, l, n, k)
P
}
# That many files aN.mid, each with a note of its own and one kick.
many() {
	python3 - "$1" <<'P'
import struct, sys
for i in range(int(sys.argv[1])):
    t = [bytes([0, 0x90, 60 + i % 40, 1 + i // 40, 96, 0x80, 60 + i % 40, 64]),
         bytes([0, 0x99, 36, 64, 48, 0x89, 36, 64])]
    open("a%d.mid" % i, "wb").write(b"MThd" + struct.pack(">IHHH", 6, 1, 2, 96) +
        b"".join(b"MTrk" + struct.pack(">I", len(x) + 4) + x + b"\0\xff\x2f\0" for x in t))
P
}
pattern() { find drive -name '*.mpcpattern' -exec cat {} + >p && notes p; }
patterns() { find drive/*/Patterns -name '*.mpcpattern' -printf '%P\n' | LC_ALL=C sort; }
tree() { (cd drive && find . -type f -exec md5sum {} + | LC_ALL=C sort -k 2); }

@test "a file becomes a pattern of its notes, 960 ticks a quarter" {
	mid a.mid 0 96 "$tune"
	run -0 mexport-mpc -o drive <<<a.mid
	[ "$output" = a.mid ]
	[ "$(patterns)" = "Melody/120-129/A-F/Melody-a 120bpm 1bar.mpcpattern" ]
	[ "$(pattern)" = $'0 960 60 100\n960 480 64 127' ]
}

@test "ends are scaled, not lengths, and rounded to the nearest tick" {
	# 7 ticks a quarter: on at 1, off at 3, on at 4, off at 4.
	mid a.mid 0 7 '01 90 3c 01 02 80 3c 40 01 90 3e 02 00 80 3e 40'
	mexport-mpc -o drive <<<a.mid
	[ "$(pattern)" = $'137 274 60 1\n549 1 62 2' ]
}

@test "SMPTE ticks go through the tempo" {
	# 25 frames of 40 ticks: 1000 a second, a quarter is half a second.
	mid a.mid 0 $((0xe728)) '00 90 3c 40 83 74 80 3c 40'
	mexport-mpc -o drive <<<a.mid
	[ "$(pattern)" = '0 960 60 64' ]
}

@test "one pitch sounds once: a note ends where the next begins" {
	mid a.mid 1 96 '00 90 3c 40 30 90 3c 50 60 80 3c 40' \
		'00 91 3c 40 00 91 3c 60 30 81 3c 40'
	mexport-mpc -o drive <<<a.mid
	[ "$(patterns | wc -l)" = 2 ]
	[ "$(notes "$(find drive -name '*T01*.mpcpattern')")" = $'0 480 60 64\n480 960 60 80' ]
	[ "$(notes "$(find drive -name '*T02*.mpcpattern')")" = '0 480 60 96' ]
}

@test "a pattern for each channel of each track" {
	mid a.mid 1 96 "00 ff0304 4c656164 $tune 00 91 30 40 60 81 30 40" "$kick"
	mexport-mpc -o drive <<<a.mid
	[ "$(patterns)" = 'Bass/120-129/A-F/Bass-a 120bpm 1bar T01 C02.mpcpattern
Drums/Kicks/120-129/A-F/Drums-a 120bpm 1bar T02.mpcpattern
Melody/120-129/A-F/Melody-a 120bpm 1bar T01 C01.mpcpattern' ]
}

@test "the name has what the record says, and the category is the record's" {
	mid a.mid 0 96 "$tune"
	awk 'BEGIN { OFS = "\t"; for (i = 1; i <= 43; i++) $i = "\\N"
		$1 = "a.mid"; $4 = "midi"; $5 = "ok"; $10 = "Night_Drive-2.mid"
		$19 = "123.60"; $24 = "F#m"; $43 = "Loops"; print }' >r
	mexport-mpc -o drive <r >out
	cmp r out
	[ "$(patterns)" = 'Loops/120-129/M-R/Loops-Night Drive 2 124bpm F#m 1bar.mpcpattern' ]
}

@test "drum columns of the record decide the drum folders" {
	mid a.mid 0 96 "$tune"
	awk 'BEGIN { OFS = "\t"; for (i = 1; i <= 36; i++) $i = "\\N"
		$1 = "a.mid"; $36 = "crash,ride"; print }' | mexport-mpc -o drive
	[ "$(patterns)" = 'Drums/Cymbals/120-129/A-F/Drums-a 120bpm 1bar.mpcpattern' ]
}

@test "several drums are a loop" {
	mid a.mid 0 96 "$kick $snare"
	mexport-mpc -o drive <<<a.mid
	[ "$(patterns)" = 'Drums/Loops/120-129/A-F/Drums-a 120bpm 1bar.mpcpattern' ]
}

@test "a part and what it was split from lie on the drive once" {
	mid song.mid 1 96 "$tune" "$kick"
	mid song_t02.mid 1 96 '' "$kick"
	awk 'BEGIN { OFS = "\t"; for (i = 1; i <= 12; i++) $i = "\\N"
		$1 = $8 = "song.mid"; $10 = "song.mid"; print
		$1 = "song_t02.mid"; $10 = "song_t02.mid"; $12 = "t02c10"; print }' >r
	mexport-mpc -o one <r
	tac r | mexport-mpc -o two
	for d in one two; do
		(cd $d && find . -name '*.mpcpattern' -exec md5sum {} + | sort) >$d.sums
	done
	[ "$(wc -l <one.sums)" = 2 ]
	cmp one.sums two.sums
	grep -c '"part":"t02c10"' one/METADATA/index.jsonl
}

@test "equal titles and other notes: digits of the content tell them apart" {
	mkdir 1 2
	mid 1/a.mid 0 96 "$tune"
	mid 2/A.mid 0 96 "$tune 00 90 43 40 10 80 43 40"
	printf '%s\n' 1/a.mid 2/A.mid | mexport-mpc -o drive
	patterns >names
	[ "$(wc -l <names)" = 2 ]
	grep -Eq '/Melody-A 120bpm 1bar [0-9a-f]{8}\.mpcpattern$' names
	[ "$(tr A-Z a-z <names | sort -u | wc -l)" = 2 ]
}

@test "names are fit for FAT, and short" {
	n=$(printf 'x%.0s' {1..90})
	mid "a:b*?\"<|>\\é. .mid" 1 96 "00 ff0305 2a3a3f2f5c $tune" "$kick"
	mid "CON.mid" 0 96 "$tune 00 90 43 40 10 80 43 40"
	mid "$n.mid" 1 96 "00 ff030a 50686f746f6772617068 $tune 00 90 44 40 10 80 44 40" "$snare"
	printf '%s\n' *.mid | sed 's/\\/\\\\/g' | mexport-mpc -o drive
	[ "$(patterns | wc -l)" = 5 ]
	find drive -printf '%f\n' | LC_ALL=C grep -E '[^ -~]|[:*?"<>|\\]|[. ]$|^\.' && false
	find drive -name '*bar*' -printf '%f\n' | sed 's/\.[a-z]*$//' | awk 'length($0) > 60' | grep . && false
	grep -Eq '/Melody-x{20,} ' <(patterns)
}

@test "a folder holds at most 200; what comes then goes to its next page" {
	many 205
	printf '%s\n' a*.mid | mexport-mpc -m -o drive >/dev/null
	printf '%s\n' a*.mid | tac | mexport-mpc -m -o drive >/dev/null
	find drive -type d -exec sh -c 'ls -A "$1" | wc -l' - {} \; | sort -n | tail -1 >most
	[ "$(cat most)" = 200 ]
	[ "$(patterns | wc -l)" = 206 ]
	ls -d $D/Patterns/*/120-129/'A-F 2'
}

@test "the .mid files lie beside the patterns, unwrapped" {
	mid a.mid 0 96 "$tune"
	n=$(stat -c %s a.mid)
	printf -v head 'RIFF\\x%02x\\0\\0\\0RMIDdata\\x%02x\\0\\0\\0' $((n + 12)) "$n"
	{ printf "$head"; cat a.mid; echo tail; } >b.rmi
	[ "$(head -c 4 b.rmi; head -c 24 b.rmi | tail -c 4)" = RIFFMThd ]
	mexport-mpc -o drive <<<b.rmi
	cmp a.mid "$D/SAMPLES/Melody/120-129/A-F/Melody-b 120bpm 1bar.mid"
}

@test "-m leaves the .mid files out" {
	mid a.mid 0 96 "$tune"
	mexport-mpc --no-mid -o drive <<<a.mid
	[ -z "$(find drive -name '*.mid')" ]
}

@test "-f says whose documents folder it is; both is the MPC's, and a word on it" {
	mid a.mid 0 96 "$tune"
	mexport-mpc -f akai-force -o force <<<a.mid
	[ "$(ls force)" = $'Force_Documents\nMETADATA' ]
	mexport-mpc -f both -o drive <<<a.mid
	[ "$(ls drive)" = $'Force_Documents\nMETADATA\nMPC_Documents' ]
	[ "$(ls drive/Force_Documents)" = $'MIDIFLOW.TAG\nREADME.txt' ]
	[ "$(find drive -name '*.mpcpattern' | wc -l)" = 1 ]
	(cd force/Force_Documents && find . -name 'Mel*' -exec md5sum {} + | sort) >f
	(cd $D && find . -name 'Mel*' -exec md5sum {} + | sort) >m
	cmp f m
}

@test "-p kit moves drums to pads in kit order, and only drums" {
	mid a.mid 1 96 '00 99 23 40 30 89 23 40 00 99 28 40 30 89 28 40 00 99 2a 40 30 89 2a 40' \
		'00 90 26 40 30 80 26 40'
	mexport-mpc -p kit -o drive <<<a.mid
	[ "$(notes drive/*/Patterns/Drums/*/*/*/*.mpcpattern | cut -d' ' -f 3 | xargs)" = '36 37 38' ]
	[ "$(notes drive/*/Patterns/Bass/*/*/*.mpcpattern | cut -d' ' -f 3)" = 38 ]
}

@test "-p FILE is a map of 128 numbers, and nothing else is" {
	mid a.mid 0 96 "$kick"
	{ echo '# all to 60'; for i in {1..128}; do echo -n '60, '; done; } >map
	mexport-mpc -p map -o drive <<<a.mid
	[ "$(pattern | cut -d' ' -f 3 | sort -u)" = 60 ]
	for bad in '1 2 3' "$(seq 1 128)" "$(seq 0 128)" "$(seq 0 126) x" ''; do
		echo "$bad" >map
		run -2 mexport-mpc -p map -o d2 </dev/null
		[ "$output" = 'mexport-mpc: map: not 128 numbers from 0 to 127' ]
	done
	[ ! -e d2 ]
}

@test "-k takes drum 35 for 36" {
	mid a.mid 0 96 '00 99 23 40 30 89 23 40'
	mexport-mpc -k -o drive <<<a.mid
	[ "$(pattern)" = '0 480 36 64' ]
}

@test "-b lengthens notes to where the pedal comes up" {
	# Down at 48, off at 96, up at 192; the next note ends after it.
	mid a.mid 0 96 '00 90 3c 40 30 b0 40 7f 30 80 3c 40 60 b0 40 00 00 90 3e 40 30 80 3e 40'
	mexport-mpc -o drive <<<a.mid
	[ "$(pattern)" = $'0 960 60 64\n1920 480 62 64' ]
	rm -r drive
	mexport-mpc -b -o drive <<<a.mid
	[ "$(pattern)" = $'0 1920 60 64\n1920 480 62 64' ]
}

@test "-t leaves out whole empty bars, by the meter; silence stays without it" {
	# 3/4; the first note on beat 2 of bar 3.
	mid a.mid 0 96 '00 ff5804 03021808 85 20 90 3c 40 60 80 3c 40'
	mexport-mpc -o drive <<<a.mid
	[ "$(pattern)" = '6720 960 60 64' ]
	rm -r drive
	mexport-mpc -t -o drive <<<a.mid
	[ "$(pattern)" = '960 960 60 64' ]
	[ "$(patterns)" = 'Melody/120-129/A-F/Melody-a 120bpm 1bar.mpcpattern' ]
}

@test "-s mpc3 writes the nested events of MPC 3" {
	mid a.mid 0 96 "$tune"
	mexport-mpc -s mpc3 -o drive <<<a.mid
	[ "$(pattern)" = $'0 960 60 100\n960 480 64 127' ]
	python3 - p <<'P'
import json, sys
p = json.load(open(sys.argv[1]))["pattern"]
assert list(p) == ["length", "version", "numFilterTypes", "quantisation", "events"]
e = p["events"][1]
assert list(e) == "version time type channel selected muted invented note".split()
n = e["note"]
assert len(n) == 7 + 32 + 1 and n["modifierValue6"] == 1 and n["modifierValue2"] == 0
assert n["EnumCerealisationWrapper(selectedModifierType)"] == "Tuning (coarse)"
P
}

@test "the index has a line for every file, as JSON and as CSV" {
	mid 'a,"b.mid' 0 96 "$tune"
	printf 'a,"b.mid\n' | mexport-mpc -o drive
	python3 - <<'P'
import csv, json, os
rows = list(csv.DictReader(open("drive/METADATA/index.csv", newline="")))
lines = [json.loads(l) for l in open("drive/METADATA/index.jsonl")]
assert len(rows) == len(lines) == 2
for r, l in zip(rows, lines):
    assert list(r) == list(l) and r["path"] == l["path"] == 'a,"b.mid'
    assert os.path.isfile("drive/" + l["file"]) and r["file"] == l["file"]
    assert l["bpm"] == 120 and l["notes"] == 2 and l["category"] == "Melody" and l["key"] is None
P
}

@test "a second run writes nothing, in whatever order" {
	mid a.mid 1 96 "$tune" "$kick"
	mid b.mid 0 96 "$snare"
	printf '%s\n' a.mid b.mid | mexport-mpc -o drive
	tree >before
	printf '%s\n' b.mid a.mid | mexport-mpc -o drive
	tree | diff before -
}

@test "what the index lost is found by its name, what the drive lost is written" {
	mid a.mid 1 96 "$tune" "$kick"
	mexport-mpc -o drive <<<a.mid
	tree | grep -v export.log >before
	# As a killed run leaves it: no line, half a line, a row too many.
	head -c 20 drive/METADATA/index.jsonl >half
	cp half drive/METADATA/index.jsonl
	mexport-mpc -o drive <<<a.mid
	tree | grep -v export.log | diff before -
	find drive -name 'Mel*.mpcpattern' -delete
	mexport-mpc -o drive <<<a.mid
	tree | grep -v export.log | diff before -
}

@test "never overwrites what is there" {
	mid a.mid 0 96 "$tune"
	mkdir -p $D/Patterns/Melody/120-129/A-F
	echo mine >"$D/Patterns/Melody/120-129/A-F/Melody-a 120bpm 1bar.mpcpattern"
	mexport-mpc -m -o drive <<<a.mid
	[ "$(cat "$D/Patterns/Melody/120-129/A-F/Melody-a 120bpm 1bar.mpcpattern")" = mine ]
	[ "$(patterns | wc -l)" = 2 ]
}

@test "folders of its making are marked, those of others are not" {
	mid a.mid 0 96 "$tune"
	mkdir -p $D
	mexport-mpc -o drive <<<a.mid
	[ ! -e $D/MIDIFLOW.TAG ]
	[ -e $D/Patterns/MIDIFLOW.TAG ] && [ -e $D/SAMPLES/MIDIFLOW.TAG ]
	[ -z "$(mfind drive)" ]
}

# Files that claim one name, contents that have several, and two pages.
crowd() {
	many 205
	mkdir 1 2 3
	for d in 1 2 3; do
		mid $d/same.mid 0 96 "$tune 00 90 43 4$d 10 80 43 40"
		mid $d/t$d.mid 0 96 "$snare"
	done
	printf '%s\n' a*.mid ?/*.mid >list
}

@test "the tree and the index are the same in whatever order" {
	crowd
	mexport-mpc -m -o one <list >/dev/null
	shuf --random-source=<(yes) list | mexport-mpc -m -o drive >/dev/null
	cp -r one half
	for d in one drive; do
		(cd $d && find . -type f ! -name export.log -exec md5sum {} + | LC_ALL=C sort -k 2) >$d.sums
	done
	diff one.sums drive.sums
	# And in two halves.
	rm -r drive
	tail -n 100 list | mexport-mpc -m -o drive >/dev/null
	head -n -100 list | mexport-mpc -m -o drive >/dev/null
	(cd drive && find . -type f ! -name export.log -exec md5sum {} + | LC_ALL=C sort -k 2) | diff one.sums -
	run -0 mexport-mpc --check drive
}

@test "several at once on one drive write what one writes" {
	crowd
	mexport-mpc -m -o one <list >/dev/null
	for ((round = 0; round < ${ROUNDS:-3}; round++)); do
		for i in 1 2 3 4; do
			split -n r/$i/4 list | mexport-mpc -m -o drive$round >/dev/null &
		done
		wait
		diff -r -x export.log one drive$round
	done
}

@test "what is killed leaves whole files, and the next run completes them" {
	many 60
	printf '%s\n' a*.mid >list
	mexport-mpc -o one <list >/dev/null
	for i in 2 4 6 8 9; do
		mexport-mpc -o drive <list >/dev/null &
		sleep 0.00$i
		kill -9 $! || true
		wait $! || true
	done
	find drive -name '*.mpcpattern' -print0 | python3 -c '
import json, sys
for f in sys.stdin.read().split("\0")[:-1]:
    json.load(open(f))'
	mexport-mpc -o drive <list >/dev/null
	(cd one && find . -name '*.m*' -exec md5sum {} + | sort) >one.sums
	(cd drive && find . -name '*.m*' -exec md5sum {} + | sort) | diff one.sums -
	diff <(sort one/METADATA/index.jsonl) <(sort drive/METADATA/index.jsonl)
	diff <(sort one/METADATA/index.csv) <(sort drive/METADATA/index.csv)
}

@test "-n writes nothing and says how much it would be" {
	mid a.mid 1 96 "$tune" "$kick"
	run -0 --separate-stderr mexport-mpc -n -o drive <<<a.mid
	[ "$stderr" = 'mexport-mpc: drive: 1 records, 2 patterns, 1 .mid, 0 progressions and arps; 3 files to write, 0 there already' ]
	[ ! -e drive ]
	mexport-mpc -m -o drive <<<a.mid
	tree >before
	run -0 --separate-stderr mexport-mpc -n -o drive <<<a.mid
	[ "$stderr" = 'mexport-mpc: drive: 1 records, 2 patterns, 1 .mid, 0 progressions and arps; 1 files to write, 2 there already' ]
	tree | diff before -
}

@test "only MIDI that is ok is worked on; every record passes unchanged" {
	mid a.mid 0 96 "$tune"
	printf 'a.mid\t1\t2\tmidi\tdup\tx\na.mid\t1\t2\tmidi\terror\tempty\nz.zip\t1\t2\tarchive\tok\n' >r
	mexport-mpc -o drive <r >out
	cmp r out
	[ -z "$(find drive -name '*.mpcpattern')" ]
}

@test "an escaped name: a newline, a tab, a backslash, Latin-1" {
	name=$'a\n\t\\\xe9.mid'
	mid "$name" 0 96 "$tune"
	printf '%s\n' 'a\n\t\\\xe9.mid' >r
	mexport-mpc -o drive <r >out
	cmp r out
	[ "$(pattern)" = $'0 960 60 100\n960 480 64 127' ]
	python3 -c 'import json; assert json.loads(open("drive/METADATA/index.jsonl").readline())["path"] == r"a\n\t\\\xe9.mid"'
}

@test "a raw Latin-1 path of a bare list leaves the index valid" {
	mid $'\xe9.mid' 0 96 "$tune"
	printf '\xe9.mid\n' | mexport-mpc -o drive >/dev/null
	python3 -c 'import json; json.loads(open("drive/METADATA/index.jsonl", encoding="utf-8").readline())'
}

@test "empty input" {
	run -0 mexport-mpc -o drive </dev/null
	[ -z "$output" ]
	[ -z "$(find drive -name '*.m*')" ]
}

@test "a file that cannot be read is named and passes unchanged, exit 1" {
	echo no >b.mid
	: >c.mid
	mid a.mid 0 96 "$tune"
	run -1 --separate-stderr mexport-mpc -r rej -o drive < <(printf '%s\n' gone.mid b.mid c.mid a.mid)
	[ "$output" = $'gone.mid\nb.mid\nc.mid\na.mid' ]
	[ "$stderr" = 'mexport-mpc: gone.mid: io:ENOENT
mexport-mpc: b.mid: not-midi
mexport-mpc: c.mid: empty' ]
	[ "$(cat rej)" = $'gone.mid\nb.mid\nc.mid' ]
	[ "$(patterns | wc -l)" = 1 ]
}

@test "a drive that cannot be had is fatal, exit 2" {
	run -2 mexport-mpc -o no/drive </dev/null
	[ "$output" = 'mexport-mpc: no/drive: No such file or directory' ]
	: >file
	run -2 mexport-mpc -o file </dev/null
	[ "$output" = 'mexport-mpc: file: Not a directory' ]
	mkdir ro
	chmod 555 ro
	[ ! -w ro ] || skip "root writes anywhere"
	run -2 mexport-mpc -o ro </dev/null
	[ "$output" = 'mexport-mpc: ro/METADATA: Permission denied' ]
}

@test "a write to the drive that fails is fatal, and leaves nothing half-written" {
	long=
	for i in {1..60}; do long+=' 10 90 3c 40 10 80 3c 40'; done
	mid a.mid 0 96 "${long# }"
	run -2 bash -c 'trap "" XFSZ; ulimit -f 2; mexport-mpc -o drive <<<a.mid'
	[[ $output == 'mexport-mpc: drive/MPC_Documents/Patterns/'*': File too large' ]]
	[ -z "$(find drive -name '*bar*')" ]
	[ ! -s drive/METADATA/index.jsonl ]
}

@test "a wrong call prints the usage, exit 2" {
	run -2 mexport-mpc
	[[ $output == 'usage: mexport-mpc '* ]]
	run -2 mexport-mpc -f mpc5 -o drive
	[ "$output" = 'mexport-mpc: mpc5: no format; mpc-one, akai-force or both' ]
	run -2 mexport-mpc --layout other -o drive
	[ "$output" = 'mexport-mpc: other: no layout; documents, expansion or both with a comma' ]
	[ ! -e drive ]
}

@test "a full disk behind the pipe is fatal, exit 2" {
	[ -w /dev/full ] || skip "no /dev/full"
	printf 'z.zip\t1\t1\tarchive\n' >r
	run -2 sh -c 'mexport-mpc -o drive <r >/dev/full'
	[ "$output" = "mexport-mpc: stdout: No space left on device" ]
}

@test "an early head ends it without a word" {
	run -0 sh -c 'yes "$1" | mexport-mpc -o drive | head -n 1' - $'z.zip\t1\t1\tarchive'
	[[ $output != *mexport-mpc* ]]
}
