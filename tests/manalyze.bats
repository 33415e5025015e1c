#!/usr/bin/env bats
# manalyze - a test a promise of the page, in its order
bats_require_minimum_version 1.5.0
load helper

setup_file() {
	HEAD=$(manalyze -H | tr -d '#')
	export HEAD
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	division=96
}

# col NAME [FILE]: that column of what manalyze says of the file x.mid.
col() {
	local n=1 names
	read -ra names <<<"$HEAD"
	while [ "${names[n - 1]:-$1}" != "$1" ]; do n=$((n + 1)); done
	cut -f"$n" < <(manalyze <<<"${2:-x.mid}")
}

chords_of() { # root and quality by semitones, a bar each at division 96
	local c
	for c; do
		IFS=. read -r a b d <<<"$c"
		printf ' h%d:384 h%d:384 n%d:384' "$a" "$b" "$d"
	done
}

@test "-H prints 42 names, the first after a hash" {
	run -0 manalyze -H
	[ "$(tr '\t' '\n' <<<"$output" | wc -l)" -eq 42 ]
	[ "${output%%$'\t'*}" = "#path" ]
	[ "${output##*$'\t'}" = issues ]
}

@test "a bare path becomes a record of 42 columns, with size, time and kind" {
	smf 96 "n60 n62 n64 n65" >x.mid
	run -0 manalyze <<<x.mid
	[ "$(tr '\t' '\n' <<<"$output" | wc -l)" -eq 42 ]
	[ "$(cut -f2,4 <<<"$output")" = "$(stat -c%s x.mid)"$'\t'midi ]
	[ "$(cut -f3 <<<"$output")" = "$(stat -c%Y x.mid)" ]
}

@test "fields before column 13 and behind 42 stay byte for byte" {
	smf 96 "n60" >x.mid
	r=$(rec x.mid 1 2 midi ok d h 's\x01' 'm\\' n p t \
		{13..42} Bass a:b)
	run -0 manalyze <<<"$r"
	[ "$(cut -f1-12 <<<"$output")" = "$(cut -f1-12 <<<"$r")" ]
	[ "$(cut -f43- <<<"$output")" = $'Bass\ta:b' ]
}

@test "archives, duplicates and errors pass through unchanged" {
	rec a.zip 1 2 archive ok >in
	rec b.mid 1 2 midi dup >>in
	rec c.mid 1 2 midi error empty >>in
	run -0 manalyze <in
	[ "$output" = "$(cat in)" ]
}

@test "an escaped path is found" {
	smf 96 "n60" >$'a\tb\xff.mid'
	run -0 manalyze <<<'a\tb\xff.mid'
	[ "$(cut -f1,16 <<<"$output")" = $'a\\tb\\xff.mid\t1' ]
}

@test "empty input gives empty output" {
	run -0 manalyze </dev/null
	[ "$output" = "" ]
}

@test "a missing file is an error record of 42 columns, named, exit 1" {
	smf 96 "n60" >x.mid
	run -1 --separate-stderr manalyze < <(rec gone.mid; rec x.mid)
	[ "$(cut -f5,6,13,42 <<<"${lines[0]}")" = $'error\tio:ENOENT\t\\N\t\\N' ]
	[ "$(cut -f16 <<<"${lines[1]}")" = 1 ]
	[ "$stderr" = "manalyze: gone.mid: No such file or directory" ]
}

@test "no bytes, no MIDI and too many bytes have their codes" {
	: >a.mid
	echo '<html></html>' >b.mid
	smf 96 "n60" >c.mid
	run -1 manalyze -q --max-size 20 < <(rec a.mid; rec b.mid; rec c.mid)
	[ "$(cut -f6 <<<"$output")" = $'empty\nnot-midi\nlimit:entry' ]
}

@test "-r keeps the records that failed" {
	run -1 manalyze -q -r rejects <<<gone.mid
	[ "$(cut -f1,5,6 rejects)" = $'gone.mid\terror\tio:ENOENT' ]
}

@test "a cut-off file gives the notes before the cut, and issues" {
	smf 96 "n60 n62 n64 n65 n67 n69" | head -c 60 >x.mid
	[ "$(col notes)" -ge 2 ]
	[[ "$(col issues)" == *truncated* ]]
}

@test "--max-events stops reading and says so" {
	smf 96 "n60 n62 n64 n65" >x.mid
	run -0 manalyze --max-events 4 <<<x.mid
	[[ "$(cut -f42 <<<"$output")" == *event-limit* ]]
	[ "$(cut -f16 <<<"$output")" = 2 ]
}

