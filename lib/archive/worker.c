/* worker - a walk in a process of its own */
#include "config.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/worker.h"

enum {
	SLOTS = 4,         /* one is filled while others are taken out */
	SLOT = 1 << 18,    /* bytes; some 140 small files */
	TICK = 250,        /* ms between two looks at a silent worker */
	GRACE = 2,         /* seconds beyond the limit that it sees itself */
	LONGEST = 1 << 26, /* bytes of a member's path */
	CODE = 32,
	SLACK = 1 << 20 /* bytes beyond the budget that one read may give */
};
static const uint64_t default_memory = UINT64_C(2) << 30;

/* Memory that both share. */
struct lane {
	struct sandbox sandbox;
	struct {
		_Atomic uint32_t used; /* bytes up to the end of the last
					  whole report, or of the slot */
		char bytes[SLOT];
	} slot[SLOTS];
};

/* A report; the lengths of the levels, the member and the content follow. */
struct report {
	uint64_t size;
	int64_t other, seen;
	uint32_t nmember;
	uint16_t levels;
	uint8_t last, archive, partly, failed;
	int32_t error; /* last: errno that ended the walk */
	char code[CODE];
};

/* What they say to each other. */
enum say {
	ARCHIVE,    /* to it: walk this descriptor */
	SLOT_FREE,  /* a slot may be filled again */
	SPOOL_HERE, /* what was wanted, or errno */
	TRY_ACTS,   /* try the sandbox */
	SLOT_FULL,  /* from it: take a slot out */
	WALKED,     /* and this one as far as it goes */
	SPOOL_WANTED,
	ACTS_TRIED
};
struct message {
	int32_t say, error;
	int64_t packed;
	char base[256];
};

/* Sends a message, with a descriptor unless that is -1. */
static int
tell(int to, const struct message *m, int fd)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(int))];
	} c = { 0 };
	struct message copy = *m;
	struct iovec v = { .iov_base = &copy, .iov_len = sizeof(copy) };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1 };

	/* The worker may do no sendmsg(2), nor does it need it. */
	if (fd == -1)
		return send(to, m, sizeof(*m), MSG_NOSIGNAL) == -1 ? -1 : 0;
	h.msg_control = c.room;
	h.msg_controllen = sizeof(c.room);
	c.h.cmsg_level = SOL_SOCKET;
	c.h.cmsg_type = SCM_RIGHTS;
	c.h.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&c.h), &fd, sizeof(fd));
	return sendmsg(to, &h, MSG_NOSIGNAL) == -1 ? -1 : 0;
}

static int
say(int to, enum say what, int error)
{
	return tell(
	    to, &(struct message){ .say = (int32_t)what, .error = error }, -1);
}

/* --- the worker ----------------------------------------------------------- */

struct out {
	struct lane *lane;
	int fd;
	unsigned slot, free; /* the one at hand; how many others are free */
	uint32_t at;
	struct walk *walk;
};

/* The next message, *fd what came with it or -1; ends with the caller. */
static enum say
hear(struct out *o, struct message *m, int *fd)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(int))];
	} c;
	struct iovec v = { .iov_base = m, .iov_len = sizeof(*m) };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1 };
	struct cmsghdr *p;
	ssize_t n;

	for (;;) {
		h.msg_control = c.room;
		h.msg_controllen = sizeof(c.room);
		n = recvmsg(o->fd, &h, MSG_CMSG_CLOEXEC);
		if (n == -1 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(*m))
			_exit(0);
		*fd = -1;
		p = CMSG_FIRSTHDR(&h);
		if (p != NULL && p->cmsg_type == SCM_RIGHTS)
			memcpy(fd, CMSG_DATA(p), sizeof(*fd));
		if (m->say != SLOT_FREE)
			return (enum say)m->say;
		o->free++;
		return SLOT_FREE;
	}
}

/* Hands the slot over and goes to the next. */
static void
next_slot(struct out *o)
{
	struct message m;
	int fd;

	atomic_store_explicit(
	    &o->lane->slot[o->slot].used, o->at, memory_order_release);
	if (say(o->fd, SLOT_FULL, 0) == -1)
		_exit(0);
	while (o->free == 0)
		hear(o, &m, &fd);
	o->free--;
	o->slot = (o->slot + 1) % SLOTS;
	o->at = 0;
}

