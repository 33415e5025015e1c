/* load - the file that a record names, and the record when it cannot be read
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "files/create.h"
#include "midi/load.h"
#include "midi/smf.h"

int
load_wanted(const struct rec *r)
{
	if (rec_known(r, COL_KIND) && !rec_is(r, COL_KIND, "midi"))
		return 0;
	return !rec_known(r, COL_STATUS) || rec_is(r, COL_STATUS, "ok");
}

int
load_record(struct load *l, const struct rec *r, size_t max)
{
	const char *name;
	ssize_t n = -1;

	l->n = 0;
	if (rec_bytes(r, COL_PATH, &l->path) == 0)
		n = create_slurp(AT_FDCWD, l->path.p, &l->bytes, &l->cap, max);
	if (n >= 0) {
		l->n = (size_t)n;
		return 0;
	}
	if (errno == EFBIG)
		snprintf(l->code, sizeof(l->code), "limit:entry");
	else {
		name = strerrorname_np(errno);
		snprintf(l->code, sizeof(l->code), "io:%s",
		    name != NULL ? name : "EIO");
	}
	return -1;
}

int
load_failed(struct rec *r, const char *code)
{
	const char *detail = rec_field(r, COL_DETAIL);
	char both[96];

	if (!rec_known(r, COL_KIND) && rec_set(r, COL_KIND, "midi") == -1)
		return -1;
	if (rec_set(r, COL_STATUS, "error") == -1)
		return -1;
	/* Which entry of its name it is, stays. */
	if (strncmp(detail, "again:", 6) == 0 &&
	    (size_t)snprintf(both, sizeof(both), "%s,%s", code, detail) <
		sizeof(both))
		code = both;
	return rec_set_text(r, COL_DETAIL, code, strlen(code));
}

const char *
load_code(int why)
{
	switch (why) {
	case SMF_EMPTY:
		return "empty";
	case SMF_CUT:
		return "truncated";
	case SMF_NOT_MIDI:
		return "not-midi";
	default:
		return "io:ENOMEM";
	}
}

void
load_free(struct load *l)
{
	free(l->bytes);
	buf_free(&l->path);
	*l = (struct load){ 0 };
}
