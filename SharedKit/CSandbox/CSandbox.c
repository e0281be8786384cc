/* The inside of one sandbox: its init.
 *
 * Two processes, copies of the warden: *init* (pid 1 of its namespace) mounts, makes the program, and reports
 * its end; the *program* (Program.c) gives up every privilege, waits for its orders and executes. They share
 * their memory until then, so init sleeps whenever the program is awake. Only system calls are made.
 */
#include "Inside.h"
#include "CKernel.h"

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

enum { LAST_SIGNAL = 64, LATER = 10, QUIET = 2000000 /* nanoseconds */ };

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
    int wanted = 0;
    for (int i = 0; i < count; i++) {
        if (fds[i] != -1) wanted = keep(kept, wanted, fds[i]);
    }
    unsigned next = 0;
    for (int i = 0; i < wanted; i++) {
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
 * on an inode that others have too would be a channel to them. The whole of it stays mounted below its box,
 * where no path leads: to unmount it would make every start wait for all processors. */
static void mount_workspace(int control, int workspace) {
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC;
    if (syscall(SYS_move_mount, workspace, "", AT_FDCWD, "/box", MOVE_MOUNT_F_EMPTY_PATH) == -1
        || mount("/box/tmp", "/tmp", NULL, MS_BIND, NULL) == -1) {
        csb_fail(control, CSB_STEP_WORKSPACE, errno);
    }
    if (mount("/box/dev", "/dev", NULL, MS_BIND, NULL) == -1
        || mount(NULL, "/dev", NULL, flags, NULL) == -1) {
        csb_fail(control, CSB_STEP_DEVICES, errno);
    }
    if (mount("/box/box", "/box", NULL, MS_BIND, NULL) == -1) csb_fail(control, CSB_STEP_WORKSPACE, errno);
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

enum { KILLS = 1 << CAP_KILL, MOUNTS = 1 << CAP_SYS_ADMIN };

/* What init knows while it waits. */
struct inside {
    int control;
    int release;
    int children;
    int levers[CSB_LEVERS];
    struct csb_limits limits;
    pid_t program;
    int is_sealed; /* nothing of the program can be changed any more */
    int is_held;
    struct launch *launch;
    uint64_t executed; /* when we heard of it, where nothing else told us to let it go */
    uint64_t let_go;   /* when it could go on, until somebody is told that it has begun; else 0 */
};

/* The program has all it needs: from now on init can only kill. */
static void seal(struct inside *own) {
    own->let_go = csb_now();
    own->is_sealed = 1;
    keep_capabilities(KILLS);
    for (int i = 0; i < CSB_LEVERS; i++) {
        if (own->levers[i] != -1) close(own->levers[i]);
        own->levers[i] = -1;
    }
}

/* Memory and swap together may never be less than memory, so which comes first depends. */
static int fit(struct inside *own, const struct csb_wish *wish) {
    const struct csb_limits *limits = &wish->limits;
    const struct csb_message done = {.kind = CSB_FITTED};
    if (!csb_are_sound(limits)) return EINVAL;
    int grows = limits->memory_bytes > own->limits.memory_bytes;
    const int order[CSB_LEVERS] = {own->levers[grows ? 1 : 0], own->levers[grows ? 0 : 1], own->levers[2]};
    const uint64_t values[CSB_LEVERS] = {limits->memory_bytes, limits->memory_bytes, limits->processes};
    for (int i = 0; i < CSB_LEVERS; i++) {
        if (order[i] != -1 && csb_write_number(order[i], values[i]) == -1) return errno;
    }
    own->limits = *limits;
    if (csb_resize_tmpfs(AT_FDCWD, "/box", limits) == -1) return errno;
    if (wish->number == 1) csb_send(own->control, &done, sizeof done, NULL, 0, NULL, 0);
    return 0;
}

/* Attaches one thing of the run's own. The service chose the name: only where the program may write. */
static int attach(struct csb_mount *mount, int tree) {
    const char *target = mount->target;
    mount->target[CSB_PATH - 1] = '\0';
    if (tree == -1 || (strncmp(target, "/box/", 5) != 0 && strncmp(target, "/tmp/", 5) != 0)) return EINVAL;
    int flags = MOVE_MOUNT_F_EMPTY_PATH;
    return syscall(SYS_move_mount, tree, "", AT_FDCWD, target, flags) == -1 ? errno : 0;
}

/* The run begins. */
static int let_go(struct inside *own) {
    if (!own->is_held) return EPROTO;
    own->is_held = 0;
    own->executed = own->let_go = csb_now();
    csb_let_go(own->program);
    return 0;
}

static int obey(struct inside *own, struct csb_mount *mount, size_t size, int tree) {
    const struct csb_wish *wish = &mount->wish;
    if (size != sizeof *wish && size != sizeof *mount) return EPROTO;
    if (wish->kind == CSB_SIGNAL && wish->number > 0 && wish->number <= LAST_SIGNAL) {
        kill(own->program, (int)wish->number);
        return 0;
    }
    if (wish->kind == CSB_SIGNAL && wish->number == 0) _exit(1);
    if (wish->kind == CSB_GO) return let_go(own);
    if (wish->kind == CSB_SIGNAL || own->is_sealed) return EPROTO;
    if (wish->kind == CSB_FIT) return fit(own, wish);
    return wish->kind == CSB_MOUNT && size == sizeof *mount ? attach(mount, tree) : EPROTO;
}

/* One wish of the service's; with the last one the program may go on. */
static void take_wish(struct inside *own) {
    struct csb_mount mount;
    int tree;
    ssize_t came = csb_receive(own->control, &mount, sizeof mount, &tree, 1, 1);
    if (came <= 0) _exit(1);
    int error = obey(own, &mount, (size_t)came, tree);
    if (tree != -1) close(tree);
    if (error != 0) csb_fail(own->control, CSB_STEP_MOUNT, error);
    if (!mount.wish.is_last || own->is_sealed) return;
    csb_send(own->release, "m", 1, NULL, 0, NULL, 0);
    seal(own);
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
    ck_schedule(CK_PATIENT);
    _exit(0);
}

static int watch_children(void) {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_SETMASK, &children, NULL);
    return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The program is started ahead of its run. From here on init is what it is beside every program, so what is
 * started may be anything. */
static void start_ahead(struct inside *own) {
    struct csb_held held = {0};
    seal(own);
    int error = csb_hold(own->program, own->launch, &held);
    if (error != 0) csb_fail(own->control, CSB_STEP_TRACE, error);
    own->is_held = 1;
    own->let_go = 0;
    own->launch->used = 0; /* the service counts from when it lets it go */
    csb_send(own->control, &held, sizeof held, NULL, 0, NULL, 0);
}

/* What init knows of the start. */
static void tell(struct csb_message *message, const struct inside *own) {
    const struct launch *launch = own->launch;
    message->started_nanoseconds = own->executed != 0 ? own->executed : launch->started;
    message->born_microseconds = launch->used;
    message->joined_microseconds = launch->used < launch->foreign ? 0 : launch->used - launch->foreign;
}

/* Says that it has begun when it has not ended soon; how long to wait otherwise, as `poll` wants it. */
static int patience(struct inside *own) {
    struct csb_message message = {.kind = CSB_STARTED};
    if (own->let_go == 0) return -1;
    uint64_t now = csb_now();
    tell(&message, own);
    if (message.started_nanoseconds == 0) own->let_go = now; /* a busy machine: it has not come so far */
    if (now < own->let_go + QUIET) return (int)((own->let_go + QUIET - now) / 1000000u) + 1;
    csb_send(own->control, &message, sizeof message, NULL, 0, NULL, 0);
    own->let_go = 0;
    return -1;
}

/* Grants wishes, the last of which lets the program go on; where there is none the program goes on by itself,
 * and closes the other end of `release` by executing. Then signals only; reaps until it ends. A program that
 * ends soon wakes nobody before, not even init. */
static _Noreturn void watch(struct inside *own) {
    struct csb_message message = {.kind = CSB_EXITED};
    struct pollfd events[3] = {
        {.fd = own->children, .events = POLLIN},
        {.fd = own->control, .events = POLLIN},
        {.fd = own->release}};
    for (;;) {
        if (own->is_sealed) events[2] = (struct pollfd){.fd = -1};
        if (poll(events, 3, patience(own)) == -1 && errno != EINTR) {
            csb_fail(own->control, CSB_STEP_FORK, errno);
        }
        if (events[0].revents & POLLIN) {
            struct signalfd_siginfo information;
            while (read(own->children, &information, sizeof information) > 0) {
            }
            tell(&message, own);
            int dead = reap(&message, own->program, WNOHANG);
            if (dead & PROGRAM_OVER) finish(own->control, &message, own->program, dead & NOBODY_LEFT);
        }
        if (events[2].revents & POLLHUP) {
            own->executed = csb_now();
            seal(own);
        }
        if (events[1].revents & POLLHUP) _exit(1);
        if (events[1].revents & POLLIN) take_wish(own);
    }
}

_Noreturn void csb_init(const struct csb_parking *parking) {
    static char stack[PROGRAM_STACK] __attribute__((aligned(16)));
    struct inside own = {
        .control = parking->fds[CSB_FD_CONTROL], .release = parking->fds[CSB_FD_RELEASE],
        .limits = parking->limits};
    keep_only(parking->fds, CSB_FD_CGROUPS + parking->cgroup_count);
    die_with_warden(own.control);
    mount_proc(own.control);
    mount_workspace(own.control, parking->fds[CSB_FD_WORKSPACE]);
    struct launch launch = {.parking = parking, .ruleset = second_wall(own.control)};
    own.children = watch_children();
    if (own.children == -1) csb_fail(own.control, CSB_STEP_FORK, errno);
    own.program = clone(csb_program, stack + sizeof stack, CLONE_VM | SIGCHLD, &launch);
    if (own.program == -1) csb_fail(own.control, CSB_STEP_FORK, errno);
    memcpy(own.levers, parking->fds + CSB_FD_LEVERS, sizeof own.levers);
    keep_only(
        (int[]){own.control, own.release, own.children, own.levers[0], own.levers[1], own.levers[2]}, 6);
    keep_capabilities(KILLS | MOUNTS);
    own.launch = &launch;
    if (parking->is_warm) start_ahead(&own);
    if (parking->niceness > 0) {
        setpriority(PRIO_PROCESS, 0, 0);
        ck_schedule(CK_PROMPT);
    }
    watch(&own);
}
