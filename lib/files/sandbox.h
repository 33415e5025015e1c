/* sandbox - a process that can do no more than it needs
 *
 * For a process that works on strangers' bytes through descriptors which it
 * was given.  From sandbox_enter() on it can use those, take memory up to a
 * bound, and end; it opens and makes no file, reaches no network, starts no
 * program and no process, and signals nobody.  Four walls stand one behind
 * the other, each as high as the kernel has it:
 *
 *   no-new-privs  no program that it might start has more rights (3.5)
 *   limits        memory, no core file, no further processes
 *   landlock      no right on any file or port (5.13; ABI 4 adds the network,
 *                 6 sockets without a file and signals); by the kernel's
 *                 Documentation/userspace-api/landlock.rst
 *   seccomp       a short list of system calls, all others are EPERM
 *
 * One that is not to be had is left out, and the others stand.
 */
#ifndef FILES_SANDBOX_H
#define FILES_SANDBOX_H

#include <stdint.h>

#include "stream/buf.h"

enum sandbox_wall {
	SANDBOX_PRIVS,
	SANDBOX_LIMITS,
	SANDBOX_LANDLOCK,
	SANDBOX_SECCOMP,
	SANDBOX_WALLS
};

/* What one tries that wants to get out. */
enum sandbox_act {
	SANDBOX_READ,   /* open a file */
	SANDBOX_MAKE,   /* make one */
	SANDBOX_SOCKET, /* have a socket */
	SANDBOX_FORK,   /* start a process */
	SANDBOX_SIGNAL, /* signal its parent */
	SANDBOX_ACTS
};

struct sandbox {
	int wanted;
	int wall[SANDBOX_WALLS];   /* 0 stands, else errno why not */
	int abi;                   /* of Landlock */
	int refused[SANDBOX_ACTS]; /* set by sandbox_try() */
};

/* Whether MIDIFLOW_SANDBOX leaves it on. */
int sandbox_wanted(void);
/* Puts up the walls, with so many bytes of memory. */
void sandbox_enter(struct sandbox *, uint64_t memory);
/* Tries each act and undoes it. */
void sandbox_try(struct sandbox *);
/* Whether every wall stands. */
int sandbox_whole(const struct sandbox *);
/* Says it, a line each wall and each act that was tried: 0, or -1 ENOMEM. */
int sandbox_text(const struct sandbox *, struct buf *);

#endif
