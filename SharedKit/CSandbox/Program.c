/* The inside of one sandbox: the program, from clone to exec.
 *
 * First it gives up everything that does not depend on what will run ("parking"), then it waits for its
 * orders, then it executes. Only system calls are made.
 */
#include "Inside.h"
#include "CKernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BUSY_RETRIES = 200, POINTERS = 2048 };

/* The program's orders, unpacked. */
struct command {
    const char *directory;
    char **candidates;
    char **arguments;
    char **environment;
};

/* --- the program: giving up, one thing after the other ---------------------------------------------- */

static int join_cgroups(const struct csb_parking *parking) {
    for (int i = 0; i < parking->cgroup_count; i++) {
        if (write(parking->fds[CSB_FD_CGROUPS + i], "0", 1) != 1) return -1;
    }
    return unshare(CLONE_NEWCGROUP);
}

/* 3 is where orders come from, 4 where failures go; both are gone after exec. */
enum { ORDERS = 3, CONTROL = 4 };

static int take_stdio(const struct csb_parking *parking) {
    /* Above all targets first, so that none is overwritten before it is moved. */
    int orders = fcntl(parking->fds[CSB_FD_ORDERS], F_DUPFD_CLOEXEC, CSB_FDS + CONTROL);
    int control = fcntl(parking->fds[CSB_FD_CONTROL], F_DUPFD_CLOEXEC, CSB_FDS + CONTROL);
    int in = fcntl(parking->fds[CSB_FD_STDIN], F_DUPFD_CLOEXEC, CSB_FDS + CONTROL);
    int out = fcntl(parking->fds[CSB_FD_STDOUT], F_DUPFD_CLOEXEC, CSB_FDS + CONTROL);
    int err = fcntl(parking->fds[CSB_FD_STDERR], F_DUPFD_CLOEXEC, CSB_FDS + CONTROL);
    if (orders == -1 || control == -1 || in == -1 || out == -1 || err == -1) return -1;
    if (dup2(in, 0) == -1 || dup2(out, 1) == -1 || dup2(err, 2) == -1) return -1;
    if (dup3(orders, ORDERS, O_CLOEXEC) == -1 || dup3(control, CONTROL, O_CLOEXEC) == -1) return -1;
    return (int)syscall(SYS_close_range, (unsigned)CONTROL + 1, ~0u, 0);
}

/* What every program gets from the warden, which asks once. */
static struct rlimit inherited[RLIM_NLIMITS];

int csb_note_rlimits(void) {
    for (int resource = 0; resource < RLIM_NLIMITS; resource++)
        if (getrlimit((__rlimit_resource_t)resource, &inherited[resource]) == -1) return -1;
    return 0;
}

/* Raising a hard limit needs a capability we may not have, so the present one is the ceiling. A CPU limit
 * ends in SIGXCPU, which says why; the hard one, a second later, in SIGKILL. */
static int set_rlimit(const struct csb_rlimit *wanted) {
    if ((uint32_t)wanted->resource >= RLIM_NLIMITS) return errno = EINVAL, -1;
    const struct rlimit *had = &inherited[wanted->resource];
    struct rlimit limit = *had;
    uint64_t grace = wanted->resource == RLIMIT_CPU ? 1 : 0;
    if (wanted->value < had->rlim_max) limit.rlim_max = wanted->value + grace;
    limit.rlim_cur = wanted->value < limit.rlim_max ? wanted->value : limit.rlim_max;
    if (limit.rlim_cur == had->rlim_cur && limit.rlim_max == had->rlim_max) return 0;
    return setrlimit((__rlimit_resource_t)wanted->resource, &limit);
}

static int set_rlimits(const struct csb_orders *plan) {
    for (uint32_t i = 0; i < plan->rlimit_count && i < CSB_RLIMITS; i++)
        if (set_rlimit(&plan->rlimits[i]) == -1) return -1;
    return 0;
}

