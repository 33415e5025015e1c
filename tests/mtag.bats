#!/usr/bin/env bats
# mtag - a test a promise of the page, in its order
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	declare -gA number
	local n name
	while IFS=$'\t' read -r n name _; do number[$name]=$n; done < <(mcols)
	: >want
}

# record PATH [NAME=VALUE ...]: an ok record of 44 columns, in one process.
record() {
	local -a f
	local i pair
	for ((i = 0; i < 44; i++)); do f[i]='\N'; done
	f[0]=$1 f[4]=ok
	for pair in "${@:2}"; do f[${number[${pair%%=*}]} - 1]=${pair#*=}; done
	rec "${f[@]}"
}
# tags PATH [NAME=VALUE ...]: its tags; category likewise.
tags() {
	record "$@" | mtag | field 44
}
category() {
	record "$@" | mtag | field 43
}

# has TAG PATH [NAME=VALUE ...]: it must have the tag; hasnt the same: it must
# not; none DIMENSION PATH: none of that dimension. settle asks mtag of all.
has() {
	printf '%s\t%s\n' "has $1" "$(record "${@:2}")" >>want
}
hasnt() {
	printf '%s\t%s\n' "hasnt $1" "$(record "${@:2}")" >>want
}
none() {
	printf '%s\t%s\n' "none $1" "$(record "${@:2}")" >>want
}
settle() {
	cut -f2- want | mtag | paste <(cut -f1 want) - | awk -F '\t' '
	{
		split($1, w, " ")
		n = split($45, t, ",")
		for (i = found = 0; ++i <= n;)
			found += w[1] == "none" ? index(t[i], w[2] ":") == 1 : t[i] == w[2]
		if (found != (w[1] == "has")) {
			print $2 ": " $1 ": " $45
			bad = 1
		}
	}
	END { exit bad || NR == 0 }'
}

@test "fills category and tags of ok records and of bare paths" {
	run -0 mtag <<<$'Funk/Bass 01.mid'
	[ "$(field 43,44 <<<"$output")" = "Bass${tab}genre:funk,instrument:bass,role:bass" ]
	[ "$(awk -F '\t' '{ print NF }' <<<"$output")" = 44 ]
	run -0 mtag <<<"$(rec a.mid 1 2 midi ok '\N' 00 /s.zip 'Rock/Drums/x.mid')"
	[ "$(field 43,44 <<<"$output")" = "Drums/Loops${tab}genre:rock,instrument:drums" ]
	[ "$(cut -f1-9 <<<"$output")" = "$(rec a.mid 1 2 midi ok '\N' 00 /s.zip 'Rock/Drums/x.mid')" ]
}

@test "of dup records it fills the tags that come from words, and no category" {
	run -0 mtag <<<"$(record /a/Jazz/Bass.mid kind=midi status=dup programs=57 category=Bass tags=x:y)"
	[ "$(field 43,44 <<<"$output")" = "\\N${tab}genre:jazz,instrument:bass,role:bass" ]
}

@test "all other records pass unchanged" {
	in=$(rec a.zip 1 2 archive ok midi:1
		rec 'Bass.mid' 1 2 midi error not-midi
		rec 'Funk.mid' 1 2 midi partial)
	run -0 mtag <<<"$in"
	[ "$output" = "$in" ]
}

@test "fills its columns anew and leaves those behind them" {
	run -0 mtag <<<"$(record Samba.mid category=FX tags=x:y)${tab}more"
	[ "$(field 43-45 <<<"$output")" = "\\N${tab}genre:latin,genre:samba,world:brazilian${tab}more" ]
	run -0 mtag <<<"$(record qqqq.mid category=FX tags=x:y)"
	[ "$(field 43,44 <<<"$output")" = '\N'"$tab"'\N' ]
}

@test "words stand in folders, archives, archives in them, names and tracks" {
	run -0 mtag <<<"$(record /l/x.mid source=/p/Reggae.zip 'member=Salsa.zip!/Tango/Violin 1.mid' \
		'title=Oboe' 'words=Oboe | Fagott')"
	for t in genre:reggae genre:salsa genre:tango instrument:violin instrument:oboe instrument:bassoon; do
		[[ ,$(field 44 <<<"$output"), = *,$t,* ]] || echo "no $t"
	done >missing
	[ -z "$(cat missing)" ]
	# The library's own folders say nothing.
	[ "$(record /Funk/x.mid source=/p/y.zip member=z.mid | mtag | field 44)" = '\N' ]
}

@test "case, plural, gaps, CamelCase, digits, compounds and abbreviations" {
	for n in 'hi hat' Hi-Hat HIHATS HiHat02 hi_hat HH; do has drum:hat "$n.mid"; done
	for n in 'four on the floor' 4-on-the-floor FourOnTheFloor; do has feel:four-on-the-floor "$n.mid"; done
	for n in DnB 'Drum & Bass' "Drum 'n' Bass" drum_and_bass; do has genre:drum-and-bass "$n.mid"; done
	for n in R\&B RnB 'r n b'; do has genre:rnb "$n.mid"; done
	has genre:funk funkrock.mid
	has genre:rock funkrock.mid
	has instrument:guitar 'Gtr 2.mid'
	has instrument:piano Pno.mid
	has drum:kick BD.mid
	has drum:snare SN_03.mid
	has role:melody Melodies.mid
	has drum:crash Crashes.mid
	settle
}

@test "words of other languages, and of other encodings" {
	has instrument:drums 'Schlagzeug 1.mid'
	has instrument:drums $'Bater\xc3\xada.mid'
	has instrument:drums 'Bater\xeda.mid'
	has instrument:brass $'Bl\xc3\xa4ser.mid'
	has instrument:guitar $'Guitarra el\xc3\xa9ctrica.mid'
	has section:chorus Refrain.mid
	has instrument:trumpet Tromba.mid
	settle
}

@test "the longest phrase wins" {
	[ "$(tags 'double bass.mid')" = instrument:bass,instrument:double-bass,role:bass,sound:acoustic ]
	[ "$(tags 'bass drum.mid')" = drum:kick ]
	hasnt drum:hat 'Top Hat.mid'
	hasnt instrument:drums 'No Drums.mid'
	settle
}

@test "an ambiguous word counts among words that are known" {
	has genre:house 'Deep House 03.mid'
	has genre:house 'House/x.mid'
	hasnt genre:house 'House by the Old Mill Stream.mid'
	has section:bridge 'Bridge 2.mid'
	hasnt section:bridge 'Bridge Across Forever Always.mid'
	settle
}

@test "tempo: with bpm, in brackets, on a shelf" {
	for n in 'x 118bpm' '118 BPM x' 'x_bpm118' 'x (118 BPM)' 'x 118-BPM'; do has tempo:118 "$n.mid"; done
	has tempo:120.5 'x 120.5bpm.mid'
	has tempo:120.5 x_120_5bpm.mid
	has tempo:120-129 'House 120-129 BPM/x.mid'
	has tempo:120-129 120-129/x.mid
	has tempo:120-130 "Beats 120-130/x.mid"
	none tempo "Loops 100-250/x.mid"
	hasnt tempo:129 'House 120-129 BPM/x.mid'
	hasnt tempo:12 'x 12bpm.mid'
	settle
}

@test "a bare number is a tempo where another counts, or a key stands by it" {
	has tempo:150 '150 Mambo 01.mid'
	has tempo:174 PRE12_174_Gmin_Name.mid
	has tempo:70 1_rock_70_beat_6-8.mid
	has tempo:174 LM_DNB_174_Reese_Bass_Dmin.mid
	for n in 'Take 118' 'take 3 of 118' '118' 'Loop 118' 'x 118' '118 Chords' '(118) Hat' 00118@x 'Groove 101 (2)' \
		'Op 101' 2019-118-01; do
		none tempo "$n.mid"
	done
	hasnt tempo:150 'Takes/150 Mambo 01.mid'
	hasnt tempo:120 "Rock's [Funk], 120  ~take 3!.mid"
	settle
}

@test "keys, and what looks like one" {
	has key:F#m 'Loop F#m.mid'
	has key:Gm x_Gmin_y.mid
	has key:Bb 'x Bbmaj 2.mid'
	has key:F#m loop_Fsm_2.mid
	has key:A 'Pad in A.mid'
	has key:C 'Pack in C major/x.mid'
	has key:Bm 'Fuge h-moll.mid'
	has key:Bb 'Sonate B-Dur.mid'
	has key:Eb 'Konzert Es-Dur.mid'
	has key:Am $'pr\xc3\xa9lude en la mineur.mid'
	has key:C#m 'Sonata C sharp minor.mid'
	has key:F#m 'Bass-Night 124bpm F#m 8bar T03.mid'
	has key:C 'Bass-Night 124bpm C 8bar.mid'
	for n in '02 Am' 'Here I Am' 'Bb Clarinet' 'in a silent way' 'C - Am - F - G' 'Keys Am F C G' Cmaj7 'Take A' 'F3' \
		'Vitamin C 3' 'A Minute'; do
		none key "$n.mid"
	done
	[ "$(tags Cmaj7.mid)" = chord:Cmaj7 ]
	[ "$(tags '02 Am.mid')" = chord:Am ]
	settle
}

@test "meters and bars, and what looks like one" {
	for n in 6-8 'x_6-8' 'groove 6#8' 'rock_6_8_slow' '6 8 time' 'six eight'; do has meter:6/8 "$n.mid"; done
	has meter:6/8 'Odd/6-8/x.mid'
	has meter:12/8 '12-8 Shuffle.mid'
	for n in Beat-12-8 'Bars 5-8' 2019-12-8 Loop_3_4 'x 6 8' 'Take 3-4' 03-04; do
		none meter "$n.mid"
	done
	has bars:8 'x 8bars.mid'
	has bars:16 '16 bar groove.mid'
	has bars:4 '4 Takte.mid'
	hasnt bars:8 'x 4-8 bars.mid'
	settle
}

@test "the innermost name wins" {
	[ "$(tags '100bpm/120bpm/x.mid')" = tempo:120 ]
	[ "$(tags 'in Am, 100bpm/x_Cmin.mid')" = key:Cm,tempo:100 ]
	[ "$(tags 'x_Cmin.mid' words='In D major')" = key:Cm ]
	[ "$(tags x.mid words='In D major')" = key:D ]
}

@test "the analysis adds instruments, parts of the kit and swing" {
	[ "$(tags q.mid role=bass programs=33,57)" = instrument:bass,instrument:double-bass,instrument:trumpet ]
	[ "$(tags q.mid role=melody programs=1)" = '\N' ]
	[ "$(tags q.mid role=drums channels=10 drum_parts=kick,hat swing=63.0)" = drum:hat,drum:kick,feel:swing ]
}

@test "the category comes from the analysis" {
	[ "$(category x.mid role=drums channels=10 drum_parts=kick)" = Drums/Kicks ]
	[ "$(category x.mid role=drums channels=10 drum_parts=crash,ride)" = Drums/Cymbals ]
	[ "$(category x.mid role=drums channels=10 drum_parts=kick,snare)" = Drums/Loops ]
	[ "$(category x.mid role=arp)" = Melody ]
	[ "$(category x.mid role=chords)" = Chords ]
	[ "$(category x.mid role=mixed bars=16)" = Loops ]
	[ "$(category x.mid role=mixed bars=17)" = Full ]
	[ "$(category x.mid role=melody programs=127,125)" = FX ]
}

@test "analysis beats words: a file named bass that is all drums is drums" {
	d=(role=drums channels=1 drum_parts=kick,snare,hat)
	[ "$(category 'Bass/bass 01.mid' "${d[@]}")" = Drums/Loops ]
	[ "$(tags 'Bass/bass 01.mid' "${d[@]}")" = drum:hat,drum:kick,drum:snare ]
	m=(role=melody key=C pitch_low=60 pitch_high=79)
	[ "$(category 'Drums/Kick.mid' "${m[@]}")" = Melody ]
	[ "$(tags 'Drums/Kick.mid' "${m[@]}")" = '\N' ]
	hasnt drum:tom 'Toms.mid' role=drums channels=10 drum_parts=kick,snare
	hasnt tempo:150 '150 Mambo 01.mid' bpm=117 bpm_from=map bpm_conf=0.95
	has tempo:150 '150 Mambo 01.mid' bpm=75 bpm_from=map bpm_conf=0.95
	hasnt key:Am 'Loop in Am.mid' key=F#m key_conf=0.95
	has key:Am 'Loop in Am.mid' key=C key_conf=0.95
	hasnt meter:6/8 '6-8.mid' meter=5/4 meter_from=map
	has meter:6/8 '6-8.mid' meter=4/4 meter_from=map
	settle
}

@test "words decide where the notes do not" {
	[ "$(category 'Kicks/x.mid')" = Drums/Kicks ]
	[ "$(category 'Drums/HiHats.mid')" = Drums/Hats ]
	[ "$(category 'Drum Loops/Kick Snare.mid')" = Drums/Loops ]
	[ "$(category 'FX/Riser.mid' role=melody key=C pitch_low=40 pitch_high=90)" = FX ]
	# A sampled kick on any note; a drum line off channel 10; a bass that looks like toms.
	[ "$(category 'Kick 01.mid' role=drums channels=1 drum_parts=perc)" = Drums/Kicks ]
	[ "$(category 'Drum Loops/x.mid' role=melody pitch_low=60 pitch_high=62)" = Drums/Percussion ]
	[ "$(category 'Bass/x.mid' role=drums channels=1 drum_parts=tom,perc)" = Bass ]
	# They must agree.
	[ "$(category 'Drum Loops/Piano.mid' role=melody pitch_low=60 pitch_high=62)" = Melody ]
}

@test "--explain: path, tag, word, place, name, fate" {
	run -0 mtag -e <<<'House Loops/124 House Groove 01.mid'
	[ "${lines[0]}" = "$(rec 'House Loops/124 House Groove 01.mid' genre:house House folder 'House Loops' kept)" ]
	grep -qxF "$(rec 'House Loops/124 House Groove 01.mid' genre:house House file '124 House Groove 01.mid' again)" <<<"$output"
	grep -qxF "$(rec 'House Loops/124 House Groove 01.mid' tempo:124 124 file '124 House Groove 01.mid' kept)" <<<"$output"
	run -0 mtag --explain <<<"$(record Kick.mid role=melody key=C pitch_low=40 pitch_high=80)"
	[ "${lines[0]}" = "$(rec Kick.mid drum:kick Kick file Kick.mid beaten)" ]
	run -0 mtag -e <<<'House by the Old Mill Stream.mid'
	[ "$(cut -f2,6 <<<"${lines[0]}")" = "genre:house${tab}unsure" ]
	run -0 mtag -e <<<"$(rec a.zip 1 2 archive ok)"
	[ -z "$output" ]
}

@test "--words adds words, and what it says of a word prevails" {
	printf '# mine\n\nqqx band\tbrand:qqx,genre:noise\nfunk\t-\nhouse\tgenre:my-house\t0.5\tname\n=genre:noise\tmood:mine\n' >w
	[ "$(mtag -w w <<<'QQX-Band.mid' | field 44)" = brand:qqx,genre:noise,mood:mine ]
	[ "$(mtag -w w <<<'Funk.mid' | field 44)" = '\N' ]
	[ "$(mtag --words w <<<'House/House.mid' | field 44)" = genre:my-house ]
	[ "$(mtag -w w <<<'House/x.mid' | field 44)" = '\N' ]
	printf 'qqx band\tbrand:two\n' >w2
	[ "$(mtag -w w -w w2 <<<'qqxband.mid' | field 44)" = brand:two ]
	[ "$(mtag -w w2 <<<'Funk.mid' | field 44)" = genre:funk ]
}

@test "a file of words that is none is fatal, and says where" {
	bad() { # LINE REASON
		printf 'a\tb:c\n%b\n' "$1" >w
		run -2 --separate-stderr mtag -w w <<<x.mid
		[ -z "$output" ]
		[ "$stderr" = "mtag: w:2: $2" ]
	}
	bad 'x' 'not two to four fields'
	bad 'x\ta:b\t1\tname\tz' 'not two to four fields'
	bad 'x\tjazz' 'a tag is dimension:value'
	bad 'x\ta:b,' 'a tag is dimension:value' || true
	bad 'x\ta:b\t2' 'a weight is a number from 0.1 to 1'
	bad 'x\ta:b\t1\tnowhere' 'no such context'
	bad '!!\ta:b' 'no word'
	bad '=\ta:b' 'behind = stands a tag, or a name and numbers'
	run -2 --separate-stderr mtag -w none <<<x.mid
	[ "$stderr" = "mtag: none: No such file or directory" ]
	run -2 mtag -w .
	[[ "$output" = "mtag: .: "* ]]
}

@test "-H prints the column names" {
	run -0 mtag -H
	[ "$(awk -F '\t' '{ print NF, $43, $44 }' <<<"$output")" = "44 category tags" ]
}

@test "a bad record passes, is named and copied to -r, exit 1; -q says nothing" {
	run -1 --separate-stderr mtag -r rejects <<<"$(echo 'a\qb.mid'; echo Jazz.mid)"
	[ "${lines[0]}" = 'a\qb.mid' ]
	[ "$(field 44 <<<"${lines[1]}")" = genre:jazz ]
	[ "$stderr" = 'mtag: a\qb.mid: Invalid or incomplete multibyte or wide character' ]
	[ "$(cat rejects)" = 'a\qb.mid' ]
	run -1 --separate-stderr mtag -q <<<'a\qb.mid'
	[ -z "$stderr" ]
}

@test "hostile names: long, deep, empty parts, many words" {
	{
		head -c 300000 /dev/zero | tr '\0' a && echo
		head -c 300000 /dev/zero | tr '\0' / && echo
		awk 'BEGIN {
			n = split("funk |a/|1-|F#m |Ab", w, "|")
			for (i = 1; i <= n; i++) {
				for (k = 0; k < 20000; k++)
					printf "%s", w[i]
				print "x.mid"
			}
		}'
		printf '%s\n' / // . .. .mid '\\' '\xff\xfe' '!/' 'x!' ' ' '&&&&' '#' '#8' 'C#' 'b'
	} >hostile
	mtag <hostile >out
	cut -f1 out | cmp - hostile
	mtag -e <hostile >out
	[ -s out ]
}

