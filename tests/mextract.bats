#!/usr/bin/env bats
# mextract - a test a promise of the page, in its order
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need mextract
	mkdir in
}

# extract SOURCE...: records of a run into lib.
extract() {
	mfind "$@" | mextract -l lib
}

# status and member, then detail, of each record.
short() {
	cut -f5,6,9 | sort
}

# In a zip of stored entries: puts other bytes for a text, as long.
spoil() { # FILE TEXT OTHER
	python3 - "$@" <<'P'
import sys
f, a, b = sys.argv[1], sys.argv[2].encode('latin1'), sys.argv[3].encode('latin1')
d = open(f, 'rb').read()
assert a in d and len(a) == len(b)
open(f, 'wb').write(d.replace(a, b))
P
}

@test "every MIDI entry is a record and a file; the archive's comes last and counts them" {
	mkdir -p in/d
	song in/a.mid 1
	song "in/d/b c.mid" 2
	echo hi >in/read.me
	(cd in && pack ../x.zip . && rm -r ./*)
	run -0 extract x.zip
	lib=$(echo lib/x_extracted_*)
	[ "${#lines[@]}" -eq 3 ]
	[ "$(cut -f4-6 <<<"${lines[2]}")" = "$(rec archive ok midi:2,dup:0,error:0,other:1)" ]
	[ "$(cut -f1,2,4-9 <<<"${lines[0]}")" = "$(rec "$PWD/$lib/a.mid" 34 midi ok '\N' "$(hash "$lib/a.mid")" "$PWD/x.zip" a.mid)" ]
	[ "$(cut -f3 <<<"${lines[0]}")" = "$(stat -c%Y x.zip)" ]
	[ "$(cut -f1,9 <<<"${lines[1]}")" = "$(rec "$PWD/$lib/d/b_c.mid" 'd/b c.mid')" ]
	song t 2
	cmp t "$lib/d/b_c.mid"
}

@test "a record with a source, and one that is not ok, pass unchanged" {
	in=$(rec a.mid 1 2 midi ok '\N' 00 /s.zip m; rec b.zip 1 2 archive error corrupt
		rec c.mid 1 2 midi dup)
	run -0 mextract -l lib <<<"$in"
	[ "$output" = "$in" ]
}

@test "opens each kind of archive that a packer is here for" {
	need zip 7z bsdtar
	song in/a.mid 1
	for s in zip 7z tar tar.gz tgz tar.bz2 tar.xz tar.zst tar.lz4 cpio; do
		pack "x.$s" in/a.mid || continue
		rm -rf lib
		run -0 extract "x.$s"
		[ "$(short <<<"$output")" = "$(rec ok '\N' in/a.mid; rec ok midi:1,dup:0,error:0,other:0 '\N')" ]
	done
}

@test "opens single compressed files" {
	song a.mid 1
	for c in gzip bzip2 xz zstd lz4; do
		command -v $c >/dev/null || continue
		case $c in gzip) s=gz ;; bzip2) s=bz2 ;; zstd) s=zst ;; *) s=$c ;; esac
		$c -c a.mid >a.mid.$s
		rm -rf lib
		run -0 extract a.mid.$s
		[ "$(short <<<"$output")" = "$(rec ok '\N' a.mid; rec ok midi:1,dup:0,error:0,other:0 '\N')" ]
		cmp a.mid lib/a_mid_extracted_*/a.mid || cmp a.mid lib/a*_extracted_*/a.mid
	done
}

@test "the first bytes decide: RIFF, MacBinary, a header behind junk, a wrong suffix" {
	song m 1
	{ printf 'RIFF\x2e\0\0\0RMIDdata\x22\0\0\0'; cat m; } >in/a.rmi
	{ printf '\0\001m'; head -c 125 /dev/zero; cat m; } >in/b.mid
	{ echo junk; cat m; } >in/c.mid
	cp m in/d.txt
	echo '<html>' >in/e.mid
	{ echo junk; cat m; } >in/f.txt
	(cd in && pack ../x.zip . && rm ./*)
	run -1 --separate-stderr extract x.zip
	[ "$(short <<<"$output")" = "$(rec error not-midi e.mid
		rec ok '\N' a.rmi
		rec ok '\N' b.mid
		rec ok '\N' c.mid
		rec ok '\N' d.txt
		rec partial midi:4,dup:0,error:1,other:1 '\N')" ]
	[ "$stderr" = "mextract: $PWD/x.zip!/e.mid: not-midi" ]
}

@test "resource forks are other" {
	mkdir in/__MACOSX
	song in/a.mid 1
	cp in/a.mid in/._a.mid
	cp in/a.mid in/__MACOSX/b.mid
	(cd in && pack ../x.zip .)
	run -0 extract x.zip
	[ "$(short <<<"$output")" = "$(rec ok '\N' a.mid; rec ok midi:1,dup:0,error:0,other:2 '\N')" ]
}

@test "a loose file is hashed and keeps its path; a relative one is absolute in source" {
	song a.mid 1
	run -0 mextract -l lib <<<./a.mid
	[ "$output" = "$(rec ./a.mid 34 "$(stat -c%Y a.mid)" midi ok '\N' "$(hash a.mid)" "$PWD/a.mid" '\N')" ]
	[ -z "$(find lib -name '*.mid')" ]
}

@test "a loose file that is no MIDI, is empty, is a folder, is missing" {
	echo '<html>' >a.mid
	: >b.mid
	mkdir c.mid
	run -1 --separate-stderr mextract -l lib <<<"$(printf '%s\n' a.mid b.mid c.mid d.mid)"
	[ "$(cut -f1,5,6 <<<"$output")" = "$(rec a.mid error not-midi; rec b.mid error empty
		rec c.mid error io:EISDIR; rec d.mid error io:ENOENT)" ]
	[ "$stderr" = "mextract: a.mid: not-midi
mextract: b.mid: empty
mextract: c.mid: io:EISDIR
mextract: d.mid: io:ENOENT" ]
}

@test "an unreadable file is io:EACCES, the rest goes on" {
	need_as_user
	song a.mid 1
	song b.mid 2
	chmod 0 a.mid
	run -1 as_user mextract -q -l lib <<<"a.mid${nl}b.mid"
	[ "$(field 5,6 <<<"$output")" = "$(rec error io:EACCES; rec ok '\N')" ]
}

@test "an inner archive gets a folder beside where it lay; it has a record only when it failed" {
	need bsdtar
	mkdir -p in/p
	song in/a.mid 1
	(cd in && pack z.zip a.mid && pack p/y.zip z.zip && rm z.zip)
	printf 'PK\3\4rubbish' >in/bad.zip
	pack x.tar.gz in
	run -1 --separate-stderr extract x.tar.gz
	# Which of the two is met first is up to the packer.
	[ "$(cut -f4-6 <<<"$output" | sort)" = "$(rec archive error truncated
		rec archive partial midi:1,dup:1,error:0,other:0
		rec midi dup '\N'
		rec midi ok '\N')" ]
	[ "$(cut -f4,9 <<<"$output" | grep ^midi | sort)" = "$(rec midi in/a.mid
		rec midi 'in/p/y.zip!/z.zip!/a.mid')" ]
	[ "$(awk -F'\t' '$4 == "archive" && $5 == "error" { print $9 }' <<<"$output")" = in/bad.zip ]
}

@test "the folder of an inner archive" {
	mkdir -p in/p
	song in/a.mid 1
	(cd in && pack z.zip a.mid && pack p/y.zip z.zip && rm z.zip a.mid && pack ../x.zip p)
	run -0 extract x.zip
	song t 1
	cmp t lib/x_extracted_*/p/y_extracted/z_extracted/a.mid
	[ "$(find lib -name '*.mid' | wc -l)" -eq 1 ]
}

@test "names that become the same are told apart by their hash" {
	song in/a+b.mid 1
	song in/a=b.mid 2
	(cd in && pack ../x.zip .)
	run -0 extract x.zip
	[ "$(cut -f5 <<<"$output" | sort | uniq -c | tr -s ' ')" = " 3 ok" ]
	h1=$(hash in/a+b.mid) h2=$(hash in/a=b.mid)
	found=$(cd lib/x_extracted_* && echo *)
	[ "$found" = "a_b.mid a_b_${h1:0:8}.mid" ] || [ "$found" = "a_b.mid a_b_${h2:0:8}.mid" ]
}

@test "names that differ in case only are told apart too, as are folders" {
	mkdir -p t/Kit t/kit
	song t/Kit/a.mid 1
	song t/Kit/A.mid 2
	song t/kit/a.mid 3
	(cd t && pack ../c.zip .)
	mfind "$PWD/c.zip" | mextract -l lib >out
	[ "$(find lib -name '*.mid' | wc -l)" -eq 3 ]
	[ -z "$(find lib -name '*.mid' | tr A-Z a-z | sort | uniq -d)" ]
	mfind "$PWD/c.zip" | mextract -l lib | cmp - out
}

@test "the second entry of one name says again:2" {
	python3 - <<'P'
import zipfile, warnings
warnings.simplefilter('ignore')
def song(n): return bytes.fromhex('4d546864000000060000000100604d54726b0000000c0090%02x016080%02x4000ff2f00' % (n, n))
with zipfile.ZipFile('x.zip', 'w') as z:
    for n in (60, 61, 61): z.writestr('a.mid', song(n))
P
	run -0 extract x.zip
	[ "$(cut -f5,6,9 <<<"$output")" = "$(rec ok '\N' a.mid; rec ok again:2 a.mid
		rec dup again:3 a.mid; rec ok midi:2,dup:1,error:0,other:0 '\N')" ]
	[ "$(find lib -name '*.mid' | wc -l)" -eq 2 ]
	cp -r lib once
	run -0 extract x.zip
	[ "$(tree lib)" = "$(tree once)" ]
}

@test "failed entries of one name say which they are, and the catalogue has all" {
	python3 - <<'P'
import zipfile, warnings
warnings.simplefilter('ignore')
def song(n): return bytes.fromhex('4d546864000000060000000100604d54726b0000000c0090%02x016080%02x4000ff2f00' % (n, n))
with zipfile.ZipFile('x.zip', 'w') as z:
    for n in (60, 61, 62): z.writestr('a.mid', song(n))
d = open('x.zip', 'rb').read()
for n in (61, 62):
    assert song(n) in d
    d = d.replace(song(n), song(n + 10))
open('x.zip', 'wb').write(d)
P
	extract x.zip >out || [ $? = 1 ]
	[ "$(cut -f5,6,9 out)" = "$(rec ok '\N' a.mid
		rec error corrupt,again:2 a.mid; rec error corrupt,again:3 a.mid
		rec partial midi:1,dup:0,error:2,other:0 '\N')" ]
	need mdbload mdbnew
	mdbload -d t.db <out
	mfind "$PWD/x.zip" >found
	run -0 mdbnew -d t.db <found
	[ "$output" = '' ]
}

@test "traversal, absolute names and drive letters stay below the library" {
	python3 - <<'P'
import tarfile, io
def song(n): return bytes.fromhex('4d546864000000060000000100604d54726b0000000c0090%02x016080%02x4000ff2f00' % (n, n))
names = ['../../up.mid', '/abs.mid', 'C:/drive.mid', 'a/../../b.mid', '..', './x/./y.mid', '..\\win.mid']
with tarfile.open('x.tar', 'w') as t:
    for i, n in enumerate(names):
        e = tarfile.TarInfo(n); e.size = len(song(60 + i)); t.addfile(e, io.BytesIO(song(60 + i)))
P
	mkdir deep
	cd deep
	run -0 extract ../x.tar
	[ "$(tail -n 1 <<<"$output" | cut -f6)" = midi:7,dup:0,error:0,other:0 ]
	[ "$(cut -f9 <<<"$output" | head -n 1)" = ../../up.mid ]
	[ "$(find lib -name '*.mid' | wc -l)" -eq 7 ]
	[ "$(find .. -name '*.mid' ! -path '../deep/lib/x_extracted_*')" = "" ]
	[ ! -e /abs.mid ]
}

@test "links and devices are not made; files are regular and 0644" {
	python3 - <<'P'
import tarfile, io
def song(n): return bytes.fromhex('4d546864000000060000000100604d54726b0000000c0090%02x016080%02x4000ff2f00' % (n, n))
with tarfile.open('x.tar', 'w') as t:
    for n, ty, l in (('l', tarfile.SYMTYPE, '/tmp'), ('l2.mid', tarfile.SYMTYPE, '/etc/passwd'),
                     ('f.mid', tarfile.FIFOTYPE, ''), ('h.mid', tarfile.LNKTYPE, 'l2.mid')):
        e = tarfile.TarInfo(n); e.type = ty; e.linkname = l; t.addfile(e)
    e = tarfile.TarInfo('l/x.mid'); e.size = 34; e.mode = 0o6777; t.addfile(e, io.BytesIO(song(60)))
P
	umask 022
	run -0 extract x.tar
	[ "$(short <<<"$output")" = "$(rec ok '\N' l/x.mid; rec ok midi:1,dup:0,error:0,other:4 '\N')" ]
	[ -z "$(find lib -mindepth 1 ! -type f ! -type d)" ]
	[ "$(stat -c '%a %F' lib/x_extracted_*/l/x.mid)" = "644 regular file" ]
	[ ! -e /tmp/x.mid ]
}

@test "a link in the library is not followed" {
	song in/a.mid 1
	(cd in && pack ../x.zip .)
	run -0 extract x.zip
	top=$(echo lib/x_extracted_*)
	mkdir elsewhere
	rm -r lib
	mkdir lib
	ln -s "$PWD/elsewhere" "$top"
	run -2 --separate-stderr extract x.zip
	[[ "$stderr" = "mextract: $PWD/x.zip: "* ]]
	[ -z "$(ls elsewhere)" ]
}

@test "nothing is overwritten: a file of the user's stays" {
	song in/a.mid 1
	(cd in && pack ../x.zip .)
	run -0 extract x.zip
	top=$(echo lib/x_extracted_*)
	rm -rf lib/.midiflow
	echo mine >"$top/a.mid"
	run -0 extract x.zip
	[ "$(cat "$top/a.mid")" = mine ]
	h=$(hash in/a.mid)
	[ "$(head -n 1 <<<"$output" | cut -f1)" = "$PWD/$top/a_${h:0:8}.mid" ]
	cmp in/a.mid "$top/a_${h:0:8}.mid"
}

@test "the library is marked, so that mfind leaves it out" {
	song in/a.mid 1
	(cd in && pack x.zip a.mid)
	mfind in | mextract -l in/lib >/dev/null
	[ -f in/lib/MIDIFLOW.TAG ]
	run -0 mfind -R in
	[ "$(field 1 <<<"$output" | sort)" = "in/a.mid${nl}in/x.zip" ]
}

@test "a content in another archive is dup and not written" {
	song in/a.mid 1
	(cd in && pack ../x.zip a.mid && mv a.mid b.mid && pack ../y.zip b.mid)
	run -0 extract x.zip y.zip
	[ "$(cut -f5,6,9 <<<"$output")" = "$(rec ok '\N' a.mid; rec ok midi:1,dup:0,error:0,other:0 '\N'
		rec dup '\N' b.mid; rec ok midi:0,dup:1,error:0,other:0 '\N')" ]
	[ "$(cut -f1 <<<"${lines[2]}")" = "$PWD/y.zip!/b.mid" ]
	[ "$(cut -f7 <<<"${lines[2]}")" = "$(cut -f7 <<<"${lines[0]}")" ]
	[ "$(find lib -name '*.mid' | wc -l)" -eq 1 ]
}

@test "a second run gives the same records and the same tree" {
	song in/a.mid 1
	song in/b.mid 2
	cp in/a.mid in/c.mid
	(cd in && pack x.zip . && pack y.zip a.mid)
	one=$(extract in)
	cp -rp lib once
	[ "$(extract in)" = "$one" ]
	[ "$(tree lib)" = "$(tree once)" ]
	# What was lost in between comes again.
	find lib -name '*.mid' -delete
	[ "$(extract in)" = "$one" ]
	[ "$(tree lib)" = "$(tree once)" ]
}

@test "the order of the sources decides who has a content, and stays so" {
	song in/a.mid 1
	(cd in && pack ../x.zip a.mid && pack ../y.zip a.mid)
	extract y.zip >/dev/null
	run -0 extract x.zip y.zip
	[ "$(field 5 <<<"$output")" = "dup${nl}ok${nl}ok${nl}ok" ]
}

@test "--max-depth: archives beyond it are limit:depth" {
	song in/a.mid 1
	(cd in && pack 1.zip a.mid && for i in {1..11}; do pack $((i + 1)).zip $i.zip; done)
	run -1 --separate-stderr extract in/11.zip
	[ "$(cut -f4-6 <<<"$output")" = "$(rec archive error limit:depth
		rec archive partial midi:0,dup:0,error:0,other:0)" ]
	run -0 extract in/10.zip
	[ "$(cut -f5 <<<"$output")" = "ok${nl}ok" ]
	run -0 mextract -l lib2 --max-depth 11 <<<in/11.zip
	run -1 mextract -q -l lib3 --max-depth 1 <<<in/2.zip
	[ "$(cut -f5,6,9 <<<"${lines[0]}")" = "$(rec error limit:depth 1.zip)" ]
}

@test "--max-bytes: an archive that unpacks to more is not read on" {
	song in/a.mid 1
	{ cat in/a.mid; head -c 3000000 /dev/zero; } >in/b.mid
	(cd in && pack ../x.zip a.mid b.mid)
	run -1 --separate-stderr mextract -l lib --max-bytes 1M <<<x.zip
	[ "$(short <<<"$output")" = "$(rec error limit:bytes b.mid; rec ok '\N' a.mid
		rec partial midi:1,dup:0,error:1,other:0,limit:bytes '\N')" ]
}

@test "--max-entries and --max-entry" {
	for i in 1 2 3; do song in/$i.mid $i; done
	(cd in && pack ../x.zip .)
	run -1 mextract -q -l lib --max-entries 2 <<<x.zip
	[ "$(tail -n 1 <<<"$output" | cut -f5,6)" = "$(rec partial midi:2,dup:0,error:0,other:0,limit:entries)" ] ||
		[ "$(tail -n 1 <<<"$output" | cut -f5,6)" = "$(rec partial midi:1,dup:0,error:0,other:0,limit:entries)" ]
	{ cat in/1.mid; head -c 100 /dev/zero; } >in/big.mid
	rm x.zip
	(cd in && pack ../x.zip .)
	run -1 mextract -q -l lib2 --max-entry 100 <<<"x.zip${nl}in/big.mid"
	[ "$(awk -F'\t' '$5 == "error" { print $6, $9 }' <<<"$output")" = "limit:entry big.mid${nl}limit:entry \\N" ]
}

@test "limits take K, M, G; what is no number is fatal" {
	run -0 mextract -l lib --max-entry 1G --max-time 5 </dev/null
	run -2 mextract -l lib --max-bytes many </dev/null
	[ "$output" = "mextract: many: not a number" ]
	run -2 mextract -l lib --max-depth 41 </dev/null
	[ "$output" = "mextract: 41: out of range" ]
}

@test "a zip whose directory or whose local header is damaged gives what is whole" {
	for i in 1 2 3 4; do song in/$i.mid $i; done
	(cd in && pack ../sound.zip 1.mid 2.mid 3.mid 4.mid)
	for what in central local; do
		python3 - $what <<-'P'
			import sys
			d = bytearray(open('sound.zip', 'rb').read())
			sign = b'PK\1\2' if sys.argv[1] == 'central' else b'PK\3\4'
			at = d.index(sign, d.index(sign) + 1)
			d[at:at + 4] = b'xxxx'
			open(sys.argv[1] + '.zip', 'wb').write(d)
		P
	done
	run -1 --separate-stderr mextract --no-seen -l lib <<<central.zip
	[ "$(field 5 <<<"$output")" = "ok${nl}ok${nl}ok${nl}ok${nl}partial" ]
	[ "$stderr" = "mextract: central.zip: corrupt" ]
	run -1 --separate-stderr mextract --no-seen -l lib <<<local.zip
	[ "$(field 5 <<<"$output")" = "ok${nl}error${nl}ok${nl}ok${nl}partial" ]
	[ "$stderr" = "mextract: $PWD/local.zip!/2.mid: corrupt" ]
}

@test "a zip behind other bytes, and one whose comment looks like an end, are read" {
	song in/1.mid 1
	(cd in && pack ../sound.zip 1.mid)
	{ head -c 5000 /dev/zero && cat sound.zip; } >prefix.zip
	python3 - <<-'P'
		d = open('sound.zip', 'rb').read()
		fake = b'PK\5\6' + bytes(18)
		open('comment.zip', 'wb').write(d[:-2] + len(fake).to_bytes(2, 'little') + fake)
	P
	for z in prefix comment; do
		run -0 mextract --no-seen -l lib <<<$z.zip
		[ "$(field 5 <<<"$output")" = "ok${nl}ok" ]
	done
}

@test "the first of several volumes is multivolume" {
	head -c 100000 /dev/urandom >in/noise
	song in/1.mid 1
	need 7z
	(cd in && 7z a -bd -bso0 -bsp0 -v20k ../a.7z 1.mid noise)
	run -1 --separate-stderr mextract -l lib < <(mfind a.7z.001)
	[ "$stderr" = "mextract: $PWD/a.7z.001: multivolume" ]
}

@test "--copy brings loose files into the library" {
	song "in/a b.mid" 1
	run -0 mextract -l lib --copy <<<"in/a b.mid"
	path=$(echo lib/in_copied_*/a_b.mid)
	[ "$(cut -f1,8 <<<"$output")" = "$(rec "$PWD/$path" "$PWD/in/a b.mid")" ]
	cmp "$path" "in/a b.mid"
}

@test "--link does so by hard links" {
	song "in/a b.mid" 1
	run -0 mextract -l lib --link <<<"in/a b.mid"
	[ lib/in_copied_*/a_b.mid -ef "in/a b.mid" ]
	run -0 mextract -l lib --link <<<"in/a b.mid"
	[ "$(field 5 <<<"$output")" = ok ]
}

@test "--durable: the files are on the disk before their records are written" {
	need strace
	for i in {1..50}; do song in/$i.mid $i; done
	(cd in && pack ../x.zip .)
	strace -o trace -e trace=syncfs,write,linkat mextract -l lib --durable <<<x.zip >out || skip "no strace here"
	[ "$(field 5 <out | sort | uniq -c | tr -s ' ')" = " 51 ok" ]
	# Nothing is linked behind the last syncfs, which the first write follows.
	[ "$(grep -oE '^(syncfs|linkat|write\(1)' trace | uniq | tr '\n' ' ')" = "linkat syncfs write(1 " ]
}

@test "--no-seen: every content is ok" {
	song in/a.mid 1
	cp in/a.mid in/b.mid
	(cd in && pack ../x.zip .)
	run -0 mextract --no-seen -l lib <<<x.zip
	[ "$(field 5 <<<"$output")" = "ok${nl}ok${nl}ok" ]
	[ ! -e lib/.midiflow/seen ]
}

@test "-l, MIDI_LIBRARY, ./midi-library" {
	song in/a.mid 1
	(cd in && pack ../x.zip a.mid)
	mextract <<<x.zip >/dev/null
	MIDI_LIBRARY=env mextract <<<x.zip >/dev/null
	MIDI_LIBRARY=env2 mextract --library some/where <<<x.zip >/dev/null
	ls midi-library/*/a.mid env/*/a.mid some/where/*/a.mid
	[ ! -e env2 ]
}

@test "an encrypted zip: each entry is an error, nothing is lost" {
	song in/a.mid 1
	song in/b.mid 2
	(cd in && zip -qX -P secret ../x.zip a.mid && zip -qX ../x.zip b.mid)
	run -1 --separate-stderr extract x.zip
	[ "$(short <<<"$output")" = "$(rec error encrypted a.mid; rec ok '\N' b.mid
		rec partial midi:1,dup:0,error:1,other:0 '\N')" ]
	[ "$stderr" = "mextract: $PWD/x.zip!/a.mid: encrypted" ]
}

@test "a corrupt entry in the middle costs itself, the rest comes out" {
	for i in 1 2 3; do
		mid in/$i.mid 0 96 "00 ff 01 08 6d61726b65722d3$i"
	done
	(cd in && zip -qX0 ../x.zip 1.mid 2.mid 3.mid)
	spoil x.zip marker-2 MARKER-2
	run -1 --separate-stderr extract x.zip
	[ "$(short <<<"$output")" = "$(rec error corrupt 2.mid; rec ok '\N' 1.mid
		rec ok '\N' 3.mid; rec partial midi:2,dup:0,error:1,other:0 '\N')" ]
	[ "$stderr" = "mextract: $PWD/x.zip!/2.mid: corrupt" ]
	[ "$(find lib -name '*.mid' | wc -l)" -eq 2 ]
}

@test "a truncated archive: what is before comes out, the archive says why" {
	need bsdtar
	for i in 1 2 3; do
		song in/$i.mid $i
		head -c 200000 /dev/urandom >>in/$i.mid
	done
	(cd in && pack ../x.tar.gz 1.mid 2.mid 3.mid && pack ../y.zip 1.mid 2.mid 3.mid)
	truncate -s 500000 x.tar.gz y.zip
	run -1 extract x.tar.gz
	[ "$(awk -F'\t' '$5 == "ok" { print $9 }' <<<"$output")" = "1.mid${nl}2.mid" ]
	[[ "$(tail -n 1 <<<"$output" | cut -f4-6)" = "$(rec archive partial midi:2,dup:0,error:1,other:0)"* ]]
	run -1 mextract -q -l lib2 <<<y.zip
	[ "$(awk -F'\t' '$5 == "ok" { print $9 }' <<<"$output")" = "1.mid${nl}2.mid" ]
	[ "$(tail -n 1 <<<"$output" | cut -f4,5)" = "$(rec archive partial)" ]
}

@test "what is no archive at all is an error" {
	: >a.zip
	echo 'not an archive' >b.zip
	head -c 5000 /dev/urandom >c.7z
	run -1 --separate-stderr extract a.zip b.zip c.7z
	[ "$(cut -f4,5 <<<"$output" | uniq)" = "$(rec archive error)" ]
	[ "$(head -n 1 <<<"$output" | cut -f6)" = empty ]
	[ "$(wc -l <<<"$stderr")" -eq 3 ]
}

@test "names of any bytes: member has them escaped, the file a clean name" {
	need bsdtar
	song in/x 1
	mv in/x "in/$(printf 'a\tb\\c\nd\351.mid')"
	pack x.tar in
	run -0 extract x.tar
	[ "$(cut -f9 <<<"${lines[0]}")" = 'in/a\tb\\c\nd\xe9.mid' ]
	ls lib/x_extracted_*/in/a_b_c_de.mid
	# And an archive of such a name.
	pack y.tar in
	mv y.tar "$(printf 'y\t\n\351.tar')"
	run -0 mextract --no-seen -l lib2 <<<'y\t\n\xe9.tar'
	[ "$(cut -f5,8 <<<"${lines[0]}")" = "$(rec ok "$PWD"'/y\t\n\xe9.tar')" ]
}

@test "a library that is a file is fatal, exit 2" {
	: >lib
	run -2 mextract -l lib </dev/null
	[ "$output" = "mextract: lib: Not a directory" ]
	run -2 mextract -l lib/sub </dev/null
	[ "$output" = "mextract: lib/sub: Not a directory" ]
}

@test "a library that cannot be written is fatal, exit 2" {
	need_as_user
	song a.mid 1
	mkdir lib
	chmod 555 lib
	run -2 as_user mextract -l lib <<<a.mid
	[ "$output" = "mextract: lib: Permission denied" ]
	chmod 755 lib
}

@test "nothing is written outside the library" {
	song in/a.mid 1
	(cd in && pack ../x.zip .)
	before=$(find . ! -path './lib*' -printf '%p %T@\n' | grep -v '^\. ' | sort)
	run -0 extract x.zip
	[ "$(find . ! -path './lib*' -printf '%p %T@\n' | grep -v '^\. ' | sort)" = "$before" ]
}

@test "-H prints the column names" {
	run -0 mextract -H
	[ "$output" = "$(rec '#path' size mtime kind status detail hash source member)" ]
	[ ! -e midi-library ]
}

@test "a bad record passes and is copied to -r, exit 1" {
	song a.mid 1
	run -1 --separate-stderr mextract -l lib -r rejects <<<"a${bs}qb.mid${nl}a.mid"
	[ "${lines[0]}" = "a${bs}qb.mid" ]
	[ "$(field 5 <<<"${lines[1]}")" = ok ]
	[[ "$stderr" = "mextract: a${bs}qb.mid: "* ]]
	[ "$(cat rejects)" = "a${bs}qb.mid" ]
}

@test "empty input gives nothing, exit 0" {
	run -0 mextract -l lib </dev/null
	[ -z "$output" ]
}

@test "a full disk is fatal, exit 2" {
	[ -w /dev/full ] || skip "no /dev/full"
	song a.mid 1
	run -2 sh -c 'echo a.mid | mextract -l lib >/dev/full'
	[ "$output" = "mextract: stdout: No space left on device" ]
}

@test "an early head ends it by SIGPIPE" {
	song a.mid 1
	run -0 bash -c 'yes a.mid | head -n 5000 | mextract -l lib | head -n 1; echo "${PIPESTATUS[2]}"'
	[ "${lines[1]}" -eq 141 ]
}

@test "--rescan: a lost or damaged set comes back from the library, with the same owners" {
	need zip
	song in/a.mid 1
	song in/b.mid 2
	song in/c.mid 3
	pack x.zip in/a.mid in/b.mid
	cp in/c.mid in/b.mid
	# Two contents of one name in one place, and one that is a duplicate.
	cp in/a.mid in/A.mid && song in/a.mid 4
	pack y.zip in/a.mid in/A.mid in/b.mid
	printf '%s\n' x.zip y.zip >sources
	mextract -l lib <sources >first
	for damage in 'rm lib/.midiflow/seen' 'echo no set >lib/.midiflow/seen' :; do
		eval "$damage"
		run -0 --separate-stderr mextract -l lib --rescan
		[ -z "$output$stderr" ]
		mextract -l lib <sources | cmp - first
	done
	# Before its owner has asked nobody else gets it.
	rm lib/.midiflow/seen
	mextract -l lib --rescan
	cp in/a.mid loose.mid
	[ "$(mextract -l lib <<<loose.mid | field 5)" = dup ]
	# What is no longer there is anybody's.
	find lib -name '*.mid' -exec rm {} +
	[ "$(mextract -l lib <<<loose.mid | field 5)" = dup ]
	run -0 --separate-stderr mextract -v -l lib --rescan
	[ "$stderr" = "mextract: lib: 0 files, 0 of them new to the set, 4 contents forgotten" ]
	[ "$(mextract -l lib <<<loose.mid | field 5)" = ok ]
}

@test "--rescan: with a file that cannot be read nothing is forgotten; a moved one is a duplicate" {
	song a.mid 1
	song b.mid 2
	need zip
	pack x.zip a.mid b.mid
	mextract -l lib <<<x.zip >first
	mv lib/x_*/a.mid lib/moved.mid
	rm lib/.midiflow/seen
	mextract -l lib --rescan
	[ "$(mextract -l lib <<<x.zip | field 5 | sort | tr '\n' ' ')" = "dup ok ok " ]
	rm lib/x_*/b.mid
	chmod 0 lib/moved.mid
	local as=()
	[ "$(id -u)" -ne 0 ] || as=(setpriv --bounding-set -dac_override,-dac_read_search)
	[ -z "${as[0]-}" ] || need setpriv
	! "${as[@]}" cat lib/moved.mid 2>/dev/null || skip "everybody may read all"
	run -1 --separate-stderr "${as[@]}" mextract -v -l lib --rescan
	[[ "$stderr" = *"moved.mid: Permission denied"* ]]
	[[ "$stderr" = *"0 contents forgotten"* ]]
	chmod 644 lib/moved.mid
	run -0 --separate-stderr mextract -v -l lib --rescan
	[[ "$stderr" = *"1 contents forgotten"* ]]
}

@test "--rescan while others import, some of them killed: every content has one file" {
	need zip
	local i p pids=()
	for i in {1..300}; do song in/$i.mid $i; done
	for p in 1 2 3; do pack $p.zip in; done
	for p in 1 2 3; do
		(for i in 1 2 3 4; do mextract -q -l lib <<<$(((p + i) % 3 + 1)).zip; done) >part.$p 3>&- &
		pids+=($!)
	done
	for i in {1..8}; do
		mextract -l lib --rescan
		timeout -s KILL "0.00$i" mextract -l lib --rescan || true
	done 3>&-
	wait "${pids[@]}"
	[ "$(find lib -name '*.mid' | wc -l)" -eq 300 ]
	[ "$(cat part.* | awk -F '\t' '$4 == "midi" && $5 == "ok" { print $7, $1 }' | sort -u | wc -l)" -eq 300 ]
	mextract -q -l lib < <(ls ./*.zip) >before
	rm lib/.midiflow/seen
	mextract -l lib --rescan
	mextract -q -l lib < <(ls ./*.zip) | cmp - before
}
