/* Thin wrappers of system calls that the Glibc module hides; each name starts with ck_. */
#pragma once

#include <sys/eventfd.h>

/* A non-blocking, close-on-exec eventfd; with one_by_one each signal wakes one waiter (EFD_SEMAPHORE). */
static inline int ck_eventfd(int one_by_one) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | (one_by_one ? EFD_SEMAPHORE : 0));
}

#include <sys/random.h>

/* getrandom(2) without flags: blocks only before the kernel's generator is ready. */
static inline ssize_t ck_getrandom(void *bytes, size_t count) {
    return getrandom(bytes, count, 0);
}

/* Names the calling thread for ps and debuggers; the kernel takes up to 15 bytes. Returns 0 or an errno. */
int ck_name_thread(const char *name);

#include "ck_spawn.h"
#include "ck_terminal.h"

/* The environment as execve(2) passed it, for reading once before threads start. */
char **ck_environment(void);

#include <stdint.h>

/* Another user, no other groups, no capability, nothing to be gained by executing: for the calling thread, so
 * a process has no other. It keeps dying with its parent if it did. -1 with errno: go no further then. */
int ck_leave_privileges(uint32_t user, uint32_t group);

/* Lets the calling thread and what it clones run as soon as they wake up, in short slices (sched_setattr(2));
 * or with 0 like everybody, and never ahead of others. Older kernels know no slices. Returns 0 or -1. May be
 * called between fork and exec. */
int ck_schedule(uint64_t slice_nanoseconds);
/* In nanoseconds. For threads that only react, the kernel's shortest slice; for work that nobody waits for
 * its longest: whoever wakes up meanwhile comes first. */
enum { CK_PROMPT = 100000, CK_PATIENT = 100000000 };
