#!/usr/bin/env bats
# archives - every format, alone and in others, and libarchive's own archives
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need mextract
}

# counted: name and number of entries of each outermost archive.
counted() {
	awk -F '\t' '$9 == "\\N" {
		n = split($6, a, /[:,]/); c = 0
		for (i = 2; n >= 8 && i <= 8; i += 2) c += a[i]
		sub(/.*\//, "", $8); print $8 "\t" c
	}' | sort
}

# wrap N FILE: packs FILE into one more archive, of the Nth form; its name.
wrap() {
	local out=$2
	case $(($1 % 12)) in
	0) out+=.zip && pack "$out" "$2" ;;
	1) out+=.tar.gz && pack "$out" "$2" ;;
	2) out+=.7z && pack "$out" "$2" ;;
	3) out+=.tar.zst && pack "$out" "$2" ;;
	4) out+=.cpio && pack "$out" "$2" ;;
	5) out+=.gz && gzip -c "$2" >"$out" ;;
	6) out+=.tar.xz && pack "$out" "$2" ;;
	7) out+=.iso && pack "$out" "$2" ;;
	8) out+=.tar.lz4 && pack "$out" "$2" ;;
	9) out+=.tar.lz && bsdtar --lzip -cf "$out" "$2" ;;
	10) out+=.tar.Z && bsdtar -cZf "$out" "$2" ;;
	11) out+=.tar.bz2 && pack "$out" "$2" ;;
	esac
	rm "$2"
	mv "$out" "in.${out##*.}"
	echo "in.${out##*.}"
}

@test "every form of archive, each in each: 12 twins 4 and 9 levels deep, found by their hashes" {
	need zip 7z bsdtar gzip
	local depth form i f n=0
	for depth in 4 9; do
		for form in {0..11}; do
			mkdir w
			n=$((n + 1))
			song w/song.mid $n
			hash w/song.mid >>want
			f=song.mid
			for ((i = 0; i < depth; i++)); do
				f=$(cd w && wrap $((form + i * (depth - 3))) "$f")
			done
			mv "w/$f" "twin-$n.${f##*.}"
			rmdir w
		done
	done
	run -0 bash -c 'ls "$PWD"/twin-* | mextract -l lib'
	[ "$(awk -F '\t' '$4 == "midi" && $5 == "ok" { print $7 }' <<<"$output" | sort)" = "$(sort want)" ]
	[ "$(awk -F '\t' '$4 == "archive" { print $5, $6 }' <<<"$output" | sort | uniq -c | tr -s ' ')" = \
		" 24 ok midi:1,dup:0,error:0,other:0" ]
	[ "$(find lib -name '*.mid' | while read -r f; do hash "$f"; done | sort)" = "$(sort want)" ]
}

@test "a stored entry of a rar or rar5 file whose checksum is wrong is corrupt, the rest comes out" {
	need python3
	python3 - <<'P'
import struct, zlib
def song(n): return bytes.fromhex('4d546864000000060000000100604d54726b0000000c0090%02x016080%02x4000ff2f00' % (n, n))
def block4(kind, flags, rest):
    h = struct.pack('<BHH', kind, flags, 7 + len(rest)) + rest
    return struct.pack('<H', zlib.crc32(h) & 0xffff) + h
def block5(body):
    h = bytes([len(body)]) + body
    return struct.pack('<I', zlib.crc32(h)) + h
four, five = b'Rar!\x1a\7\0' + block4(0x73, 0, bytes(6)), b'Rar!\x1a\7\1\0' + block5(b'\1\0\0')
for i in range(3):
    d, name = song(60 + i), b'%d.mid' % i
    crc = zlib.crc32(d) ^ (i == 1)
    four += block4(0x74, 0x8000, struct.pack('<IIBIIBBHI', len(d), len(d), 3, crc, 0, 20, 0x30, len(name), 0o100644) + name) + d
    five += block5(b'\2\2' + bytes([len(d)]) + b'\4' + bytes([len(d)]) + b'\0' + struct.pack('<I', crc) + b'\0\1' + bytes([len(name)]) + name) + d
open('x.rar', 'wb').write(four + block4(0x7b, 0x4000, b''))
open('y.rar', 'wb').write(five + block5(b'\5\0\0'))
open('cut.rar', 'wb').write(five)
P
	for f in x y; do
		run -1 --separate-stderr mextract --no-seen -l lib <<<$f.rar
		[ "$(cut -f5,6,9 <<<"$output")" = "$(rec ok '\N' 0.mid; rec error corrupt 1.mid; rec ok '\N' 2.mid
			rec partial midi:2,dup:0,error:1,other:0 '\N')" ]
	done
	run -1 mextract -q --no-seen -l lib <<<cut.rar
	[ "$(tail -n 1 <<<"$output" | cut -f5,6)" = "$(rec partial midi:2,dup:0,error:1,other:0,truncated)" ]
}

