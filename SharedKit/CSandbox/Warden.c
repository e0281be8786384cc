/* The warden: a small single-threaded process of the same executable that alone has privileges.
 *
 * It makes sandboxes, limits them and takes them away. It takes fixed frames over one socket and trusts
 * none of them: no path, no pid, no number that it has not checked. It dies with its service, and the
 * sandboxes die with it. Nothing of the service's memory, descriptors or environment is in it, so nothing of
 * those is in a sandbox.
 */
#include "Cells.h"
#include "CKernel.h"
#include "Inside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKET = 3, MOUNTER_SOCKET = 4, RETRY_MILLISECONDS = 10, LAST_NICENESS = 19 };

static const uint64_t needed = 1ull << CAP_SYS_ADMIN | 1ull << CAP_SYS_CHROOT | 1ull << CAP_SETUID
    | 1ull << CAP_SETGID | 1ull << CAP_SETPCAP | 1ull << CAP_MKNOD | 1ull << CAP_KILL | 1ull << CAP_CHOWN
    | 1ull << CAP_DAC_OVERRIDE | 1ull << CAP_FOWNER | 1ull << CAP_SYS_NICE
    | 1ull << CAP_SETFCAP; /* a map that root is in needs that one */

static struct {
    int is_entered;
    int is_sealed;
    pid_t mounter;
    uint16_t filter_lengths[CSB_PROFILES];
    unsigned char filters[CSB_PROFILES][CSB_FILTER];
} own;

static _Noreturn void clean_up(void) {
    csb_cells_clear();
    _exit(0);
}

static void close_all(const int *fds, int count) {
    for (int i = 0; i < count; i++) {
        if (fds[i] != -1) close(fds[i]);
    }
}

