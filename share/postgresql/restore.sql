-- restore.sql - the settings of the server as they were before fast-load.sql
--
--   psql -U postgres -d postgres -f restore.sql
--
-- In the database in which fast-load.sql was run. What somebody else set
-- since then is left, and named.
--
-- From a server that is stopped, as its owner, DATA its folder:
--
--   grep '^ALTER SYSTEM RESET' restore.sql |
--       postgres --single -c shared_buffers=128MB -D DATA postgres
--
-- or, where even that does not start, by hand: delete the lines of DATA/
-- postgresql.auto.conf that begin with one of the names at the end of this
-- file. Either way what ALTER SYSTEM had set of these names before
-- fast-load.sql is in the table midiflow_settings, to be set again; what
-- postgresql.conf says comes back by itself.
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
SELECT to_regclass('midiflow_settings') IS NOT NULL AS midiflow_there,
    current_setting('is_superuser') = 'on' AS midiflow_boss \gset
\if :midiflow_boss
\else
	\warn restore.sql: needs a superuser; nothing was changed
	\quit
\endif
\if :midiflow_there
\else
	\warn restore.sql: fast-load.sql was not run in this database, or was undone
	\quit
\endif
CREATE TEMP TABLE midiflow_undo AS
    SELECT s.*, f.setting AS found, f.setting = s.set_to AS ours
    FROM midiflow_settings s LEFT JOIN (
	SELECT DISTINCT ON (name) name, setting FROM pg_file_settings
	WHERE sourcefile LIKE '%postgresql.auto.conf'
	ORDER BY name, seqno DESC) f USING (name);
SELECT CASE WHEN before IS NULL THEN format('ALTER SYSTEM RESET %I', name)
    ELSE format('ALTER SYSTEM SET %I = %L', name, before) END
    FROM midiflow_undo WHERE ours \gexec
SELECT string_agg(format('%s = %s', name, coalesce(found, '(not set)')), ', ')
	AS midiflow_left, count(*) > 0 AS midiflow_any
    FROM midiflow_undo WHERE ours IS NOT TRUE
    AND found IS DISTINCT FROM before \gset
\if :midiflow_any
	\echo left as somebody set it: :midiflow_left
\endif
SELECT pg_reload_conf() \g /dev/null
SELECT bool_or(ours AND name = 'fsync') AS midiflow_sync FROM midiflow_undo \gset
DROP TABLE midiflow_settings;
\if :midiflow_sync
	\echo fsync is on again. What was written without it: run sync(1) on the server now.
\endif
SELECT name AS "as before after a restart" FROM midiflow_undo
    JOIN pg_settings USING (name) WHERE ours AND context = 'postmaster';
\if false
ALTER SYSTEM RESET max_wal_size;
ALTER SYSTEM RESET min_wal_size;
ALTER SYSTEM RESET checkpoint_timeout;
ALTER SYSTEM RESET checkpoint_completion_target;
ALTER SYSTEM RESET shared_buffers;
ALTER SYSTEM RESET autovacuum;
ALTER SYSTEM RESET fsync;
ALTER SYSTEM RESET full_page_writes;
\endif