@test "a tar that ends where its last entry does gives all, and is truncated" {
	need python3
	song in.mid 1
	python3 - <<'P'
import tarfile
with tarfile.open('x.tar', 'w', format=tarfile.USTAR_FORMAT) as t: t.add('in.mid')
d = open('x.tar', 'rb').read()
open('x.tar', 'wb').write(d[:512 + 40])
P
	run -1 --separate-stderr mextract -l lib <<<x.tar
	[ "$(cut -f5,6,9 <<<"$output")" = "$(rec ok '\N' in.mid; rec partial midi:1,dup:0,error:0,other:0,truncated '\N')" ]
}

@test "zeros are empty, and volumes are multivolume" {
	need zip
	head -c 20480 /dev/zero >a.zip
	head -c 20480 /dev/zero >b.7z
	head -c 5000 /dev/urandom | tee c.7z.002 d.z01 e.part02.rar >f.r00
	run -1 mextract -q -l lib < <(ls)
	[ "$(cut -f4-6 <<<"$output")" = "$(rec archive error empty; rec archive error empty
		for i in 1 2 3 4; do rec archive error multivolume; done)" ]
	head -c 300000 /dev/urandom >noise
	song a.mid 1
	zip -qX -s 64k split.zip a.mid noise
	run -1 --separate-stderr mextract -l lib <<<split.zip
	[ "$stderr" = "mextract: split.zip: multivolume" ]
	[ "$(mfind . | field 1 | grep -c -e '\.002$' -e part02)" -eq 2 ]
}

@test "compression in compression is levels, and one that unpacks to itself ends" {
	need gzip python3
	song a.mid 1
	local i
	for i in {1..9}; do gzip -c a.mid >b && mv b a.mid; done
	run -0 mextract -l lib <<<a.mid
	[ "$(field 5 <<<"$output")" = "ok${nl}ok" ]
	gzip -c a.mid >b && gzip -c b >a.mid
	run -1 mextract -q -l lib2 <<<a.mid
	[ "$(head -n 1 <<<"$output" | cut -f4-6)" = "$(rec archive error limit:depth)" ]
}

@test "what is unpacked only to be skipped counts against --max-bytes" {
	need bsdtar
	head -c 50000000 /dev/zero >noise
	song a.mid 1
	bsdtar -czf x.tar.gz noise a.mid
	run -0 mextract -l lib <<<x.tar.gz
	run -1 mextract -q -l lib2 --max-bytes 4M <<<x.tar.gz
	[ "$(cut -f5,6 <<<"$output")" = "$(rec partial midi:0,dup:0,error:0,other:1,limit:bytes)" ]
}

@test "folders that DOS made are folders" {
	need python3
	python3 - <<'P'
import zipfile
with zipfile.ZipFile('x.zip', 'w') as z:
    i = zipfile.ZipInfo('folder'); i.create_system = 0; i.external_attr = 0x10; z.writestr(i, b'')
P
	run -0 mextract -l lib <<<x.zip
	[ "$(cut -f6 <<<"$output")" = midi:0,dup:0,error:0,other:0 ]
}

@test "libarchive's own archives: none harms, and each gives as many entries as the table has" {
	local set=$SHARED/corpora/archives table=$abs_top_srcdir/tests/archives.tsv
	[ -d "$set" ] || skip "no collection of archives"
	find "$(cd "$set" && pwd)" -name 'test_*' | sort >list
	mkdir box
	mextract -q --no-seen --max-memory 256M -l box/lib <list >records || [ $? = 1 ]
	# One record of each, and nothing but regular files below the library.
	[ "$(awk -F '\t' '$9 == "\\N" { print $8 }' records | sort)" = "$(cat list)" ]
	[ "$(ls)" = "$(printf '%s\n' box list records)" ]
	[ "$(ls box)" = lib ]
	[ -z "$(find box ! -type d ! -type f)" ]
	counted <records | sort >ours
	grep -v '^#' "$table" | cut -f1,2 | sort | diff - ours
}

# 516 times bsdtar: make check TESTS=tests/archives.bats COMPARE=1
@test "the table has the entries that bsdtar lists" {
	[ -n "${COMPARE-}" ] || skip "COMPARE is not set"
	need bsdtar
	local set=$SHARED/corpora/archives table=$abs_top_srcdir/tests/archives.tsv
	[ -d "$set" ] || skip "no collection of archives"
	grep -v -e '^#' "$table" | awk -F '\t' '$3 != "\\N" { print $1 "\t" $3 }' | sort >want
	cut -f1 want | (cd "$set" && xargs -P 2 -n 16 sh -c 'for f; do
		printf "%s\t%s\n" "$f" "$(LC_ALL=C.UTF-8 timeout 20 bsdtar -tvf "$f" 2>/dev/null </dev/null | grep -vc "^d")"
	done' _) | sort | diff want -
	# Where they are others, the table says why.
	[ -z "$(grep -v '^#' "$table" | awk -F '\t' '($2 != $3) != ($4 != "\\N")')" ]
}
