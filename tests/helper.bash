# helper - what the tests share
# shellcheck shell=bash

# rec FIELD ... : one record
rec() {
	local IFS=$'\t'
	printf '%s\n' "$*"
}

# hash N : 32 digits
hash() {
	printf '%032x' "$1"
}

# cols [NAME=VALUE ...] : a record of 44 columns, unknown but for those
# named; what depends on others has to be named too.
cols() {
	local -a f
	local i pair
	for ((i = 0; i < 44; i++)); do f[i]='\N'; done
	for pair; do
		i=$(mcols "${pair%%=*}") || return
		f[i - 1]=${pair#*=}
	done
	rec "${f[@]}"
}
