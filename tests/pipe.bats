#!/usr/bin/env bats
# pipe - what holds across filters
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need mextract
}

# Those that read a stream and write one.
stream_filters() {
	local t
	for t in $(filters); do
		case $t in
		midiflow | mfind | mcols | mprogress | mdbfind | mdbnew | mrename | mexport-mpc) ;;
		mdbload) [ "${1:-}" != all ] || echo "$t" ;;
		*) echo "$t" ;;
		esac
	done
}

# call FILTER: with whatever it writes below here.
call() {
	case $1 in
	mextract | msplit) echo "$1 -l lib" ;;
	mdbload) echo "mdbload -d db" ;;
	*) echo "$1" ;;
	esac
}

# A collection with every kind of archive, under src: 11 contents.
collection() {
	local i s
	need zip 7z bsdtar
	mkdir -p w src/loose
	for i in {1..12}; do song "w/$i.mid" "$i"; done
	mkdir "w/D r/" && song "w/D r/13.mid" 13
	echo text >w/read.me
	i=0
	for s in zip 7z tar.gz tar.xz tar.bz2 tar.zst; do
		i=$((i + 1))
		(cd w && pack "../src/p$i.$s" "$i.mid" "$((i + 1)).mid" 12.mid "D r" read.me)
	done
	gzip -c w/10.mid >src/10.mid.gz
	(cd w && pack a.zip 11.mid 1.mid && pack b.zip a.zip 2.mid && pack ../src/nested.tar b.zip)
	(cd w && zip -qX -P secret ../src/closed.zip 3.mid && zip -qX ../src/closed.zip 4.mid)
	if command -v lha >/dev/null; then
		(cd w && lha -aq ../src/old.lzh 5.mid) || rm -f src/old.lzh
	fi
	cp w/1.mid src/loose/one.mid
	cp w/2.mid src/loose/two.MID
	echo '<html>' >src/loose/bad.mid
	: >src/loose/empty.mid
	printf 'PK\3\4' >src/broken.zip
	rm -r w
}

@test "conservation: what goes in comes out once, as ok, dup or error" {
	collection
	mfind src >found
	run -1 --separate-stderr mextract -l lib <found
	echo "$output" >out
	# 6 archives of 4, nested 3, closed 2, one gz, loose 4, lha 0 or 1.
	want=$((24 + 3 + 2 + 1 + 4))
	[ ! -e src/old.lzh ] || want=$((want + 1))
	[ "$(awk -F'\t' '$4 == "midi"' out | wc -l)" -eq $want ]
	[ -z "$(awk -F'\t' '$4 == "midi" && $5 !~ /^(ok|dup|error)$/' out)" ]
	# Each place once.
	[ -z "$(cut -f8,9 out | sort | uniq -d)" ]
	# Each content is ok once, and has one file.
	[ -z "$(awk -F'\t' '$5 == "ok" && $4 == "midi" { print $7 }' out | sort | uniq -d)" ]
	[ -z "$(comm -3 <(awk -F'\t' '$5 == "ok" && $4 == "midi" { print $7 }' out | sort) \
		<(awk -F'\t' '$5 == "dup" || $5 == "ok" && $4 == "midi" { print $7 }' out | sort -u))" ]
	[ "$(awk -F'\t' '$5 == "ok" && $4 == "midi"' out | wc -l)" -eq 11 ]
	awk -F'\t' '$5 == "ok" && $4 == "midi" { print $1 "\t" $7 }' out | while IFS=$tab read -r p h; do
		[ "$(hash "$(printf %b "$p")")" = "$h" ]
	done
	# Archives count what came out of them.
	awk -F'\t' '$4 == "midi" && $9 != "\\N" { n[$8, $5]++ }
		$4 == "archive" && $5 != "error" {
			split($6, c, /[:,]/)
			if (c[2] != n[$8, "ok"] + 0 || c[4] != n[$8, "dup"] + 0 || c[6] != n[$8, "error"] + 0) print
		}' out >wrong
	[ ! -s wrong ]
	[ "$(awk -F'\t' '$4 == "archive"' out | wc -l)" -eq "$(grep -c "${tab}archive\$" found)" ]
	[ "$(awk -F'\t' '$5 == "error" { print $6 }' out | sort | paste -sd' ')" = "empty encrypted not-midi truncated" ]
}

@test "no filter loses a record" {
	collection
	mfind src | mextract -q -l lib >one || true
	for t in $(stream_filters); do
		case $t in mextract) continue ;; esac
		$(call "$t") <one >two 2>/dev/null || [ $? -eq 1 ]
		[ "$(awk -F'\t' '$12 == "" || $12 == "\\N"' two | cut -f8,9 | sort)" = "$(cut -f8,9 one | sort)" ]
	done
}

@test "a second run gives the same records and the same tree" {
	collection
	run() {
		mfind src | mextract -q -l lib | msanitize | msplit -q -l lib
	}
	run >one || true
	cp -rp lib before
	run >two || true
	cmp one two
	[ "$(tree lib)" = "$(tree before)" ]
}

