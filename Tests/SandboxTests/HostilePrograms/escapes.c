/* Programs that want out: H28 to H48 where a refusal is the whole story. */
#include "hostile.h"

#include <linux/if_alg.h>

PROGRAM(h32_sockets) {
    static const int families[] = {2, 10, 16, 17, 38, 40, 15, 31, 44};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        SHUT(socket(families[i], SOCK_STREAM, 0));
        SHUT(socket(families[i], SOCK_DGRAM, 0));
        SHUT(socket(families[i], SOCK_RAW, 0));
        int pair[2];
        SHUT(socketpair(families[i], SOCK_STREAM, 0, pair));
    }
    return open_doors;
}

PROGRAM(h33_keyrings) {
    for (int ring = -1; ring > -8; ring--) SHUT(syscall(SYS_keyctl, 0, ring, 1));
    SHUT(syscall(SYS_keyctl, 22, -1, -5));
    SHUT(syscall(SYS_add_key, "user", "a", "b", 1, -4));
    SHUT(syscall(SYS_request_key, "user", "a", NULL, -4));
    SHUT(open("/proc/keys", O_RDONLY));
    SHUT(open("/proc/key-users", O_RDONLY));
    return open_doors;
}

PROGRAM(h34_locks) {
    int file = open("/usr/bin/env", O_RDONLY);
    struct flock lock = {.l_type = F_WRLCK};
    SHUT(flock(file, LOCK_EX | LOCK_NB));
    SHUT(flock(file, LOCK_SH | LOCK_NB));
    SHUT(fcntl(file, F_SETLEASE, F_RDLCK));
    SHUT(fcntl(file, F_NOTIFY, DN_ACCESS));
    SHUT(fcntl(file, F_OFD_SETLK, &lock));
    SHUT(fcntl(file, F_OFD_GETLK, &lock));
    SHUT(fcntl(file, F_GETLK, &lock));
    SHUT(fcntl(file, F_SETLK, &lock));
    SHUT(inotify_init1(0));
    SHUT(syscall(SYS_fanotify_init, 0, 0));
    return open_doors;
}

PROGRAM(h36_proc) {
    static const char *const hidden[] = {
        "/proc/loadavg", "/proc/meminfo", "/proc/stat", "/proc/cpuinfo", "/proc/uptime", "/proc/locks",
        "/proc/sys", "/proc/net/unix", "/proc/diskstats", "/proc/vmstat", "/proc/cgroups", "/proc/kallsyms",
        "/proc/modules", "/proc/kcore", "/proc/sysrq-trigger", "/proc/1/status", "/proc/1/environ",
        "/proc/1/cmdline", "/sys", "/run", "/home", "/etc/shadow", "/etc/hostname", "/etc/resolv.conf",
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        door(hidden[i], open(hidden[i], O_RDONLY) >= 0);
    }
    return open_doors;
}

PROGRAM(h39_namespaces) {
    static const unsigned long kinds[] = {
        CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP,
    };
    struct {
        uint64_t flags, rest[10];
    } arguments = {CLONE_NEWUSER, {0}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        SHUT(unshare(kinds[i]));
        SHUT(syscall(SYS_clone, kinds[i] | SIGCHLD, 0, 0, 0, 0));
    }
    SHUT(unshare(0x80));
    SHUT(syscall(SYS_clone3, &arguments, 64));
    return open_doors;
}

PROGRAM(h40_mounts) {
    SHUT(mount("a", "/tmp", "tmpfs", 0, NULL));
    SHUT(mount("/usr", "/box", NULL, MS_BIND, NULL));
    SHUT(mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL));
    SHUT(mount("proc", "/tmp", "proc", 0, NULL));
    SHUT(mount("cgroup", "/tmp", "cgroup2", 0, NULL));
    SHUT(umount2("/box", MNT_DETACH));
    SHUT(syscall(SYS_pivot_root, ".", "."));
    SHUT(chroot("."));
    for (int number = 428; number <= 433; number++) SHUT(syscall(number, -100, "/", 1));
    SHUT(syscall(442, -100, "/", 0, NULL, 0));
    SHUT(syscall(SYS_swapon, "/box/x", 0));
    return open_doors;
}

