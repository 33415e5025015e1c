/* json - what readers of the device's JSON files share */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "mpc/json.h"

yajl_val
json_parse(const char *s, size_t n)
{
	char *text, error[8];
	yajl_val v;

	/* The library takes a string, and a file may hold a NUL. */
	if (memchr(s, '\0', n) != NULL || (text = strndup(s, n)) == NULL)
		return NULL;
	v = yajl_tree_parse(text, error, sizeof(error));
	free(text);
	return v;
}

yajl_val
json_member(yajl_val object, const char *name)
{
	const char *path[] = { name, NULL };

	return YAJL_IS_OBJECT(object) ? yajl_tree_get(object, path, yajl_t_any)
				      : NULL;
}

int
json_int(yajl_val object, const char *name, long long least, long long most,
    long long *v)
{
	yajl_val m = json_member(object, name);

	if (!YAJL_IS_INTEGER(m))
		return 0;
	*v = YAJL_GET_INTEGER(m);
	return *v >= least && *v <= most;
}

int
json_real(
    yajl_val object, const char *name, double least, double most, double *v)
{
	yajl_val m = json_member(object, name);

	if (!YAJL_IS_DOUBLE(m))
		return 0;
	*v = YAJL_GET_DOUBLE(m);
	return *v >= least && *v <= most;
}

const char *
json_text(yajl_val object, const char *name)
{
	yajl_val m = json_member(object, name);

	return YAJL_IS_STRING(m) ? YAJL_GET_STRING(m) : NULL;
}
