/* db - one catalogue, whichever engine holds it */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue/db.h"
#include "files/library.h"
#include "stream/columns.h"
#include "stream/esc.h"

int
db_is_server(const char *name)
{
	if (strncmp(name, "postgresql://", 13) == 0 ||
	    strncmp(name, "postgres://", 11) == 0)
		return 1;
	return name[0] != '/' && name[0] != '.' && strchr(name, '=') != NULL;
}

/* mextract may start a moment later than the loader behind it. */
static int
make_folders(const char *path)
{
	struct buf b = { 0 };
	int result = buf_str(&b, path);
	char *slash;

	for (slash = b.p; result == 0 && slash != NULL; *slash = '/') {
		if ((slash = strchr(slash + 1, '/')) == NULL)
			break;
		*slash = '\0';
		if (mkdir(b.p, 0777) == -1 && errno != EEXIST)
			result = -1;
	}
	if (result == 0 && mkdir(path, 0777) == -1 && errno != EEXIST)
		result = -1;
	buf_free(&b);
	return result;
}

static const char *
named(const char *given, const char *library)
{
	if (given == NULL && library == NULL)
		given = getenv("MIDI_DB");
	return given != NULL && *given != '\0' ? given : NULL;
}

int
db_name_only(struct buf *b, const char *given, const char *library)
{
	if ((given = named(given, library)) != NULL)
		return buf_str(b, given);
	if (library == NULL)
		library = library_default();
	return buf_fmt(b, "%s/midiflow.db", library);
}

int
db_name(struct buf *b, const char *given, const char *library)
{
	if (db_name_only(b, given, library) == -1)
		return -1;
	if (named(given, library) != NULL)
		return 0;
	return make_folders(library != NULL ? library : library_default());
}

struct db *
db_open(const char *name, int flags, struct arena *arena, struct buf *label,
    struct buf *why)
{
	struct db *db;

	if (db_is_server(name))
		db = pgsql_open(name, flags, label, why);
	else if (esc_add(label, name, strlen(name)) == -1)
		return NULL;
	else
		db = sqlite_open(name, flags, why);
	if (db != NULL)
		db->arena = arena;
	return db;
}

struct db *
db_open_read(const char *name, struct buf *label, struct buf *why)
{
	if (db_is_server(name))
		return pgsql_open_read(name, label, why);
	if (esc_add(label, name, strlen(name)) == -1)
		return NULL;
	return sqlite_open_read(name, why);
}

int
db_readable(struct db *db, int64_t version, int64_t there)
{
	if (version == -1 || there == -1)
		return db_why(
		    db, DB_FAILED, "a database, but no midiflow catalogue");
	if (version > SCHEMA_VERSION || there > COLUMNS)
		return db_why(
		    db, DB_FAILED, "made by a newer midiflow; update this");
	if (version < SCHEMA_VERSION || there < COLUMNS)
		return db_why(db, DB_FAILED,
		    "made by an older midiflow; `mdbload </dev/null` on it "
		    "brings it up to date");
	return DB_OK;
}

void
db_close(struct db *db)
{
	if (db != NULL)
		db->engine->close(db);
}

int
db_why(struct db *db, int what, const char *reason)
{
	size_t n = strcspn(reason, "\n");

	buf_clear(&db->why);
	(void)buf_add(&db->why, reason, n);
	return what;
}
