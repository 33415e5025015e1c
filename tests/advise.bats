#!/usr/bin/env bats
# advise - mdbload --advise, fast-load.sql and restore.sql on a server of the
# test's own
bats_require_minimum_version 1.5.0
load helper
load helper_pg

setup_file() {
	command -v mdbload >/dev/null || skip "no mdbload"
	make_server || skip "no PostgreSQL server is installed"
}

teardown_file() {
	remove_server
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	db="host=$PG_DIR user=boss dbname=postgres"
	sql=$abs_top_srcdir/share/postgresql
}

restart() {
	stop_server
	start_server
}

# run_file FILE [OPTION...]: a script of ours, as the superuser.
run_file() {
	local f=$sql/$1
	shift
	psql -X "$db" "$@" -f "$f"
}

# What holds, and what the server's files say.
settings() {
	boss "SELECT name, setting, source FROM pg_settings ORDER BY 1"
	boss "SELECT name, setting FROM pg_file_settings ORDER BY 1, 2"
}

@test "--advise says what, why, when and how, and changes nothing" {
	settings >before
	run -0 --separate-stderr mdbload -d "$db" --advise
	[ -z "$stderr" ]
	[[ $output = "PostgreSQL "*" MB of memory"* ]]
	[[ $output = *"max_wal_size is 1024MB; better: 4096MB"*"holds: at once"*"apply: ALTER SYSTEM SET max_wal_size = '4096MB'; SELECT pg_reload_conf();"*"undo:  ALTER SYSTEM RESET max_wal_size;"* ]]
	[[ $output = *"shared_buffers is 128MB; better: "*"holds: after a restart"* ]]
	[[ $output != *fsync* ]]
	[[ $output = *"CREATE EXTENSION pg_prewarm;"* ]]
	settings | diff before -
	[ "$(boss "SELECT count(*) FROM pg_class WHERE relname LIKE 'midiflow%'")" = 0 ]
}

@test "who owns a database and no more is advised too" {
	run -0 --separate-stderr mdbload -d "host=$PG_DIR user=owner dbname=postgres" --advise
	[ -z "$stderr" ]
	[[ $output = *"max_wal_size is 1024MB; better: 4096MB"* ]]
	[[ $output = *"an administrator must see which shared_preload_libraries"* ]]
}

@test "a file needs no advice, a server that is not there is named" {
	run -0 mdbload -d x.db --advise
	[[ $output = 'A catalogue in a file: '* ]]
	[ ! -e x.db ]
	run -2 mdbload -d "host=$PG_DIR/none user=me password=secret dbname=x" --advise
	[ "${#lines[@]}" = 1 ]
	[[ $output = "mdbload: postgresql://me@$PG_DIR/none/x: "* ]]
	[[ $output != *secret* ]]
}

