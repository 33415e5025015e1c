/* without - a command on a kernel that lacks some system calls
 *
 * without CALL... -- COMMAND...: each CALL is ENOSYS, as it is where the kernel
 * does not have it.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <seccomp.h>

int
main(int argc, char *argv[])
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int i, call;

	if (f == NULL)
		return 125;
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		call = seccomp_syscall_resolve_name(argv[i]);
		if (call == __NR_SCMP_ERROR ||
		    seccomp_rule_add_array(
			f, SCMP_ACT_ERRNO(ENOSYS), call, 0, NULL) != 0) {
			fprintf(stderr, "without: %s\n", argv[i]);
			return 125;
		}
	}
	if (i + 1 >= argc || seccomp_load(f) != 0)
		return 125;
	seccomp_release(f);
	execvp(argv[i + 1], argv + i + 1);
	return 126;
}
