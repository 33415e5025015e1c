#!/usr/bin/env bash
# run.sh - everything that has to hold: builds, and the suite under each
#
# Installs what it needs when it is root. Ends with `N passed, N failed`.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 2
if [ -f config.status ]; then
	echo "run.sh: this tree is configured in place; make distclean first" >&2
	exit 2
fi
examples/packages.sh build run test || exit 2
export LC_ALL=C.UTF-8
unset MIDI_LIBRARY MIDI_DB MIDIFLOW_STATUS
passed=0 failed=0
work=$top/build-test
mkdir -p "$work"

# step NAME COMMAND...: a check that passes or fails as a whole.
step() {
	local name=$1
	shift
	if "$@" >"$work/$name.log" 2>&1; then
		echo "ok: $name"
		passed=$((passed + 1))
	else
		echo "FAILED: $name"
		tail -n 40 "$work/$name.log"
		failed=$((failed + 1))
	fi
}

# build DIR CONFIGURE-ARGUMENTS...
build() (
	dir=$work/$1
	shift
	mkdir -p "$dir" && cd "$dir" && "$top/configure" -q "$@" && make -s -j "$(nproc)"
)

# suite NAME MAKE-ARGUMENTS...: make check, whose every test counts.
suite() {
	local log=$work/suite-$1.log n
	(cd "$work/$1" && make -k check -j "$(nproc)" "${@:2}") >"$log" 2>&1
	n=$(sed -n 's/^# PASS: *//p' "$log" | tail -n 1)
	passed=$((passed + ${n:-0}))
	n=$(sed -n 's/^# \(FAIL\|XPASS\|ERROR\): *//p' "$log" | awk '{ n += $1 } END { print n + 0 }')
	# A suite that did not even come to its end is a failure too.
	grep -q '^# PASS:' "$log" || n=1
	failed=$((failed + n))
	echo "suite $1: $(sed -n 's/^# \([A-Z]*: *[1-9]\)/\1/p' "$log" | tr -s ' \n' ' ')"
	if [ "$n" -gt 0 ]; then
		grep -hE '^(FAIL|ERROR|XPASS):' "$log"
		find "$work/$1/tests" -name '*.log' -exec grep -hE -A 12 '^not ok' {} + | head -n 200
		grep -q '^# PASS:' "$log" || tail -n 30 "$log"
	fi
}

step autoreconf autoreconf -i
step gcc build gcc --enable-werror
[ -x "$work/gcc/filters/mfind" ] || { echo "$passed passed, $failed failed"; exit 1; }
suite gcc
step clang build clang --enable-werror CC=clang CFLAGS='-O1 -g'
# Leaks are looked for too: every filter frees what it took.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:exitcode=99
step sanitizers build sanitizers --enable-werror CC=clang \
	CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer'
export MIDIFLOW_SANITIZED=1
# house looks at the source and valgrind has to be without them.
sanitized=$(printf '%s ' tests/*.bats | sed -E 's,tests/(house|valgrind)\.bats ,,g')
suite sanitizers TESTS="tests/pulse tests/unit $sanitized"
unset MIDIFLOW_SANITIZED ASAN_OPTIONS UBSAN_OPTIONS
# A minute each; `make fuzz` gives them an hour.
step fuzz env FUZZ_DIR="$work/fuzz" "$top/tests/fuzz/run.sh" 60
grep -h executed_units "$work/fuzz.log" || true
# The tarball builds, checks, installs and cleans up in a tree that cannot be
# written. The suite has run; these files see that it does there too.
step distcheck make -s -C "$work/gcc" -j "$(nproc)" distcheck \
	TESTS='tests/unit tests/house.bats tests/mfind.bats tests/pipe.bats'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
