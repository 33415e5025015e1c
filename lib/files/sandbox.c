/* sandbox - a process that can do no more than it needs */
#include "config.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

#include "files/sandbox.h"

/* The address sanitizer maps terabytes and reads /proc. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(SANITIZED)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static const char *const wall_name[SANDBOX_WALLS] = {
	[SANDBOX_PRIVS] = "no-new-privs",
	[SANDBOX_LIMITS] = "limits",
	[SANDBOX_LANDLOCK] = "landlock",
	[SANDBOX_SECCOMP] = "seccomp",
};
static const char *const act_name[SANDBOX_ACTS] = {
	[SANDBOX_READ] = "open a file",
	[SANDBOX_MAKE] = "make a file",
	[SANDBOX_SOCKET] = "open a socket",
	[SANDBOX_FORK] = "start a process",
	[SANDBOX_SIGNAL] = "signal its parent",
};

static int
limit(int what, uint64_t most)
{
	struct rlimit r;

	if (getrlimit((__rlimit_resource_t)what, &r) == -1)
		return -1;
	if (r.rlim_max != RLIM_INFINITY && most > r.rlim_max)
		most = r.rlim_max;
	r.rlim_cur = r.rlim_max = (rlim_t)most;
	return setrlimit((__rlimit_resource_t)what, &r);
}

static int
limits(uint64_t memory)
{
	struct rlimit none = { 0 };

	/* A file that grows beyond its limit is an error, not a signal. */
	signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_CORE, &none) == -1 ||
		setrlimit(RLIMIT_NPROC, &none) == -1 ||
		limit(RLIMIT_AS, memory) == -1
	    ? errno
	    : 0;
}

/* The numbers and the struct of linux/landlock.h, of which older headers have
 * only a part.  A kernel that knows less of the struct takes a shorter one. */
enum { CREATE_RULESET = 444, RESTRICT_SELF = 446, ASK_VERSION = 1 };
struct ruleset {
	uint64_t files, ports, scoped;
};

static int
landlock(int *abi)
{
	/* Rights that an ABI handles: bits 0 up to this one. */
	static const int rights[] = { 0, 13, 14, 15, 15, 16 };
	enum { MOST = sizeof(rights) / sizeof(*rights) - 1 };
	struct ruleset r = { 0 };
	size_t n = sizeof(r.files);
	int fd, e = 0;

	*abi = (int)syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
	if (*abi < 1)
		return *abi == 0 ? ENOSYS : errno;
	r.files = (UINT64_C(1) << rights[*abi < MOST ? *abi : MOST]) - 1;
	if (*abi >= 4) {
		r.ports = 3; /* bind and connect */
		n += sizeof(r.ports);
	}
	if (*abi >= 6) {
		r.scoped = 3; /* sockets without a file, signals */
		n += sizeof(r.scoped);
	}
	/* Without a rule nothing of what is handled is allowed. */
	if ((fd = (int)syscall(CREATE_RULESET, &r, n, 0)) == -1)
		return errno;
	if (syscall(RESTRICT_SELF, fd, 0) == -1)
		e = errno;
	close(fd);
	return e;
}

#ifdef HAVE_SECCOMP
/* What libc, libarchive and its decoders need for reading what is open. */
static const int allowed[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(close),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(fstat),
	SCMP_SYS(fstat64),
	SCMP_SYS(futex),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(lseek),
	SCMP_SYS(_llseek),
	SCMP_SYS(madvise),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(pread64),
	SCMP_SYS(read),
	SCMP_SYS(recvmsg),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sendto),
	SCMP_SYS(tgkill), /* to abort */
	SCMP_SYS(time),
	SCMP_SYS(write),
	SCMP_SYS(writev),
};
/* Memory, but none that can be run. */
static const int memory_calls[] = { SCMP_SYS(mmap), SCMP_SYS(mmap2),
	SCMP_SYS(mprotect) };

