-- fast-load.sql - settings of the server for a bulk load; restore.sql undoes it
--
--   psql -U postgres -d postgres -f fast-load.sql
--
-- For PostgreSQL 13 to 17, as a superuser. It sets what advice.sql finds
-- missing, each value within the server's limits and its memory, and prints
-- it. What was there before is kept in the table midiflow_settings of the
-- database it is run in; running it again keeps that. Most of it holds at
-- once; where a restart is needed it says so, and the server starts.
--
-- Only with  -v a_power_cut_may_destroy_every_database=yes  it also turns
-- fsync and full_page_writes off. It means every database of the server.
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
SELECT current_setting('is_superuser') = 'on' AS midiflow_boss,
    current_setting('server_version_num')::int / 10000 BETWEEN 13 AND 17
	AS midiflow_known \gset
\if :midiflow_boss
\else
	\warn fast-load.sql: needs a superuser; nothing was changed
	\quit
\endif
\if :midiflow_known
\else
	\warn fast-load.sql: made for PostgreSQL 13 to 17; nothing was changed
	\quit
\endif
\if :{?a_power_cut_may_destroy_every_database}
	SELECT set_config('midiflow.danger',
	    :'a_power_cut_may_destroy_every_database', false) \g /dev/null
\endif
-- The server's own memory, or that of its container where that is less.
SELECT set_config('midiflow.memory', coalesce(least(
	(SELECT (regexp_match(pg_read_file('/proc/meminfo', 0, 4096, true),
	    'MemTotal: +(\d+) kB'))[1]::numeric * 1024),
	(SELECT (regexp_match(pg_read_file('/sys/fs/cgroup/memory.max', 0, 64,
	    true), '^\d+'))[1]::numeric),
	(SELECT (regexp_match(pg_read_file(
	    '/sys/fs/cgroup/memory/memory.limit_in_bytes', 0, 64, true),
	    '^\d+'))[1]::numeric))::text, ''), false) \g /dev/null
SET client_min_messages = warning;
\ir advice.sql
CREATE TEMP TABLE midiflow_now AS SELECT * FROM midiflow_advice;
CREATE TABLE IF NOT EXISTS midiflow_settings (
    name text PRIMARY KEY, before text, set_to text);
INSERT INTO midiflow_settings
    SELECT name, (SELECT f.setting FROM pg_file_settings f
	WHERE f.name = a.name AND f.sourcefile LIKE '%postgresql.auto.conf'
	ORDER BY seqno DESC LIMIT 1), better
    FROM midiflow_now a WHERE refused IS NULL
    ON CONFLICT (name) DO UPDATE SET set_to = excluded.set_to;
SELECT apply FROM midiflow_now WHERE refused IS NULL ORDER BY seq \gexec
SELECT pg_reload_conf() \g /dev/null
SELECT a.name, a.now AS before, a.better AS now,
    coalesce('left: ' || a.refused,
	CASE WHEN a.restart THEN 'after a restart' ELSE 'at once' END) AS holds
    FROM midiflow_now a ORDER BY a.seq;
