/* A run's own file system: a tmpfs, and the view of it that its owner in the service has.
 *
 * In the view what belongs to the run's user is the service's, both ways (an idmapped mount). So a service
 * without any right fills a box before the program is there and reads it when all its processes are dead,
 * whatever the program did to modes and owners.
 */
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- numbers as text; nothing here may allocate ------------------------------------------------------- */

enum { DIGITS = 24 };

static char *digits(char text[DIGITS], uint64_t number) {
    char *first = text + DIGITS - 1;
    *first = '\0';
    do *--first = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    return first;
}

int csb_write_number(int fd, uint64_t number) {
    char text[DIGITS];
    const char *first = digits(text, number);
    size_t length = strlen(first);
    return write(fd, first, length) == (ssize_t)length ? 0 : -1;
}

int csb_are_sound(const struct csb_limits *limits) {
    return limits->memory_bytes >= CSB_LEAST_MEMORY && limits->memory_bytes <= CSB_MOST_MEMORY
        && limits->processes >= 1 && limits->processes <= CSB_MOST_PROCESSES && limits->disk_bytes >= 4096
        && limits->disk_bytes <= CSB_MOST_DISK && limits->inodes >= 16 && limits->inodes <= CSB_MOST_INODES;
}

/* --- the tmpfs ------------------------------------------------------------------------------------------ */

static int configure(int context, const struct csb_limits *limits) {
    char text[DIGITS];
    if (fsconfig(context, FSCONFIG_SET_STRING, "size", digits(text, limits->disk_bytes), 0) == -1) return -1;
    return fsconfig(context, FSCONFIG_SET_STRING, "nr_inodes", digits(text, limits->inodes), 0);
}

static int closing(int fd, int result) {
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

static int new_tmpfs(const struct csb_limits *limits) {
    int context = fsopen("tmpfs", FSOPEN_CLOEXEC);
    if (context == -1) return -1;
    int root = -1;
    if (configure(context, limits) == 0 && fsconfig(context, FSCONFIG_SET_STRING, "mode", "0755", 0) == 0
        && fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0) {
        root = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    }
    return closing(context, root);
}

int csb_resize_tmpfs(int directory, const char *path, const struct csb_limits *limits) {
    int context = fspick(directory, path, FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
    if (context == -1) return -1;
    int result = configure(context, limits);
    if (result == 0) result = fsconfig(context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
    return closing(context, result);
}

/* --- what is in it from the start ---------------------------------------------------------------------- */

static int fill(int root, uint32_t user) {
    const struct {
        const char *path;
        dev_t device;
    } devices[] = {
        {"dev/null", makedev(1, 3)}, {"dev/zero", makedev(1, 5)}, {"dev/full", makedev(1, 7)},
        {"dev/random", makedev(1, 8)}, {"dev/urandom", makedev(1, 9)}, {"dev/tty", makedev(5, 0)}};
    static const char *const links[][2] = {
        {"/proc/self/fd", "dev/fd"}, {"/proc/self/fd/0", "dev/stdin"}, {"/proc/self/fd/1", "dev/stdout"},
        {"/proc/self/fd/2", "dev/stderr"}, {"/tmp", "dev/shm"}};
    if (mkdirat(root, "box", 0755) == -1 || mkdirat(root, "tmp", 01777) == -1
        || mkdirat(root, "dev", 0755) == -1) {
        return -1;
    }
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        if (mknodat(root, devices[i].path, S_IFCHR | 0666, devices[i].device) == -1) return -1;
    }
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        if (symlinkat(links[i][0], root, links[i][1]) == -1) return -1;
    }
    return fchownat(root, "box", user, user, AT_SYMLINK_NOFOLLOW);
}

int csb_new_workspace(const struct csb_limits *limits, uint32_t user) {
    int root = new_tmpfs(limits);
    if (root == -1) return -1;
    mode_t mask = umask(0); /* everything gets the permissions that it is made with */
    int result = fill(root, user);
    umask(mask);
    return result == 0 ? root : closing(root, -1);
}

/* --- the owner's view ---------------------------------------------------------------------------------- */

static int write_map(int process, const char *file, uint32_t inside, uint32_t outside) {
    char text[3 * DIGITS];
    char number[DIGITS];
    size_t length = 0;
    const uint32_t numbers[] = {inside, outside, 1};
    for (int i = 0; i < 3; i++) {
        const char *first = digits(number, numbers[i]);
        size_t count = strlen(first);
        memcpy(text + length, first, count);
        text[length + count] = ' ';
        length += count + 1;
    }
    int map = openat(process, file, O_WRONLY | O_CLOEXEC);
    if (map == -1) return -1;
    return closing(map, write(map, text, length - 1) == (ssize_t)length - 1 ? 0 : -1);
}

static int open_process(int proc, pid_t pid) {
    char text[DIGITS];
    return openat(proc, digits(text, (uint64_t)pid), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* A user namespace lives as long as a process or a descriptor: a child makes it, and ends. */
int csb_new_map(int proc, uint32_t user, uint32_t owner, uint32_t group) {
    prctl(PR_SET_DUMPABLE, 1); /* the child's, so that nobody needs a right to look at its namespace */
    pid_t child = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        for (;;) pause();
    }
    int error = errno;
    prctl(PR_SET_DUMPABLE, 0);
    errno = error;
    if (child == -1) return -1;
    int map = -1;
    int process = open_process(proc, child);
    if (process != -1 && write_map(process, "uid_map", user, owner) == 0
        && write_map(process, "gid_map", user, group) == 0) {
        map = openat(process, "ns/user", O_RDONLY | O_CLOEXEC);
    }
    error = errno;
    if (process != -1) close(process);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    errno = error;
    return map;
}

int csb_map_tree(int tree, int map) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)map};
    int view = open_tree(tree, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (view == -1) return -1;
    int result = (int)syscall(SYS_mount_setattr, view, "", AT_EMPTY_PATH, &attributes, sizeof attributes);
    return result == 0 ? view : closing(view, -1);
}
