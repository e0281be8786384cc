/* The warden: a small single-threaded process of the same executable that clones all sandboxes.
 *
 * It takes fixed frames over one socket and trusts none of them. It dies with its service, and the sandboxes
 * die with it; then it removes the cgroups they were in. Nothing of the service's memory, descriptors or
 * environment is in it, so nothing of those is in a sandbox.
 */
#include "CSandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SOCKET = 3, SWEEPS = 200, INITS = 4096, FIRST_USER = 1000000 };

struct warden {
    int branches[CSB_CGROUPS];
    int branch_count;
    char name[CSB_NAME];
    uint16_t filter_lengths[CSB_PROFILES];
    unsigned char filters[CSB_PROFILES][CSB_FILTER];
    pid_t inits[INITS];
    int init_count;
};

static struct warden own;

static void answer(const struct csb_answer *text, int pidfd) {
    if (csb_send(SOCKET, text, sizeof *text, NULL, 0, &pidfd, pidfd == -1 ? 0 : 1) == -1) _exit(1);
    if (pidfd != -1) close(pidfd);
}

static void close_all(const int *fds, int count) {
    for (int i = 0; i < count; i++) {
        if (fds[i] != -1) close(fds[i]);
    }
}

/* Into the template that the service has built. */
static int enter(const struct csb_frame *frame, int *fds) {
    if (fds[0] == -1 || fds[1] == -1 || frame->name[0] == '\0') return EINVAL;
    if (own.name[0] != '\0') return EEXIST; /* a service that somebody took over moves us nowhere */
    if (setns(fds[0], CLONE_NEWNS) == -1 || setns(fds[1], CLONE_NEWUTS) == -1) return errno;
    umask(022);
    memcpy(own.name, frame->name, CSB_NAME);
    own.name[CSB_NAME - 1] = '\0';
    for (int i = 2; i < 2 + CSB_CGROUPS && fds[i] != -1; i++) {
        own.branches[own.branch_count++] = fds[i];
        fds[i] = -1;
    }
    return 0;
}

static int take_filter(const struct csb_frame *frame, const unsigned char *bytes, size_t size) {
    if (frame->profile >= CSB_PROFILES || size != frame->length || size == 0 || size % 8) return EINVAL;
    if (own.filter_lengths[frame->profile] != 0) return EEXIST;
    memcpy(own.filters[frame->profile], bytes, size);
    own.filter_lengths[frame->profile] = (uint16_t)(size / 8);
    return 0;
}

/* Clones one sandbox; its init says over its own control socket how it went on. */
static int park(const struct csb_frame *frame, const int *fds, pid_t *init, int *pidfd) {
    int profile = (int)frame->profile;
    if (profile < 0 || profile >= CSB_PROFILES || own.filter_lengths[profile] == 0 || own.name[0] == '\0'
        || frame->user < FIRST_USER) {
        return EINVAL;
    }
    for (int i = 0; i < CSB_FD_CGROUPS; i++) {
        if (fds[i] == -1) return EBADF;
    }
    struct csb_parking parking = {
        .frame = frame, .fds = fds, .filter = own.filters[profile],
        .filter_length = own.filter_lengths[profile]};
    while (parking.cgroup_count < CSB_CGROUPS && fds[CSB_FD_CGROUPS + parking.cgroup_count] != -1) {
        parking.cgroup_count++;
    }
    if (own.init_count == INITS) return EAGAIN;
    if (setns(fds[CSB_FD_NETWORK], CLONE_NEWNET) == -1) return errno;
    struct clone_args arguments = {
        .flags = CLONE_PIDFD | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
    };
    pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) {
        setpriority(PRIO_PROCESS, 0, (int)(frame->niceness > 19 ? 19 : frame->niceness));
        csb_init(&parking);
    }
    if (pid == -1) return errno;
    own.inits[own.init_count++] = pid;
    *init = pid;
    return 0;
}

static void reap(void) {
    for (pid_t ended; (ended = waitpid(-1, NULL, WNOHANG)) > 0;) {
        for (int i = 0; i < own.init_count; i++) {
            if (own.inits[i] == ended) own.inits[i--] = own.inits[--own.init_count];
        }
    }
}

/* --- the end ------------------------------------------------------------------------------------------ */

static int sweep(int branch) {
    int left = 0;
    int copy = openat(branch, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy == -1 ? NULL : fdopendir(copy);
    if (entries == NULL) return 0;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strncmp(entry->d_name, own.name, strlen(own.name)) != 0) continue;
        if (unlinkat(branch, entry->d_name, AT_REMOVEDIR) == -1 && errno != ENOENT) left++;
    }
    closedir(entries);
    return left;
}

/* The service is gone: so is now every sandbox, and its cgroups are empty. */
static _Noreturn void clean_up(void) {
    struct timespec pause = {.tv_nsec = 10000000};
    for (int i = 0; i < own.init_count; i++) kill(own.inits[i], SIGKILL);
    for (int round = 0; round < SWEEPS; round++) {
        reap();
        int left = own.init_count;
        for (int i = 0; i < own.branch_count && own.name[0] != '\0'; i++) left += sweep(own.branches[i]);
        if (left == 0) break;
        nanosleep(&pause, NULL);
    }
    _exit(0);
}

/* --- the loop ------------------------------------------------------------------------------------------ */

static struct {
    struct csb_frame frame;
    unsigned char body[CSB_FILTER];
} packet;

static void serve_frame(void) {
    int fds[CSB_FDS];
    ssize_t came = csb_receive(SOCKET, &packet, sizeof packet, fds, CSB_FDS, 1);
    if (came <= 0) clean_up();
    size_t size = (size_t)came - sizeof packet.frame;
    if ((size_t)came < sizeof packet.frame) packet.frame.kind = 0;
    struct csb_answer result = {0};
    int pidfd = -1;
    switch (packet.frame.kind) {
    case CSB_ENTER: result.error = enter(&packet.frame, fds); break;
    case CSB_FILTERS: result.error = take_filter(&packet.frame, packet.body, size); break;
    case CSB_PARK: result.error = park(&packet.frame, fds, &result.pid, &pidfd); break;
    default: result.error = EINVAL;
    }
    close_all(fds, CSB_FDS); /* before the answer: who has it finds nothing of its frame here */
    answer(&result, pidfd);
}

static _Noreturn void serve(void) {
    sigset_t all;
    sigfillset(&all); /* only the service ends us, by its own end */
    sigprocmask(SIG_SETMASK, &all, NULL);
    prctl(PR_SET_NAME, CSB_WARDEN);
    csb_schedule(CSB_PROMPT);
    prctl(PR_SET_DUMPABLE, 0);
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    int ends = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    struct pollfd events[2] = {{.fd = SOCKET, .events = POLLIN}, {.fd = ends, .events = POLLIN}};
    while (poll(events, 2, -1) != -1) {
        struct signalfd_siginfo information;
        while (read(ends, &information, sizeof information) > 0) {
        }
        reap();
        if (events[0].revents != 0) serve_frame();
    }
    _exit(1);
}

__attribute__((constructor)) static void become_warden(int count, char **arguments) {
    if (count == 1 && strcmp(arguments[0], CSB_WARDEN) == 0) serve();
}
