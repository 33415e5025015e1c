# shellcheck shell=bash
# helper_pg - a PostgreSQL server of the test's own, where one is installed

# The server does not run as root, nor in a folder that it may not read.
as_server() (
	cd / || return
	if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
)

# make_server: 0 with PG_BIN and PG_DIR, 1 where none is installed.
make_server() {
	PG_BIN=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null |
	    sort -V | tail -n 1)
	export PG_BIN=${MIDIFLOW_PG_BIN:-$PG_BIN}
	[ -x "$PG_BIN/initdb" ] && command -v psql >/dev/null || return 1
	PG_DIR=$(mktemp -d /tmp/midiflow-pg.XXXXXX)
	export PG_DIR
	[ "$(id -u)" != 0 ] || chown postgres "$PG_DIR"
	as_server "$PG_BIN/initdb" -D "$PG_DIR/d" -U boss -A trust -E UTF8 \
	    --locale="${PG_LOCALE:-C.UTF-8}" -N >/dev/null
	start_server
	# Someone who owns a database and no more.
	psql -qX -h "$PG_DIR" -U boss postgres -c 'CREATE ROLE owner LOGIN'
}

start_server() {
	as_server "$PG_BIN/pg_ctl" -s -w -D "$PG_DIR/d" -l "$PG_DIR/log" \
	    -o "-k $PG_DIR -c listen_addresses=''" start >/dev/null 3>&-
}

stop_server() {
	as_server "$PG_BIN/pg_ctl" -s -w -D "$PG_DIR/d" -m "${1:-fast}" stop
}

remove_server() {
	[ -n "$PG_DIR" ] || return 0
	stop_server immediate || true
	rm -rf "$PG_DIR"
}

# boss SQL: asks as the superuser.
boss() {
	psql -qXAt -h "$PG_DIR" -U boss postgres -c "$1"
}
