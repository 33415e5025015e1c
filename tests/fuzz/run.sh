#!/usr/bin/env bash
# run.sh SECONDS [ENTRY ...] - libFuzzer on the entries, from our own files
#
# Builds each entry with clang, ASan and UBSan below build-fuzz, runs all side
# by side, and leaves what they find there. ENTRY is smf, rec or walk; all of
# them by default. FUZZ_SEEDS names a folder of more files to start from.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${1:?usage: run.sh SECONDS [ENTRY ...]}
shift
[ $# -gt 0 ] || set -- smf rec walk
work=${FUZZ_DIR:-$top/build-fuzz}
mkdir -p "$work/seeds"
cd "$work"
[ -x "$top/configure" ] || (cd "$top" && autoreconf -i)
[ -f config.h ] || "$top/configure" -q CC=clang
checks=address,undefined
make -s lib/stream/columns.h
make -s -j "$(nproc)" CFLAGS="-g -O1 -fsanitize=fuzzer-no-link,$checks -fno-sanitize-recover=undefined" \
	lib/libmidiflow.a lib/libmidiflow-archive.a
libs='-lxxhash -lunistring -larchive -ldeflate -lz -lm'
if grep -q 'define HAVE_SECCOMP' config.h; then libs+=' -lseccomp'; fi
find "$top/examples/collection" ${FUZZ_SEEDS:+"$FUZZ_SEEDS"} -type f -size -64k -exec cp -n {} seeds/ \;

# build ENTRY
build() {
	# shellcheck disable=SC2086 # a list of words
	clang -g -O1 -fsanitize=fuzzer,$checks -fno-sanitize-recover=undefined \
		-I. -Ilib -I"$top/lib" -o "fuzz_$1" "$top/tests/fuzz/fuzz_$1.c" \
		lib/libmidiflow-archive.a lib/libmidiflow.a $libs
}

# fuzz ENTRY
fuzz() {
	mkdir -p "corpus_$1"
	"./fuzz_$1" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=4096 -malloc_limit_mb=8192 -timeout=20 \
		-print_final_stats=1 -artifact_prefix="found_$1_" "corpus_$1" seeds >"fuzz_$1.log" 2>&1 ||
		{ tail -n 40 "fuzz_$1.log"; return 1; }
	grep -E 'number_of_executed_units|peak_rss' "fuzz_$1.log" | sed "s/^/$1 /"
}

running=() status=0
for entry; do build "$entry"; done
for entry; do
	fuzz "$entry" &
	running+=($!)
done
for pid in "${running[@]}"; do wait "$pid" || status=1; done
exit $status