@test "serial and fanned-out runs give the same" {
	need parallel
	seq 400 | awk -v OFS='\t' '{
		print "/a/Set " $1 % 7 "/" 100 + $1 " Funk Bass " $1 " in F#m.mid", 1, 2, "midi", "ok"
		print "/b/Kick & Snare/" $1 ".mid", 1, 2, "midi", "dup"
	}' >in
	mtag <in >serial
	parallel --will-cite -k --pipe --block 8k mtag <in >fanned
	cmp serial fanned
}

@test "empty input gives nothing, exit 0" {
	run -0 mtag </dev/null
	[ -z "$output" ]
}

@test "a wrong call prints the usage, exit 2" {
	run -2 mtag file
	[ "$output" = "usage: mtag [-eHqv] [-r file] [-w file]" ]
}

@test "a full disk is fatal, exit 2" {
	[ -w /dev/full ] || skip "no /dev/full"
	run -2 sh -c 'echo a.mid | mtag >/dev/full'
	[ "$output" = "mtag: stdout: No space left on device" ]
	run -2 sh -c 'echo Jazz.mid | mtag -e >/dev/full'
	[ "$output" = "mtag: stdout: No space left on device" ]
}

@test "an early head ends it by SIGPIPE" {
	run -0 bash -c 'seq 100000 | mtag | head -n 1; echo "${PIPESTATUS[1]}"'
	[ "${lines[1]}" -eq 141 ]
}