static void
put(struct out *o, const void *p, size_t n)
{
	const char *q = p;
	size_t k;

	while (n > 0) {
		if (o->at == SLOT)
			next_slot(o);
		k = n < SLOT - o->at ? n : SLOT - o->at;
		memcpy(o->lane->slot[o->slot].bytes + o->at, q, k);
		o->at += (uint32_t)k;
		q += k;
		n -= k;
	}
}

static void
put_report(struct out *o, struct report *r, const struct walk_entry *e,
    const char *code)
{
	r->other = o->walk->other;
	r->seen = o->walk->seen;
	r->failed = code != NULL;
	if (code != NULL)
		snprintf(r->code, sizeof(r->code), "%s", code);
	put(o, r, sizeof(*r));
	if (e != NULL) {
		put(o, e->level, r->levels * sizeof(*e->level));
		put(o, e->member, e->nmember);
		put(o, e->data, (size_t)r->size);
	}
	/* From here it counts, whatever becomes of this process. */
	atomic_store_explicit(
	    &o->lane->slot[o->slot].used, o->at, memory_order_release);
}

static int
report(void *ctx, const struct walk_entry *e)
{
	struct report r = { .size = e->data != NULL ? e->size : 0,
		.nmember = (uint32_t)e->nmember,
		.levels = (uint16_t)e->levels,
		.archive = e->archive != 0,
		.partly = e->partly != 0 };

	if (e->nmember > LONGEST) {
		errno = EMSGSIZE;
		return -1;
	}
	put_report(ctx, &r, e, e->code);
	return 0;
}

static int
ask_spool(void *ctx)
{
	struct out *o = ctx;
	struct message m;
	int fd;

	if (say(o->fd, SPOOL_WANTED, 0) == -1)
		_exit(0);
	while (hear(o, &m, &fd) != SPOOL_HERE)
		;
	errno = m.error;
	return fd;
}

/* Name tables of the code pages that old archives use are files, which are
 * out of reach later; an open conversion keeps its own. */
static void
open_tables(void)
{
	static const char *const pages[] = { "CP932", "CP437", "CP850", "CP852",
		"CP866", "CP936", "CP949", "CP950", "CP1250", "CP1251",
		"CP1252" };

	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		(void)iconv_open("UTF-8", pages[i]);
	tzset();
}

/* Everything that the caller had open, but for the way to it. */
static void
close_others(int keep, int quiet)
{
	enum { MANY = 1024 };
	int null = open("/dev/null", O_RDWR);

	for (int i = 0; null != -1 && i < 2 + quiet; i++)
		if (i != keep)
			dup2(null, i);
	if ((keep == 3 || close_range(3, (unsigned)keep - 1, 0) == 0) &&
	    close_range((unsigned)keep + 1, ~0u, 0) == 0)
		return;
	/* Before Linux 5.9.  More than these were never opened. */
	for (int i = 3; i < MANY; i++)
		if (i != keep)
			close(i);
}

static _Noreturn void
serve(struct worker *k, int fd)
{
	struct walk walk = { .limits = k->walk->limits,
		.password = k->walk->password,
		.npassword = k->walk->npassword,
		.fn = report,
		.spool = ask_spool };
	struct out o = {
		.lane = k->lane, .fd = fd, .free = SLOTS - 1, .walk = &walk
	};
	struct message m;
	struct report r;
	int in;

	walk.ctx = &o;
	for (;;)
		switch (hear(&o, &m, &in)) {
		case ARCHIVE:
			m.base[sizeof(m.base) - 1] = '\0';
			r = (struct report){ .last = 1 };
			if (walk_archive(&walk, in, m.base, m.packed) == -1)
				r.error = errno;
			put_report(&o, &r, NULL, walk.code);
			close(in);
			if (say(fd, WALKED, 0) == -1)
				_exit(0);
			break;
		case TRY_ACTS:
			sandbox_try(&k->lane->sandbox);
			if (say(fd, ACTS_TRIED, 0) == -1)
				_exit(0);
			break;
		default:
			break;
		}
}

