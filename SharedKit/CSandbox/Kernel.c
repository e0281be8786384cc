/* The parent's side: calls that the Glibc module hides, each a thin wrapper that answers -1 and errno. */
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

int csb_template_begin(void) {
    if (unshare(CLONE_NEWNS | CLONE_NEWUTS) == -1) return -1;
    umask(022); /* this thread's alone since the unshare; programs of other users go through what it makes */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1) return -1;
    if (mount("sandbox", "/mnt", "tmpfs", MS_NOSUID, "mode=0755,size=1m,nr_inodes=1k") == -1) return -1;
    return chdir("/mnt");
}

int csb_template_seal(const char *hostname) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
    if (sethostname(hostname, strlen(hostname)) == -1) return -1;
    if (chdir("/mnt") == -1) return -1;
    if (syscall(SYS_pivot_root, ".", ".") == -1) return -1;
    if (umount2(".", MNT_DETACH) == -1) return -1;
    if (chdir("/") == -1) return -1;
    /* A child that another thread is just starting may hold our files open for writing until its exec. */
    struct timespec pause = {.tv_nsec = 1000000};
    for (int attempt = 0; attempt < 500; attempt++) {
        if (syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attributes, sizeof attributes) == 0) return 0;
        if (errno != EBUSY) return -1;
        nanosleep(&pause, NULL);
    }
    return -1;
}

static int clone_tree(int directory, const char *path, int flags) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    int tree = open_tree(directory, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
    if (tree == -1) return -1;
    flags = AT_EMPTY_PATH | (flags & AT_RECURSIVE);
    if (syscall(SYS_mount_setattr, tree, "", flags, &attributes, sizeof attributes) == -1) {
        int error = errno;
        close(tree);
        errno = error;
        return -1;
    }
    return tree;
}

int csb_clone_tree(const char *path) { return clone_tree(AT_FDCWD, path, AT_RECURSIVE); }

/* Kernels show themselves in these; a sandbox has its own or none. */
static int is_of_the_kernel(int fd) {
    static const unsigned long types[] = {
        PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, DEVPTS_SUPER_MAGIC,
        DEBUGFS_MAGIC, TRACEFS_MAGIC, SECURITYFS_MAGIC, BPF_FS_MAGIC, NSFS_MAGIC,
    };
    struct statfs system;
    if (fstatfs(fd, &system) == -1) return 1;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if ((unsigned long)system.f_type == types[i]) return 1;
    }
    return 0;
}

int csb_clone_opened(int fd) {
    int flags = fcntl(fd, F_GETFL);
    struct stat status;
    int is_right = flags != -1 && (flags & O_PATH) == 0 && (flags & O_ACCMODE) == O_RDONLY
        && fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
        && !is_of_the_kernel(fd);
    if (!is_right) {
        errno = EINVAL;
        return -1;
    }
    return clone_tree(fd, "", AT_EMPTY_PATH);
}

