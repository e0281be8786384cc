/* The inside of one sandbox: its init.
 *
 * Two processes, copies of the warden: *init* (pid 1 of its namespace) mounts, makes the program, and reports
 * its end; the *program* (Program.c) gives up every privilege, waits for its orders and executes. They share
 * their memory until then, so init sleeps whenever the program is awake. Only system calls are made.
 */
#include "Inside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LAST_SIGNAL = 64, LATER = 10 };

uint64_t csb_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* --- both: what went wrong --------------------------------------------------------------------------- */

_Noreturn void csb_fail(int control, int step, int error) {
    struct csb_message message = {.kind = CSB_FAILED, .step = step, .error = error};
    csb_send(control, &message, sizeof message, NULL, 0, NULL, 0);
    _exit(127);
}

/* --- init: a clean process -------------------------------------------------------------------------- */

/* Dies with the warden; and at once if that happened before we could ask for it. */
static void die_with_warden(int control) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) csb_fail(control, CSB_STEP_PARENT_GONE, errno);
    prctl(PR_SET_DUMPABLE, 0);
    if (csb_is_abandoned(control)) _exit(1);
}

/* No handler of ours may run here, and no ignored signal may be inherited by the program. */
static void reset_signals(void) {
    struct sigaction initial = {.sa_handler = SIG_DFL};
    for (int number = 1; number <= LAST_SIGNAL; number++) sigaction(number, &initial, NULL);
}

static int keep(int *kept, int count, int fd) {
    int place = count;
    while (place > 0 && kept[place - 1] > fd) {
        kept[place] = kept[place - 1];
        place--;
    }
    kept[place] = fd;
    return count + 1;
}

static void keep_only(const int *fds, int count) {
    int kept[CSB_FDS];
    for (int i = 0; i < count; i++) keep(kept, i, fds[i]);
    unsigned next = 0;
    for (int i = 0; i < count; i++) {
        unsigned fd = (unsigned)kept[i];
        if (fd > next) syscall(SYS_close_range, next, fd - 1, 0);
        next = fd + 1;
    }
    syscall(SYS_close_range, next, ~0u, 0);
}

/* --- init: what the program will see ---------------------------------------------------------------- */

/* Only processes, and of those only its own: no kernel settings, no host facts, no other pids. */
static void mount_proc(int control) {
    unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount("proc", "/proc", "proc", flags, "hidepid=2,subset=pid") == 0) return;
    if (mount("proc", "/proc", "proc", flags, "hidepid=2") == -1) csb_fail(control, CSB_STEP_PROC, errno);
}

/* One tmpfs, shown as /box and /tmp, so that both share one limit. Its device nodes are the run's own: a lock
 * on an inode that others have too would be a channel to them. */
static void mount_workspace(int control, int workspace) {
    if (syscall(SYS_move_mount, workspace, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH) == -1
        || mount("/mnt/box", "/box", NULL, MS_BIND, NULL) == -1
        || mount("/mnt/tmp", "/tmp", NULL, MS_BIND, NULL) == -1) {
        csb_fail(control, CSB_STEP_WORKSPACE, errno);
    }
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC;
    if (mount("/mnt/dev", "/dev", NULL, MS_BIND, NULL) == -1 || mount(NULL, "/dev", NULL, flags, NULL) == -1
        || umount2("/mnt", MNT_DETACH) == -1) {
        csb_fail(control, CSB_STEP_DEVICES, errno);
    }
}

/* --- init: start, wait, report ---------------------------------------------------------------------- */

/* A ruleset, or -1 where the kernel has no landlock. */
static int second_wall(int control) {
    int version = csb_landlock_version();
    if (version < 1) return -1;
    int ruleset = csb_landlock_prepare(version);
    if (ruleset == -1) csb_fail(control, CSB_STEP_LANDLOCK, errno);
    return ruleset;
}

/* Init keeps what it needs to kill and, until the program executes, to mount. */
static void keep_capabilities(uint32_t capabilities) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct kept[2] = {{.effective = capabilities, .permitted = capabilities}, {0}};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    syscall(SYS_capset, &header, kept);
}

/* Attaches one thing of the run's own; with the last one the program may go on. */
static void mount_part(int control, int release) {
    struct csb_mount part;
    int tree;
    ssize_t came = csb_receive(control, &part, sizeof part, &tree, 1, 1);
    if (came <= 0) _exit(1);
    part.target[CSB_PATH - 1] = '\0';
    if (tree == -1
        || syscall(SYS_move_mount, tree, "", AT_FDCWD, part.target, MOVE_MOUNT_F_EMPTY_PATH) == -1) {
        csb_fail(control, CSB_STEP_MOUNT, tree == -1 ? EPROTO : errno);
    }
    close(tree);
    if (part.is_last) csb_send(release, "m", 1, NULL, 0, NULL, 0);
}

