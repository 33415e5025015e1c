/* mark - the file that marks a folder as midiflow's own output */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "files/mark.h"

int
mark_folder(int dirfd)
{
	static const char text[] =
	    "This folder was made by midiflow, and "
	    "mfind leaves it out.\nRemove this file to change that.\n";
	int fd, e = 0;

	fd = openat(
	    dirfd, MARK_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd == -1)
		return errno == EEXIST ? 0 : -1;
	if (write(fd, text, sizeof(text) - 1) == -1)
		e = errno;
	if (close(fd) == -1 && e == 0)
		e = errno;
	errno = e;
	return e == 0 ? 0 : -1;
}
