/* What every hostile program needs. All of them are one executable: `program NAME [argument...]`. */
#pragma once

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The arguments after the name. */
extern char **given;

void add_program(const char *name, int (*body)(void));

/* Defines a program; its body returns the exit code. */
#define PROGRAM(name)                                                           \
    static int name(void);                                                      \
    __attribute__((constructor)) static void add_##name(void) {                 \
        add_program(#name, name);                                               \
    }                                                                           \
    static int name(void)

/* Doors that should be shut: each one found open is named on stderr, the number of them is the exit code. */
extern int open_doors;
void door(const char *what, int is_open);
#define SHUT(call) (errno = 0, door(#call, (long)(call) >= 0))

/* Bytes that are zero and big enough for one write. */
extern char block[1 << 20];
/* Makes an empty file, returns its descriptor or -1. */
int make_file(const char *format, int number);
/* Uses CPU time until the process has used that much in all. */
void burn(long microseconds);