/* Allowed where the masked argument is this. */
static int
allow_when(
    scmp_filter_ctx f, int call, unsigned arg, uint64_t mask, uint64_t value)
{
	struct scmp_arg_cmp c = { .arg = arg,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = mask,
		.datum_b = value };

	return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, call, 1, &c);
}

static int
filter(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	const size_t n = sizeof(allowed) / sizeof(*allowed);
	const size_t m = sizeof(memory_calls) / sizeof(*memory_calls);
	int e = 0;

	if (f == NULL)
		return ENOMEM;
	for (size_t i = 0; e == 0 && i < n; i++)
		e = seccomp_rule_add_array(
		    f, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
	for (size_t i = 0; e == 0 && i < m; i++)
		e = allow_when(f, memory_calls[i], 2, PROT_EXEC, 0);
	/* How libc does fstat(). */
	if (e == 0)
		e = allow_when(
		    f, SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH, AT_EMPTY_PATH);
	if (e == 0)
		e = allow_when(f, SCMP_SYS(fcntl), 1, UINT32_MAX, F_GETFL);
	if (e == 0)
		e = seccomp_load(f);
	seccomp_release(f);
	return -e;
}
#else
static int
filter(void)
{
	return ENOSYS;
}
#endif

int
sandbox_wanted(void)
{
	const char *s = getenv("MIDIFLOW_SANDBOX");

	return !SANITIZED && (s == NULL || strcmp(s, "0") != 0);
}

void
sandbox_enter(struct sandbox *s, uint64_t memory)
{
	*s = (struct sandbox){ .wanted = sandbox_wanted() };
	for (int i = 0; i < SANDBOX_WALLS; i++)
		s->wall[i] = ECANCELED;
	if (!s->wanted)
		return;
	s->wall[SANDBOX_PRIVS] =
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ? errno : 0;
	s->wall[SANDBOX_LIMITS] = limits(memory);
	s->wall[SANDBOX_LANDLOCK] = landlock(&s->abi);
	s->wall[SANDBOX_SECCOMP] = filter();
}

static int
opened(int fd)
{
	if (fd != -1)
		close(fd);
	return fd == -1;
}

void
sandbox_try(struct sandbox *s)
{
	pid_t pid;

	s->refused[SANDBOX_READ] = opened(open("/etc/passwd", O_RDONLY));
	s->refused[SANDBOX_MAKE] =
	    opened(open("/tmp", O_WRONLY | O_TMPFILE, 0600));
	s->refused[SANDBOX_SOCKET] = opened(socket(AF_INET, SOCK_STREAM, 0));
	if ((pid = fork()) == 0)
		_exit(0);
	s->refused[SANDBOX_FORK] = pid == -1;
	if (pid != -1)
		waitpid(pid, NULL, 0);
	s->refused[SANDBOX_SIGNAL] = kill(getppid(), 0) == -1;
}

int
sandbox_whole(const struct sandbox *s)
{
	int bad = 0;

	for (int i = 0; i < SANDBOX_WALLS; i++)
		bad |= s->wall[i];
	return !bad;
}

int
sandbox_text(const struct sandbox *s, struct buf *b)
{
	int c = 0;

	for (int i = 0; c == 0 && i < SANDBOX_WALLS; i++)
		if (s->wall[i] != 0)
			c = buf_fmt(b, "%s: off: %s\n", wall_name[i],
			    s->wanted ? strerror(s->wall[i]) : "not wanted");
		else if (i == SANDBOX_LANDLOCK)
			c = buf_fmt(
			    b, "%s: on, ABI %d\n", wall_name[i], s->abi);
		else
			c = buf_fmt(b, "%s: on\n", wall_name[i]);
	for (int i = 0; c == 0 && i < SANDBOX_ACTS; i++)
		c = buf_fmt(b, "%s: %s\n", act_name[i],
		    s->refused[i] ? "refused" : "possible");
	return c;
}