/* Only what is needed to be let in, and found again by its name; nothing that leads out of a directory. */
static int is_name(const char *name) {
    static const char start[] = "codecollab-";
    size_t length = strnlen(name, CSB_NAME);
    if (length == CSB_NAME || strncmp(name, start, sizeof start - 1) != 0) return 0;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* --- before the service gives up its rights ----------------------------------------------------------- */

/* A cgroup whose run has another one besides is empty when that one is. */
static void choose_kept(void) {
    int has_other = 0;
    for (int i = 0; i < csb_ground.branch_count; i++) {
        struct csb_branch *branch = &csb_ground.branches[i];
        branch->is_kept = branch->kind == CSB_CPU || branch->kind == CSB_CPUACCT;
        has_other |= !branch->is_kept;
    }
    for (int i = 0; i < csb_ground.branch_count; i++) csb_ground.branches[i].is_kept &= has_other;
}

/* Into the template that the service has built; the rest of what is told once. */
static int enter(const struct csb_frame *frame, int *fds, struct csb_answer *answer) {
    if (fds[0] == -1 || fds[1] == -1 || !is_name(frame->name) || frame->user < CSB_FIRST_USER
        || frame->user > CSB_LAST_USER - CSB_CELLS + 1) {
        return EINVAL;
    }
    for (int i = 0; i < CSB_CGROUPS; i++) {
        if ((frame->hierarchies[i] == CSB_NO_HIERARCHY) != (fds[2 + i] == -1)) return EINVAL;
        if (frame->hierarchies[i] > CSB_UNIFIED) return EINVAL;
    }
    if (own.is_entered) return EEXIST;
    csb_ground.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (csb_ground.proc == -1) return errno;
    if (setns(fds[0], CLONE_NEWNS) == -1 || setns(fds[1], CLONE_NEWUTS) == -1) return errno;
    umask(022);
    own.is_entered = 1;
    memcpy(csb_ground.name, frame->name, CSB_NAME);
    csb_ground.first_user = frame->user;
    csb_ground.owner = frame->owner;
    csb_ground.group = frame->group;
    for (int i = 0; i < CSB_CGROUPS && fds[2 + i] != -1; i++) {
        struct csb_branch branch = {.directory = fds[2 + i], .kind = frame->hierarchies[i]};
        csb_ground.branches[csb_ground.branch_count++] = branch;
        fds[2 + i] = -1;
    }
    choose_kept();
    csb_ground.is_mapped = csb_can_map();
    answer->is_mapped = (uint32_t)csb_ground.is_mapped;
    return 0;
}

static int take_filter(const struct csb_frame *frame, const unsigned char *bytes, size_t size) {
    if (frame->profile >= CSB_PROFILES || size != frame->length || size == 0 || size % 8) return EINVAL;
    if (own.filter_lengths[frame->profile] != 0) return EEXIST;
    memcpy(own.filters[frame->profile], bytes, size);
    own.filter_lengths[frame->profile] = (uint16_t)(size / 8);
    return 0;
}

static int seal(void) {
    if (!own.is_entered) return EINVAL;
    own.is_sealed = 1;
    return 0;
}

/* --- afterwards -------------------------------------------------------------------------------------- */

static int is_pipe(int fd) {
    struct stat status;
    return fd != -1 && fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

static int is_packet_socket(int fd) {
    int domain = 0;
    int type = 0;
    socklen_t size = sizeof type;
    return fd != -1 && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX
        && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

static int are_park_fds(const int *fds) {
    return is_pipe(fds[CSB_FD_STDIN]) && is_pipe(fds[CSB_FD_STDOUT]) && is_pipe(fds[CSB_FD_STDERR])
        && is_packet_socket(fds[CSB_FD_CONTROL]) && is_packet_socket(fds[CSB_FD_ORDERS])
        && is_packet_socket(fds[CSB_FD_RELEASE]);
}

/* Clones one sandbox; its init says over its own control socket how it went on. */
static int park(const struct csb_frame *frame, const int *fds, struct csb_answer *answer, int *passed) {
    uint32_t profile = frame->profile;
    if (!own.is_sealed) return EPERM;
    if (profile >= CSB_PROFILES || own.filter_lengths[profile] == 0 || !csb_are_sound(&frame->limits)
        || frame->niceness > LAST_NICENESS || frame->is_warm > 1 || (frame->is_warm && frame->secret)
        || !are_park_fds(fds)) {
        return EINVAL;
    }
    int cell = csb_cell_take();
    if (cell == -1) return errno;
    struct csb_parking parking = {
        .secret = frame->secret, .is_warm = frame->is_warm,
        .niceness = frame->niceness, .limits = frame->limits, .filter = own.filters[profile],
        .filter_length = own.filter_lengths[profile]};
    memcpy(parking.fds, fds, CSB_PARK_FDS * sizeof *fds);
    if (frame->niceness > 0) ck_schedule(CK_PATIENT);
    int error = csb_cell_start(cell, &parking, answer, passed);
    if (frame->niceness > 0) ck_schedule(CK_PROMPT);
    return error;
}

/* --- the loop ---------------------------------------------------------------------------------------- */

static struct {
    struct csb_frame frame;
    unsigned char body[CSB_FILTER];
} packet;

static int obey(size_t size, int *fds, struct csb_answer *answer, int *passed) {
    if (size < sizeof packet.frame) return EINVAL;
    size -= sizeof packet.frame;
    uint32_t kind = packet.frame.kind;
    if (kind == CSB_FILTERS) {
        return own.is_sealed ? EPERM : take_filter(&packet.frame, packet.body, size);
    }
    if (size != 0) return EINVAL;
    switch (kind) {
    case CSB_ENTER: return own.is_sealed ? EPERM : enter(&packet.frame, fds, answer);
    case CSB_SEAL: return own.is_sealed ? EPERM : seal();
    case CSB_PARK: return park(&packet.frame, fds, answer, passed);
    case CSB_END: return csb_cell_end(packet.frame.cell, packet.frame.generation);
    default: return EINVAL;
    }
}

static void serve_frame(void) {
    int fds[CSB_FDS];
    int passed[CSB_ANSWER_FDS];
    memset(passed, -1, sizeof passed);
    ssize_t came = csb_receive(SOCKET, &packet, sizeof packet, fds, CSB_FDS, 1);
    if (came == 0 || (came == -1 && errno != EMSGSIZE)) clean_up();
    struct csb_answer answer = {0};
    answer.error = came == -1 ? EMSGSIZE : obey((size_t)came, fds, &answer, passed);
    close_all(fds, CSB_FDS); /* before the answer: who has it finds nothing of its frame here */
    int count = 0;
    while (answer.error == 0 && count < CSB_ANSWER_FDS && passed[count] != -1) count++;
    ssize_t sent = csb_send(SOCKET, &answer, sizeof answer, NULL, 0, passed, count);
    close_all(passed, CSB_ANSWER_FDS);
    if (sent == -1) clean_up();
}

static int watch_children(void) {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Not by fork, which tells libraries that are gone. */
static void start_mounter(void) {
    own.mounter = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (own.mounter == 0) {
        close(SOCKET);
        csb_mounter(MOUNTER_SOCKET);
    }
    close(MOUNTER_SOCKET);
    if (own.mounter == -1) _exit(1);
}

/* As many descriptors as we may: some eight a cell are kept, and more are open while one is made. */
static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* Only the service ends us, by its own end. No program inherits an ignored signal. */
static void reset_signals(void) {
    enum { LAST_SIGNAL = 64 };
    struct sigaction initial = {.sa_handler = SIG_DFL};
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (int number = 1; number <= LAST_SIGNAL; number++) sigaction(number, &initial, NULL);
}

static _Noreturn void serve(void) {
    csb_slim();
    reset_signals();
    prctl(PR_SET_NAME, CSB_WARDEN);
    ck_schedule(CK_PROMPT);
    prctl(PR_SET_DUMPABLE, 0);
    raise_descriptor_limit();
    if (csb_note_rlimits() == -1) _exit(1);
    if (csb_empty_bounding_set() == -1) _exit(1);
    start_mounter();
    csb_keep_capabilities(needed);
    int ends = watch_children();
    struct pollfd events[2] = {{.fd = SOCKET, .events = POLLIN}, {.fd = ends, .events = POLLIN}};
    int leaving = 0;
    while (poll(events, 2, leaving > 0 ? RETRY_MILLISECONDS : -1) != -1) {
        struct signalfd_siginfo information;
        while (read(ends, &information, sizeof information) > 0) {
        }
        leaving = csb_cells_reap();
        if (kill(own.mounter, 0) == -1) clean_up();
        if (events[0].revents != 0) serve_frame();
    }
    _exit(1);
}

__attribute__((constructor)) static void become_warden(int count, char **arguments) {
    if (count == 1 && strcmp(arguments[0], CSB_WARDEN) == 0) serve();
}
