#!/usr/bin/env bats
# mdbload - what it does on a PostgreSQL server of the test's own
bats_require_minimum_version 1.5.0
load helper

# The server does not run as root, nor in a folder that it may not read.
as_server() (
	cd / || return
	if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
)

setup_file() {
	local bin
	bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null |
	    sort -V | tail -n 1)
	[ -x "$bin/initdb" ] || skip "no PostgreSQL server is installed"
	command -v psql >/dev/null || skip "no psql"
	export PG_BIN=$bin
	PG_DIR=$(mktemp -d /tmp/midiflow-pg.XXXXXX)
	export PG_DIR
	[ "$(id -u)" != 0 ] || chown postgres "$PG_DIR"
	as_server "$PG_BIN/initdb" -D "$PG_DIR/d" -U boss -A trust -E UTF8 \
	    --locale=C.UTF-8 -N >/dev/null
	start_server
	# Someone who owns a database and no more.
	psql -qX -h "$PG_DIR" -U boss postgres -c 'CREATE ROLE owner LOGIN'
}

start_server() {
	as_server "$PG_BIN/pg_ctl" -s -w -D "$PG_DIR/d" -l "$PG_DIR/log" \
	    -o "-k $PG_DIR -c listen_addresses='' -c fsync=off" start \
	    >/dev/null 3>&-
}

teardown_file() {
	[ -n "$PG_DIR" ] || return 0
	as_server "$PG_BIN/pg_ctl" -s -D "$PG_DIR/d" -m immediate stop || true
	rm -rf "$PG_DIR"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	unset MIDI_DB MIDI_LIBRARY
	fresh one
}

# fresh NAME: an empty database; $db names it.
fresh() {
	psql -qX -h "$PG_DIR" -U boss postgres \
	    -c "CREATE DATABASE t${BATS_TEST_NUMBER}_$1 OWNER owner"
	db="host=$PG_DIR user=owner dbname=t${BATS_TEST_NUMBER}_$1"
}

q() {
	psql -qXAt -P null=NULL "$db" -c "$1"
}

# Records of every kind; each in 7 is another place of an earlier content.
stream() {
	awk -v n="${1:-300}" 'BEGIN {
		OFS = "\t"; N = "\\N"
		for (i = 1; i <= n; i++) {
			src = "/s/" int(i / 50) ".zip"; m = "d/" i ".mid"
			if (i % 7 == 0) {
				st = "dup"; h = sprintf("%032x", int(i / 2) * 97 + 1)
				p = src "!/" m
			} else {
				st = "ok"; h = sprintf("%032x", i * 97 + 1)
				p = "/l/" i "\\xff\\\\\\t.mid"
			}
			if (i % 31 == 0) {
				print p, 1, 2, "midi", "error", "corrupt", h, src, m
				continue
			}
			$0 = p OFS 1 OFS 2 OFS "midi" OFS st OFS N OFS h OFS src OFS m
			for (k = 10; k <= 44; k++)
				$k = N
			$10 = i ".mid"
			if (i % 5 == 0) { $11 = sprintf("%032x", 98); $12 = "t" i }
			if (st == "ok") {
				for (k = 13; k <= 16; k++) $k = i + k
				$17 = "1" i ".250"; $19 = "120." i % 100
				$24 = "F#m"; $35 = "drums"; $39 = sprintf("%016x", i)
				$43 = "Drums/Kicks"
			}
			$44 = i % 3 ? "b:" i % 4 ",a:" i % 9 : N
			print
		}
		print "/s/0.zip", 9, 9, "archive", "partial", "midi:42,dup:7,error:1,other:3", N, "/s/0.zip"
		print "/s/new.zip", 1, 2, "archive"
	}'
}

# The rows of a database as SQLite and PostgreSQL both can say them: by name
# and in the order of the key, hashes as digits.
table_rows() {
	local engine=$1 t c name list
	for t in file:hash location:place part:parent,part problem:place \
	    source:place file_tag:tag,hash; do
		list=
		while IFS=$'\t' read -r name _; do
			case ${t%%:*}.$name in
			*.hash | *.place | *.parent)
				if [ "$engine" = pg ]; then
					c="replace($name::text, '-', '')"
				else
					c="nullif(lower(hex($name)), '')"
				fi ;;
			*) c=$name ;;
			esac
			list+="${list:+, }coalesce(cast($c as text), 'NULL')"
		done < <(columns_of "${t%%:*}")
		c="SELECT '${t%%:*}', $list FROM ${t%%:*} ORDER BY ${t#*:}"
		if [ "$engine" = pg ]; then
			psql -qXAt "$db" -c "$c"
		else
			sqlite3 "$2" "$c"
		fi
	done | sed 's/\.0|/|/g'
}

