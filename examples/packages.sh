#!/bin/sh
# packages.sh KIND ... - see that the Debian packages of these kinds are there
#
# build: to build midiflow; run: to use the whole pipe; test: for the suite.
# Root gets what is missing installed; anybody else is told what it is.
set -eu

build='autoconf automake gcc libarchive-dev libc6-dev libdeflate-dev libmxml-dev
	libpng-dev libpq-dev libseccomp-dev libsqlite3-dev libunistring-dev
	libxxhash-dev libyajl-dev make pkg-config zlib1g-dev'
run='mawk parallel sqlite3'
test='bats bsdextrautils clang clang-format dosfstools git libarchive-tools
	libclang-rt-14-dev lz4 lzip mandoc midicsv miller mtools openssh-client
	openssh-server p7zip-full parallel postgresql postgresql-common procps
	python3 python3-jsonschema shellcheck tmux unzip util-linux valgrind xxhash
	xz-utils zip zstd'

missing=
for kind in "$@"; do
	case $kind in
	build) list=$build ;;
	run) list=$run ;;
	test) list=$test ;;
	*) echo "packages.sh: $kind: no such kind" >&2; exit 2 ;;
	esac
	for p in $list; do
		case $(dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null || true) in
		ii*) ;;
		*) case " $missing " in *" $p "*) ;; *) missing="$missing $p" ;; esac ;;
		esac
	done
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
	echo "packages.sh: missing packages; as root: apt-get install$missing" >&2
	exit 1
fi
echo "installing:$missing"
log=$(mktemp)
# shellcheck disable=SC2086 # a list of words
if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive \
	apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
	tail -n 20 "$log" >&2
	rm -f "$log"
	echo "packages.sh: apt-get could not install:$missing" >&2
	exit 1
fi
rm -f "$log"
