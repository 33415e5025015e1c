#!/usr/bin/env bats
# moves - files that are renamed by runs that are killed, or by several at once
#
# ROUNDS of each with MOVES files, a few in the suite and many by `make soak`.
load helper
: "${ROUNDS:=2}" "${MOVES:=3000}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need python3 mextract
}

# many DIR N: folders with files of unclean names, some of which collide.
many() {
	python3 - "$1" "$2" <<-'END'
		import os, sys
		root, n = sys.argv[1], int(sys.argv[2])
		for i in range(n):
		    d = "%s/Pack %03d (x)" % (root, i // 500)
		    if i % 500 == 0:
		        os.makedirs(d)
		    name = ["Beat & Fill %05d.MID", "beat and fill %05d.mid", "Take#%05d.kar"][i % 3] % (i // 2)
		    with open(d + "/" + name, "wb") as f:
		        f.write(b"MThd%08d" % i)
	END
}

# contents DIR: the hash and path of every file below it.
contents() {
	(cd "$1" && find . -type f ! -path '*/.midiflow/*' -print0 | sort -z | xargs -0 -r xxhsum -q -H2)
}

# killed_after SECONDS COMMAND: as far as it comes; its status.
killed_after() {
	timeout -s KILL "$@" || true
}

# explained DIR LIBRARY: whether each file that moved has its line, and each
# file is at its old or its new place.
explained() {
	contents "$1" | cut -c1-32 | sort | cmp - hashes || return 1
	contents "$1" | sed "s,^\(.\{32\}\)  \./,\1 $PWD/$1/," | sort >now
	{
		sort before
		# A tab ends each: the names hold no escapes.
		cat "$2"/.midiflow/undo/* 2>/dev/null | awk -F '\t' 'NF >= 4 && $1 != "\\N" { print $3 " " $2 }'
	} | sort -u >places
	[ -z "$(comm -23 now places)" ]
}

# soak HOW: moves, killed and undone.
soak() {
	local log t0 t
	many src "$MOVES"
	mfind "$PWD/src" | mextract -l lib | sort -R --random-source=<(yes) >found
	contents src >whole
	(cd src && find . -type d | sort) >folders
	cut -c1-32 whole | sort >hashes
	sed "s,^\(.\{32\}\)  \./,\1 $PWD/src/," whole >before
	t0=$EPOCHREALTIME
	"$@" <found >/dev/null 2>&1
	t=$(echo "$t0 $EPOCHREALTIME" | awk '{ print $2 - $1 }')
	msanitize -q -l lib --undo "$(ls lib/.midiflow/undo/*)" >/dev/null
	contents src | cmp - whole
	for i in $(seq "$ROUNDS"); do
		rm -rf lib/.midiflow/undo
		killed_after "$(awk -v r="$RANDOM" -v t="$t" 'BEGIN { printf "%.4f", t * r / 32768 }')" "$@" <found >/dev/null 2>&1
		explained src lib
		log=$(ls lib/.midiflow/undo/* 2>/dev/null) || continue
		# The way back may be killed too.
		killed_after "$(awk -v r="$RANDOM" -v t="$t" 'BEGIN { printf "%.4f", t * r / 32768 }')" \
			msanitize -q -l lib --undo "$log" >/dev/null 2>&1
		explained src lib
		run -0 --separate-stderr msanitize -l lib --undo "$log"
		[ -z "$stderr" ]
		contents src | cmp - whole
		(cd src && find . -type d | sort) | cmp - folders
	done
}

@test "msanitize -i killed at any moment: the log explains all, undo restores it" {
	soak msanitize -q -i -l lib
}

@test "mrename killed at any moment: folders too" {
	soak mrename -q -l lib -o src --template '{hash:.1}/{hash:.2}/same'
}

@test "two of one template at once, in a folder that both make" {
	for i in $(seq $((ROUNDS * 5 / 2))); do
		rm -rf src lib
		mkdir src
		for k in $(seq 200); do echo "$k" >"src/$k.mid"; done
		ls src/* >all
		contents src | cut -c1-32 | sort >hashes
		mrename -q -l lib -o src --template '{size}/deep/x' < <(grep '[02468]\.' all) >one.out &
		mrename -q -l lib -o src --template '{size}/Deep/X' < <(grep '[13579]\.' all) >two.out
		wait $!
		contents src | cut -c1-32 | sort | cmp - hashes
		cat one.out two.out | cut -f1 | sort | cmp - <(find "$PWD/src" -type f | sort)
	done
}

@test "two of the same clean name at once: nothing is overwritten, case aside" {
	# Each process takes the half of a folder.
	for i in $(seq $((ROUNDS * 5 / 2))); do
		rm -rf src lib
		mkdir src
		for k in $(seq 100); do
			echo "one $k" >"src/a b $k.mid"
			echo "two $k" >"src/A+b $k.mid"
		done
		ls src/a* >one
		ls src/A* >two
		contents src | cut -c1-32 | sort >hashes
		msanitize -q -i -l lib <one >one.out &
		msanitize -q -i -l lib <two >two.out
		wait $!
		contents src | cut -c1-32 | sort | cmp - hashes
		[ -z "$(ls src | tr A-Z a-z | sort | uniq -d)" ]
		[ "$(ls src | grep -vcE '^[Aa]_b_[0-9]+(_[0-9a-f]{8})?\.mid$')" -eq 0 ]
		cat one.out two.out | cut -f1 | sort | cmp - <(ls -d src/* | sort)
		# Undone together, too.
		for log in lib/.midiflow/undo/*; do
			msanitize -q -l lib --undo "$log" >/dev/null &
		done
		wait
		ls -d src/* | sort | cmp - <(sort one two)
	done
}
