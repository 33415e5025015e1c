#!/usr/bin/env bats
# house - what holds for all of the source, the pages and the tools
load helper

setup() {
	cd "$abs_top_srcdir" || return
}

# page TOOL: its source, if there is one.
page() {
	local f
	for f in man/"$1".1 "$abs_top_builddir/man/$1.1"; do
		[ ! -f "$f" ] || { echo "$f" && return; }
	done
}

pages() {
	ls man/*.[157] "$abs_top_builddir"/man/*.[157] 2>/dev/null | sort -u
}

# C that is written, not made: in a build in the tree both lie there.
sources() {
	ls "$@" | grep -vE 'stream/columns|catalogue/tables|words/vocab_lines'
}

scripts() {
	grep -lE '^#!/.*\b(sh|bash)$' -r .ci filters examples tests
	ls tests/*.bash
}

@test "a floor of lib/ includes headers of its own and of those below it" {
	run -0 awk '
	BEGIN {
		n = split("stream files words archive midi music mpc catalogue", f)
		for (i = 1; i <= n; i++)
			height[f[i]] = i
		# These two stand side by side.
		beside["mpc", "catalogue"] = beside["catalogue", "mpc"] = 1
	}
	{ split(FILENAME, at, "/"); floor = at[2] }
	!(floor in height) { print FILENAME ": no such floor"; nextfile }
	/^#[ \t]*include "/ {
		split($0, q, "\""); split(q[2], to, "/")
		if (q[2] == "config.h")
			next
		if (!(to[1] in height) || height[to[1]] > height[floor] ||
		    (floor, to[1]) in beside)
			print FILENAME ": " q[2]
	}' lib/*/*.[ch]
	[ -z "$output" ]
}

@test "config.h comes first in every C file, a line of its own name before it" {
	for f in lib/*/*.c filters/*.c tests/*.c; do
		b=${f##*/}
		head -n 1 "$f" | grep -q "^/\* ${b%.c} - " || echo "$f: first line"
		[ "$(grep -m 1 '^#include' "$f")" = '#include "config.h"' ] || echo "$f: config.h"
	done >"$BATS_TEST_TMPDIR/found"
	[ -z "$(cat "$BATS_TEST_TMPDIR/found")" ]
}

@test "lib/ neither prints nor exits, but for stream/tool.c" {
	run -1 grep -nE '\b(printf|puts|putchar|fprintf|perror|exit|abort|warnx?|errx?) ?\(' \
		$(ls lib/*/*.c | grep -v stream/tool.c)
}

@test "a filter has a page, a test file, and the .Nd of the page as its first line" {
	for t in $(filters); do
		p=$(page "$t")
		[ -n "$p" ] || { echo "$t: no page" && continue; }
		[ -f "tests/$t.bats" ] || echo "$t: no test"
		[ ! -f "filters/$t.c" ] || [ "$(head -n 1 "filters/$t.c")" = "/* $t - $(sed -n 's/^\.Nd //p' "$p") */" ] ||
			echo "$t: .Nd"
	done >"$BATS_TEST_TMPDIR/found"
	[ -z "$(cat "$BATS_TEST_TMPDIR/found")" ]
}

@test "the usage is the SYNOPSIS" {
	need mandoc
	for t in $(filters); do
		p=$(page "$t")
		[ -n "$p" ] || continue
		usage=$("$t" --no-such-option 2>&1 >/dev/null | sed -n '/^usage: /,$p' | sed 's/^usage: //' | tr -s ' \n' ' ')
		synopsis=$(mandoc -Tascii "$p" | col -b | sed -n '/^SYNOPSIS/,/^DESC/p' |
			sed '1d;$d' | tr -s ' \t\n' ' ' | sed 's/^ //')
		[ "$usage" = "$synopsis" ] || printf '%s\n' "$t" " $usage" " $synopsis"
	done >"$BATS_TEST_TMPDIR/found"
	cat "$BATS_TEST_TMPDIR/found"
	[ ! -s "$BATS_TEST_TMPDIR/found" ]
}

@test "--help and the page describe the same options" {
	for t in $(filters); do
		p=$(page "$t")
		[ -n "$p" ] || continue
		"$t" --help | awk '/^ +-/ { for (i = 1; i <= 2; i++) if ($i ~ /^-/) { sub(/,$/, "", $i); print $i } }' |
			sort >"$BATS_TEST_TMPDIR/help"
		sed -n '/^\.Sh DESCRIPTION/,/^\.Sh [A-CE-Z]/p' "$p" | grep '^\.It Fl' | tr ' ' '\n' |
			tr -d '\\' |
			awk '/^(\.It|,)$/ { next } /^(Fl|Ar|Cm)$/ { f = $0 == "Fl"; next } f { print "-" $0 }' | sort >"$BATS_TEST_TMPDIR/page"
		diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/page" >"$BATS_TEST_TMPDIR/diff" ||
			{ echo "$t" && cat "$BATS_TEST_TMPDIR/diff"; }
	done >"$BATS_TEST_TMPDIR/found"
	cat "$BATS_TEST_TMPDIR/found"
	[ ! -s "$BATS_TEST_TMPDIR/found" ]
}

@test "-h, --help and --version print to stdout, exit 0" {
	for t in $(filters); do
		run -0 --separate-stderr "$t" --help
		[ -z "$stderr" ]
		[[ "$output" = "usage: $t "* ]]
		run -0 --separate-stderr "$t" --version
		[ -z "$stderr" ]
		[[ "$output" = "$t"* ]]
	done
}

@test "a wrong option prints the usage to stderr, exit 2" {
	for t in $(filters); do
		run -2 --separate-stderr "$t" --no-such-option
		[ -z "$output" ]
		[[ "$stderr" = *"usage: $t "* ]]
	done
}

@test "a page has the sections in their order, and a pipe among its examples" {
	for p in $(pages); do
		case $p in *.1) ;; *) continue ;; esac
		got=$(sed -n 's/^\.Sh //p' "$p" | grep -xE 'NAME|SYNOPSIS|DESCRIPTION|EXIT STATUS|EXAMPLES|DIAGNOSTICS|SEE ALSO' | tr '\n' ,)
		[ "$got" = 'NAME,SYNOPSIS,DESCRIPTION,EXIT STATUS,EXAMPLES,DIAGNOSTICS,SEE ALSO,' ] || echo "$p: $got"
		# midiflow is the pipe.
		[ "${p##*/}" = midiflow.1 ] || sed -n '/^\.Sh EXAMPLES/,/^\.Sh D/p' "$p" | grep -q '|' || echo "$p: no pipe"
	done >"$BATS_TEST_TMPDIR/found"
	cat "$BATS_TEST_TMPDIR/found"
	[ ! -s "$BATS_TEST_TMPDIR/found" ]
}