static _Noreturn void
begin(struct worker *k, int fd, pid_t parent)
{
	static const int deaf[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE };

	/* Ctrl-C reaches both; the caller decides what it means. */
	for (size_t i = 0; i < sizeof(deaf) / sizeof(*deaf); i++)
		signal(deaf[i], SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(0);
	open_tables();
	/* Where the caller was started without one of the first three. */
	if (fd < 3 && (fd = fcntl(fd, F_DUPFD, 3)) == -1)
		_exit(0);
	/* What a sanitizer has to say is wanted. */
	close_others(fd, sandbox_wanted());
	sandbox_enter(
	    &k->lane->sandbox, k->memory != 0 ? k->memory : default_memory);
	serve(k, fd);
}

/* --- its caller ----------------------------------------------------------- */

static int
start(struct worker *k)
{
	struct timeval tick = { .tv_usec = TICK * 1000 };
	pid_t pid, parent = getpid();
	int fd[2];

	if (k->lane == NULL) {
		k->lane = mmap(NULL, sizeof(*k->lane), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (k->lane == MAP_FAILED) {
			k->lane = NULL;
			return -1;
		}
	}
	for (int i = 0; i < SLOTS; i++)
		atomic_store(&k->lane->slot[i].used, 0);
	k->slot = k->taken = 0;
	buf_clear(&k->in);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == -1)
		return -1;
	if ((pid = fork()) == 0)
		begin(k, fd[1], parent);
	close(fd[1]);
	if (pid == -1 || clock_getcpuclockid(pid, &k->clock) != 0) {
		close(fd[0]);
		return -1;
	}
	k->pid = pid;
	k->fd = fd[0];
	k->limited = 0;
	return setsockopt(k->fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick));
}

/* Ends the worker, unless it ended itself: its status. */
static int
end(struct worker *k)
{
	int status = 0, e = errno;

	close(k->fd);
	/* One that is dead already stays dead of what it died. */
	kill(k->pid, SIGKILL);
	while (waitpid(k->pid, &status, 0) == -1 && errno == EINTR)
		;
	k->pid = 0;
	errno = e;
	return status;
}

static void
set_code(struct worker *k, const char *code)
{
	snprintf(k->code, sizeof(k->code), "%s", code);
	k->walk->code = k->code;
}

