-- advice.sql - what would help a bulk load on this server, and is safe on it
--
-- What `mdbload --advise` prints and fast-load.sql does. For PostgreSQL 13 to
-- 17; changes nothing. Only settings that the server has are named, and only
-- values within its own limits. It wants to know
--   midiflow.memory  bytes of memory of the server's machine, or nothing
--   midiflow.danger  yes: also what may destroy every database of the server
CREATE TEMP VIEW midiflow_advice AS
WITH machine AS (
	SELECT nullif(current_setting('midiflow.memory', true), '')::numeric
		AS memory,
	    coalesce(current_setting('midiflow.danger', true), '') = 'yes'
		AS danger
), wanted (seq, name, amount, word, danger, gain) AS (
	SELECT 1, 'max_wal_size', greatest(4294967296,
		4 * (SELECT setting::numeric FROM pg_settings
		    WHERE name = 'wal_segment_size')), NULL, false,
	    'Room for the log: with 64 MB a load ran at half the speed, for '
	    'the server wrote checkpoints all the time. So much must be free '
	    'on the disk of the server''s log.'
	UNION ALL SELECT 2, 'min_wal_size', 1073741824, NULL, false,
	    'Files of the log are used again and not made anew.'
	UNION ALL SELECT 3, 'checkpoint_timeout', 900, NULL, false,
	    'After a checkpoint whole pages go to the log; fewer of them are '
	    'less to write. A restart after a crash takes longer.'
	UNION ALL SELECT 4, 'checkpoint_completion_target', 0.9, NULL, false,
	    'Spreads the writing of a checkpoint, so that a load is not held up.'
	UNION ALL SELECT 5, 'shared_buffers',
	    -- least() would take an unknown memory for no limit.
	    CASE WHEN memory IS NOT NULL THEN
		least(floor(memory / 4 / 1048576) * 1048576, 8589934592) END,
	    NULL, false,
	    'The indexes of a large catalogue stay in memory while rows go in.'
	FROM machine
	UNION ALL SELECT 6, 'autovacuum', NULL, 'on', false,
	    'It is off: without statistics questions read whole tables, and '
	    'in the end the server must stop to clean up.'
	UNION ALL SELECT 7, name, NULL, CASE WHEN machine.danger THEN 'off'
		ELSE 'on' END, machine.danger,
	    CASE WHEN machine.danger THEN
	    '1.3 times as fast without indexes, nothing with them; a power cut '
	    'destroys every database of this server.'
	    ELSE 'It is off: a power cut can destroy every database of this '
	    'server, and nobody sees it before they are read.' END
	FROM machine, unnest(ARRAY['fsync', 'full_page_writes']) AS name
), known AS (
	SELECT w.*, s.context, s.setting, s.unit, s.vartype, s.source,
	    s.sourcefile, s.setting::text AS now,
	    CASE WHEN s.unit = 'min' THEN 60 WHEN s.unit = 'ms' THEN 0.001
		WHEN s.unit LIKE '%MB' THEN 1048576 * coalesce(
		    nullif(regexp_replace(s.unit, '\D', '', 'g'), ''), '1')::numeric
		WHEN s.unit LIKE '%kB' THEN 1024 * coalesce(
		    nullif(regexp_replace(s.unit, '\D', '', 'g'), ''), '1')::numeric
		ELSE 1 END AS factor, s.min_val, s.max_val
	FROM wanted w JOIN pg_settings s USING (name)
), fitted AS (
	SELECT k.*,
	    CASE WHEN word IS NULL THEN setting::numeric * factor END AS has,
	    CASE WHEN amount IS NOT NULL THEN greatest(least(amount,
		max_val::numeric * factor), min_val::numeric * factor) END
		AS gets
	FROM known k
), said AS (
	SELECT f.*, CASE
	    WHEN word IS NOT NULL THEN word
	    WHEN unit IS NULL THEN gets::text
	    WHEN unit IN ('s', 'min', 'ms') THEN floor(gets) || 's'
	    ELSE floor(gets / 1048576) || 'MB' END AS better,
	    CASE
	    WHEN unit IN ('s', 'min', 'ms') THEN floor(has) || 's'
	    WHEN word IS NULL AND unit IS NOT NULL
		THEN floor(has / 1048576) || 'MB'
	    ELSE setting END AS shown
	FROM fitted f
)
SELECT seq, name, shown AS now, better, gain, danger,
    context = 'postmaster' AS restart,
    CASE WHEN source IN ('command line', 'environment variable')
	    THEN 'the server was started with it; change it there'
	WHEN name <> 'shared_buffers' THEN NULL
	WHEN amount IS NULL THEN 'how much memory the server has is not known '
	    'from here; a quarter of it is right'
	WHEN (SELECT setting FROM pg_settings WHERE name = 'huge_pages') = 'on'
	    THEN 'huge_pages is on, and without enough of them the server '
	    'would not start'
	WHEN (SELECT setting FROM pg_settings
		WHERE name = 'shared_memory_type') <> 'mmap'
	    THEN 'shared_memory_type is not mmap, and the limits of the '
	    'system may keep the server from starting'
    END AS refused,
    format('ALTER SYSTEM SET %I = %L', name, better) AS apply,
    CASE WHEN sourcefile LIKE '%postgresql.auto.conf'
	THEN format('ALTER SYSTEM SET %I = %L', name, CASE
	    WHEN unit LIKE '%B' THEN floor(has / 1024) || 'kB' ELSE shown END)
	ELSE format('ALTER SYSTEM RESET %I', name) END AS undo
FROM said
WHERE CASE WHEN word IS NULL THEN amount IS NULL OR has < gets * 0.9
    ELSE setting <> word END;

-- What is there without being a part of the server itself. None is needed.
CREATE TEMP VIEW midiflow_extensions AS
WITH known (seq, name, gain, any_owner) AS (VALUES
	(1, 'pg_trgm', 'mdbfind --name by an index of parts of names', true),
	(2, 'btree_gin', 'one index for tags together with a key', true),
	(3, 'btree_gist', 'indexes of ranges together with equal words', true),
	(4, 'unaccent', 'names found without their accents', true),
	(5, 'pg_prewarm', 'the catalogue in memory after a restart, by '
	    'SELECT pg_prewarm(''file'')', false),
	(6, 'bloom', 'one small index for many columns at once', false),
	(7, 'pg_stat_statements', 'which statements take the time', false)
), libraries AS (
	SELECT (SELECT setting FROM pg_settings
	    WHERE name = 'shared_preload_libraries') AS list
)
SELECT k.seq, k.name, k.gain, k.any_owner,
    a.installed_version IS NOT NULL AS installed,
    a.name IS NOT NULL AS available,
    'CREATE EXTENSION ' || k.name AS line,
    -- Each name by itself: in one pair of quotes they would be one library
    -- that nobody has, and the server would not start.
    CASE WHEN k.name = 'pg_stat_statements' THEN
	CASE WHEN list IS NULL THEN 'an administrator must see which '
	    'shared_preload_libraries there are'
	WHEN list NOT LIKE '%pg_stat_statements%' THEN
	    'ALTER SYSTEM SET shared_preload_libraries = ' ||
	    coalesce((SELECT string_agg(quote_literal(trim(both ' "' FROM l)),
		', ' ORDER BY n) || ', '
		FROM unnest(string_to_array(nullif(list, ''), ','))
		WITH ORDINALITY AS u (l, n)), '') || '''pg_stat_statements'''
	END END AS preload
FROM known k LEFT JOIN pg_available_extensions a ON a.name = k.name,
    libraries;
