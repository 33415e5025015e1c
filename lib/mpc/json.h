/* json - what readers of the device's JSON files share
 *
 * A text becomes the JSON library's tree; what is in it is asked for by name
 * and type.  The tree is the caller's, freed by yajl_tree_free().
 */
#ifndef MPC_JSON_H
#define MPC_JSON_H

#include <stddef.h>

#include <yajl/yajl_tree.h>

/* The tree of a text of n bytes, or NULL when it is no JSON. */
yajl_val json_parse(const char *, size_t n);
/* A member of an object, whatever its type, or NULL. */
yajl_val json_member(yajl_val object, const char *name);
/* Its value: 1; 0 when it is not there, of another type, or out of range. */
int json_int(yajl_val object, const char *name, long long least, long long most,
    long long *v);
int json_real(
    yajl_val object, const char *name, double least, double most, double *v);
/* A string, or NULL. */
const char *json_text(yajl_val object, const char *name);

#endif
