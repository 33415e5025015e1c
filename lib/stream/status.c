/* status - counters of a running filter, for others to see */
#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stream/status.h"

static struct status own; /* where nobody looks */
static struct status *here;

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The file's memory, or NULL: a panel that cannot be is no reason to stop. */
static struct status *
share(const char *folder, const char *tool)
{
	char path[4096];
	void *p = MAP_FAILED;
	int fd, n;

	n = snprintf(
	    path, sizeof(path), "%s/%s.%ld", folder, tool, (long)getpid());
	if (n < 0 || (size_t)n >= sizeof(path))
		return NULL;
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1)
		return NULL;
	if (posix_fallocate(fd, 0, sizeof(struct status)) == 0)
		p = mmap(NULL, sizeof(struct status), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

struct status *
status_of(const char *tool)
{
	const char *folder;

	if (here != NULL)
		return here;
	folder = getenv(STATUS_ENV);
	if (folder != NULL && folder[0] != '\0')
		here = share(folder, tool);
	if (here == NULL)
		here = &own;
	snprintf(here->tool, sizeof(here->tool), "%s", tool);
	here->pid = getpid();
	here->began = now();
	memcpy(here->magic, STATUS_MAGIC, sizeof(here->magic));
	return here;
}

int
status_is_shared(void)
{
	return here != NULL && here != &own;
}

void
status_failed(const char *reason)
{
	size_t n = strcspn(reason, " ,");

	if (here == NULL)
		return;
	here->failed++;
	if (n >= STATUS_CODE)
		n = STATUS_CODE - 1;
	for (size_t i = 0; i < STATUS_CODES; i++) {
		if (here->code[i].n == 0) {
			memcpy(here->code[i].name, reason, n);
			here->code[i].name[n] = '\0';
		} else if (strncmp(here->code[i].name, reason, n) != 0 ||
		    here->code[i].name[n] != '\0')
			continue;
		here->code[i].n++;
		return;
	}
}

void
status_end(void)
{
	if (here != NULL && here->ended == 0)
		here->ended = now();
}

/* --- the line --------------------------------------------------------------
 */

static char *
put_number(char *q, uint64_t v)
{
	char digit[24];
	int n = 0;

	do
		digit[n++] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	while (n > 0)
		*q++ = digit[--n];
	return q;
}

static char *
put_text(char *q, const char *s)
{
	while (*s != '\0')
		*q++ = *s++;
	return q;
}

/* In a signal handler: nothing but write(2). */
static void
print_line(int sig)
{
	char line[256], *q = line;
	int e = errno;

	(void)sig;
	q = put_text(q, here->tool);
	q = put_text(q, ": ");
	q = put_number(q, here->in);
	q = put_text(q, " records read, ");
	q = put_number(q, here->out);
	q = put_text(q, " written, ");
	q = put_number(q, here->failed);
	q = put_text(q, " failed\n");
	(void)!write(STDERR_FILENO, line, (size_t)(q - line));
	errno = e;
}

void
status_on_signal(void)
{
	struct sigaction sa = { .sa_handler = print_line,
		.sa_flags = SA_RESTART };

	sigaction(SIGUSR1, &sa, NULL);
}

/* --- reading ---------------------------------------------------------------
 */

static int
read_one(int dir, const char *name, struct status *s)
{
	struct stat st;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = pread(fd, s, sizeof(*s), 0);
	close(fd);
	if (n != (ssize_t)sizeof(*s) ||
	    memcmp(s->magic, STATUS_MAGIC, sizeof(s->magic)) != 0)
		return 0;
	s->tool[STATUS_TOOL - 1] = '\0';
	for (size_t i = 0; i < STATUS_CODES; i++)
		s->code[i].name[STATUS_CODE - 1] = '\0';
	if (s->ended == 0 && s->pid > 0 && kill((pid_t)s->pid, 0) == -1 &&
	    errno == ESRCH)
		s->ended = now();
	return 1;
}

int
status_read(const char *folder, struct status *s, size_t most)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	size_t n = 0;

	if (dir == NULL)
		return -1;
	while (n < most && (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			n += (size_t)read_one(dirfd(dir), e->d_name, &s[n]);
	closedir(dir);
	return (int)n;
}
