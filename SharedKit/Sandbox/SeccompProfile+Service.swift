private import Glibc

extension SeccompProfile {
    /// A service that has given up its rights: everything but what is only of use to get some again.
    ///
    /// `clone3` hides its flags from a filter, so it is not there, and the C library goes back to `clone`.
    static let service = SeccompProfile(
        allowed: [],
        conditional: conditions.filter { $0.call == "clone" } + [
            Condition(call: "clone3", argument: 0, mask: 0, values: [1], passes: true, errno: ENOSYS)
        ],
        refused: [
            "mount", "umount2", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount", "fspick",
            "open_tree", "move_mount", "mount_setattr", "setns", "unshare", "ptrace", "process_vm_readv",
            "process_vm_writev", "pidfd_getfd", "kcmp", "bpf", "perf_event_open", "userfaultfd", "keyctl",
            "add_key", "request_key", "io_uring_setup", "io_uring_enter", "io_uring_register",
            "open_by_handle_at", "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid",
            "setfsuid", "setfsgid", "setgroups", "capset", "init_module", "finit_module", "delete_module",
            "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "settimeofday", "clock_settime",
            "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "iopl", "ioperm", "syslog", "acct",
            "quotactl", "lookup_dcookie", "modify_ldt", "vhangup", "fanotify_init", "nfsservctl", "uselib",
        ])
}