@test "seconds follow the tempo map, bars the meter map" {
	smf 96 "t500000 m3/4 +288 t1000000" "n60:288 n62:288" >x.mid
	[ "$(col seconds)" = 4.500 ]
	[ "$(col bars)" = 2 ]
	[ "$(col meter)" = 3/4 ]
}

@test "bpm is the tempo that lasts longest" {
	smf 96 "t400000 +96 t344828 +960 t600000" "n60:96 n62:960 n64:96" >x.mid
	[ "$(col bpm)" = 174.00 ]
	[ "$(col bpm_from)" = map ]
}

@test "without a tempo event the onsets tell it" {
	# Beats at 100 a minute, on ticks that are 960 a second.
	w=
	for i in {1..24}; do w+=" n36:80:100 +208 n72:60:60 +228"; done
	smf 480 "c1$w" >x.mid
	bpm=$(col bpm)
	[ "$(col bpm_from)" = onsets ]
	awk -v b="$bpm" 'BEGIN { exit !(b > 98 && b < 102) }'
}

@test "a name states the tempo where nothing better is known" {
	smf 96 "n60 n62 n64 n65" >'Loop 118bpm.mid'
	[ "$(col bpm 'Loop 118bpm.mid')" = 118.00 ]
	[ "$(col bpm_from 'Loop 118bpm.mid')" = name ]
	smf 96 t400000 "n60 n62 n64 n65" >'Loop 118bpm.mid'
	[ "$(col bpm_from 'Loop 118bpm.mid')" = map ]
	smf 96 "n60 n62 n64 n65" >'Take 118.mid'
	[ "$(col bpm_from 'Take 118.mid')" = map ]
}

@test "the key is heard, the stated one is told apart" {
	s="n60 n64 n67 n65 n69 n72 n71 n67 n62 n65 n64 n67 n60:192"
	smf 96 "k-3" "$s" >x.mid
	[ "$(col key)" = C ]
	[ "$(col key_map)" = Eb ]
	smf 96 "n60 n64 n67:192" >x.mid
	[ "$(col key)" = '\N' ]
}

@test "twelve transpositions are twelve keys" {
	for t in {0..11}; do
		s=
		for n in 60 64 67 65 69 72 71 67 62 65 64 67 60; do
			s+=" n$((n + t))"
		done
		smf 96 "$s" >x$t.mid
		echo x$t.mid
	done >list
	run -0 sh -c 'manalyze <list | cut -f24 | paste -sd" "'
	[ "$output" = "C Db D Eb E F F# G Ab A Bb B" ]
}

@test "range, polyphony and programs leave the drums out" {
	smf 96 "c1 p5 h50:96 h54:96 n57:96:100 n90:96:100" "$(smf_beat 1 96)" \
		>x.mid
	[ "$(col pitch_low) $(col pitch_high) $(col polyphony)" = "50 90 3" ]
	[ "$(col programs) $(col channels)" = "5 1,10" ]
	[ "$(col tracks)" = 2 ]
}

@test "a note that ends where another begins does not sound with it" {
	smf 96 "n60:96 n62:96 n64:96" >x.mid
	[ "$(col polyphony)" = 1 ]
}

@test "velocity is the mean, density is notes a quarter" {
	smf 96 "n60:96:40 n62:96:80 n64:48:60 n65:48:60" >x.mid
	[ "$(col velocity) $(col density)" = "60.0 1.33" ]
}

@test "swing is where the off-beat stands" {
	straight= swung=
	for i in {1..8}; do
		straight+=" n60:48 n62:48" swung+=" n60:64 n62:32"
	done
	smf 96 "$straight" >x.mid
	[ "$(col swing)" = 50.0 ]
	smf 96 "$swung" >x.mid
	[ "$(col swing)" = 66.7 ]
}

@test "counted columns are exact: rests, drums, changes of meter and tempo" {
	# A quarter of rest, a bar of 3/4, then 2/4; drums to the end; 58 % swing.
	w=
	for i in 1 2 3; do w+=" n60:58:30 n64:42:50"; done
	smf 100 "t600000 m3/4 +300 m2/4 t300000" "+100 $w" \
		"c10 +100 h36:50:100 h42:50:100 +300 n38:50:100" >x.mid
	[ "$(col seconds)" = 2.250 ]
	[ "$(col bars)" = 2 ]
	[ "$(col polyphony) $(col velocity)" = "1 60.0" ]
	[ "$(col density)" = 2.57 ]
	[ "$(col swing)" = 58.0 ]
}

@test "drums are told on channel 1 too, with their parts" {
	w=$(smf_beat 2 96)
	smf 96 "c1 ${w#c10}" >x.mid
	[ "$(col role)" = drums ]
	[ "$(col drum_parts)" = hat,kick,snare ]
	[ "$(col key) $(col polyphony)" = '\N \N' ]
}

