#!/usr/bin/env bats
# midiflow - a test a promise of the page, in its order
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need mextract manalyze mdbload
}

collection() {
	cp -r "$abs_top_srcdir/examples/collection" src
	chmod -R u+w src
}

query() {
	sqlite3 lib/midiflow.db "$1"
}

@test "takes folders into a library and a catalogue, and counts what came out" {
	need sqlite3
	collection
	run -1 --separate-stderr midiflow --source src --library lib
	[[ "$output" = *"entries      20"* ]]
	[[ "$output" = *"distinct     14"* ]]
	[[ "$output" = *"duplicates   5"* ]]
	[[ "$output" = *"errors       1"* ]]
	[[ "$output" = *"not-midi   1"* ]]
	[[ "$output" =~ seconds\ +[0-9.]+\ \([0-9]+\ files/s\) ]]
	[[ "$stderr" = *"not found.mid: not-midi"* ]]
	[ "$(query "SELECT count(*) FROM location WHERE status IN ('ok', 'dup')")" = 19 ]
	[ "$(query "SELECT count(*) FROM problem")" = 1 ]
}

@test "a second run changes nothing, in the tree or in the catalogue" {
	need sqlite3
	collection
	midiflow --source src --library lib || true
	tree lib | grep -v midiflow.db >before.tree
	query .dump >before.sql
	midiflow --source src --library lib || true
	tree lib | grep -v midiflow.db | diff before.tree -
	query .dump | diff before.sql -
}

@test "several sources, files among them" {
	collection
	run -0 midiflow --source "src/Songs" "src/Packs/Bass Lines.7z" --library lib
	[[ "$output" = *"entries      3"* ]]
	[[ "$output" = *"archives     1"* ]]
}

@test "--skip-split and --skip-analysis leave stages out" {
	need sqlite3
	collection
	run -0 midiflow --source src/Songs --library lib --skip-split
	[[ "$output" = *"parts        0"* ]]
	run -0 midiflow --source src/Songs --library lib2 --skip-analysis
	[[ "$output" = *"parts        4"* ]]
	[ "$(sqlite3 lib2/midiflow.db 'SELECT count(bpm) FROM file')" = 0 ]
}

@test "--limit takes the first sources only" {
	collection
	run midiflow --source src --library lib --limit 2
	[ "$status" -le 1 ]
	[[ "$output" = *"entries      2"* || "$output" = *"archives     "[12]* ]]
}

@test "--dry-run counts and writes nothing" {
	collection
	run -0 --separate-stderr midiflow --source src --library lib -n
	[[ "$output" = "8 MIDI files, 4 archives, "*" MB are free for the library" ]]
	[ ! -e lib ]
}

@test "--jobs works in lanes, with the same catalogue" {
	need parallel sqlite3
	collection
	midiflow --source src --library one || true
	run -1 midiflow --source src --library two --jobs 2 --db two/midiflow.db
	for l in one two; do
		sqlite3 $l/midiflow.db 'SELECT hex(hash), key, bpm, notes FROM file ORDER BY 1' >$l.rows
	done
	diff one.rows two.rows
}

# What two runs must agree on, in whatever order they worked.
catalogue() {
	sqlite3 "$1/midiflow.db" "SELECT hex(hash), key, bpm, notes, status FROM file ORDER BY 1;
		SELECT source, member, nth, hex(hash), size FROM location ORDER BY 1, 2, 3;
		SELECT hex(parent), part, hex(child) FROM part ORDER BY 1, 2;
		SELECT source, member, detail FROM problem ORDER BY 1, 2" | sed "s#$PWD/##g"
}

# two_hosts: sshd at two loopback addresses, as hosts of a file.
two_hosts() {
	local i
	need sshd ssh parallel
	[ "$(id -u)" = 0 ] || skip "not root"
	mkdir -p -m 755 ssh /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f ssh/key
	ssh-keygen -q -t ed25519 -N '' -f ssh/host
	for i in 2 3; do
		port=$((RANDOM % 20000 + 20000))
		"$(command -v sshd)" -D -e -f /dev/null -h "$PWD/ssh/host" -p $port \
			-o ListenAddress=127.0.0.$i -o AuthorizedKeysFile="$PWD/ssh/key.pub" \
			-o StrictModes=no -o PidFile=none -o UsePAM=no -o PermitRootLogin=yes 2>ssh/log$i &
		echo "$!" >ssh/pid$i
		echo "1/ssh -p $port -i $PWD/ssh/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@127.0.0.$i" >>hosts
		for _ in {1..50}; do
			if ssh -q -p $port -i ssh/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.$i true; then break; fi
			sleep .1
		done
	done
}

no_hosts() {
	local p
	for p in "$BATS_TEST_TMPDIR"/ssh/pid*; do
		[ ! -e "$p" ] || kill "$(cat "$p")" 2>/dev/null || true
	done
}

