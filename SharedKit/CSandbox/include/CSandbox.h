/* The kernel side of SharedKit/Sandbox: the warden that clones (Warden.c), the inside of a sandbox
 * (CSandbox.c, Program.c, Warm.c), and calls Swift cannot spell (Kernel.c). */
#pragma once

#include <stddef.h>
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
    CSB_STEP_ORDERS,
    CSB_STEP_TRACE,
};

enum csb_message_kind { CSB_READY = 1, CSB_FAILED, CSB_EXITED, CSB_FITTED, CSB_HELD, CSB_STARTED };

/* What a sandbox tells us over its control socket. READY, which may carry the listener of a filter that asks
 * us: the program waits for its orders. STARTED comes a moment after the program has executed, unless it is
 * over by then. EXITED comes when the program and everything it started is dead and reaped. */
struct csb_message {
    uint32_t kind;
    int32_t step;
    int32_t error;
    int32_t status;
    uint64_t started_nanoseconds;
    uint64_t ended_nanoseconds;
    uint64_t user_microseconds;
    uint64_t system_microseconds;
    uint64_t resident_bytes;
    uint64_t minor_faults;
    uint64_t major_faults;
    /* CPU time of what became the program: with READY until then, later until it executed; and the part of it
     * that its cgroups count. */
    uint64_t born_microseconds;
    uint64_t joined_microseconds;
};

/* With HELD: a program that was started ahead waits at its script. `size` bytes of paths below the box that
 * it has asked about on its way, each with its NUL; "" is the box itself. */
#define CSB_TOUCHED 1024
struct csb_held {
    struct csb_message message;
    uint32_t size;
    char touched[CSB_TOUCHED];
};

struct csb_rlimit {
    int32_t resource;
    uint64_t value;
};

enum {
    CSB_CGROUPS = 4,    /* hierarchies a sandbox can be in */
    CSB_LEVERS = 3,     /* files of its cgroups that hold a limit */
    CSB_CELLS = 1024,   /* sandboxes at once, each with a user number of its own */
    CSB_PARTS = 64,     /* mounts of one run */
    CSB_RLIMITS = 16,   /* limits of one run */
    CSB_PROFILES = 8,   /* system call filters */
    CSB_FILTER = 32768, /* bytes of one filter: 4096 instructions, the kernel's own bound */
    CSB_PACKET = 32768, /* bytes of text in one packet */
    CSB_PATH = 4096,
    CSB_NAME = 64,
    CSB_FIRST_USER = 1000000, /* nobody has an account with these */
    CSB_LAST_USER = CSB_FIRST_USER + 65536 * CSB_CELLS - 1,
};

/* What a sandbox may hold of the machine at once; the figures of SandboxLimits. */
struct csb_limits {
    uint64_t memory_bytes;
    uint64_t processes;
    uint64_t disk_bytes;
    uint64_t inodes;
};

#define CSB_LEAST_MEMORY 4194304u
#define CSB_MOST_MEMORY 2147483648u
#define CSB_MOST_PROCESSES 512u
#define CSB_MOST_DISK 1073741824u
#define CSB_MOST_INODES 65600u /* those of ours included */

/* Whether each is in its range. */
int csb_are_sound(const struct csb_limits *limits);

/* --- from the service to the warden: fixed frames ------------------------------------------------------ */

/* ENTER, FILTERS and SEAL are for the time before the service gives up its rights; sealed, the warden takes
 * PARK and END only. */
enum csb_frame_kind { CSB_ENTER = 1, CSB_FILTERS, CSB_SEAL, CSB_PARK, CSB_END };

enum csb_hierarchy { CSB_NO_HIERARCHY, CSB_MEMORY, CSB_PIDS, CSB_CPUACCT, CSB_CPU, CSB_UNIFIED };

/* ENTER: fds are the template's mount and UTS namespace, then the directories that our cgroups are made in,
 * each with its hierarchy; `name` is how the cgroups' names begin, `user` the first of our user numbers, and
 * `owner` and `group` are who fills and reads workspaces. FILTERS: `length` bytes follow for `profile`. PARK:
 * fds as `enum csb_park_fd`. END: `cell` and `generation` as PARK answered. */
