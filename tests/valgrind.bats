#!/usr/bin/env bats
# valgrind - no filter reads what it should not, or keeps what it took
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	[ -z "${MIDIFLOW_SANITIZED:-}" ] || skip "the sanitizers are in this build"
	need valgrind
	# It makes system calls of its own.
	export MIDIFLOW_SANDBOX=0
	cp -r "$abs_top_srcdir/examples/collection" src
}

# grind FILTER ...: fails on any error or leak; the filter's own status else.
grind() {
	valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible "$@"
}

# ends STATUS: what the filter returned, 0 or 1.
ends() {
	[ "$1" -le 1 ]
}

@test "the pipe, a filter at a time" {
	need mextract mdbload
	local t s
	grind mfind src >in
	for t in "mextract -l lib" msanitize "mrepair -l lib" "msplit -l lib" manalyze mtag "mdbload -t -l lib"; do
		s=0
		# shellcheck disable=SC2086 # a filter and its options
		grind $t <in >out || s=$?
		echo "$t: $s"
		ends "$s"
		mv out in
	done
	[ "$(wc -l <in)" -gt 20 ]
	grind mcols >/dev/null
}

@test "files that move, and back" {
	need mextract
	mfind src/Songs src/Drum* | grind mextract -l lib >all || true
	manalyze <all | grind msanitize -q -i -l lib >clean || true
	grind mrename -q -l lib <clean >/dev/null
	for log in $(ls -r lib/.midiflow/undo/*); do
		grind msanitize -q -l lib --undo "$log" >/dev/null
	done
	(cd src && find . -type f | sort) >now
	(cd "$abs_top_srcdir/examples/collection" && find . -type f | sort) | cmp - now
}

@test "an export" {
	[ -x "$abs_top_builddir/filters/mexport-mpc" ] || skip "no mexport-mpc"
	mkdir drive
	mfind src/Songs | grind mexport-mpc -o drive >/dev/null
}

@test "damaged and hostile files" {
	need mextract
	local s=0
	head -c 60 "src/Songs/Four Chords in A minor.mid" >cut.mid
	head -c 300 /dev/urandom >noise.mid
	{ head -c 14 "src/Songs/Four Chords in A minor.mid"; head -c 3000 /dev/urandom; } >odd.mid
	head -c 400 "src/Packs/Funk & Soul.zip" >cut.zip
	printf '%s\n' cut.mid noise.mid odd.mid cut.zip >in
	grind mextract -q -l lib <in >out || s=$?
	ends "$s"
	s=0
	grind manalyze -q <out >records || s=$?
	ends "$s"
	[ "$(wc -l <records)" -ge 4 ]
}