@test "each filter: a full disk is fatal, exit 2" {
	[ -w /dev/full ] || skip "no /dev/full"
	mkdir d
	mid d/a.mid 0 96 "00 90 3c 40 00 91 40 40 60 80 3c 40 00 81 40 40"
	for t in $(stream_filters); do
		run -2 bash -c "echo d/a.mid | $(call "$t") >/dev/full"
		[ "$output" = "$t: stdout: No space left on device" ]
	done
}

@test "each filter: an early head ends it by SIGPIPE" {
	song a.mid 1
	# 4000 of these are more than a pipe holds.
	line=$(rec a.mid 34 1 midi $(for i in {5..100}; do echo '\N'; done))
	for t in $(stream_filters); do
		run -0 bash -c "yes '$line' | head -n 4000 | $(call "$t") | head -n 1; echo \${PIPESTATUS[2]}"
		[ "${lines[-1]}" -eq 141 ]
	done
}

@test "each filter: empty input gives nothing, exit 0" {
	for t in $(stream_filters all); do
		run -0 $(call "$t") </dev/null
		[ -z "$output" ]
	done
}

@test "each filter: a cut last line is named, exit 2" {
	for t in $(stream_filters all); do
		run -2 bash -c "printf a.mi | $(call "$t")"
		[ "$output" = "$t: a.mi: the last line is cut off" ]
	done
}

@test "each filter: one column and sixty are read, those behind the last pass" {
	song a.mid 1
	sixty=$(rec a.mid 34 1 midi $(for i in {5..60}; do echo '\N'; done | sed '$s/.*/last/'))
	for t in $(stream_filters); do
		run -0 $(call "$t") <<<"a.mid"
		[ "$(field 1 <<<"$output")" = a.mid ]
		run -0 $(call "$t") <<<"$sixty"
		[ "$(field 60 <<<"${lines[0]}")" = last ]
		[ "$(awk -F'\t' '{ print NF }' <<<"${lines[0]}")" -eq 60 ]
	done
}

@test "each filter: a path with newline, tab, backslash and Latin-1 comes through" {
	p=$(printf 'a\tb\\c\nd\351.mid')
	e='a\tb\\c\nd\xe9.mid'
	song "$p" 1
	[ "$(mfind -R "$p" | field 1)" = "$e" ]
	for t in $(stream_filters); do
		run -0 $(call "$t") <<<"$e"
		[ "$(field 1 <<<"$output")" = "$e" ]
	done
	# And one that is not there is named in one line.
	for t in $(stream_filters); do
		run --separate-stderr $(call "$t") <<<'no\n\xe9.mid'
		[ "$(field 1 <<<"$output")" = 'no\n\xe9.mid' ]
		[ -z "$stderr" ] || [[ "$stderr" = "$t: no"'\n\xe9.mid: '* ]]
		[ "${#stderr_lines[@]}" -le 1 ]
	done
}

@test "serial and parallel runs give the same records" {
	need parallel
	mkdir d
	for i in {1..60}; do
		mid d/$i.mid 0 96 "00 90 3c $(printf %02x "$i") 00 91 40 40 60 80 3c 40 00 81 40 40"
	done
	mfind d >in
	for t in $(stream_filters); do
		# Which of two equal parts is ok is a matter of time.
		c="$(call "$t")" && [ "$t" != msplit ] || c="$t -l lib --no-seen"
		$c <in | sort >serial
		parallel --will-cite --pipe --block 1k -j 2 "$c" <in | sort >fanned
		cmp serial fanned
	done
}

@test "parallel imports into one library: every content is ok once" {
	need parallel zip
	for i in {1..20}; do
		mkdir d$i
		for k in {1..10}; do song d$i/$k.mid $((i / 2 + k)); done
		pack $i.zip d$i
		rm -r d$i
	done
	mfind . >in
	parallel --will-cite --pipe -N 3 -j 4 mextract -l lib <in >out
	awk -F'\t' '$4 == "midi" && $5 == "ok" { print $7 }' out | sort >ok
	[ "$(wc -l <ok)" -eq 20 ]
	[ -z "$(uniq -d ok)" ]
	[ "$(find lib -name '*.mid' | wc -l)" -eq 20 ]
	[ "$(awk -F'\t' '$4 == "midi"' out | wc -l)" -eq 200 ]
}

@test "conservation on 2,000 files whose truth is known" {
	[ -x "$SHARED/tools/mkbulk.py" ] || [ -f "$SHARED/tools/mkbulk.py" ] || skip "no mkbulk.py"
	need python3 7z
	python3 "$SHARED/tools/mkbulk.py" --files 2000 --seed 1 --out bulk >/dev/null
	mfind bulk/src | mextract -q -l lib >out || [ $? -eq 1 ]
	run -0 python3 "$SHARED/tools/check-conservation.py" --bulk bulk out
}