struct csb_frame {
    uint32_t kind;
    uint32_t profile;
    uint32_t user;
    uint32_t owner;
    uint32_t group;
    uint32_t niceness;
    uint32_t length;
    uint32_t is_warm; /* PARK: whether its program is started ahead, and held */
    uint32_t secret; /* PARK: 0, or by what a filter that asks us knows the sandbox's own calls */
    uint32_t cell;
    uint32_t generation;
    uint32_t hierarchies[CSB_CGROUPS];
    struct csb_limits limits;
    char name[CSB_NAME];
};

/* What comes with PARK, and from RELEASE_END on what the warden adds for init. */
enum csb_park_fd {
    CSB_FD_STDIN,
    CSB_FD_STDOUT,
    CSB_FD_STDERR,
    CSB_FD_CONTROL,
    CSB_FD_ORDERS,  /* the program's end */
    CSB_FD_RELEASE, /* our end, for init to say that the mounts are made */
    CSB_PARK_FDS,
    CSB_FD_WORKSPACE = CSB_PARK_FDS,
    CSB_FD_LEVERS,                               /* -1 where there is none */
    CSB_FD_CGROUPS = CSB_FD_LEVERS + CSB_LEVERS, /* cgroup.procs of each hierarchy */
    CSB_FDS = CSB_FD_CGROUPS + CSB_CGROUPS,
};

/* The warden's answer to every frame. With PARK's come init's pidfd, the workspace's root, an event for "out
 * of memory" where version 1 has one (`has_event`), the cgroup's cpu.idle and its weight, for writing, where
 * the kernel has them (`has_idle`, `has_share`), and the directories of the cgroups in ENTER's order; a bit
 * of `kept` is set where the next run of the same cell will have the same directory. To ENTER `is_mapped`
 * says whether workspaces are shown to their owner as his own. */
struct csb_answer {
    int32_t error;
    int32_t pid;
    uint32_t cell;
    uint32_t generation;
    uint32_t user;
    uint32_t is_mapped;
    uint32_t has_event;
    uint32_t has_idle;
    uint32_t has_share;
    uint32_t kept;
};
enum { CSB_ANSWER_FDS = 5 + CSB_CGROUPS };

/* To the mounter on its own socket: files or directories, open for reading; it answers with an error, and as
 * many read-only clones of them, attached nowhere. */
struct csb_trees {
    uint32_t count;
};

/* --- from the service to a parked sandbox -------------------------------------------------------------- */

/* What the program shall be. Texts follow, each with its NUL: working directory, candidates, arguments,
 * environment. Three descriptors may come with it: other standard streams than it was parked with. */
struct csb_orders {
    uint32_t text_bytes;
    uint32_t candidates;
    uint32_t arguments;
    uint32_t variables;
    uint32_t waits_for_mounts;
    uint32_t own_terminal;
    uint32_t script; /* where it is held: which argument that is, or 0 */
    uint32_t rlimit_count;
    struct csb_rlimit rlimits[CSB_RLIMITS];
};

/* To init over the control socket. FIT: other limits than it was parked with; `number` 1 asks for FITTED when
 * they hold. SIGNAL: the program gets
 * `number`; 0 ends everything. MOUNT: a target below /box or /tmp follows, and a tree's descriptor comes with
 * it. FIT and MOUNT only before the program executes; `is_last` lets it. GO: one that is held goes on. */
enum csb_wish_kind { CSB_FIT = 1, CSB_SIGNAL, CSB_MOUNT, CSB_GO };

struct csb_wish {
    uint32_t kind;
    uint32_t number;
    uint32_t is_last;
    struct csb_limits limits;
};

struct csb_mount {
    struct csb_wish wish;
    char target[CSB_PATH];
};

/* The argument zero that makes an executable of ours the warden; 3 is the socket for its frames, 4 the one of
 * the mounter, which it starts. */
#define CSB_WARDEN "codecollab-warden"
#define CSB_MOUNTER "codecollab-mounter"

/* A sandbox's init: never returns. Between clone and exec: system calls only. */
struct csb_parking {
    uint32_t user;
    uint32_t secret;
    uint32_t is_warm;
    uint32_t niceness;
    struct csb_limits limits;
    int fds[CSB_FDS];
    int cgroup_count;
    const void *filter;
    uint16_t filter_length;
};
_Noreturn void csb_init(const struct csb_parking *parking);

