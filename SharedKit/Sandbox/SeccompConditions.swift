private import Glibc

/// Calls that are harmless with some arguments only.
extension SeccompProfile {
    /// Namespaces, CLONE_NEWTIME excepted: clone shares that bit with the exit signal.
    private static let cloneNamespaces: UInt32 = 0x7E02_0000
    /// TIOCSTI types into a terminal, TIOCLINUX pastes; TIOCSETD loads line disciplines.
    private static let terminalTricks: [UInt32] = [0x5412, 0x541C, 0x5423]
    /// F_GETLK, F_OFD_GETLK, F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ: they tell of others or take kernel memory.
    private static let fcntlAlways: [UInt32] = [5, 36, 1024, 1026, 1031]
    /// F_OFD_SETLK, F_OFD_SETLKW: nobody needs them for files of a run's own.
    private static let fcntlLocks: [UInt32] = [37, 38]
    /// POSIX_FADV_DONTNEED.
    private static let forgetPages: UInt32 = 4
    /// RWF_NOWAIT.
    private static let onlyCached: UInt32 = 8

    /// What both profiles ask.
    static let conditions: [Condition] = [
        Condition(call: "clone", argument: 0, mask: cloneNamespaces, values: [0], passes: true, errno: EPERM),
        Condition(
            call: "socket", argument: 0, values: [UInt32(AF_UNIX)], passes: true, errno: EAFNOSUPPORT),
        Condition(
            call: "socketpair", argument: 0, values: [UInt32(AF_UNIX)], passes: true,
            errno: EAFNOSUPPORT),
        // Advice may be ignored, so it is: what one run throws out of the page cache, another could miss.
        Condition(call: "fadvise64", argument: 3, values: [forgetPages], passes: false, errno: 0),
        // "Only if it is cached" is a question about what others have read.
        Condition(
            call: "preadv2", argument: 5, mask: onlyCached, values: [0], passes: true, errno: EOPNOTSUPP),
        Condition(call: "ioctl", argument: 1, values: terminalTricks, passes: false, errno: EPERM),
    ]

    /// No lock may carry a bit to a sandbox beside.
    static let runConditions: [Condition] = [
        Condition(
            call: "fcntl", argument: 1, values: fcntlAlways + fcntlLocks, passes: false, errno: EPERM)
    ]

    /// Build tools lock their own files.
    static let compileConditions: [Condition] = [
        Condition(call: "fcntl", argument: 1, values: fcntlAlways, passes: false, errno: EPERM)
    ]
}
