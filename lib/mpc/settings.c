/* settings - an export's options, from the words that say them */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "files/create.h"
#include "mpc/settings.h"

enum { LARGEST = 1 << 16 };

/* The folders that users of this toolkit know, and those of the firmware. */
static const char mpc_documents[] = "MPC_Documents";
static const char force_documents[] = "Force_Documents";
static const char mpc_internal[] = "MPC Documents";
static const char force_internal[] = "Force Documents";

int
export_format(struct export *x, const char *s)
{
	int force = strcmp(s, "akai-force") == 0, both = strcmp(s, "both") == 0;

	if (!force && !both && strcmp(s, "mpc-one") != 0)
		return -1;
	x->documents[0] = force ? force_documents : mpc_documents;
	x->internal[0] = force ? force_internal : mpc_internal;
	x->documents[1] = both ? force_documents : NULL;
	x->internal[1] = both ? force_internal : NULL;
	return 0;
}

static int
is(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(s, word, n) == 0;
}

int
export_layout(struct export *x, const char *s)
{
	size_t n;

	x->no_documents = 1;
	x->pack = NULL;
	do {
		n = strcspn(s, ",");
		if (is(s, n, "documents"))
			x->no_documents = 0;
		else if (is(s, n, "expansion"))
			x->pack = s;
		else
			return -1;
		s += n;
	} while (*s++ == ',');
	return 0;
}

int
export_pack(struct export *x, struct export_memory *m, const char *s)
{
	if (x->pack == NULL)
		return 0;
	buf_clear(&m->pack);
	if (name_words(&m->pack, s, strlen(s)) == -1)
		return -1;
	x->pack = m->pack.p;
	return 0;
}

/* From a file of 128 numbers; the program is called as the file is. */
static int
read_map(struct export_memory *m, const char *file, const char **why)
{
	const char *base = strrchr(file, '/');
	char *text = NULL;
	size_t cap = 0;
	ssize_t n = create_slurp(AT_FDCWD, file, &text, &cap, LARGEST);
	int bad = -1;

	base = base == NULL ? file : base + 1;
	if (n != -1 && drum_map_parse(&m->map, text, (size_t)n) == -1)
		*why = "not 128 numbers from 0 to 127";
	else if (n != -1)
		bad = name_words(&m->map_name, base, strcspn(base, "."));
	free(text);
	return bad;
}

int
export_drum_map(struct export *x, struct export_memory *m, const char *file,
    int fold_kick, const char **why)
{
	*why = NULL;
	drum_map_gm(&m->map);
	x->map = &m->map;
	x->map_name = "GM Drums";
	if (strcmp(file, "kit") == 0) {
		drum_map_kit(&m->map);
		x->map_name = "Kit Drums";
	} else if (strcmp(file, "gm") != 0) {
		if (read_map(m, file, why) == -1)
			return -1;
		x->map_name = m->map_name.p;
	}
	if (fold_kick)
		drum_map_fold_kick(&m->map);
	return 0;
}

void
export_memory_free(struct export_memory *m)
{
	buf_free(&m->pack);
	buf_free(&m->map_name);
}
