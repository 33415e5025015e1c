# helper - what the tests share
bats_require_minimum_version 1.5.0
: "${SHARED:=$BATS_TEST_DIRNAME/../../shared}"

# rec a b …: a record of these fields, which are already escaped.
rec() {
	local IFS=$'\t'
	printf '%s\n' "$*"
}

# field N: column N of every record.
field() {
	cut -f"$1"
}

if [ -e "$BATS_TEST_DIRNAME/helper_smf.bash" ]; then
	. "$BATS_TEST_DIRNAME/helper_smf.bash"
fi