teardown() {
	no_hosts
}

@test "--hosts works on other machines, and goes on when one is lost" {
	need sqlite3
	collection
	midiflow -q --source "$PWD/src" --library one || true
	two_hosts
	run -1 midiflow -q --source "$PWD/src" --library two --hosts hosts
	catalogue two >two.rows
	# One that goes away: its server and what it runs.
	p=$(cat ssh/pid3)
	(sleep .$((RANDOM % 8 + 1)); kill "$p"; pkill -9 -P "$p") &
	run -1 midiflow -q --source "$PWD/src" --library three --hosts hosts
	[ -z "$(find three -name 'jobs.*')" ]
	catalogue three >three.rows
	catalogue one >one.rows
	[ "$(wc -l <one.rows)" -gt 30 ]
	diff one.rows two.rows
	diff one.rows three.rows
}

@test "--resume takes in what is missing, and nothing twice" {
	need sqlite3
	collection
	midiflow -q --source src --library lib --limit 5 || true
	run midiflow -q --source src --library lib --resume
	[ "$status" -le 1 ]
	midiflow -q --source src --library one || true
	diff <(catalogue one) <(catalogue lib)
	# Now there is nothing to do but what failed.
	run midiflow --source src --library lib --resume
	[[ "$output" = *"distinct     0 "* ]]
}

@test "interrupted at any moment, --resume ends with the same catalogue" {
	need sqlite3
	collection
	midiflow -q --source src --library one || true
	for ((round = 0; round < ${ROUNDS:-4}; round++)); do
		rm -rf lib
		setsid midiflow -q --source src --library lib >out 2>&1 &
		p=$!
		sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
		# Ctrl-C goes to all of them; kill -9 too.
		if ((round % 2)); then kill -9 -- -$p; else kill -INT -- -$p; fi 2>/dev/null || true
		wait $p || true
		midiflow -q --source src --library lib --resume || true
		diff <(catalogue one) <(catalogue lib)
	done
}

@test "--enable-rename names the library's files, and the catalogue follows" {
	need sqlite3
	collection
	tree src >before
	run midiflow --source src --library lib --rename-template 'sorted/{key}/{name}'
	[ "$status" -le 1 ]
	tree src | diff before -
	[ "$(find lib/sorted -name '*.mid' | wc -l)" -ge 14 ]
	query "SELECT path FROM file WHERE path IS NOT NULL" >paths
	while read -r f; do [ -e "lib/$f" ] || [ -e "$f" ] || { echo "$f"; false; }; done <paths
}

@test "--progress says how far it is, where there is no terminal" {
	collection
	run --separate-stderr midiflow --progress --source src/Songs --library lib
	[ "$status" -eq 0 ]
	[[ "$stderr" = *" % "* || "$stderr" = *" %, "*" elapsed"* ]]
	[[ "$output" = *"cpu "* ]]
}

@test "on a terminal it draws the panel, and keeps what the filters say" {
	need tmux
	collection
	tmux -L midiflow$$ -f /dev/null new-session -d -x 100 -y 30 \
		"env PATH='$PATH' midiflow --source src --library lib; sleep 30"
	for _ in {1..100}; do
		sleep .2
		tmux -L midiflow$$ capture-pane -p >screen
		if grep -q '^messages' screen; then break; fi
	done
	tmux -L midiflow$$ kill-server
	cat screen
	grep -q '^100 %' screen
	grep -q '^mextract .*100 %' screen
	grep -q '^entries      20' screen
	grep -q 'not found.mid: not-midi' lib/.midiflow/messages
}

@test "--export-to writes a drive in the same run" {
	[ -x "$abs_top_builddir/filters/mexport-mpc" ] || skip "no mexport-mpc"
	collection
	mkdir drive
	run -0 midiflow --source src/Songs --library lib --export-to drive --export-format mpc-one
	[ "$(find drive -name '*.mpcpattern' | wc -l)" -eq 4 ]
}

@test "what is missing is named, with status 2" {
	run -2 midiflow --source nowhere --library lib
	[ "$output" = "midiflow: nowhere: No such file or directory" ]
	run -2 midiflow
	[[ "$output" = "usage: midiflow "* ]]
	run -2 midiflow --source . --jobs none
	[ "$output" = "midiflow: none: not a number of lanes" ]
	run -2 midiflow --source . --export-format cd
	[ "$output" = "midiflow: cd: no such format" ]
}

@test "a database that cannot be opened makes the status 2" {
	collection
	mkdir lib
	run -2 midiflow --source src/Songs --library lib --db /nowhere/at/all.db
	[[ "$output" = *"mdbload: /nowhere/at/all.db: "* ]]
}

@test "a password in a URL is not shown" {
	collection
	run midiflow -v --source src/Songs --library lib --db postgresql://me:secret@127.0.0.1:1/none
	[ "$status" -eq 2 ]
	[[ "$output" != *secret* ]]
}