PROGRAM(h41_processes) {
    struct iovec part = {block, 8};
    SHUT(ptrace(PTRACE_TRACEME, 0, 0, 0));
    SHUT(ptrace(PTRACE_ATTACH, 1, 0, 0));
    SHUT(ptrace(PTRACE_SEIZE, 1, 0, 0));
    SHUT(kill(1, SIGKILL));
    SHUT(kill(1, SIGSTOP));
    SHUT(syscall(SYS_process_vm_readv, 1, &part, 1, &part, 1, 0));
    SHUT(syscall(SYS_process_vm_writev, 1, &part, 1, &part, 1, 0));
    SHUT(syscall(SYS_kcmp, 1, getpid(), 0, 0, 0));
    int init = (int)syscall(SYS_pidfd_open, 1, 0);
    SHUT(syscall(SYS_pidfd_getfd, init, 0, 0));
    SHUT(syscall(SYS_pidfd_send_signal, init, SIGKILL, NULL, 0));
    SHUT(open("/proc/1/mem", O_RDWR));
    SHUT(open("/proc/self/mem", O_RDWR));
    return open_doors;
}

PROGRAM(h42_doors_through_proc) {
    static const char *const paths[] = {
        "/proc/1/root", "/proc/1/cwd", "/proc/1/exe", "/proc/1/fd/0", "/proc/1/ns/mnt", "/proc/1/maps",
        "/proc/self/root/../etc/shadow", "/proc/self/cwd/../../../etc/shadow", "/../../etc/shadow",
        "/proc/sys/kernel/core_pattern", "/proc/self/fd/3", "/proc/self/fd/9", "/proc/thread-self/fd/4",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) door(paths[i], open(paths[i], O_RDONLY) >= 0);
    static const char *const spaces[] = {"mnt", "user", "pid", "net", "ipc", "uts", "cgroup"};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/ns/%s", spaces[i]);
        int space = open(path, O_RDONLY);
        SHUT(setns(space, 0));
    }
    return open_doors;
}

PROGRAM(h43_handles) {
    struct {
        unsigned bytes;
        int type;
        unsigned inode[2];
    } handle = {8, 1, {2, 0}};
    int root = open("/", O_RDONLY), mount_id;
    SHUT(syscall(SYS_open_by_handle_at, root, &handle, O_RDONLY));
    SHUT(syscall(SYS_name_to_handle_at, AT_FDCWD, "/usr", &handle, &mount_id, 0));
    return open_doors;
}

PROGRAM(h44_devices) {
    SHUT(mknod("/tmp/disk", S_IFBLK | 0666, 0x800));
    SHUT(mknod("/tmp/memory", S_IFCHR | 0666, 0x101));
    static const char *const paths[] = {
        "/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/vda", "/dev/sda", "/dev/tty0", "/dev/tty1",
        "/dev/ptmx", "/dev/pts", "/dev/console", "/dev/fuse", "/dev/net/tun", "/dev/vsock",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) door(paths[i], open(paths[i], O_RDONLY) >= 0);
    SHUT(open("/dev/x", O_CREAT | O_RDWR, 0600));
    SHUT(unlink("/dev/null"));
    SHUT(chmod("/dev/null", 0600));
    SHUT(ioctl(0, 0x5412, "x"));
    SHUT(ioctl(0, 0x541C, "\3"));
    return open_doors;
}

PROGRAM(h44_the_root) {
    SHUT(open("/etc/passwd", O_WRONLY));
    SHUT(open("/usr/x", O_CREAT | O_WRONLY, 0600));
    SHUT(open("/x", O_CREAT | O_WRONLY, 0600));
    SHUT(mkdir("/usr/lib/x", 0700));
    SHUT(rename("/usr/bin/env", "/tmp/env"));
    SHUT(link("/usr/bin/env", "/tmp/env"));
    SHUT(chown("/box", 0, 0));
    SHUT(setuid(0));
    SHUT(setgid(0));
    SHUT(syscall(SYS_setgroups, 0, NULL));
    SHUT(syscall(SYS_setxattr, "/box", "user.x", "y", 1, 0));
    SHUT(utimensat(AT_FDCWD, "/usr/bin/env", NULL, 0));
    return open_doors;
}

