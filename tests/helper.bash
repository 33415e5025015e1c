# shellcheck shell=bash
# helper - what the test files share
bats_require_minimum_version 1.5.0
: "${abs_top_srcdir:=$(cd "$BATS_TEST_DIRNAME/.." && pwd)}"
: "${abs_top_builddir:=$abs_top_srcdir}"
: "${SHARED:=$abs_top_srcdir/../shared}"
PATH=$abs_top_builddir/filters:$PATH
# Bytes, not characters; nobody's own library.
export LC_ALL=C
unset MIDI_LIBRARY MIDI_DB MIDIFLOW_SANDBOX MIDIFLOW_STATUS
# shellcheck disable=SC2034
bs=$'\\' tab=$'\t' nl=$'\n'

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# need TOOL...: skips the test where one is missing.
need() {
	local t
	for t; do
		command -v "$t" >/dev/null || skip "no $t"
	done
}

# shared DIR: skips the test where these corpora are missing.
C=$SHARED/corpora
shared() {
	[ -d "$C/$1" ] || skip "no $C/$1"
}

# The filters that are built.
filters() {
	local f
	for f in "$abs_top_builddir"/filters/m*; do
		if [ -x "$f" ] && [ -f "$f" ]; then
			case $f in *.o | *.c | *.sh) ;; *) echo "${f##*/}" ;; esac
		fi
	done
}

# rec a b ...: a record of these fields, which are already escaped.
rec() {
	local IFS=$'\t'
	printf '%s\n' "$*"
}

# field N: column N of every record.
field() {
	cut -f"$1"
}

# hex TEXT: the bytes that hexadecimal digits stand for; blanks are nothing.
hex() {
	local h=${*//[^0-9a-fA-F]/} o=
	while [ -n "$h" ]; do
		o+="\\x${h:0:2}"
		h=${h:2}
	done
	printf '%b' "$o"
}

# mid FILE FORMAT DIVISION TRACK...: a MIDI file; tracks are hexadecimal, End
# of Track is added.
mid() {
	local file=$1 format=$2 division=$3 all t
	shift 3
	printf -v all '4d54686400000006%04x%04x%04x' "$format" $# "$division"
	for t; do
		t=${t//[^0-9a-fA-F]/}00ff2f00
		printf -v all '%s4d54726b%08x%s' "$all" $((${#t} / 2)) "$t"
	done
	hex "$all" >"$file"
}

# song FILE N: a small file, another content for each N up to 9000.
song() {
	local n
	printf -v n '%02x' $((24 + $2 % 90))
	mid "$1" 0 96 "00 90 $n $(printf %02x $((1 + $2 / 90 % 100))) 60 80 $n 40"
}

# hash FILE: its content's hash, as in the records.
hash() {
	xxhsum -q -H2 <"$1" | cut -d' ' -f1
}

# pack FILE NAME...: an archive of what its suffix says, names sorted.
pack() {
	local file=$1
	shift
	case $file in
	*.zip) zip -qXr "$file" "$@" ;;
	*.7z) 7z a -bd -bso0 -bsp0 "$file" "$@" ;;
	*.tar) bsdtar -cf "$file" "$@" ;;
	*.tar.gz | *.tgz) bsdtar -czf "$file" "$@" ;;
	*.tar.bz2) bsdtar -cjf "$file" "$@" ;;
	*.tar.xz) bsdtar -cJf "$file" "$@" ;;
	*.tar.zst) bsdtar --zstd -cf "$file" "$@" ;;
	*.tar.lz4) bsdtar --lz4 -cf "$file" "$@" ;;
	*.cpio) bsdtar --format cpio -cf "$file" "$@" ;;
	*.iso) bsdtar --format iso9660 -cf "$file" "$@" ;;
	*) return 1 ;;
	esac
}

# as_user COMMAND...: without root's right to read everything.
as_user() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
	else
		setpriv --bounding-set -dac_override,-dac_read_search "$@"
	fi
}

need_as_user() {
	as_user true 2>/dev/null || skip "cannot give up root's rights"
}

# tree DIR: every name below it, with its mode and content.
tree() {
	(cd "$1" && find . -type f ! -path './.midiflow/*' \
		-printf '%p %m ' -exec sh -c 'md5sum <"$1"' _ {} \; | sort)
}

# digits N: a hash's 32 digits.
digits() {
	printf '%032x' "$1"
}

declare -gA column=()

# cols [NAME=VALUE ...]: a record of 44 columns, unknown but for those named;
# what depends on others has to be named too.
cols() {
	local -a f
	local i pair n name
	# mcols is asked once a shell, not once a column.
	if [ -z "${column[path]:-}" ]; then
		while IFS=$'\t' read -r n name _; do column[$name]=$n; done < <(mcols)
	fi
	for ((i = 0; i < 44; i++)); do f[i]='\N'; done
	for pair; do
		i=${column[${pair%%=*}]:-}
		[ -n "$i" ] || { echo "cols: ${pair%%=*}: no such column" >&2; return 1; }
		f[i - 1]=${pair#*=}
	done
	rec "${f[@]}"
}

# shellcheck source=tests/helper_smf.bash
. "$BATS_TEST_DIRNAME/helper_smf.bash"
