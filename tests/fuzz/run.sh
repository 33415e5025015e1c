#!/usr/bin/env bash
# run.sh SECONDS [ENTRY ...] - libFuzzer on the entries, from our own files
#
# Builds each entry with clang, ASan and UBSan below build-fuzz, and leaves
# what it finds there. ENTRY is smf, rec or walk; all of them by default.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${1:?usage: run.sh SECONDS [ENTRY ...]}
shift
[ $# -gt 0 ] || set -- smf rec walk
work=${FUZZ_DIR:-$top/build-fuzz}
mkdir -p "$work"
cd "$work"
[ -f config.h ] || "$top/configure" -q CC=clang
make -s lib/stream/columns.h lib/stream/columns.c
for entry; do
	clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		-I. -Ilib -I"$top/lib" -o "fuzz_$entry" \
		"$top/tests/fuzz/fuzz_$entry.c" "$top"/lib/{stream,files,words,archive,midi}/*.c \
		lib/stream/columns.c -lxxhash -larchive -ldeflate -lz -lm
	mkdir -p "corpus_$entry" "seeds"
	find "$top/examples/collection" -type f -exec cp -n {} seeds/ \;
	"./fuzz_$entry" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=4096 -timeout=20 \
		-print_final_stats=1 -artifact_prefix="found_${entry}_" "corpus_$entry" seeds \
		>"fuzz_$entry.log" 2>&1 || { tail -n 40 "fuzz_$entry.log"; exit 1; }
	grep -E 'number_of_executed_units|peak_rss' "fuzz_$entry.log" | sed "s/^/$entry /"
done