int csb_attach_tree(int tree, const char *target) {
    return move_mount(tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
}

int csb_new_network(int proc) {
    if (unshare(CLONE_NEWNET) == -1) return -1;
    return openat(proc, "thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

int csb_open_beneath(int root, const char *path) {
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

int csb_control_pair(int ends[2]) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends); }

int csb_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

ssize_t csb_send(
    int socket, const void *head, size_t head_size, const void *body, size_t body_size, const int *fds,
    int count) {
    return csb_send_marked(socket, head, head_size, body, body_size, fds, count, 0);
}

ssize_t csb_send_marked(
    int socket, const void *head, size_t head_size, const void *body, size_t body_size, const int *fds,
    int count, uint64_t flags) {
    char space[CMSG_SPACE(CSB_PARTS * sizeof(int))] = {0};
    struct iovec parts[2] = {
        {.iov_base = (void *)head, .iov_len = head_size}, {.iov_base = (void *)body, .iov_len = body_size}};
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = body_size == 0 ? 1 : 2};
    if (count > CSB_PARTS) {
        errno = EINVAL;
        return -1;
    }
    if (count > 0) {
        header.msg_control = space;
        header.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
        memcpy(CMSG_DATA(rights), fds, (size_t)count * sizeof(int));
    }
    ssize_t sent;
    do sent = syscall(SYS_sendmsg, socket, &header, flags | MSG_NOSIGNAL);
    while (sent == -1 && errno == EINTR);
    return sent;
}

/* The space for descriptors is what the caller has room for: the kernel closes the ones beyond it. */
ssize_t csb_receive(int socket, void *bytes, size_t size, int *fds, int room, int waits) {
    char space[CMSG_SPACE(CSB_PARTS * sizeof(int))];
    struct iovec part = {.iov_base = bytes, .iov_len = size};
    struct msghdr header = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = space,
        .msg_controllen = room == 0 ? 0 : CMSG_LEN((size_t)room * sizeof(int)),
    };
    for (int i = 0; i < room; i++) fds[i] = -1;
    ssize_t count;
    do count = recvmsg(socket, &header, MSG_CMSG_CLOEXEC | (waits ? 0 : MSG_DONTWAIT));
    while (count == -1 && errno == EINTR);
    struct cmsghdr *rights = count <= 0 || room == 0 ? NULL : CMSG_FIRSTHDR(&header);
    if (rights != NULL && rights->cmsg_type == SCM_RIGHTS) {
        size_t came = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds, CMSG_DATA(rights), (came > (size_t)room ? (size_t)room : came) * sizeof(int));
    }
    if (count <= 0 || (header.msg_flags & MSG_TRUNC) == 0) return count;
    for (int i = 0; i < room; i++) {
        if (fds[i] != -1) close(fds[i]);
        fds[i] = -1;
    }
    errno = EMSGSIZE;
    return -1;
}

int csb_wish(int control, const struct csb_wish *wish) {
    ssize_t sent;
    do sent = send(control, wish, sizeof *wish, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent == -1 && errno == EINTR);
    return sent == -1 ? -1 : 0;
}

int csb_is_abandoned(int socket) {
    struct pollfd end = {.fd = socket};
    return poll(&end, 1, 0) == 1 && (end.revents & POLLHUP) != 0;
}

int csb_exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
int csb_signal_of(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

int csb_epoll(void) { return epoll_create1(EPOLL_CLOEXEC); }

int csb_watch(int epoll, int fd, uint64_t token, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int csb_unwatch(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); }

int csb_wait(int epoll, struct csb_ready *ready, int capacity) {
    struct epoll_event events[64];
    int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, -1);
    for (int i = 0; i < count; i++) {
        ready[i].token = events[i].data.u64;
        ready[i].events = events[i].events;
    }
    return count;
}

int csb_timer(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK); }

int csb_arm(int timer, uint64_t nanoseconds) {
    struct itimerspec when = {
        .it_value = {
            .tv_sec = (time_t)(nanoseconds / 1000000000u), .tv_nsec = (long)(nanoseconds % 1000000000u)}};
    return timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

int csb_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int csb_free_space(int fd, uint64_t *blocks, uint64_t *inodes) {
    struct statfs space;
    if (fstatfs(fd, &space) == -1) return -1;
    *blocks = space.f_bavail;
    *inodes = space.f_ffree;
    return 0;
}

int csb_open_terminal(int ends[2]) {
    int screen = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (screen == -1) return -1;
    int locked = 0;
    int program = -1;
    struct termios modes;
    if (ioctl(screen, TIOCSPTLCK, &locked) == 0) {
        /* Without a path: which file systems are mounted where is not asked. */
        program = ioctl(screen, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    if (program != -1 && tcgetattr(program, &modes) == 0) {
        modes.c_iflag |= IUTF8;
        if (tcsetattr(program, TCSANOW, &modes) == 0) {
            ends[0] = screen;
            ends[1] = program;
            return 0;
        }
    }
    int error = errno;
    if (program != -1) close(program);
    close(screen);
    errno = error;
    return -1;
}

int csb_resize_terminal(int screen, unsigned columns, unsigned rows) {
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    return ioctl(screen, TIOCSWINSZ, &size);
}

int csb_signal_terminal(int screen, int number) { return ioctl(screen, TIOCSIG, number); }
