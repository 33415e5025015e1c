#!/usr/bin/env bats
# sandbox - the worker in which archives are decoded: its walls, its end
load helper
# The address sanitizer leaves these signals alone.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_sigbus=0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need mextract
	mkdir in
}

# many FILE [N]: a zip of N (3000) files of 2 KB, far more than fits on the way
# from the worker to a reader that does not read.
many() {
	need python3
	python3 - "$1" "${2:-3000}" <<'P'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    for i in range(int(sys.argv[2])):
        text = b'%08d' % i * 250
        track = b'\0\xff\x01\x8f\x50' + text + b'\0\x90\x3c\x40\x60\x80\x3c\0\0\xff\x2f\0'
        z.writestr('d/%d.mid' % i, b'MThd\0\0\0\6\0\0\0\1\0\x60MTrk' + len(track).to_bytes(4, 'big') + track)
P
}

# begin ARGUMENT...: starts mextract on the records in `sources`, and waits for
# its first record, in $first; it then stands still, as nobody reads on. Sets
# pid and worker.
begin() {
	need pgrep
	mkfifo out
	mextract -l lib "$@" <sources >out 2>err 3>&- &
	pid=$!
	exec 5<out
	read -r first <&5
	worker=$(pgrep -P $pid)
}

# finish: reads on, to the end; sets status, records in `records`.
finish() {
	{ printf '%s\n' "$first"; cat <&5; } >records
	exec 5<&-
	status=0
	wait $pid || status=$?
}

# oks: the members that are ok, sorted.
oks() {
	awk -F'\t' '$4 == "midi" && $5 == "ok" { print $9 }' "$@" | sort
}

@test "--sandbox-status: a line a wall and a line an act" {
	run mextract --sandbox-status
	[ "$(sed 's/:.*//' <<<"$output" | head -n 4)" = "no-new-privs${nl}limits${nl}landlock${nl}seccomp" ]
	[ "$(grep -cE ': (on|off|refused|possible)' <<<"$output")" -eq 9 ]
	if [ "$(grep -c ': on' <<<"$output")" -eq 4 ]; then
		[ "$status" -eq 0 ]
		[ "$(grep -c ': refused$' <<<"$output")" -eq 5 ]
	else
		[ "$status" -eq 1 ]
	fi
	[ ! -e midi-library ]
	run -2 sh -c 'mextract --sandbox-status >/dev/full'
}

@test "MIDIFLOW_SANDBOX=0 takes the walls away, and the records stay the same" {
	MIDIFLOW_SANDBOX=0 run -1 mextract --sandbox-status
	[ "$(grep -c ': off' <<<"$output")" -eq 4 ]
	song in/a.mid 1
	(cd in && pack ../x.zip a.mid)
	one=$(mextract -l lib <<<x.zip)
	[ "$(MIDIFLOW_SANDBOX=0 mextract -l lib <<<x.zip)" = "$one" ]
}

@test "where the kernel lacks a wall the others stand, and archives come out" {
	local without=$abs_top_builddir/tests/without
	[ -x "$without" ] || skip "not built"
	mextract --sandbox-status || skip "not whole here either"
	song in/a.mid 1
	(cd in && pack ../x.zip a.mid)
	one=$(mextract -l lib <<<x.zip)
	run -1 "$without" landlock_create_ruleset -- mextract --sandbox-status
	[ "$(grep -v refused <<<"$output")" = "no-new-privs: on${nl}limits: on${nl}landlock: off: Function not implemented${nl}seccomp: on" ]
	[ "$(grep -c refused <<<"$output")" -eq 5 ]
	run -1 "$without" seccomp prctl -- mextract --sandbox-status
	grep -q 'seccomp: off' <<<"$output"
	grep -q 'landlock: ' <<<"$output"
	run -1 "$without" landlock_create_ruleset seccomp prctl prlimit64 setrlimit -- mextract --sandbox-status
	[ "$(grep -c ': off: ' <<<"$output")" -eq 4 ]
	for calls in landlock_create_ruleset "seccomp prctl" "landlock_create_ruleset seccomp prctl prlimit64 setrlimit close_range"; do
		# shellcheck disable=SC2086 # several
		[ "$("$without" $calls -- mextract -l lib <<<x.zip)" = "$one" ]
	done
}

