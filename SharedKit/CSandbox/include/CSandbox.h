/* The kernel side of SharedKit/Sandbox: one launch (CSandbox.c), and calls Swift cannot spell (Kernel.c). */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* The steps of a launch, in order; a failure names its step. */
enum csb_step {
    CSB_STEP_CLONE = 1,
    CSB_STEP_PARENT_GONE,
    CSB_STEP_PROC,
    CSB_STEP_WORKSPACE,
    CSB_STEP_DEVICES,
    CSB_STEP_MOUNT,
    CSB_STEP_FORK,
    CSB_STEP_LANDLOCK,
    CSB_STEP_CGROUP,
    CSB_STEP_STDIO,
    CSB_STEP_RLIMIT,
    CSB_STEP_PRIVILEGES,
    CSB_STEP_DIRECTORY,
    CSB_STEP_FILTER,
    CSB_STEP_EXEC,
};

enum csb_message_kind { CSB_STARTED = 1, CSB_FAILED, CSB_EXITED };

/* What the sandbox's init tells us over the control socket; STARTED carries the program's pidfd. */
struct csb_message {
    uint32_t kind;
    int32_t step;
    int32_t error;
    int32_t status;
    uint64_t nanoseconds;
    uint64_t user_microseconds;
    uint64_t system_microseconds;
    uint64_t resident_bytes;
    uint64_t page_faults;
};

struct csb_rlimit {
    int32_t resource;
    uint64_t value;
};

/* One launch: everything the child needs, prepared before the clone. Descriptors are >= 3. */
struct csb_plan {
    int stdin_fd;
    int stdout_fd;
    int stderr_fd;
    int control_fd;
    int workspace_fd;
    const int *cgroup_fds;
    int cgroup_count;
    const int *mount_fds;
    char *const *mount_targets;
    int mount_count;
    char *const *candidates;
    char *const *argv;
    char *const *envp;
    const char *directory;
    uint32_t user;
    const struct csb_rlimit *rlimits;
    int rlimit_count;
    const void *filter;
    uint16_t filter_length;
};

/* Clones the init of a new sandbox. Returns its pid and pidfd, or -1 with errno. */
pid_t csb_spawn(const struct csb_plan *plan, int *pidfd);

/* The version of landlock this kernel has, or -1 with errno. */
int csb_landlock_version(void);
/* What a program may do to files, sockets and signals, as a ruleset of that version. Returns a descriptor. */
int csb_landlock_prepare(int version);
/* Gives up everything else, for good. */
int csb_landlock_enter(int ruleset);

/* Gives the calling thread its own mount and UTS namespaces and an empty root being built at `/mnt`. */
int csb_template_begin(void);
/* Makes that root the thread's `/`, read-only, and lets go of the host's tree. */
int csb_template_seal(const char *hostname);
/* A read-only, nosuid, nodev clone of a host path, attached nowhere. Returns a descriptor. */
int csb_clone_tree(const char *path);
/* Attaches such a clone. */
int csb_attach_tree(int tree, const char *target);
/* A character device node below a directory, readable and writable by all. */
int csb_make_device(int directory, const char *path, unsigned major, unsigned minor);
/* A tmpfs of its own, attached nowhere. Returns a descriptor of its root. */
int csb_new_tmpfs(const char *size, const char *inodes);
/* Gives the calling thread an empty network namespace; returns its descriptor. `proc` is the host's /proc. */
int csb_new_network(int proc);
/* Moves the calling thread into a network namespace. */
int csb_enter_network(int network);

/* Opens a regular file below `root` without following any link or leaving the mount. */
int csb_open_beneath(int root, const char *path);
/* Pair of connected control sockets, close-on-exec. */
int csb_control_pair(int ends[2]);
/* A pipe, both ends close-on-exec. */
int csb_pipe(int ends[2]);
/* Receives a message; *passed is a descriptor it carried, or -1. Answers bytes, 0 at the end, or -1. */
int csb_receive(int control, struct csb_message *message, int *passed);
/* Waits for an exited child behind a pidfd without blocking. */
int csb_reap(int pidfd);
int csb_kill(int pidfd, int number);
/* How a wait status ended. */
int csb_exit_code(int status);
int csb_signal_of(int status);

/* epoll and timerfd, with plain types. */
struct csb_ready {
    uint64_t token;
    uint32_t events;
};
enum { CSB_IN = 1, CSB_OUT = 4, CSB_PRI = 2, CSB_HUP = 0x10, CSB_ERR = 8 };
int csb_epoll(void);
int csb_watch(int epoll, int fd, uint64_t token, uint32_t events);
int csb_unwatch(int epoll, int fd);
int csb_wait(int epoll, struct csb_ready *ready, int capacity);
int csb_timer(void);
/* Arms for a monotonic instant; 0 disarms. */
int csb_arm(int timer, uint64_t nanoseconds);
int csb_memfd(const char *name);
/* Free blocks and inodes of the file system behind a descriptor. */
int csb_free_space(int fd, uint64_t *blocks, uint64_t *inodes);
