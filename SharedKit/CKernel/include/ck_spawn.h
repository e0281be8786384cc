/* Starting a supervised process: descriptors, process group and death with the parent in one place. */
#pragma once

#include <sys/types.h>

/* What to start. Everything is prepared before fork(2); the child calls async-signal-safe functions only. */
struct ck_spawn {
    const char *path;
    char *const *arguments;
    /* An entry that starts with LISTEN_PID= must leave 10 bytes for the number of the child. */
    char *const *environment;
    const char *directory;
    /* Become 3, 4, ... in the child; at most CK_SPAWN_SOCKETS. */
    const int *sockets;
    int socket_count;
    /* Standard streams of the child; -1 is /dev/null. */
    int input;
    int output;
    int error;
    /* Signal that the child gets when the thread that started it dies; 0 for none. */
    int death_signal;
    /* 1: a session of its own; 0: only a process group of its own. */
    int own_session;
    /* RLIMIT_NOFILE, cut to what the parent may give; 0 keeps the parent's. */
    unsigned long open_files;
};

#define CK_SPAWN_SOCKETS 8

/* The pid of the started process, or -1 with errno, also when the program could not be executed. */
pid_t ck_spawn(const struct ck_spawn *what);

/* A descriptor that reads the signals of the set given as a bit mask (bit n-1 for signal n), now blocked. */
int ck_signals(unsigned long mask);

/* The number of the next signal read from a ck_signals descriptor, or 0 when there is none. */
int ck_next_signal(int descriptor);

/* Orphans below the calling process become its children (PR_SET_CHILD_SUBREAPER). */
int ck_adopt_orphans(void);

/* How a child ended: pid, exit code or -1, signal or 0; pid 0 when none has ended, -1 when there is none. */
struct ck_ended {
    pid_t pid;
    int exit_code;
    int signal;
};
struct ck_ended ck_reap(void);

/* A pipe whose ends are closed on exec; reading it blocks or not. */
int ck_pipe(int ends[2], int blocks);