@test "mexport-mpc takes the category, and decides the same by itself" {
	command -v mexport-mpc >/dev/null || skip "no mexport-mpc"
	mid a.mid 0 96 '00 99 24 7f 30 89 24 40 30 99 24 40 30 89 24 40'
	manalyze <<<a.mid | mtag | mexport-mpc -o one
	mexport-mpc -o two <<<a.mid
	[ "$(cd one && find . -name '*.mpcpattern')" = "$(cd two && find . -name '*.mpcpattern')" ]
	find one | grep -q Patterns/Drums/Kicks/
}

@test "the vocabulary: several hundred words, each tag well formed, built in as it lies there" {
	t=$abs_top_srcdir/share/tags.tsv
	[ "$(grep -vc -e '^#' -e '^$' "$t")" -gt 900 ]
	# The same once more as a file of one's own changes nothing.
	printf '%s\n' 'Rock/Funk/124 House Groove 01.mid' 'Bass 12.mid' F3.mid >in
	mtag <in >a
	mtag -w "$t" <in >b
	cmp a b
	awk -F '\t' '/^#/ || /^$/ { next } { n = split($2, t, ","); for (i = 1; i <= n; i++) print t[i] }' "$t" |
		grep -vxE -e '-' -e '(genre|instrument|drum|role|section|feel|sound|mood|key|meter|world|brand|tempo|bars):[a-z0-9/-]+' \
			-e 'category:(Drums/(Kicks|Snares|Hats|Cymbals|Toms|Percussion|Loops)|Bass|Melody|Chords|FX|Loops|Full)' >odd || true
	cat odd
	[ ! -s odd ]
}