/* What it died of. */
static void
set_death(struct worker *k, int status)
{
	const char *name;

	/* libarchive leaves with 1 where it finds no more memory. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		set_code(k, "io:ENOMEM");
	else if (!WIFSIGNALED(status))
		set_code(k, "crash:EXIT");
	else {
		name = sigabbrev_np(WTERMSIG(status));
		set_code(k, "crash:SIG");
		snprintf(k->code, sizeof(k->code), "crash:SIG%s",
		    name != NULL ? name : "");
	}
}

/* Whether a code is a word that may stand in a record. */
static int
is_code(const char code[CODE])
{
	size_t n = strnlen(code, CODE);

	return n > 0 && n < CODE &&
	    strspn(code,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789:-") == n;
}

/* Nothing of a report is taken on trust. */
static int
sound(const struct worker *k, const struct report *r, int64_t budget)
{
	const struct walk_limits *lim = &k->walk->limits;

	return r->size <= (uint64_t)lim->entry && r->nmember <= LONGEST &&
	    r->levels < lim->depth && (!r->failed || r->size == 0) &&
	    (!r->failed || is_code(r->code)) &&
	    (r->last || r->failed || r->size > 0) &&
	    (!r->last || (r->size == 0 && r->nmember == 0 && r->levels == 0)) &&
	    r->seen >= 0 && r->other >= 0 && r->seen <= lim->entries + 1 &&
	    (int64_t)r->size <= budget;
}

/* UNSOUND is also what a dead worker says; 0 and 1 mean what each function
 * says they do. */
enum { MORE = 0, LAST = 2, UNSOUND = 3 };

/* Gives out one whole report. */
static int
give(struct worker *k, const struct report *r, const char *p)
{
	struct walk *w = k->walk;
	struct walk_entry e = { .level = w->level,
		.levels = r->levels,
		.nmember = r->nmember,
		.size = (size_t)r->size,
		.code = r->failed ? r->code : NULL,
		.archive = r->archive,
		.partly = r->partly };
	size_t left = r->nmember;

	memcpy(w->level, p, r->levels * sizeof(*w->level));
	for (int i = 0; i < e.levels; i++) {
		if (w->level[i] > left || left - w->level[i] < 2)
			return UNSOUND;
		left -= w->level[i] + 2;
	}
	e.member = p + r->levels * sizeof(*w->level);
	e.data = r->failed ? NULL : e.member + r->nmember;
	return w->fn(w->ctx, &e) == -1 ? -1 : MORE;
}

/* Gives out the reports that are whole: MORE, LAST, UNSOUND, or -1 errno. */
static int
give_all(struct worker *k, int64_t *budget)
{
	struct walk *w = k->walk;
	struct report r;
	size_t at = 0, n;
	int c = MORE;

	while (c == MORE && k->in.len - at >= sizeof(r)) {
		memcpy(&r, k->in.p + at, sizeof(r));
		if (!sound(k, &r, *budget)) {
			c = UNSOUND;
			break;
		}
		n = sizeof(r) + r.levels * sizeof(*w->level) + r.nmember +
		    (size_t)r.size;
		if (k->in.len - at < n)
			break;
		w->other = r.other;
		w->seen = r.seen;
		*budget -= (int64_t)r.size;
		if (!r.last)
			c = give(k, &r, k->in.p + at + sizeof(r));
		else if ((errno = r.error) != 0)
			c = -1;
		else {
			c = LAST;
			if (r.failed)
				set_code(k, r.code);
		}
		at += n;
	}
	if (at > 0) {
		memmove(k->in.p, k->in.p + at, k->in.len - at);
		k->in.len -= at;
	}
	return c;
}

/* Takes out what is whole in the slot at hand: 1, 0 nothing new, -1 errno,
 * UNSOUND. */
static int
take(struct worker *k)
{
	uint32_t used = atomic_load_explicit(
	    &k->lane->slot[k->slot].used, memory_order_acquire);

	if (used > SLOT || used < k->taken)
		return UNSOUND;
	if (used == k->taken)
		return 0;
	if (buf_add(&k->in, k->lane->slot[k->slot].bytes + k->taken,
		used - k->taken) == -1)
		return -1;
	k->taken = used;
	return 1;
}

/* Answers a message: 0, -1 errno, UNSOUND. */
static int
answer(struct worker *k, const struct message *m)
{
	int fd, c;

	switch (m->say) {
	case SLOT_FULL:
		if ((c = take(k)) != 0 && c != 1)
			return c;
		atomic_store(&k->lane->slot[k->slot].used, 0);
		k->slot = (k->slot + 1) % SLOTS;
		k->taken = 0;
		/* It goes on while this one is worked off. */
		(void)say(k->fd, SLOT_FREE, 0);
		return 0;
	case WALKED:
		c = take(k);
		return c == 1 ? 0 : c;
	case SPOOL_WANTED:
		fd = k->walk->spool(k->walk->ctx);
		(void)tell(k->fd,
		    &(struct message){
			.say = SPOOL_HERE, .error = fd == -1 ? errno : 0 },
		    fd);
		if (fd != -1)
			close(fd);
		return 0;
	default:
		return UNSOUND;
	}
}

static int64_t
cpu_ns(const struct worker *k)
{
	struct timespec t = { 0 };

	clock_gettime(k->clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The next message: 1, 0 it is silent, -1 errno, UNSOUND it is dead. */
static int
listen_to(struct worker *k, struct message *m)
{
	ssize_t n = recv(k->fd, m, sizeof(*m), 0);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return errno == EAGAIN ? 0 : -1;
	return n == (ssize_t)sizeof(*m) ? 1 : UNSOUND;
}

struct watch {
	int64_t seconds, end, last; /* of its processor, ns */
	int idle;                   /* ms in which it did nothing */
};

/* Whether it works for too long, or has stood still for as long.  Only the
 * time in which it is waited for counts: what stops both stops no clock. */
static int
overdue(struct worker *k, struct watch *t, int silent)
{
	int64_t now = cpu_ns(k);

	t->idle = !silent || now != t->last ? 0 : t->idle + TICK;
	t->last = now;
	return now > t->end || t->idle / 1000 > t->seconds;
}

/* A worker that was told what to do, starting one where there is none. */
static int
ask(struct worker *k, const struct message *m, int fd)
{
	for (int tries = 0;; tries++) {
		if (k->pid == 0 && start(k) == -1)
			return -1;
		if (tell(k->fd, m, fd) == 0)
			return 0;
		/* Killed while it had nothing to do. */
		if (tries > 2 || (errno != EPIPE && errno != ECONNRESET))
			return -1;
		end(k);
	}
}

/* A spool beyond the budget fails. */
static void
limit_files(struct worker *k, int64_t budget)
{
	struct rlimit r;

	if (!sandbox_wanted() || k->limited == budget ||
	    prlimit(k->pid, RLIMIT_FSIZE, NULL, &r) == -1)
		return;
	r.rlim_cur = (rlim_t)budget + SLACK;
	if (r.rlim_cur > r.rlim_max)
		r.rlim_cur = r.rlim_max;
	prlimit(k->pid, RLIMIT_FSIZE, &r, NULL);
	k->limited = budget;
}

/* What is left of a worker that is no more: as give_all(). */
static int
drain(struct worker *k, int64_t *budget)
{
	int c = MORE, got = 1;

	for (int i = 0; c == MORE && i < SLOTS; i++) {
		if ((got = take(k)) == -1 || got == UNSOUND)
			return got;
		c = give_all(k, budget);
		k->slot = (k->slot + 1) % SLOTS;
		k->taken = 0;
	}
	return c;
}

int
worker_walk(struct worker *k, int fd, const char *base, int64_t packed)
{
	struct walk *w = k->walk;
	struct message m = { .say = ARCHIVE, .packed = packed };
	int64_t budget = walk_bytes(&w->limits, packed);
	struct watch t = { .seconds = walk_seconds(&w->limits, packed) };
	int c, got, late = 0, status;

	w->other = w->seen = 0;
	w->code = NULL;
	snprintf(m.base, sizeof(m.base), "%s", base);
	if (ask(k, &m, fd) == -1)
		return -1;
	t.last = cpu_ns(k);
	t.end = t.last + (t.seconds + GRACE) * 1000000000;
	limit_files(k, budget);
	budget += SLACK;
	do {
		if ((got = listen_to(k, &m)) == UNSOUND)
			break;
		c = got == 1 ? answer(k, &m) : got == 0 ? take(k) : -1;
		if (c == 0 || c == 1)
			c = give_all(k, &budget);
		if (c == LAST)
			return 0;
		if (c == -1 || c == UNSOUND)
			goto bad;
		late = overdue(k, &t, got == 0);
	} while (!late);
	status = end(k);
	if ((c = drain(k, &budget)) == LAST)
		return 0;
	if (c == -1)
		return -1;
	if (late)
		set_code(k, "limit:time");
	else
		set_death(k, status);
	return 0;
bad:
	status = end(k);
	if (c == -1)
		return -1;
	set_death(k, status);
	return 0;
}

int
worker_sandbox(struct worker *k, struct sandbox *s)
{
	struct message m = { .say = TRY_ACTS };
	int c;

	if (ask(k, &m, -1) == -1)
		return -1;
	while ((c = listen_to(k, &m)) == 0)
		;
	if (c == UNSOUND)
		errno = EPIPE;
	if (c != 1) {
		end(k);
		return -1;
	}
	*s = k->lane->sandbox;
	return 0;
}

void
worker_free(struct worker *k)
{
	if (k->pid != 0) {
		/* It leaves by itself: what checks memory wants to see it. */
		shutdown(k->fd, SHUT_RDWR);
		close(k->fd);
		while (waitpid(k->pid, NULL, 0) == -1 && errno == EINTR)
			;
	}
	if (k->lane != NULL)
		munmap(k->lane, sizeof(*k->lane));
	buf_free(&k->in);
	*k = (struct worker){ 0 };
}