@test "the worker holds the archive and the way to its caller, and nothing else" {
	many x.zip
	echo x.zip >sources
	begin
	readlink /proc/"$worker"/fd/* | grep -vE '^/dev/null$|^socket:|/x\.zip$' >held || true
	cp /proc/"$worker"/maps maps
	mextract --sandbox-status >status || true
	grep -E '^(NoNewPrivs|Seccomp):' /proc/"$worker"/status >walls
	grep 'Max address space' /proc/"$worker"/limits >memory
	finish
	[ "$status" -eq 0 ]
	grep -qx 'landlock: off: not wanted' status || [ ! -s held ]
	# Nor does it see the set of what was seen.
	run -1 grep -F .midiflow maps
	grep -qx 'no-new-privs: on' status || skip "no sandbox here"
	grep -q '^NoNewPrivs:.*1' walls
	grep -q 'Max address space *2147483648 ' memory
	! grep -qx 'seccomp: on' status || grep -q '^Seccomp:.*2' walls
}

@test "a worker that crashes costs its archive: what came before stays, the rest is free for others" {
	many x.zip
	cp x.zip y.zip
	printf '%s\n' x.zip y.zip >sources
	begin
	kill -SEGV "$worker"
	finish
	[ "$status" -eq 1 ]
	[ "$(cat err)" = "mextract: x.zip: crash:SIGSEGV" ]
	n=$(oks records | uniq -d | wc -l)
	[ "$n" -eq 0 ]
	[ "$(oks records | wc -l)" -eq 3000 ]
	x=$(awk -F'\t' '$8 ~ /x.zip$/ && $5 == "ok"' records | wc -l)
	[ "$x" -gt 0 ]
	[ "$x" -lt 3000 ]
	[ "$(grep -P '^x.zip\t' records | cut -f5,6)" = "$(rec partial "midi:$x,dup:0,error:0,other:0,crash:SIGSEGV")" ]
	[ "$(grep -P '^y.zip\t' records | cut -f5,6)" = "$(rec ok "midi:$((3000 - x)),dup:$x,error:0,other:0")" ]
	# Each record is one file, and each file one record.
	oks records >one
	[ "$(find lib -name '*.mid' | wc -l)" -eq 3000 ]
	awk -F'\t' '$5 == "ok" && $4 == "midi" { print $1 }' records | xargs ls >/dev/null
	# The next time the archive is whole, and owns what it brought.
	run -0 mextract -l lib <<<x.zip
	[ "$(tail -n 1 <<<"$output" | cut -f6)" = "midi:$x,dup:$((3000 - x)),error:0,other:0" ]
}

@test "the signal has its name; before anything came out it is an error" {
	many x.zip
	{ printf 'sound\n' && cat x.zip; } >in/x.zip
	for s in KILL ABRT BUS; do
		rm -rf lib out
		echo x.zip >sources
		begin
		kill -$s "$worker"
		finish
		[ "$status" -eq 1 ]
		[ "$(cat err)" = "mextract: x.zip: crash:SIG$s" ]
	done
}

@test "a worker that stands still is ended: limit:time" {
	many x.zip
	song in/a.mid 1
	(cd in && pack ../y.zip a.mid)
	printf '%s\n' x.zip y.zip >sources
	begin --max-time 1
	kill -STOP "$worker"
	finish
	[ "$status" -eq 1 ]
	[ "$(cat err)" = "mextract: x.zip: limit:time" ]
	grep -P '^x.zip\t' records | cut -f5,6 | grep -q 'partial.*,limit:time$'
	[ "$(tail -n 1 records | cut -f1,5,6)" = "$(rec y.zip ok midi:1,dup:0,error:0,other:0)" ]
	! kill -0 "$worker" 2>/dev/null
}

@test "a decoder that does not come back is ended: limit:time" {
	need python3
	# 6 GB that are skipped in one go.
	python3 - <<'P'
import bz2, tarfile
n, times = 32 << 20, 200
big = tarfile.TarInfo('big'); big.size = n * times
with open('x.tar.bz2', 'wb') as o:
    o.write(bz2.compress(big.tobuf(tarfile.GNU_FORMAT)) + bz2.compress(bytes(n)) * times)
P
	song in/a.mid 1
	(cd in && pack ../y.zip a.mid)
	run -1 --separate-stderr mextract -l lib --max-time 1 --max-bytes 1T <<<"x.tar.bz2${nl}y.zip"
	[ "$stderr" = "mextract: x.tar.bz2: limit:time" ]
	[ "$(cut -f4-6 <<<"${lines[0]}")" = "$(rec archive error limit:time)" ]
	[ "$(cut -f5 <<<"${lines[2]}")" = ok ]
}

@test "a worker that is killed while it waits costs nothing" {
	need pgrep
	song in/a.mid 1
	song in/b.mid 2
	(cd in && pack ../x.zip a.mid && pack ../y.zip b.mid)
	mkfifo to from
	mextract -l lib <to >from 2>err 3>&- &
	pid=$!
	exec 6>to 5<from
	echo x.zip >&6
	read -r one <&5
	read -r one <&5
	[ "$(cut -f1,5 <<<"$one")" = "$(rec x.zip ok)" ]
	kill -KILL "$(pgrep -P $pid)"
	sleep 0.1
	echo y.zip >&6
	exec 6>&-
	[ "$(cut -f5 <&5)" = "ok${nl}ok" ]
	exec 5<&-
	wait $pid
	[ ! -s err ]
}

@test "the worker ends with its caller, by -9 too; Ctrl-C ends both" {
	many x.zip
	echo x.zip >sources
	begin
	kill -KILL "$pid"
	wait "$pid" || true
	exec 5<&-
	for _ in {1..50}; do
		kill -0 "$worker" 2>/dev/null || break
		sleep 0.1
	done
	! kill -0 "$worker" 2>/dev/null
	# By the shell's own rule a job in the background is deaf to Ctrl-C.
	rm -rf out lib
	mkfifo out
	env --default-signal=INT setsid mextract -l lib <sources >out 2>err 3>&- &
	pid=$!
	exec 5<out
	read -r first <&5
	worker=$(pgrep -P $pid)
	kill -INT -- "-$pid"
	cat <&5 >/dev/null
	exec 5<&-
	status=0
	wait $pid || status=$?
	[ "$status" -eq 130 ]
	! kill -0 "$worker" 2>/dev/null
}

@test "memory is bounded: io:ENOMEM, and the run goes on" {
	need python3
	song in/a.mid 1
	(cd in && pack ../y.zip a.mid)
	# A stream that asks for a window of 128 MiB.
	python3 - <<'P'
import io, lzma, tarfile
t = io.BytesIO()
with tarfile.open(fileobj=t, mode='w') as a: a.add('in/a.mid')
d = bytearray(lzma.compress(t.getvalue(), format=lzma.FORMAT_ALONE))
d[1:5] = (1 << 27).to_bytes(4, 'little')
open('x.tar.lzma', 'wb').write(d)
P
	mextract --sandbox-status | grep -qx 'limits: on' || skip "no limits here"
	run -1 --separate-stderr mextract -l lib --max-memory 120M <<<"x.tar.lzma${nl}y.zip"
	[ "$stderr" = "mextract: x.tar.lzma: io:ENOMEM" ]
	[ "$(cut -f5 <<<"${lines[2]}")" = ok ]
	run -0 mextract --no-seen -l lib <<<x.tar.lzma
	[ "$(tail -n 1 <<<"$output" | cut -f6)" = midi:1,dup:0,error:0,other:0 ]
	# libarchive takes what there is for this one.
	loop=$SHARED/corpora/archives/test_read_format_iso_rockridge_ce_loop.iso.Z
	[ ! -f "$loop" ] || {
		run -1 --separate-stderr mextract -l lib --max-memory 100M <<<"$loop"
		[ "$stderr" = "mextract: $loop: io:ENOMEM" ]
	}
}

@test "inside: spooled inner archives, foreign names, single files, --copy and --link" {
	need python3 bsdtar 7z gzip
	many in/inner.zip 900
	(cd in && pack ../x.tar.gz inner.zip && rm inner.zip)
	song "in/Été 夏.mid" 5001
	(cd in && LC_ALL=C.UTF-8 pack ../n.7z ./*.mid && rm ./*.mid)
	song a.mid 5002
	gzip -k a.mid
	song in/b.mid 5003
	run -0 mextract -l lib --copy <<<"x.tar.gz${nl}n.7z${nl}a.mid.gz${nl}in/b.mid"
	[ "$(cut -f5 <<<"$output" | sort | uniq -c | tr -s ' ')" = " 906 ok" ]
	grep -q $'\t''Été 夏.mid$' <<<"$output"
	song in/c.mid 5004
	run -0 mextract -l lib --link <<<in/c.mid
	[ lib/in_copied_*/c.mid -ef in/c.mid ]
}