static uint64_t microseconds(struct timeval time) {
    return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_usec;
}

static void account(struct csb_message *message, const struct rusage *usage) {
    message->user_microseconds += microseconds(usage->ru_utime);
    message->system_microseconds += microseconds(usage->ru_stime);
    message->minor_faults += (uint64_t)usage->ru_minflt;
    message->major_faults += (uint64_t)usage->ru_majflt;
    uint64_t resident = (uint64_t)usage->ru_maxrss * 1024u;
    if (resident > message->resident_bytes) message->resident_bytes = resident;
}

enum { PROGRAM_OVER = 1, NOBODY_LEFT = 2 };

/* Reaps who is dead, or with no flags everybody. Says whether the program was among them, and whether init is
 * alone now: who has no child has no descendant either, for orphans become its own. */
static int reap(struct csb_message *message, pid_t program, int flags) {
    int is_over = 0;
    for (;;) {
        struct rusage usage;
        int status = 0;
        pid_t ended = wait4(-1, &status, __WALL | flags, &usage);
        if (ended == -1 && errno == EINTR) continue;
        if (ended == -1 && errno == ECHILD) return is_over | NOBODY_LEFT;
        if (ended <= 0) return is_over;
        account(message, &usage);
        if (ended != program) continue;
        message->status = status;
        message->ended_nanoseconds = csb_now();
        is_over = PROGRAM_OVER;
    }
}

/* The program is dead: so is now all that it started, before anybody hears of it. To kill everybody costs
 * a walk over all processes of the machine; to take the sandbox apart costs more than many a program. That
 * waits until the service lets go of its end, when whoever wanted the news has it. */
static _Noreturn void finish(int control, struct csb_message *message, pid_t program, int is_alone) {
    if (!is_alone) {
        kill(-1, SIGKILL);
        reap(message, program, 0);
    }
    csb_send(control, message, sizeof *message, NULL, 0, NULL, 0);
    struct pollfd end = {.fd = control};
    while (poll(&end, 1, -1) == -1 && errno == EINTR) {
    }
    setpriority(PRIO_PROCESS, 0, LATER);
    _exit(0);
}

static int watch_children(void) {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_SETMASK, &children, NULL);
    return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

enum { KILLS = 1 << CAP_KILL, MOUNTS = 1 << CAP_SYS_ADMIN };

/* Serves mounts until the program executes, which closes the other end of `release`; reaps until it ends. */
static _Noreturn void watch(
    int control, int release, int children, const struct launch *launch, pid_t program) {
    struct csb_message message = {.kind = CSB_EXITED};
    struct pollfd events[3] = {
        {.fd = children, .events = POLLIN}, {.fd = control, .events = POLLIN}, {.fd = release}};
    for (;;) {
        if (poll(events, 3, -1) == -1 && errno != EINTR) csb_fail(control, CSB_STEP_FORK, errno);
        if (events[0].revents & POLLIN) {
            struct signalfd_siginfo information;
            while (read(children, &information, sizeof information) > 0) {
            }
            message.started_nanoseconds = launch->started;
            int dead = reap(&message, program, WNOHANG);
            if (dead & PROGRAM_OVER) finish(control, &message, program, dead & NOBODY_LEFT);
        }
        if (events[2].revents & POLLHUP) {
            keep_capabilities(KILLS);
            events[2].fd = -1;
            events[1].events = 0;
        }
        if (events[1].revents & POLLHUP) _exit(1);
        if (events[1].revents & POLLIN) mount_part(control, release);
    }
}

_Noreturn void csb_init(const struct csb_parking *parking) {
    static char stack[PROGRAM_STACK] __attribute__((aligned(16)));
    int control = parking->fds[CSB_FD_CONTROL];
    keep_only(parking->fds, CSB_FD_CGROUPS + parking->cgroup_count);
    die_with_warden(control);
    reset_signals();
    mount_proc(control);
    mount_workspace(control, parking->fds[CSB_FD_WORKSPACE]);
    struct launch launch = {.parking = parking, .ruleset = second_wall(control)};
    int release = parking->fds[CSB_FD_RELEASE];
    int children = watch_children();
    if (children == -1) csb_fail(control, CSB_STEP_FORK, errno);
    pid_t pid = clone(csb_program, stack + sizeof stack, CLONE_VM | SIGCHLD, &launch);
    if (pid == -1) csb_fail(control, CSB_STEP_FORK, errno);
    keep_only((int[]){control, release, children}, 3);
    keep_capabilities(KILLS | MOUNTS);
    if (parking->frame->niceness > 0) setpriority(PRIO_PROCESS, 0, 0);
    watch(control, release, children, &launch, pid);
}