@test "what could keep the server from starting is not advised" {
	# advised MEMORY SETTING
	advised() {
		psql -qXAt "$db" -c "SET midiflow.memory = '$1'" -f "$sql/advice.sql" \
		    -c "SELECT coalesce(refused, better) FROM midiflow_advice WHERE name = '$2'"
	}
	[ "$(advised 8589934592 shared_buffers)" = 2048MB ]
	[ "$(advised 999999999999999 shared_buffers)" = 8192MB ]
	[ "$(advised 268435456 shared_buffers)" = '' ]
	[[ $(advised '' shared_buffers) = 'how much memory '* ]]
	for s in "huge_pages = on" "shared_memory_type = sysv"; do
		[[ $(boss "BEGIN; CREATE TEMP TABLE pg_settings AS
		    SELECT * FROM pg_catalog.pg_settings;
		    UPDATE pg_temp.pg_settings SET setting = '${s#* = }' WHERE name = '${s% = *}';
		    SET search_path = pg_temp, pg_catalog; SET midiflow.memory = '8589934592';
		    $(cat "$sql/advice.sql");
		    SELECT refused FROM midiflow_advice WHERE name = 'shared_buffers'") = "${s% = *} is "* ]]
	done
}

@test "a setting that the server would not start with is named" {
	echo "max_connections = 'many'" >>"$PG_DIR/d/postgresql.auto.conf"
	run -0 mdbload -d "$db" --advise
	sed -i '/^max_connections/d' "$PG_DIR/d/postgresql.auto.conf"
	[[ $output = *"max_connections = many in "*"postgresql.auto.conf: "*"would not start with it"* ]]
}

@test "fast-load, restart, restore, restart: it starts, and all is as before" {
	boss "ALTER SYSTEM SET checkpoint_timeout = '7min'"
	boss "SELECT pg_reload_conf()" >/dev/null
	sleep .3
	settings >before
	run -0 run_file fast-load.sql
	[[ $output = *max_wal_size*"at once"*shared_buffers*"after a restart"* ]]
	restart
	[ "$(boss 'SHOW max_wal_size')" = 4GB ]
	[ "$(boss 'SHOW checkpoint_timeout')" = 15min ]
	[ "$(boss "SELECT setting::bigint > 16384 FROM pg_settings WHERE name = 'shared_buffers'")" = t ]
	[ "$(boss 'SHOW fsync')" = on ]
	# Again: nothing is left to do, and nothing is forgotten.
	run -0 run_file fast-load.sql
	[[ $output = *'(0 rows)'* ]]
	run -0 mdbload -d "$db" --advise
	[[ $output = *'The settings are right for a load.'* ]]
	run -0 run_file restore.sql
	[[ $output = *shared_buffers* ]]
	restart
	settings | diff before -
	run -0 run_file restore.sql
	[[ $output = *'was not run in this database, or was undone' ]]
	settings | diff before -
}

@test "what somebody set since then is left, and named" {
	settings >before
	run_file fast-load.sql
	boss "ALTER SYSTEM SET max_wal_size = '3GB'"
	run -0 run_file restore.sql
	[[ $output = *'left as somebody set it: max_wal_size = 3GB'* ]]
	[ "$(boss "SELECT string_agg(name, ' ' ORDER BY name) FROM pg_file_settings
	    WHERE sourcefile LIKE '%auto.conf'")" = 'checkpoint_timeout max_wal_size' ]
	boss "ALTER SYSTEM RESET max_wal_size"
	boss "SELECT pg_reload_conf()" >/dev/null
	sleep .3
	settings | diff before -
}

@test "what may destroy databases is only done when spelled out, and undone" {
	settings >before
	run_file fast-load.sql -v a_power_cut_may_destroy_every_database=no
	[ "$(boss "SELECT count(*) FROM pg_file_settings WHERE name = 'fsync'")" = 0 ]
	run_file fast-load.sql -v a_power_cut_may_destroy_every_database=yes
	sleep .3
	[ "$(boss 'SHOW fsync') $(boss 'SHOW full_page_writes')" = 'off off' ]
	# Who looks then is told.
	run -0 mdbload -d "$db" --advise
	[[ $output = *'fsync is off; better: on'* ]]
	run -0 run_file restore.sql
	[[ $output = *'fsync is on again.'* ]]
	sleep .3
	[ "$(boss 'SHOW fsync') $(boss 'SHOW full_page_writes')" = 'on on' ]
	settings | diff before -
}

@test "a stopped server, even one that does not start, is brought back" {
	boss "ALTER SYSTEM RESET checkpoint_timeout"
	restart
	settings >before
	run_file fast-load.sql -v a_power_cut_may_destroy_every_database=yes
	# As if the machine had lost its memory since.
	boss "ALTER SYSTEM SET shared_buffers = '900000GB'" || boss "ALTER SYSTEM SET shared_buffers = '7000GB'"
	stop_server
	run start_server
	[ "$status" != 0 ]
	grep '^ALTER SYSTEM RESET' "$sql/restore.sql" >lines
	[ "$(wc -l <lines)" = 8 ]
	as_server "$PG_BIN/postgres" --single -c shared_buffers=128MB \
	    -D "$PG_DIR/d" postgres <lines >/dev/null
	start_server
	settings | diff before -
	run -0 run_file restore.sql
	settings | diff before -
}

@test "restore.sql knows every setting that fast-load.sql may touch" {
	psql -qXAt "$db" -c "SET midiflow.memory = '8589934592'" -f "$sql/advice.sql" \
	    -c "SELECT pg_get_viewdef('midiflow_advice')" |
	    grep -oE "'[a-z]+(_[a-z]+)*'::(text|name)" | tr -d "'" | cut -d: -f1 | sort -u >words
	boss 'SELECT name FROM pg_settings' | sort >names
	grep -vxE 'huge_pages|shared_memory_type|wal_segment_size' words |
	    comm -12 - names >touched
	sed -n 's/^ALTER SYSTEM RESET \(.*\);/\1/p' "$sql/restore.sql" | sort | diff touched -
}

@test "the line for a library to load leaves the others there, and it starts" {
	[ "$(boss "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_stat_statements'")" = 1 ] ||
	    skip "no pg_stat_statements"
	boss "ALTER SYSTEM SET shared_preload_libraries = 'auto_explain'"
	restart
	line=$(mdbload -d "$db" --advise | sed -n 's/.*restart: \(ALTER.*\);/\1/p')
	[ "$line" = "ALTER SYSTEM SET shared_preload_libraries = 'auto_explain', 'pg_stat_statements'" ]
	boss "$line"
	restart
	[ "$(boss 'SHOW shared_preload_libraries')" = 'auto_explain, pg_stat_statements' ]
	boss 'CREATE EXTENSION pg_stat_statements; DROP EXTENSION pg_stat_statements'
	boss 'ALTER SYSTEM RESET shared_preload_libraries'
}

@test "only a superuser can run the scripts, and nothing is changed for others" {
	settings >before
	for f in fast-load restore; do
		run psql -X "host=$PG_DIR user=owner dbname=postgres" -f "$sql/$f.sql"
		[ "$output" = "$f.sql: needs a superuser; nothing was changed" ]
	done
	settings | diff before -
}

@test "mdbload itself changes no server" {
	run -1 grep -rniE 'alter +system' "$abs_top_srcdir/filters" \
	    "$abs_top_srcdir/lib/catalogue/load.c" "$abs_top_srcdir/lib/catalogue/pgsql.c"
}