@test "a loop of one drum is drums" {
	smf 96 "n36:24 +72 n36:24 +72 n36:24 +72 n36:24 +72" >x.mid
	[ "$(col drum_parts)" = kick ]
}

@test "bass, melody, chords and arpeggio are told apart" {
	smf 96 "p34 n33:90 +6 n40:90 +6 n36:90 +6 n33:90 +6 n38:190" >x.mid
	[ "$(col role)" = bass ]
	smf 96 "n60:48 n62:48 n64:96 n62:24 n60:72 n67:48 n65:144" >x.mid
	[ "$(col role)" = melody ]
	smf 96 "$(chords_of 57.60.64 53.57.60)" >x.mid
	[ "$(col role)" = chords ]
	smf 96 "n60 n64 n67 n72 n60 n64 n67 n72 n57 n60 n64 n69 n57 n60 n64" >x.mid
	[ "$(col role)" = arp ]
}

@test "a bass line on the notes of a drum set is no drums" {
	smf 96 "n36:168 +24 n36:84 +12 n43:84 +12 n41:168 +24 n41:84 +12 n36:84" \
		>x.mid
	[ "$(col role) $(col drum_parts)" = 'bass \N' ]
	smf 96 "n38:84 +12 n38:84 +12 n45:84 +12 n35:84 +12 n35:84 +12 n42:84" \
		>x.mid
	[ "$(col role)" = bass ]
}

@test "a bass loop is told in a higher octave too" {
	smf 96 "n60:24 +24 n72:20 +4 n72:20 +4 n60:48 n72:20 +28 n60:24 n58:24 n60:96" \
		>x.mid
	[ "$(col role)" = bass ]
}

@test "percussion off channel 10 is drums, by its name or by its kit" {
	smf 96 "=Perc n60:8 +40 h67:8 n70:8 +40 n60:8 +40 h60:8 n70:8 +40 n67:8" \
		>x.mid
	[ "$(col role) $(col drum_parts)" = "drums perc" ]
	a="n60:8 +40 n67:8 +40 n60:8 +40 n60:8 +40 n67:8 +40 n60:8"
	smf 96 "$a" "$(c=$(smf_beat 2 96) && echo "c1 ${c#c10}")" >x.mid
	[ "$(col role)" = drums ]
}

@test "an arpeggio may swing" {
	smf 96 "n60:64 n64:32 n67:64 n72:32 n67:64 n64:32 n60:64 n64:32" >x.mid
	[ "$(col role)" = arp ]
}

@test "a name decides where the notes allow it" {
	s="n60:48 n62:48 n59:96 n62:24 n53:72 n55:48 n57:144"
	smf 96 "$s" >x.mid
	[ "$(col role)" = melody ]
	smf 96 "=Sub_Bass $s" >x.mid
	[ "$(col role)" = bass ]
	smf 96 "=Bass $(chords_of 57.60.64 53.57.60)" >x.mid
	[ "$(col role)" = chords ]
	smf 96 "=Harp $s" >x.mid
	[ "$(col role)" = melody ]
}

@test "the chords are the cycle that repeats, in roman too" {
	c="57.60.64 53.57.60 48.52.55 55.59.62"
	# shellcheck disable=SC2086
	smf 96 "m4/4 $(chords_of $c $c $c)" >x.mid
	[ "$(col chords)" = "Am F C G" ]
	case $(col key) in
	Am) [ "$(col roman)" = "i VI III VII" ] ;;
	C) [ "$(col roman)" = "vi IV I V" ] ;;
	*) false ;;
	esac
}

@test "a cycle of bars that end between beats is a cycle of bars" {
	w=
	for c in 50.57.65 55.58.62 57.60.64 50.57.65; do
		IFS=. read -r a b d <<<"$c"
		w+=" h$a:432 h$b:432 n$d:432"
	done
	smf 96 "m9/8 $w $w" >x.mid
	[ "$(col chords)" = "Dm Gm Am Dm" ]
}

@test "a melody does not add to the chords below it" {
	c="57.60.64 53.57.60 48.52.55 55.59.62"
	m="n72:192 n79:192 n69:192 n76:192 n67:192 n71:192 n74:192 n65:192"
	# shellcheck disable=SC2086
	smf 96 "m4/4 $(chords_of $c $c $c)" "c2 $m $m $m" >x.mid
	[ "$(col chords)" = "Am F C G" ]
}

