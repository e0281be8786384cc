/* The child's side of one launch.
 *
 * Between clone and exec only async-signal-safe calls are made: the child is a copy of one thread of a big
 * program, so locks may be held and malloc may be broken. Two processes: *init* (pid 1 of its namespace, a
 * copy-on-write copy of ours) mounts, starts the program and reports its end; the *program* gives up every
 * privilege and executes. When init ends, the kernel kills everything that is left in the namespace.
 */
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

enum { MAX_KEPT = 96, PROGRAM_STACK = 64 * 1024, BUSY_RETRIES = 50, LAST_SIGNAL = 64 };

/* What init and the program share while the program has not executed yet (CLONE_VM). */
struct launch {
    const struct csb_plan *plan;
    int ruleset;
    volatile int step;
    volatile int error;
};

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* --- init: reporting ------------------------------------------------------------------------------- */

static void report(int control, const struct csb_message *message, int passed) {
    char space[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {.iov_base = (void *)message, .iov_len = sizeof *message};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (passed >= 0) {
        header.msg_control = space;
        header.msg_controllen = sizeof space;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &passed, sizeof passed);
    }
    while (sendmsg(control, &header, MSG_NOSIGNAL) == -1 && errno == EINTR) {
    }
}

static _Noreturn void fail(const struct csb_plan *plan, int step, int error) {
    struct csb_message message = {.kind = CSB_FAILED, .step = step, .error = error};
    report(plan->control_fd, &message, -1);
    _exit(1);
}

/* --- init: a clean process -------------------------------------------------------------------------- */

/* Dies with the thread that cloned us; and at once if that happened before we could ask for it. */
static void die_with_parent(const struct csb_plan *plan) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) fail(plan, CSB_STEP_PARENT_GONE, errno);
    prctl(PR_SET_DUMPABLE, 0);
    struct pollfd control = {.fd = plan->control_fd};
    if (poll(&control, 1, 0) == 1 && (control.revents & POLLHUP)) _exit(1);
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

/* Closes every descriptor that this launch does not need: the copies of all that our program has open. */
static void close_others(const struct csb_plan *plan) {
    int kept[MAX_KEPT + 8];
    int count = 0;
    count = keep(kept, count, plan->stdin_fd);
    count = keep(kept, count, plan->stdout_fd);
    count = keep(kept, count, plan->stderr_fd);
    count = keep(kept, count, plan->control_fd);
    count = keep(kept, count, plan->workspace_fd);
    for (int i = 0; i < plan->cgroup_count; i++) count = keep(kept, count, plan->cgroup_fds[i]);
    for (int i = 0; i < plan->mount_count; i++) count = keep(kept, count, plan->mount_fds[i]);
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
static void mount_proc(const struct csb_plan *plan) {
    unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount("proc", "/proc", "proc", flags, "hidepid=2,subset=pid") == 0) return;
    if (mount("proc", "/proc", "proc", flags, "hidepid=2") == -1) fail(plan, CSB_STEP_PROC, errno);
}

/* One tmpfs, shown as /box and /tmp, so that both share one limit. Its device nodes are the run's own, because
 * a lock on an inode that others have too would be a channel to them. */
static void mount_workspace(const struct csb_plan *plan) {
    if (syscall(SYS_move_mount, plan->workspace_fd, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH) == -1
        || mount("/mnt/box", "/box", NULL, MS_BIND, NULL) == -1
        || mount("/mnt/tmp", "/tmp", NULL, MS_BIND, NULL) == -1) {
        fail(plan, CSB_STEP_WORKSPACE, errno);
    }
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC;
    if (mount("/mnt/dev", "/dev", NULL, MS_BIND, NULL) == -1 || mount(NULL, "/dev", NULL, flags, NULL) == -1
        || umount2("/mnt", MNT_DETACH) == -1) {
        fail(plan, CSB_STEP_DEVICES, errno);
    }
}