columns_of() {
	if [ "$1" = file ]; then
		mcols | cut -f2
	elif [ "$1" = file_tag ]; then
		printf 'tag\nhash\n'
	else
		q "SELECT attname FROM pg_attribute WHERE attnum > 0
		    AND attrelid = '$1'::regclass ORDER BY attnum"
	fi
}

@test "both engines hold the same rows" {
	stream >in
	mdbload -d "$db" <in
	mdbload -d t.db <in
	table_rows pg >pg
	table_rows sqlite t.db >lite
	[ "$(wc -l <pg)" -gt 900 ]
	diff pg lite
	[ "$(q 'SELECT count(*) FROM file')" -gt 200 ]
}

@test "loading twice changes nothing, not even a row's version" {
	stream >in
	mdbload -d "$db" <in
	table_rows pg >one
	q 'SELECT xmin, ctid FROM file ORDER BY hash' >x1
	q 'SELECT xmin, ctid FROM location ORDER BY place' >>x1
	q 'SELECT xmin, ctid FROM source ORDER BY place' >>x1
	mdbload -d "$db" <in
	table_rows pg | diff one -
	q 'SELECT xmin, ctid FROM file ORDER BY hash' >x2
	q 'SELECT xmin, ctid FROM location ORDER BY place' >>x2
	q 'SELECT xmin, ctid FROM source ORDER BY place' >>x2
	cmp x1 x2
}

@test "halves in either order and batches of any size give the same" {
	stream >in
	mdbload -d "$db" <in
	table_rows pg >want
	fresh two
	sed -n '1~2p' in | mdbload -d "$db"
	sed -n '2~2p' in | mdbload -d "$db"
	table_rows pg | diff want -
	fresh three
	tac in | mdbload -d "$db" --batch 13
	table_rows pg | diff want -
}

@test "tags that a place takes back go" {
	h=$(digits 1)
	at() { cols path="$1" status="$2" hash="$h" source="$1" tags="$3"; }
	{ at /1 ok b:1,a:1; at /2 dup c:1; } | mdbload -d "$db"
	at /1 ok b:1 | mdbload -d "$db"
	[ "$(q 'SELECT tags FROM file')" = b:1,c:1 ]
	[ "$(q 'SELECT tag FROM file_tag ORDER BY 1')" = $'b:1\nc:1' ]
}

@test "eight loaders of overlapping halves lose no row and lock none out" {
	local round pids i
	stream 1500 >in
	mdbload -d "$db" <in
	table_rows pg >want
	for ((round = 1; round <= ${ROUNDS:-1}; round++)); do
		fresh "r$round"
		pids=
		for i in 1 2 3 4; do
			{ tail -n +$((i * 250)) in; head -n $((i * 250)) in; } |
			    mdbload -d "$db" --batch 100 &
			pids+=" $!"
			{ tac in | head -n $((i * 300)); tail -n +$((1000 / i)) in; } |
			    mdbload -d "$db" --batch 90 &
			pids+=" $!"
		done
		for i in $pids; do wait "$i"; done
		table_rows pg | diff want -
	done
	run ! grep "deadlock detected" "$PG_DIR/log"
}

@test "--forget takes out what was loaded" {
	stream 200 >in
	mdbload -d "$db" <in
	mdbload -d "$db" --forget <in
	[ "$(table_rows pg)" = '' ]
	mdbload -d t.db <in
	mdbload -d t.db --forget <in
	[ "$(table_rows sqlite t.db)" = '' ]
}

@test "kill -9 leaves whole batches, and the load can be done again" {
	local round
	stream 1500 >in
	mdbload -d "$db" <in
	table_rows pg >want
	fresh two
	for ((round = 1; round <= ${ROUNDS:-2}; round++)); do
		[ $((round % 5)) != 0 ] || fresh "k$round"
		mdbload -d "$db" --batch 50 <in &
		sleep "0.$((RANDOM % 6))$((RANDOM % 10))"
		kill -9 $! 2>/dev/null || true
		wait $! || true
	done
	mdbload -d "$db" <in
	table_rows pg | diff want -
}