@test "roman numerals are of the key" {
	c="48.52.55 57.60.64 53.57.60 55.59.62"
	# shellcheck disable=SC2086
	smf 96 "m4/4 $(chords_of $c $c 48.52.55 48.52.55)" >x.mid
	[ "$(col key)" = C ]
	[ "$(col roman)" = "I vi IV V" ] || [ "$(col roman)" = "I vi IV V I" ]
	smf 96 "n36:96 n36:96" >x.mid
	[ "$(col roman)" = '\N' ]
}

@test "--timeline chords writes path, start, end and chord" {
	smf 96 "$(chords_of 57.60.64 53.57.60)" >x.mid
	run -0 manalyze --timeline chords <<<x.mid
	[ "$output" = $'x.mid\t0\t4\tAm\nx.mid\t4\t8\tF' ]
}

@test "music_hash is equal for equal music, and for no other" {
	division=96
	smf 96 "t500000 =Name" "c1 n60:96:50 n64:96:50" "c2 n48:192" >a.mid
	smf 96 "c2 n48:192:99" "c1 n60:90 +6 n64:96" >b.mid
	smf 480 "c1 n60:480 n64:480" "c2 n48:960" >c.mid
	format=0 smf 96 "h48:192 n60:96 n64:96" >d.mid
	smf 96 "+96 c1 h48:192 n60:96 n64:96" >e.mid
	smf 96 "h49:192 n61:96 n65:96" >f.mid
	smf 96 "h48:192 n60:48 n64:96" >g.mid
	run -0 sh -c 'for f in a b c d e f g; do echo $f.mid; done |
		manalyze | cut -f39'
	[ "$(printf '%s\n' "${lines[@]:0:5}" | sort -u | wc -l)" -eq 1 ]
	[[ "${lines[0]}" =~ ^[0-9a-f]{16}$ ]]
	[ "$(printf '%s\n' "${lines[@]}" | sort -u | wc -l)" -eq 3 ]
}

@test "music_hash knows no running status, and every transposition" {
	smf 96 "n60:96:64 n64:96:64" >a.mid
	# The same, in running status with note-ons of velocity 0.
	smf 96 "x903c40 +96 x3c00 x4040 +96 x4000" >b.mid
	[ "$(col music_hash a.mid)" = "$(col music_hash b.mid)" ]
	for t in {0..11}; do
		smf 96 "h$((48 + t)):192 n$((60 + t)):96 n$((64 + t)):96" >$t.mid
		echo $t.mid
	done >list
	[ "$(manalyze <list | cut -f39 | sort -u | wc -l)" -eq 12 ]
}

@test "title and words are decoded, each word once" {
	smf 96 "=My_Song" "=Bass n40" "=Bass n41" "=__ n50" >x.mid
	[ "$(col title)" = "My Song" ]
	[ "$(col words)" = "My Song | Bass" ]
}

@test "a file without notes knows what it can" {
	smf 96 "t400000 m3/4" >x.mid
	run -0 manalyze <<<x.mid
	[ "$(cut -f16,19,22,24,35,39 <<<"$output")" = \
		$'0\t150.00\t3/4\t\\N\t\\N\t\\N' ]
}

@test "a note of hostile length is done in no time" {
	smf 1 "x903c40 +268435455 x803c40" >x.mid
	run -0 timeout 2 manalyze <<<x.mid
	[ "$(cut -f16 <<<"$output")" = 1 ]
}

@test "serial and fanned-out runs agree" {
	command -v parallel >/dev/null || skip "no parallel"
	for i in {1..12}; do
		smf 96 "n$((40 + i)) n$((45 + i)) n$((47 + i))" >$i.mid
		echo $i.mid
	done >list
	manalyze <list >one
	parallel -k --pipe -N 3 manalyze <list >many
	cmp one many
}

@test "a wrong call shows the usage, exit 2" {
	run -2 manalyze --timeline drums
	[[ "$output" == "usage: manalyze "* ]]
	run -2 manalyze operand
}

@test "a full disk is fatal" {
	[ -w /dev/full ] || skip "no /dev/full"
	smf 96 "n60" >x.mid
	run -2 sh -c 'echo x.mid | manalyze >/dev/full'
	[ "$output" = "manalyze: stdout: No space left on device" ]
}

@test "an early head ends it without a word" {
	smf 96 "n60" >x.mid
	run -0 --separate-stderr sh -c \
		'yes x.mid | head -5000 | manalyze | head -1 | cut -f16'
	[ "$output" = 1 ] && [ -z "$stderr" ]
}

@test "chords of real songs agree with their labels" {
	[ -d "$SHARED/corpora/pop909cl" ] || skip "no corpora"
	ls "$SHARED"/corpora/pop909cl/0*0.mid >list
	run -0 manalyze --timeline chords <list
	[ "${#lines[@]}" -gt 500 ]
}