# What is known of real and made-up collections, where they lie beside the tree.
truth() {
	need python3
	[ -d "$SHARED/corpora" ] || skip "no corpora"
	python3 "$abs_top_srcdir/tests/truth_tags.py" "$@" || return
}

@test "a made-up collection: tempo and key in names, category" {
	need python3 mextract
	[ -f "$SHARED/tools/mkbulk.py" ] || skip "no mkbulk.py"
	python3 "$SHARED/tools/mkbulk.py" --files 8000 --seed 5 --out bulk >/dev/null
	mfind bulk/src | { mextract -q -l lib || [ $? = 1 ]; } | msanitize | { manalyze -q || [ $? = 1 ]; } | mtag >r
	truth bulk bulk r
}

@test "role and genre words of arpeggio patterns; styles of drum grooves; no tempo where there is none" {
	[ -d "$SHARED/corpora" ] || skip "no corpora"
	grep -v '^#' "$SHARED/corpora/truth/roles.tsv" | cut -f4 | sed 's/$/.mid/' | mtag >r
	truth roles "$SHARED/corpora/truth/roles.tsv" r
	(cd "$SHARED/corpora" && find groove -name '*.mid') | mtag >r
	truth styles r
	for z in "$SHARED"/corpora/zips/*.zip; do bsdtar -tf "$z" | grep -i '\.mid$' | sed 's/\\/&&/g'; done | mtag >r
	run -0 truth zips r
	[[ "$output" != *tempo* ]]
}