PROGRAM(h44_kernel_interfaces) {
    SHUT(syscall(SYS_bpf, 0, NULL, 0));
    SHUT(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
    SHUT(syscall(SYS_userfaultfd, 0));
    SHUT(syscall(SYS_userfaultfd, 1));
    for (int number = 425; number <= 427; number++) SHUT(syscall(number, 1, NULL, 0, 0));
    SHUT(syscall(SYS_init_module, block, 0, ""));
    SHUT(syscall(SYS_finit_module, 0, "", 0));
    SHUT(syscall(SYS_reboot, 0, 0, 0, NULL));
    SHUT(syscall(SYS_kexec_load, 0, 0, NULL, 0));
    SHUT(syscall(SYS_syslog, 3, block, 8));
    SHUT(personality(ADDR_NO_RANDOMIZE));
    SHUT(syscall(SYS_modify_ldt, 0, block, 8));
    SHUT(syscall(SYS_iopl, 3));
    SHUT(syscall(SYS_quotactl, 0, NULL, 0, NULL));
    SHUT(syscall(SYS_acct, NULL));
    SHUT(syscall(SYS_seccomp, 0, 0, NULL));
    SHUT(sethostname("x", 1));
    SHUT(syscall(SYS_move_pages, 1, 0, NULL, NULL, NULL, 0));
    return open_doors;
}

/* Code may come from memory; it is no freer than its parent. */
PROGRAM(h45_from_memory) {
    int self = open("/proc/self/exe", O_RDONLY), copy = memfd_create("copy", MFD_CLOEXEC);
    ssize_t count;
    while ((count = read(self, block, sizeof block)) > 0) write(copy, block, (size_t)count);
    char *arguments[] = {"copy", "h40_mounts", NULL};
    syscall(SYS_execveat, copy, "", arguments, NULL, 0x1000);
    return 99;
}

static int executes(const char *path, const void *bytes, size_t count) {
    int file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
    write(file, bytes, count);
    close(file);
    char *arguments[] = {(char *)path, NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execv(path, arguments);
        _exit(111);
    }
    int status;
    waitpid(pid, &status, 0);
    return !(WIFSIGNALED(status) || WEXITSTATUS(status) == 111);
}

PROGRAM(h45_odd_executables) {
    static unsigned char elf[200] = {0x7F, 'E', 'L', 'F', 2, 1, 1};
    unsigned short kind[2] = {2, 62}, sizes[3] = {64, 56, 1};
    uint64_t header[3] = {1, 0x400000, 64}, interpreter[5] = {120, 0, 0, 9, 9};
    memcpy(elf + 16, kind, 4);
    memcpy(elf + 20, header, 24);
    memcpy(elf + 52, sizes, 6);
    elf[64] = 3;
    memcpy(elf + 72, interpreter, 40);
    memcpy(elf + 120, "/box/elf", 9);
    door("its own interpreter", executes("/box/elf", elf, sizeof elf));
    memcpy(elf + 120, "/proc/\0\0", 9);
    door("a directory as interpreter", executes("/box/elf", elf, sizeof elf));
    door("a script that interprets itself", executes("/box/loop", "#!/box/loop\n", 12));
    door("an empty program", executes("/box/empty", "", 0));
    return open_doors;
}

PROGRAM(h46_int80) {
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
    return 0;
}

PROGRAM(h46_x32) { return (int)syscall(0x40000000 + SYS_getpid) * 0; }

PROGRAM(h47_descriptors) {
    for (int i = 3; i < 4096; i++) SHUT(fcntl(i, F_GETFD));
    close(0);
    close(1);
    char *arguments[] = {"true", NULL};
    struct msghdr message = {0};
    for (int i = 0; i < 64; i++) {
        if (i != 2) SHUT(sendmsg(i, &message, 0));
    }
    if (open_doors == 0) execv("/bin/true", arguments);
    return open_doors;
}

/* What a supervisor that follows /proc or inherits sockets would stumble over. */
PROGRAM(h47_gifts) {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    for (int i = 0; i < 3; i++) dup2(pair[0], i);
    write(0, block, 64);
    for (int i = 0; i < 3; i++) close(i);
    kill(getppid(), SIGUSR1);
    kill(-1, SIGUSR2);
    return 0;
}

PROGRAM(h48_daemon) {
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            for (int i = 0; i < 3; i++) close(i);
            for (;;) pause();
        }
        _exit(0);
    }
    return 0;
}

PROGRAM(h48_core) {
    struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};
    SHUT(setrlimit(RLIMIT_CORE, &most));
    prctl(PR_SET_DUMPABLE, 1);
    if (open_doors == 0) abort();
    return open_doors;
}