@test "mandoc finds nothing in the pages" {
	need mandoc
	# Pages are not in its database before they are installed.
	run sh -c 'mandoc -Tlint -W style "$@" 2>/dev/null | grep -v "referenced manual not found"' _ $(pages)
	[ -z "$output" ]
}

@test "a page refers to pages that are there" {
	for p in $(pages); do
		sed -n 's/^\.\(Xr\|It Xr\) \(m[a-z-]*\) \([157]\).*/\2 \3/p' "$p" | sort -u | while read -r t s; do
			# Of a tool that is not built there may be none.
			[ "$s" != 1 ] || [ -x "$abs_top_builddir/filters/$t" ] || continue
			[ -f "man/$t.$s" ] || [ -f "$abs_top_builddir/man/$t.$s" ] || echo "$p: $t($s)"
		done
	done >"$BATS_TEST_TMPDIR/found"
	cat "$BATS_TEST_TMPDIR/found"
	[ ! -s "$BATS_TEST_TMPDIR/found" ]
}

@test "midiflow(7) lists every filter" {
	for t in $(filters); do
		[ "$t" = midiflow ] || grep -q "^\.It Xr $t 1" man/midiflow.7
	done
}

@test "mrec(5) has every column, every word of issues and every code" {
	m=$abs_top_builddir/man/mrec.5
	for c in $(cut -f1 share/columns.tsv); do
		grep -q "Ta Cm $c Ta" "$m"
	done
	sed -n 's/.*\[SMF_[A-Z_]*\] = "\(.*\)",/\1/p' lib/midi/smf.c >"$BATS_TEST_TMPDIR/words"
	[ -s "$BATS_TEST_TMPDIR/words" ]
	for w in $(cat "$BATS_TEST_TMPDIR/words") \
		$(grep -ohE '"limit:[a-z]+"' lib/*/*.c filters/*.c | tr -d '"'); do
		sed -n '/^\.Ss Detail/,$p' "$m" | grep -q "^\.It Cm $w$" || echo "$w"
	done >"$BATS_TEST_TMPDIR/found"
	cat "$BATS_TEST_TMPDIR/found"
	[ ! -s "$BATS_TEST_TMPDIR/found" ]
}

@test "names of columns come from share/columns.tsv: no C string is one" {
	# Words that mean something else too are not looked for.
	cut -f1 share/columns.tsv | grep -E '_|division|polyphony|velocity|density|programs|channels' >"$BATS_TEST_TMPDIR/names"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/names")" -gt 10 ]
	# The word of an issue, and the schema's own, are not columns here.
	run grep -nwFf <(sed 's/.*/"&"/' "$BATS_TEST_TMPDIR/names") $(sources lib/*/*.c filters/*.c | grep -Ev 'midi/smf.c|^lib/(mpc|catalogue)/|mexport')
	[ -z "$output" ]
}

@test "clang-format has nothing to change" {
	need clang-format
	run -0 clang-format -n -Werror $(sources lib/*/*.[ch] filters/*.c tests/*.c tests/*/*.c)
}

@test "shellcheck finds nothing in the scripts" {
	need shellcheck
	run -0 shellcheck -x -S warning $(scripts)
	# In bats files `run` sets what they read.
	run -0 shellcheck -S error -s bats tests/*.bats
}

@test "nothing is marked as left to do" {
	run -1 grep -IrnE "\b(TO""DO|FIX""ME|XX""X)\b" lib filters man share tests/*.bats tests/*.c tests/*.sh tests/*.bash README.md CONTRIBUTING.md
}
