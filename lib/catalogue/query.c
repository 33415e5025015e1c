/* query - what a catalogue is asked for keys, besides rows being put */
#include "config.h"

#include "catalogue/query.h"

/* The keys of what is in a source: its own, up to the last that begins with
 * the same eight bytes. */
#define LITE_IN                 \
	"place BETWEEN ?1 AND " \
	"CAST(substr(?1, 1, 8) || x'ffffffffffffffff' AS BLOB)"
#define PG_LAST "(left(k::text, 18) || '-ffff-ffffffffffff')::uuid"
#define PG_IN "place BETWEEN k AND " PG_LAST
#define PG_KEYS "unnest($1::uuid[]) k"

/* Entries that failed before they had a content; an archive inside another
 * is not counted by the other. */
#define FAILED                                                           \
	"p.hash IS NULL AND p.part IS NULL AND coalesce(p.kind, '') <> " \
	"'archive'"

const struct db_query_text db_queries[QUERIES] = {
	[QUERY_SOLVED] = { "DELETE FROM problem WHERE place = ?1",
	    "DELETE FROM problem WHERE place = ANY($1::uuid[])", 0, { 0 } },
	[QUERY_DROP] = { "DELETE FROM location WHERE place = ?1 "
			 "RETURNING place, hash, source, path",
	    "DELETE FROM location WHERE place = ANY($1::uuid[]) "
	    "RETURNING place, hash, source, path",
	    4, { DB_HASH, DB_HASH, DB_TEXT, DB_TEXT } },
	[QUERY_COUNT] = { "SELECT s.place, (SELECT count(*) FROM location l "
			  "WHERE l." LITE_IN
			  " AND coalesce(l.mtime = s.mtime, true)) + "
			  "(SELECT count(*) FROM problem p WHERE p." LITE_IN
			  " AND coalesce(p.mtime = s.mtime, true) AND " FAILED
			  "), "
			  "(SELECT count(*) FROM location l WHERE l." LITE_IN
			  " AND l.mtime <> s.mtime) + "
			  "(SELECT count(*) FROM problem p WHERE p." LITE_IN
			  " AND p.mtime <> s.mtime) "
			  "FROM source s WHERE s.place = ?1",
	    "SELECT k, (SELECT count(*) FROM location l WHERE l." PG_IN
	    " AND coalesce(l.mtime = s.mtime, true)) + "
	    "(SELECT count(*) FROM problem p WHERE p." PG_IN
	    " AND coalesce(p.mtime = s.mtime, true) AND " FAILED "), "
	    "(SELECT count(*) FROM location l WHERE l." PG_IN
	    " AND l.mtime <> s.mtime) + "
	    "(SELECT count(*) FROM problem p WHERE p." PG_IN
	    " AND p.mtime <> s.mtime) "
	    "FROM " PG_KEYS " JOIN source s ON s.place = k",
	    3, { DB_HASH, DB_INT, DB_INT } },
	[QUERY_STALE] = { "SELECT l.place FROM location l, source s "
			  "WHERE s.place = ?1 AND l." LITE_IN
			  " AND l.mtime <> s.mtime UNION "
			  "SELECT p.place FROM problem p, source s "
			  "WHERE s.place = ?1 AND p." LITE_IN
			  " AND p.mtime <> s.mtime",
	    "SELECT l.place FROM " PG_KEYS " JOIN source s ON s.place = k "
	    "JOIN location l ON l." PG_IN " AND l.mtime <> s.mtime UNION "
	    "SELECT p.place FROM " PG_KEYS " JOIN source s ON s.place = k "
	    "JOIN problem p ON p." PG_IN " AND p.mtime <> s.mtime",
	    1, { DB_HASH } },
	[QUERY_PLACES] = { "SELECT place FROM location l WHERE l." LITE_IN
			   " UNION SELECT place FROM problem p WHERE p." LITE_IN
			   " AND " FAILED,
	    "SELECT l.place FROM " PG_KEYS " JOIN location l ON l." PG_IN
	    " UNION SELECT p.place FROM " PG_KEYS " JOIN problem p ON p." PG_IN
	    " AND " FAILED,
	    1, { DB_HASH } },
	[QUERY_DONE] = { "UPDATE source SET state = 'done' WHERE place = ?1",
	    "UPDATE source SET state = 'done' WHERE place = ANY($1::uuid[])", 0,
	    { 0 } },
	[QUERY_OPEN] = { "UPDATE source SET state = 'read' WHERE place = ?1 "
			 "AND state = 'done'",
	    "UPDATE source SET state = 'read' WHERE place = ANY($1::uuid[]) "
	    "AND state = 'done'",
	    0, { 0 } },
	[QUERY_STATE] = { "SELECT place, size, mtime, state FROM source "
			  "WHERE place = ?1",
	    "SELECT place, size, mtime, state FROM source "
	    "WHERE place = ANY($1::uuid[])",
	    4, { DB_HASH, DB_INT, DB_INT, DB_TEXT } },
	[QUERY_LOCK] = { "SELECT 1 FROM source WHERE place = ?1",
	    "SELECT 1 FROM source WHERE place = ANY($1::uuid[]) "
	    "ORDER BY place FOR UPDATE",
	    1, { DB_INT } },
	[QUERY_INSIDE] = { "SELECT place FROM location WHERE " LITE_IN
			   " UNION SELECT place FROM problem WHERE " LITE_IN,
	    "SELECT l.place FROM " PG_KEYS " JOIN location l ON l." PG_IN
	    " UNION SELECT p.place FROM " PG_KEYS " JOIN problem p ON p." PG_IN,
	    1, { DB_HASH } },
	[QUERY_UNPART] = { "DELETE FROM part WHERE hash = ?1",
	    "DELETE FROM part WHERE hash = ANY($1::uuid[])", 0, { 0 } },
	[QUERY_UNMENTION] = { "DELETE FROM source WHERE place = ?1 AND "
			      "status IS NULL AND size IS NULL AND NOT EXISTS "
			      "(SELECT 1 FROM location l WHERE l." LITE_IN ")",
	    "DELETE FROM source s USING " PG_KEYS " WHERE s.place = k AND "
	    "s.status IS NULL AND s.size IS NULL AND NOT EXISTS "
	    "(SELECT 1 FROM location l WHERE l." PG_IN ")",
	    0, { 0 } },
	[QUERY_UNSOURCE] = { "DELETE FROM source WHERE place = ?1",
	    "DELETE FROM source WHERE place = ANY($1::uuid[])", 0, { 0 } },
	[QUERY_TAGS] = { "SELECT hash, tags FROM location WHERE hash = ?1 "
			 "AND tags IS NOT NULL UNION ALL "
			 "SELECT hash, tags FROM part WHERE hash = ?1 "
			 "AND tags IS NOT NULL",
	    "SELECT hash, tags FROM location WHERE hash = ANY($1::uuid[]) "
	    "AND tags IS NOT NULL UNION ALL SELECT hash, tags FROM part "
	    "WHERE hash = ANY($1::uuid[]) AND tags IS NOT NULL",
	    2, { DB_HASH, DB_TEXT } },
	[QUERY_ORPHANS] = { "DELETE FROM file WHERE hash = ?1 AND NOT EXISTS "
			    "(SELECT 1 FROM location WHERE hash = ?1) AND NOT "
			    "EXISTS (SELECT 1 FROM part WHERE hash = ?1) "
			    "RETURNING hash",
	    "DELETE FROM file f WHERE hash = ANY($1::uuid[]) AND NOT EXISTS "
	    "(SELECT 1 FROM location l WHERE l.hash = f.hash) AND NOT EXISTS "
	    "(SELECT 1 FROM part p WHERE p.hash = f.hash) RETURNING hash",
	    1, { DB_HASH } },
	[QUERY_PARTS] = { "DELETE FROM part WHERE parent = ?1 RETURNING hash",
	    "DELETE FROM part WHERE parent = ANY($1::uuid[]) RETURNING hash", 1,
	    { DB_HASH } },
};