@test "a server that dies in mid load is waited for" {
	local round at loader
	stream 600 >in
	mdbload -d "$db" <in
	table_rows pg >want
	mkfifo in.fifo
	for ((round = 1; round <= ${ROUNDS:-1}; round++)); do
		fresh "s$round"
		mdbload -d "$db" --batch 50 <in.fifo &
		loader=$!
		exec 9>in.fifo
		at=$((RANDOM % 500 + 50))
		head -n "$at" in >&9
		sleep "0.$((RANDOM % 4))"
		as_server "$PG_BIN/pg_ctl" -s -D "$PG_DIR/d" -m immediate stop
		(sleep .3; start_server) 9>&- &
		tail -n +$((at + 1)) in >&9
		exec 9>&-
		wait "$loader"
		wait
		# A batch that was committed just before may be lost with it.
		mdbload -d "$db" <in
		table_rows pg | diff want -
	done
}

@test "a backend that is killed costs nothing" {
	stream 1000 >in
	mdbload -d "$db" <in
	table_rows pg >want
	fresh two
	mkfifo in.fifo
	mdbload -d "$db" --batch 50 <in.fifo &
	pid=$!
	exec 9>in.fifo
	head -500 in >&9
	for _ in {1..50}; do
		[ "$(q "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		    WHERE application_name = 'mdbload'
		    AND datname = current_database()")" = 0 ] || break
		sleep .1
	done
	tail -n +501 in >&9
	exec 9>&-
	wait $pid
	table_rows pg | diff want -
}

@test "a lost server is given up after --retry-for, with what is committed" {
	stream 200 >in
	mkfifo in.fifo
	mdbload -t -d "$db" --batch 50 --retry-for 1 <in.fifo >out 2>err &
	pid=$!
	exec 9>in.fifo
	head -100 in >&9
	for _ in {1..50}; do [ -s out ] && break; sleep .1; done
	psql -qX -h "$PG_DIR" -U boss postgres -c "ALTER DATABASE
	    t${BATS_TEST_NUMBER}_one ALLOW_CONNECTIONS false" -c "SELECT
	    pg_terminate_backend(pid) FROM pg_stat_activity
	    WHERE application_name = 'mdbload'" >/dev/null
	tail -n +101 in >&9
	exec 9>&-
	wait $pid && status=0 || status=$?
	[ "$status" = 2 ]
	grep -q "^mdbload: postgresql://owner@$PG_DIR/.*; 100 records are committed$" err
	[ "$(wc -l <err)" = 1 ]
	[ "$(wc -l <out)" = 100 ]
}

@test "what the server will not do is named in one line, exit 2" {
	run -2 mdbload -d "host=$PG_DIR user=owner dbname=nowhere" < <(stream)
	[[ $output = "mdbload: postgresql://owner@$PG_DIR/nowhere: "*'database "nowhere" does not exist' ]]
	psql -qX -h "$PG_DIR" -U boss postgres -c 'CREATE ROLE guest LOGIN'
	run -2 mdbload -d "host=$PG_DIR user=guest dbname=t${BATS_TEST_NUMBER}_one" \
	    < <(stream)
	[ "$output" = "mdbload: postgresql://guest@$PG_DIR/t${BATS_TEST_NUMBER}_one: permission denied for schema public" ]
	run -2 mdbload -d "hostt=x password=secret" < <(stream)
	[ "$output" = "mdbload: postgresql: not a connection string of libpq" ]
}

@test "a bad record is left out, the rest goes in" {
	{ printf '\\.\n'; stream 20; rec /x 1x; } >in
	run -1 mdbload -r rejects -d "$db" <in
	[ "${#lines[@]}" = 2 ]
	[ "$(cat rejects)" = $'\\.\n/x\t1x' ]
	[ "$(q 'SELECT count(*) FROM location')" = 16 ]
}

@test "mdbnew passes what is not done, to a role that may only read too" {
	stream 100 >in
	rec /s/0.zip 9 9 archive >found
	run -0 mdbnew -d "$db" <found
	[ "$output" = "$(cat found)" ]
	mdbload -d "$db" <in
	run -0 mdbnew -d "$db" <found
	[ "$output" = "$(cat found)" ]
	q "UPDATE source SET state = 'done'"
	psql -qX -h "$PG_DIR" -U boss postgres -c 'CREATE ROLE reader LOGIN'
	q 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader'
	run -0 mdbnew -d "${db/owner/reader}" <found
	[ "$output" = '' ]
}
