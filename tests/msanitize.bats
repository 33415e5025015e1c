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
	[ "$output" = "usage: msanitize [-Hqv] [-r file]" ]
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
