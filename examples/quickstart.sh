#!/bin/sh
# quickstart.sh [DIR] - build midiflow and take the collection DIR in
#
# Without DIR it works on the small collection beside it. The library and its
# catalogue go to ./midi-library, or where $MIDI_LIBRARY says.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
collection=${1:-$here/collection}
library=${MIDI_LIBRARY:-./midi-library}
[ -e "$collection" ] || { echo "quickstart.sh: $collection: No such file or directory" >&2; exit 2; }

"$here/packages.sh" build run
echo "building ..."
# A tree that was configured in place is built there.
build=$top/build
[ ! -f "$top/config.status" ] || build=$top
mkdir -p "$build"
(
	cd "$top"
	[ -x configure ] || autoreconf -i
	cd "$build"
	[ -f Makefile ] || ../configure -q
	make -s -j "$(nproc)"
) >"$build/quickstart.log" 2>&1 || { tail -n 20 "$build/quickstart.log" >&2; exit 2; }
PATH=$build/filters:$PATH

echo "taking in $collection ..."
echo
status=0
midiflow --source "$collection" --library "$library" --db "$library/midiflow.db" || status=$?
[ "$status" -le 1 ] || exit "$status"

ask() {
	echo
	echo "$1"
	echo "    sqlite3 $library/midiflow.db \"$2\"" | tr -s '\n\t' ' '
	echo
	echo
	sqlite3 -cmd '.mode column' "file:$library/midiflow.db?mode=ro" "$2"
}

ask 'What was found:' "
	SELECT role, count(*) AS files, round(avg(bpm)) AS bpm, sum(notes) AS notes
	FROM file WHERE status = 'ok' GROUP BY role ORDER BY files DESC"
ask 'Drums between 90 and 130 BPM:' "
	SELECT name, bpm, meter, drum_parts FROM file
	WHERE status = 'ok' AND role = 'drums' AND bpm BETWEEN 90 AND 130 ORDER BY bpm, name LIMIT 10"
ask 'Files with chords, and their key:' "
	SELECT name, key, chords, roman FROM file
	WHERE status = 'ok' AND chords IS NOT NULL ORDER BY name LIMIT 10"
ask 'What the names and notes say of them:' "
	SELECT name, category, tags FROM file
	WHERE status = 'ok' AND tags <> '' ORDER BY category, name LIMIT 10"
ask 'What was damaged, and why:' "
	SELECT detail, coalesce(member, source) AS thing FROM problem ORDER BY detail LIMIT 10"
echo
[ "$status" -eq 0 ] || echo "Some entries were damaged; they are named above. Everything else is in the library."
exit 0
