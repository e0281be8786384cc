private import Glibc

/// Bounds of the compiler service.
package enum Limits {
    /// Tools that run at once: compilers are limited by the processor.
    package static let width = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    /// Requests that wait for a tool; at 0.3 s each the last of 64 on two cores waits 10 s.
    package static let waiting = 64
    /// Bytes that a tool may write into its box: objects and a program.
    static let diskBytes = 512 << 20
    /// Files that a tool may make.
    static let inodes = 16_384
    /// Bytes of output that are read for diagnostics.
    static let outputBytes = 2 << 20
    /// Bytes of all entries of a directory artifact's archive header by header.
    static let archiveFiles = 2048
}