/* Raw calls: glibc's setuid family wants to talk to threads that do not exist in this copy. */
static int drop_privileges(uid_t user) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    errno = EPERM;
    if (prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) != 0) return -1; /* the warden has emptied it */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) return -1;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1) return -1;
    if (syscall(SYS_setgroups, 0, NULL) == -1) return -1;
    if (syscall(SYS_setresgid, user, user, user) == -1) return -1;
    if (syscall(SYS_setresuid, user, user, user) == -1) return -1;
    return (int)syscall(SYS_capset, &header, none);
}

/* Returns 0, or the listener of a filter that asks. Once a call has been taken there, only death interrupts
 * it: a signal in the middle would make it happen twice. */
static int filter_calls(const struct csb_parking *parking) {
    enum { NEW_LISTENER = 1 << 3, WAIT_KILLABLE = 1 << 5 };
    struct sock_fprog program = {
        .len = parking->filter_length,
        .filter = (struct sock_filter *)parking->filter,
    };
    unsigned flags = parking->secret == 0 ? 0 : NEW_LISTENER | WAIT_KILLABLE;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* CPU time of this process. To ask also charges what it used so far to the cgroups that it is in now. */
static uint64_t used_microseconds(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000u + (uint64_t)used.tv_nsec / 1000u;
}

/* Everything that does not depend on what will run. From here on only calls that every profile allows. */
static void park(struct launch *launch) {
    const struct csb_parking *parking = launch->parking;
    int control = parking->fds[CSB_FD_CONTROL];
    sigset_t none;
    sigemptyset(&none);
    if (launch->ruleset >= 0 && csb_landlock_enter(launch->ruleset) == -1) {
        csb_fail(control, CSB_STEP_LANDLOCK, errno);
    }
    ck_schedule(0);
    uint64_t before = used_microseconds();
    if (join_cgroups(parking) == -1) csb_fail(control, CSB_STEP_CGROUP, errno);
    if (parking->niceness > 0) setpriority(PRIO_PROCESS, 0, 0);
    if (take_stdio(parking) == -1) csb_fail(control, CSB_STEP_STDIO, errno);
    if (drop_privileges(parking->user) == -1) csb_fail(CONTROL, CSB_STEP_PRIVILEGES, errno);
    if (parking->is_warm && csb_let_me_be_traced() == -1) csb_fail(CONTROL, CSB_STEP_TRACE, errno);
    setsid();
    umask(022);
    sigprocmask(SIG_SETMASK, &none, NULL);
    uint64_t used = used_microseconds();
    int listener = filter_calls(parking);
    if (listener == -1) csb_fail(CONTROL, CSB_STEP_FILTER, errno);
    /* To compile a filter takes its time too; one that asks would ask about this. */
    if (listener == 0) used = used_microseconds();
    launch->foreign = before;
    struct csb_message message = {
        .kind = CSB_READY, .born_microseconds = used, .joined_microseconds = used - before};
    /* Where the filter asks, nobody answers before the listener has arrived: about this it does not ask. */
    uint64_t mark = (uint64_t)parking->secret << 32;
    csb_send_marked(CONTROL, &message, sizeof message, NULL, 0, &listener, listener == 0 ? 0 : 1, mark);
    if (listener != 0) close(listener);
}

/* --- the program: its orders ------------------------------------------------------------------------- */

static struct {
    struct csb_orders orders;
    char text[CSB_PACKET];
} first;
static char *pointers[POINTERS];

/* Room for large texts; it stays until init ends. */
static void *room(size_t size) {
    void *place = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) csb_fail(CONTROL, CSB_STEP_ORDERS, errno);
    return place;
}

