/// The system calls a sandboxed program may make: an allow-list, as data.
///
/// What is not named answers `ENOSYS`, so that programs fall back as on an older kernel; what is named in
/// `refused` answers `EPERM`, because programs expect that of a right they do not have. Calls of another
/// ABI (32-bit `int 0x80`, x32) end the program. Newer kernels let `uretprobe` and `uprobe` past every
/// filter; they do nothing but end a program that is not being probed.
///
/// No bit is to go from one sandbox to another. Namespaces see to names and numbers, a tmpfs of each run's
/// own to files and devices; what is left are inodes that all see, read-only: the system's. On those `flock`
/// and leases are refused; `F_SETLK` is not, because programs lock their own files: a read-only file takes
/// read locks only, which never meet, and `F_GETLK`, which would tell of them, is refused. So are file
/// events (inotify) and questions to the page cache (`RWF_NOWAIT`, `cachestat`); emptying it has no effect.
///
/// Residual channels, shared by all sandboxes on one kernel whatever is filtered (`PairTests` shows them):
/// - `sysinfo`: the machine's processes, load and free memory. Runtimes size their heaps by it.
/// - numbers the kernel hands out to all: inodes of pipes and sockets, socket cookies, mounts, namespaces.
/// - time: processors, caches and the page cache are warm or busy because of others; free blocks of the
///   host's file system in `statfs("/usr")`.
/// - between two *compile* sandboxes only: `flock` on shared inodes, which build tools cannot do without.
struct SeccompProfile: Sendable {
    /// Allowed with any arguments.
    let allowed: [String]
    /// Allowed only when the condition holds, else the answer is `errno`.
    let conditional: [Condition]
    /// Answered with `EPERM`.
    let refused: [String]

    /// An argument whose low 32 bits, masked, must be one of some values, or must be none of them.
    struct Condition: Sendable {
        let call: String
        let argument: Int
        var mask: UInt32 = .max
        let values: [UInt32]
        /// True: only these values pass. False: these do not pass.
        let passes: Bool
        let errno: Int32
    }

    /// The rules of a profile.
    static func rules(of profile: SandboxProfile) -> SeccompProfile {
        switch profile {
        case .run, .report:
            SeccompProfile(
                allowed: common, conditional: conditions + runConditions, refused: refusals + ["flock"])
        case .compile:
            SeccompProfile(
                allowed: common + ["flock"], conditional: conditions + compileConditions, refused: refusals)
        }
    }

    private static let common =
        files + directories + memory + processes + signals + time + waiting + sockets + identity

    private static let files: [String] = [
        "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev",
        "pwritev2", "open", "openat", "openat2", "creat", "close", "close_range", "lseek", "fstat", "stat",
        "lstat", "newfstatat", "statx", "statfs", "fstatfs", "access", "faccessat", "faccessat2",
        "readlink", "readlinkat", "dup", "dup2", "dup3", "truncate", "ftruncate", "fallocate", "fsync",
        "fdatasync", "sync_file_range", "sendfile", "splice", "tee", "copy_file_range",
        "readahead", "umask", "chmod", "fchmod", "fchmodat", "fchmodat2", "utime", "utimes", "utimensat",
        "futimesat", "pipe", "pipe2", "getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr",
        "flistxattr", "memfd_create",
    ]
    private static let directories: [String] = [
        "getcwd", "chdir", "fchdir", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename",
        "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "getdents", "getdents64",
    ]
    private static let memory: [String] = [
        "mmap", "munmap", "mprotect", "mremap", "madvise", "brk", "msync", "mincore", "mlock", "munlock",
        "mlock2", "mlockall", "munlockall", "membarrier", "pkey_alloc", "pkey_free", "pkey_mprotect",
        "get_mempolicy", "mseal",
    ]
    private static let processes: [String] = [
        "fork", "vfork", "execve", "execveat", "exit", "exit_group", "wait4", "waitid", "getpid", "getppid",
        "gettid", "getpgid", "getpgrp", "setpgid", "getsid", "setsid", "set_tid_address", "set_robust_list",
        "get_robust_list", "arch_prctl", "rseq", "futex", "futex_waitv", "sched_yield", "sched_getaffinity",
        "sched_setaffinity", "sched_getparam", "sched_getscheduler", "sched_get_priority_max",
        "sched_get_priority_min", "sched_rr_get_interval", "sched_getattr", "getpriority", "getcpu",
        "getrlimit", "setrlimit", "prlimit64", "getrusage", "times", "uname", "sysinfo", "prctl",
        "pidfd_open", "pidfd_send_signal", "restart_syscall", "capget",
    ]
    private static let signals: [String] = [
        "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait",
        "rt_sigqueueinfo", "rt_tgsigqueueinfo", "rt_sigsuspend", "sigaltstack", "kill", "tkill", "tgkill",
        "pause", "signalfd", "signalfd4", "alarm", "getitimer", "setitimer",
    ]
    private static let time: [String] = [
        "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
        "timer_create", "timer_settime", "timer_gettime", "timer_getoverrun", "timer_delete",
        "timerfd_create", "timerfd_settime", "timerfd_gettime",
    ]
    private static let waiting: [String] = [
        "poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",
        "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2",
    ]
    private static let sockets: [String] = [
        "bind", "connect", "listen", "accept", "accept4", "sendto", "recvfrom", "sendmsg", "recvmsg",
        "sendmmsg", "recvmmsg", "shutdown", "getsockname", "getpeername", "getsockopt", "setsockopt",
        "shmget", "shmat", "shmdt", "shmctl", "semget", "semop", "semctl", "semtimedop", "msgget", "msgsnd",
        "msgrcv", "msgctl",
    ]
    private static let identity: [String] = [
        "getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid", "getgroups", "getrandom",
    ]

    private static let refusals: [String] = [
        "mount", "umount2", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount", "fspick", "open_tree",
        "move_mount", "mount_setattr", "setns", "unshare", "ptrace", "process_vm_readv",
        "process_vm_writev", "pidfd_getfd", "kcmp", "bpf", "perf_event_open", "userfaultfd", "keyctl",
        "add_key", "request_key", "io_uring_setup", "io_uring_enter", "io_uring_register",
        "open_by_handle_at", "name_to_handle_at", "mknod", "mknodat", "setuid", "setgid", "setreuid",
        "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "setgroups", "capset", "chown",
        "fchown", "lchown", "fchownat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr",
        "fremovexattr", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
        "reboot", "swapon", "swapoff", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex",
        "sethostname", "setdomainname", "iopl", "ioperm", "syslog", "acct", "quotactl", "lookup_dcookie",
        "personality", "modify_ldt", "vhangup", "sched_setscheduler", "sched_setattr", "sched_setparam",
        "setpriority", "ioprio_set", "fanotify_init", "fanotify_mark", "mbind", "set_mempolicy",
        "migrate_pages", "move_pages", "process_madvise", "process_mrelease", "mq_open", "mq_unlink",
        "vmsplice", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp",
        "nfsservctl", "uselib",
    ]
}