/* Sends head and body as one packet, with descriptors. Returns bytes, or -1. */
ssize_t csb_send(
    int socket, const void *head, size_t head_size, const void *body, size_t body_size, const int *fds,
    int count);
/* Receives a packet; fds that did not come are -1. Returns bytes, 0 at the end, or -1; EMSGSIZE when the
 * packet had more than there is room for. */
ssize_t csb_receive(int socket, void *bytes, size_t size, int *fds, int room, int waits);

/* A packet with flags beyond the 32 bits that the kernel reads: a filter can tell such a call from others. */
ssize_t csb_send_marked(
    int socket, const void *head, size_t head_size, const void *body, size_t body_size, const int *fds,
    int count, uint64_t flags);

/* A system call that waits for our answer. */
struct csb_call {
    uint64_t id;
    uint32_t number;
    uint32_t architecture;
    uint64_t arguments[6];
};
/* Waits for the next; 1, or 0 when nobody is left who could call, or -1. */
int csb_next_call(int listener, struct csb_call *call);
/* Lets it happen, or fail with an error number, 0 included; who has died meanwhile needs no answer. */
enum { CSB_GOES_ON = -1 };
int csb_answer_call(int listener, uint64_t id, int error);

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
/* As that, of what a descriptor that was opened for reading is. */
int csb_clone_opened(int fd);
/* A tmpfs of its own, attached nowhere: `box`, which `user` owns, `tmp`, and `dev` with its devices. Returns
 * a descriptor of its root. */
int csb_new_workspace(const struct csb_limits *limits, uint32_t user);
/* Gives the tmpfs behind a path other limits. */
int csb_resize_tmpfs(int directory, const char *path, const struct csb_limits *limits);
/* The same file system, where what is `user`'s is shown as the owner's; a user namespace is the map. */
int csb_new_map(int proc, uint32_t user, uint32_t owner, uint32_t group);
int csb_map_tree(int tree, int map);
/* Gives the calling thread an empty network namespace; returns its descriptor. `proc` is the host's /proc. */
int csb_new_network(int proc);

/* Filters the calling thread's system calls, and those of threads that it starts. */
int csb_filter_self(const void *filter, uint16_t length);

/* Opens a regular file below `root` without following any link or leaving the mount. */
int csb_open_beneath(int root, const char *path);
/* Pair of connected control sockets, close-on-exec. */
int csb_control_pair(int ends[2]);
/* A pipe, both ends close-on-exec. */
int csb_pipe(int ends[2]);
/* Whether nobody holds the other end of a socket any more. */
int csb_is_abandoned(int socket);
/* Sends a wish without waiting for room. Returns 0 or -1. */
int csb_wish(int control, const struct csb_wish *wish);
/* Writes a decimal number to a file of the kernel's. */
int csb_write_number(int fd, uint64_t number);
/* How a wait status ended. */
int csb_exit_code(int status);
int csb_signal_of(int status);

/* epoll and timerfd, with plain types. */
struct csb_ready {
    uint64_t token;
    uint32_t events;
};
enum { CSB_IN = 1, CSB_OUT = 4, CSB_PRI = 2, CSB_HUP = 0x10, CSB_ERR = 8, CSB_ONCE = 1 << 30 };
int csb_epoll(void);
int csb_watch(int epoll, int fd, uint64_t token, uint32_t events);
int csb_unwatch(int epoll, int fd);
int csb_wait(int epoll, struct csb_ready *ready, int capacity);
int csb_timer(void);
/* Arms for a monotonic instant; 0 disarms. */
int csb_arm(int timer, uint64_t nanoseconds);
int csb_memfd(const char *name);

/* A pseudo-terminal: ends[0] is the side of its screen and keyboard, which does not block, ends[1] the
 * program's. It has the kernel's usual modes, and text is UTF-8. */
int csb_open_terminal(int ends[2]);
int csb_resize_terminal(int screen, unsigned columns, unsigned rows);
/* Signals whoever is in the foreground of a terminal, as its keys do: SIGINT, SIGQUIT, SIGTSTP only. */
int csb_signal_terminal(int screen, int number);
/* Free blocks and inodes of the file system behind a descriptor. */
int csb_free_space(int fd, uint64_t *blocks, uint64_t *inodes);
/* Any system call, for tests of what a filter or the kernel says to it. */
long csb_any_call(long number, long one, long two, long three);