static void mount_extras(const struct csb_plan *plan) {
    for (int i = 0; i < plan->mount_count; i++) {
        if (syscall(
                SYS_move_mount, plan->mount_fds[i], "", AT_FDCWD, plan->mount_targets[i],
                MOVE_MOUNT_F_EMPTY_PATH)
            == -1) {
            fail(plan, CSB_STEP_MOUNT, errno);
        }
    }
}

/* --- the program: giving up, one thing after the other ---------------------------------------------- */

static int join_cgroups(const struct csb_plan *plan) {
    for (int i = 0; i < plan->cgroup_count; i++) {
        if (write(plan->cgroup_fds[i], "0", 1) != 1) return -1;
    }
    return unshare(CLONE_NEWCGROUP);
}

static int take_stdio(const struct csb_plan *plan) {
    if (dup2(plan->stdin_fd, 0) == -1 || dup2(plan->stdout_fd, 1) == -1 || dup2(plan->stderr_fd, 2) == -1) {
        return -1;
    }
    return (int)syscall(SYS_close_range, 3u, ~0u, 0);
}

/* Raising a hard limit needs a capability we may not have, so the present one is the ceiling. The CPU limit
 * ends in SIGXCPU, which says why; the hard one, a second later, in SIGKILL. */
static int set_rlimits(const struct csb_plan *plan) {
    for (int i = 0; i < plan->rlimit_count; i++) {
        struct rlimit limit;
        if (getrlimit((__rlimit_resource_t)plan->rlimits[i].resource, &limit) == -1) return -1;
        uint64_t grace = plan->rlimits[i].resource == RLIMIT_CPU ? 1 : 0;
        if (plan->rlimits[i].value < limit.rlim_max) limit.rlim_max = plan->rlimits[i].value + grace;
        limit.rlim_cur = plan->rlimits[i].value < limit.rlim_max ? plan->rlimits[i].value : limit.rlim_max;
        if (setrlimit((__rlimit_resource_t)plan->rlimits[i].resource, &limit) == -1) return -1;
    }
    return 0;
}

/* Raw calls: glibc's setuid family wants to talk to threads that do not exist in this copy. */
static int drop_privileges(const struct csb_plan *plan) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    for (int capability = 0; capability <= 63; capability++) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == -1 && errno != EINVAL) return -1;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) return -1;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1) return -1;
    if (syscall(SYS_setgroups, 0, NULL) == -1) return -1;
    if (syscall(SYS_setresgid, plan->user, plan->user, plan->user) == -1) return -1;
    if (syscall(SYS_setresuid, plan->user, plan->user, plan->user) == -1) return -1;
    return (int)syscall(SYS_capset, &header, none);
}

static int filter_calls(const struct csb_plan *plan) {
    struct sock_fprog program = {
        .len = plan->filter_length,
        .filter = (struct sock_filter *)plan->filter,
    };
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* The first candidate that exists wins. A binary that is still open for writing somewhere is waited for. */
static void execute(const struct csb_plan *plan) {
    int error = ENOENT;
    struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; plan->candidates[i] != NULL; i++) {
        for (int tries = 0; tries < BUSY_RETRIES; tries++) {
            execve(plan->candidates[i], plan->argv, plan->envp);
            if (errno != ETXTBSY) break;
            nanosleep(&pause, NULL);
        }
        if (errno != ENOENT && errno != ENOTDIR && (errno != EACCES || plan->candidates[i + 1] == NULL)) {
            error = errno;
            break;
        }
        if (errno == EACCES) error = EACCES;
    }
    errno = error;
}

static int gave_up(struct launch *launch, int step) {
    launch->error = errno;
    launch->step = step;
    return 127;
}