@test "--password-file: passwords are tried in turn on each entry" {
	need zip 7z
	local i
	for i in {1..60}; do song in/$i.mid $i; done
	# Kept as they are, so that a wrong password is not told by inflating.
	(cd in && zip -q0 -P first ../x.zip ./[1-3]*.mid && zip -q -P last ../x.zip ./[4-9]*.mid)
	7z a -bd -bso0 -bsp0 -tzip -mem=AES256 -psecret aes.zip in/1.mid
	{ seq 1000 1200; printf 'first\r\n\n'; seq 2000 2200; echo last; } >words
	run -0 mextract --no-seen -l lib --password-file words <<<x.zip
	[ "$(tail -n 1 <<<"$output" | cut -f6)" = midi:60,dup:0,error:0,other:0 ]
	run -0 mextract --no-seen -l lib --password-file <(echo secret) <<<aes.zip
	[ "$(cut -f5 <<<"$output")" = "ok${nl}ok" ]
	head -n 202 words >few
	run -1 mextract --no-seen -q -l lib --password-file few <<<x.zip
	[ "$(oks <<<"$output" | tr -d './mid' | sort -n | tail -n 1)" -lt 40 ]
	[ "$(awk -F'\t' '$5 == "error" { print $6 }' <<<"$output" | sort | uniq -c | tr -s ' ')" = " 27 encrypted" ]
	[ "$(tail -n 1 <<<"$output" | cut -f6)" = midi:33,dup:0,error:27,other:0 ]
}

@test "--password-file: what libarchive cannot decrypt is encrypted" {
	need 7z
	song in/a.mid 1
	7z a -bd -bso0 -bsp0 -psecret x.7z in/a.mid
	7z a -bd -bso0 -bsp0 -psecret -mhe=on y.7z in/a.mid
	run -1 --separate-stderr mextract -l lib --password-file <(echo secret) <<<"x.7z${nl}y.7z"
	[ "$(grep -c ': encrypted$' <<<"$stderr")" -eq 2 ]
	[ "$(field 6 <<<"$output" | grep -c encrypted)" -eq 2 ]
	run -2 --separate-stderr mextract -l lib --password-file nowhere </dev/null
	[ "$stderr" = "mextract: nowhere: No such file or directory" ]
}
