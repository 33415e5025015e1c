#!/usr/bin/env bats
# mrec - the record stream, a test a promise of the page, in its order
load helper

# msanitize is the filter that does least; what passes it was read and written.
@test "a record is a beginning of the columns: fewer and more pass" {
	long=$(seq -s "$tab" 1 60)
	run -0 msanitize <<<"a.mid$nl$long"
	[ "${lines[0]}" = "$(rec a.mid '\N' '\N' '\N' '\N' '\N' '\N' '\N' '\N' a.mid)" ]
	[ "${lines[1]}" = "$long" ]
}

@test "a filter fills at least its columns, unknown ones are \\N" {
	run -0 msanitize <<<"$(rec a.mid 5)"
	[ "$output" = "$(rec a.mid 5 '\N' '\N' '\N' '\N' '\N' '\N' '\N' a.mid)" ]
}

@test "fields that it does not fill are copied byte for byte" {
	in=$(rec a.mid '\x4A' 'x\q' '\N' '\N' ' ' '' $'\xff' '\N' old $'\x01' '')
	run -0 msanitize <<<"$in"
	[ "$(cut -f1-9,11- <<<"$output")" = "$(cut -f1-9,11- <<<"$in")" ]
}

@test "a stream may be cut, sorted and put together between any two lines" {
	seq -f 'n %g.mid' 500 >in
	msanitize <in | sort >whole
	{ head -n 123 in | msanitize; tail -n +124 in | shuf | msanitize; } | sort | cmp - whole
}

@test "every byte of a name has its escape, and comes back" {
	mkdir d
	for i in {1..255}; do
		[ "$i" -eq 47 ] || printf '%b\0' "$(printf 'd/\\x%02x.mid' "$i")"
	done | xargs -0 touch
	printf '' >"$(printf 'd/\302\205\342\200\250\303\251.mid')"
	mfind -R d >out
	[ "$(wc -l <out)" -eq 255 ]
	LC_ALL=C.UTF-8 grep -cax '[[:print:]	]*' out >valid
	[ "$(cat valid)" -eq 255 ]
	grep -q '^d/\\t\.mid' out
	grep -q '^d/\\n\.mid' out
	grep -q '^d/\\r\.mid' out
	grep -qF 'd/\\.mid' out
	grep -qF 'd/\x01.mid' out
	grep -qF 'd/\x7f.mid' out
	grep -qF 'd/\xff.mid' out
	grep -qF $'d/\\xc2\\x85\\xe2\\x80\\xa8\xc3\xa9.mid' out
	cut -f1 out | while IFS= read -r p; do printf '%b\0' "$p"; done | sort -z >back
	find d -name '*.mid' -print0 | sort -z | cmp - back
}

@test "a last line without a newline is named and not worked on, exit 2" {
	run -2 --separate-stderr bash -c 'printf "a.mid\nb.mi" | msanitize'
	[ "$(field 1 <<<"$output")" = a.mid ]
	[ "$stderr" = "msanitize: b.mi: the last line is cut off" ]
}

@test "the first field names the record, escaped; without one it is left out, exit 1" {
	run -1 --separate-stderr msanitize <<<"${tab}5${nl}a.mid$nl${nl}b.mid"
	[ "$(field 10 <<<"$output")" = "a.mid${nl}b.mid" ]
	[ "$stderr" = "msanitize: (no path): a record without a path
msanitize: (no path): a record without a path" ]
}

@test "a very long line passes; one without an end does not eat the memory" {
	{ printf 'a.mid\t'; head -c 3000000 /dev/zero | tr '\0' x; echo; } >in
	run -0 bash -c 'msanitize <in | wc -c'
	[ "$output" -gt 3000000 ]
	run -2 bash -c 'head -c 100000000 /dev/zero | tr "\0" x | msanitize'
	[[ "$output" = "msanitize: stdin: record 1: "* ]]
}

@test "records are seen at once, though the input goes on" {
	mkfifo in
	exec 9<>in
	msanitize <in >out 9>&- 3>&- &
	echo a.mid >&9
	for _ in {1..50}; do
		[ ! -s out ] || break
		sleep 0.1
	done
	[ "$(field 10 <out)" = a.mid ]
	exec 9>&-
	wait
}

@test "columns have the numbers of mcols" {
	n=0
	for c in $(cut -f1 "$abs_top_srcdir/share/columns.tsv"); do
		n=$((n + 1))
		echo "$c=$n=$(mcols "$c")"
	done >got
	[ -z "$(awk -F= '$2 != $3' got)" ]
}

@test "-H names the columns of each filter up to its last" {
	for t in $(filters); do
		last=$(awk -F'\t' -v t="$t" '$3 == t { n = NR } END { print n + 0 }' "$abs_top_srcdir/share/columns.tsv")
		[ "$last" -gt 0 ] || continue
		run -0 "$t" -H
		[ "$output" = "#$(head -n "$last" "$abs_top_srcdir/share/columns.tsv" | cut -f1 | paste -s)" ]
	done
}

# Three records, of unknown tempo, of 100 and of 120.
tempi() {
	local i f
	for i in '\N' 100.00 120.00; do
		f=$(printf '\t\\N%.0s' {2..18})
		printf '%s%s\t%s\t\\N\t\\N\t4/4\t\\N\t%s\n' 'a\tb\\c\xe9.mid' "$f" "$i" "${1:-F#m}"
	done
}

@test "recipe: awk, files faster than 118" {
	prog=$(sed -n "s/^\.Dl \$ awk .*'\(.*\)' records\$/\1/p" \
		<(sed "s/\\\\(aq/'/g; s/\\\\(dq/\"/g; s/\\\\e/\\\\/g" "$abs_top_builddir/man/mrec.5") | head -n 1)
	[ "$prog" = '$19 != "\\N" && $19 >= 118' ]
	tempi >records
	run -0 awk -F'\t' "$prog" records
	[ "$output" = "$(tail -n 1 records)" ]
}

@test "recipe: Miller keeps the bytes" {
	need mlr
	{ cut -f1-24 <<<"#$(cut -f1 "$abs_top_srcdir/share/columns.tsv" | paste -s)"; tempi; } >in
	run -0 mlr --csvlite --fs tab cat in
	[ "$output" = "$(cat in)" ]
	run -0 mlr --csvlite --fs tab count-distinct -f key in
	[ "$output" = "$(rec key count; rec 'F#m' 3)" ]
}
