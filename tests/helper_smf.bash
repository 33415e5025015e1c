# helper_smf - small MIDI files made of words
#
# smf DIVISION TRACK…: a file of format 1 (of format 0 with $format set) on
# the standard output.  A track is a string of words; a word is one event:
#   +T            T ticks later
#   cN            from here channel N (1-16), 1 before
#   pN            program N (1-128)
#   nP[:L[:V]]    note of pitch P, length L ticks (default a quarter of the
#                 division), velocity V (64); time moves on by L
#   hP[:L[:V]]    the same, but time stays: for chords
#   tN            tempo of N microseconds a quarter
#   mN/D          meter
#   kS[m]         key of S sharps, flats negative; m minor
#   =TEXT         track name; _ is a blank
#   xHH…          raw bytes, delta time before them 0

smf_u32() {
	printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 >> 24 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255))
}

# Sets $vlq: a variable-length quantity as escapes.
smf_vlq() {
	local n=$1 h
	printf -v vlq '\\x%02x' $((n & 127))
	while ((n >>= 7)); do
		printf -v h '\\x%02x' $((n & 127 | 128))
		vlq=$h$vlq
	done
}

# Prints "tick order escapes" for each event, to be sorted.
smf_events() {
	local w now=0 ch=0 p l v a i=0 s hex f
	for w; do
		i=$((i + 1)) a=${w:1}
		case $w in
		+*) now=$((now + a)) && continue ;;
		c*) ch=$((a - 1)) && continue ;;
		p*) printf -v s '\\x%02x\\x%02x' $((192 + ch)) $((a - 1)) ;;
		t*) printf -v s '\\xff\\x51\\x03\\x%02x\\x%02x\\x%02x' \
			$((a >> 16)) $((a >> 8 & 255)) $((a & 255)) ;;
		m*) p=0 v=${a#*/}
			while ((v >>= 1)); do p=$((p + 1)); done
			printf -v s '\\xff\\x58\\x04\\x%02x\\x%02x\\x18\\x08' \
				"${a%/*}" $p ;;
		k*) v=0 && [ "${a%m}" = "$a" ] || v=1
			printf -v s '\\xff\\x59\\x02\\x%02x\\x%02x' \
				$((${a%m} & 255)) $v ;;
		=*) smf_vlq ${#a}
			s="\\xff\\x03$vlq${a//_/\\x20}" ;;
		x*) s= && hex=$a
			while [ -n "$hex" ]; do
				s+="\\x${hex:0:2}" hex=${hex:2}
			done ;;
		n* | h*)
			# shellcheck disable=SC2206
			f=(${a//:/ })
			p=${f[0]} l=${f[1]:-$((division / 4))} v=${f[2]:-64}
			printf '%d 2%05d \\x%02x\\x%02x\\x%02x\n' $now $i \
				$((144 + ch)) "$p" "$v"
			printf '%d 0%05d \\x%02x\\x%02x\\x40\n' $((now + l)) $i \
				$((128 + ch)) "$p"
			[ "${w:0:1}" = n ] && now=$((now + l))
			continue ;;
		esac
		printf '%d 1%05d %s\n' $now $i "$s"
	done
}

smf_track() {
	local tick s last=0 body=
	while read -r tick _ s; do
		smf_vlq $((tick - last))
		body+=$vlq$s last=$tick
	done < <(smf_events "$@" | LC_ALL=C sort -s -n -k1,1 -k2,2)
	body+='\x00\xff\x2f\x00'
	# Escapes are four characters a byte, text is one.
	local bytes=${body//\\x??/.}
	printf "MTrk$(smf_u32 ${#bytes})%b" "$body"
}

smf() {
	local division=$1 LC_ALL=C t
	shift
	printf '%b' "MThd\\x00\\x00\\x00\\x06\\x00\\x0${format:-1}$(printf \
		'\\x%02x\\x%02x\\x%02x\\x%02x' $(($# >> 8)) $(($# & 255)) \
		$((division >> 8 & 255)) $((division & 255)))"
	for t; do
		# shellcheck disable=SC2086
		smf_track $t
	done
}

# Words for a drum loop of N bars of 4/4 at a division.
smf_beat() {
	local q=$(($2 / 4)) i w=
	for ((i = 0; i < $1 * 4; i++)); do
		((i & 1)) && w+=" h38:$q" || w+=" h36:$q"
		w+=" h42:$q +$(($2 / 2)) h42:$q +$(($2 - $2 / 2))"
	done
	printf '%s\n' "c10$w"
}