static int program(void *argument) {
    struct launch *launch = argument;
    const struct csb_plan *plan = launch->plan;
    sigset_t none;
    sigemptyset(&none);
    if (launch->ruleset >= 0 && csb_landlock_enter(launch->ruleset) == -1) {
        return gave_up(launch, CSB_STEP_LANDLOCK);
    }
    if (join_cgroups(plan) == -1) return gave_up(launch, CSB_STEP_CGROUP);
    if (take_stdio(plan) == -1) return gave_up(launch, CSB_STEP_STDIO);
    if (set_rlimits(plan) == -1) return gave_up(launch, CSB_STEP_RLIMIT);
    if (drop_privileges(plan) == -1) return gave_up(launch, CSB_STEP_PRIVILEGES);
    setsid();
    umask(022);
    if (chdir(plan->directory) == -1) return gave_up(launch, CSB_STEP_DIRECTORY);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (filter_calls(plan) == -1) return gave_up(launch, CSB_STEP_FILTER);
    execute(plan);
    return gave_up(launch, CSB_STEP_EXEC);
}

/* --- init: start, wait, report ---------------------------------------------------------------------- */

/* A ruleset, or -1 where the kernel has no landlock. */
static int second_wall(const struct csb_plan *plan) {
    int version = csb_landlock_version();
    if (version < 1) return -1;
    int ruleset = csb_landlock_prepare(version);
    if (ruleset == -1) fail(plan, CSB_STEP_LANDLOCK, errno);
    return ruleset;
}

/* Returns when the program has executed or given up: CLONE_VFORK. */
static pid_t start_program(const struct csb_plan *plan) {
    static char stack[PROGRAM_STACK] __attribute__((aligned(16)));
    struct launch launch = {.plan = plan, .ruleset = second_wall(plan)};
    struct csb_message message = {.kind = CSB_STARTED, .nanoseconds = now()};
    int pidfd = -1;
    pid_t pid = clone(
        program, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &launch, &pidfd);
    if (pid == -1) fail(plan, CSB_STEP_FORK, errno);
    if (launch.step != 0) fail(plan, launch.step, launch.error);
    report(plan->control_fd, &message, pidfd);
    return pid;
}

static void keep_only(int fd) {
    if (fd > 0) syscall(SYS_close_range, 0u, (unsigned)fd - 1, 0);
    syscall(SYS_close_range, (unsigned)fd + 1, ~0u, 0);
}

/* Init has nothing left to do that needs a privilege. */
static void drop_own_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    syscall(SYS_capset, &header, none);
}

static uint64_t microseconds(struct timeval time) {
    return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_usec;
}

static void account(struct csb_message *message, const struct rusage *usage) {
    message->user_microseconds += microseconds(usage->ru_utime);
    message->system_microseconds += microseconds(usage->ru_stime);
    message->page_faults += (uint64_t)(usage->ru_minflt + usage->ru_majflt);
    uint64_t resident = (uint64_t)usage->ru_maxrss * 1024u;
    if (resident > message->resident_bytes) message->resident_bytes = resident;
}

/* Reaps orphans until the program itself ends. */
static void wait_and_report(const struct csb_plan *plan, pid_t pid) {
    struct csb_message message = {.kind = CSB_EXITED};
    for (;;) {
        struct rusage usage;
        int status = 0;
        pid_t ended = wait4(-1, &status, __WALL, &usage);
        if (ended == -1 && errno == EINTR) continue;
        if (ended == -1) fail(plan, CSB_STEP_FORK, errno);
        account(&message, &usage);
        if (ended != pid) continue;
        message.status = status;
        message.nanoseconds = now();
        report(plan->control_fd, &message, -1);
        return;
    }
}

static _Noreturn void init(const struct csb_plan *plan) {
    close_others(plan);
    die_with_parent(plan);
    reset_signals();
    mount_proc(plan);
    mount_workspace(plan);
    mount_extras(plan);
    pid_t pid = start_program(plan);
    keep_only(plan->control_fd);
    drop_own_capabilities();
    wait_and_report(plan, pid);
    _exit(0);
}

pid_t csb_spawn(const struct csb_plan *plan, int *pidfd) {
    if (plan->mount_count + plan->cgroup_count > MAX_KEPT) {
        errno = E2BIG;
        return -1;
    }
    struct clone_args arguments = {
        .flags = CLONE_PIDFD | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
    };
    pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) init(plan);
    return pid;
}