/* The texts, whole, wherever they had room. */
static char *receive_texts(int *streams) {
    ssize_t came = csb_receive(ORDERS, &first, sizeof first, streams, 3, 1);
    if (came <= 0) _exit(0); /* never needed */
    size_t size = first.orders.text_bytes;
    size_t filled = (size_t)came - offsetof(typeof(first), text);
    if ((size_t)came < offsetof(typeof(first), text) || filled > size) {
        csb_fail(CONTROL, CSB_STEP_ORDERS, EPROTO);
    }
    if (filled == size) return first.text;
    char *text = room(size);
    memcpy(text, first.text, filled);
    while (filled < size) {
        came = csb_receive(ORDERS, text + filled, size - filled, NULL, 0, 1);
        if (came <= 0) _exit(0);
        filled += (size_t)came;
    }
    return text;
}

/* Where each text begins: `count` pointers and a NULL. */
static char **index_texts(char ***next, char **text, const char *end, uint32_t count) {
    char **list = *next;
    for (uint32_t i = 0; i < count; i++) {
        size_t length = strnlen(*text, (size_t)(end - *text));
        if (*text + length >= end) csb_fail(CONTROL, CSB_STEP_ORDERS, EPROTO);
        *(*next)++ = *text;
        *text += length + 1;
    }
    *(*next)++ = NULL;
    return list;
}

static struct command receive_orders(int *streams) {
    struct command command;
    char *text = receive_texts(streams);
    const struct csb_orders *orders = &first.orders;
    const char *end = text + orders->text_bytes;
    size_t count = (size_t)orders->candidates + orders->arguments + orders->variables + 5;
    char **next = count <= POINTERS ? pointers : room(count * sizeof *next);
    command.directory = *index_texts(&next, &text, end, 1);
    command.candidates = index_texts(&next, &text, end, orders->candidates);
    command.arguments = index_texts(&next, &text, end, orders->arguments);
    command.environment = index_texts(&next, &text, end, orders->variables);
    return command;
}

/* Other streams than it was parked with; a terminal becomes the controlling one. */
static int change_stdio(const int *streams, int own_terminal) {
    if (streams[0] == -1) return 0;
    for (int i = 0; i < 3; i++) {
        if (streams[i] == -1 || dup2(streams[i], i) == -1) return -1;
    }
    return own_terminal ? ioctl(0, TIOCSCTTY, 0) : 0;
}

/* The first candidate that exists wins. A binary that is still open for writing somewhere is waited for. */
static int execute(const struct command *command, struct launch *launch) {
    int error = ENOENT;
    uint64_t secret = launch->parking->secret;
    struct timespec pause = {.tv_nsec = 250000};
    for (char **path = command->candidates; *path != NULL; path++) {
        for (int tries = 0; tries < BUSY_RETRIES; tries++) {
            /* Where the filter asks, it would ask about this. */
            launch->used = secret == 0 ? used_microseconds() : 0;
            launch->started = csb_now();
            /* The kernel reads three arguments; where calls are reported, the sixth says that it is ours. */
            syscall(SYS_execve, *path, command->arguments, command->environment, 0, 0, secret);
            if (errno != ETXTBSY) break;
            nanosleep(&pause, NULL);
        }
        if (errno != ENOENT && errno != ENOTDIR && (errno != EACCES || path[1] == NULL)) return errno;
        if (errno == EACCES) error = EACCES;
    }
    return error;
}

int csb_program(void *argument) {
    struct launch *launch = argument;
    int streams[3];
    char mounted;
    park(launch);
    struct command command = receive_orders(streams);
    uint32_t script = first.orders.script;
    if (script > 0 && script < first.orders.arguments) launch->script = command.arguments[script];
    if (change_stdio(streams, (int)first.orders.own_terminal) == -1) csb_fail(CONTROL, CSB_STEP_STDIO, errno);
    if (set_rlimits(&first.orders) == -1) csb_fail(CONTROL, CSB_STEP_RLIMIT, errno);
    if (first.orders.waits_for_mounts && csb_receive(ORDERS, &mounted, 1, NULL, 0, 1) != 1) _exit(0);
    if (chdir(command.directory) == -1) csb_fail(CONTROL, CSB_STEP_DIRECTORY, errno);
    csb_fail(CONTROL, CSB_STEP_EXEC, execute(&command, launch));
}

