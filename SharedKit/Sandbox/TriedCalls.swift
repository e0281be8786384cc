private import CSeccomp
private import Glibc

/// The system calls that a program and everything it started tried, each with how often.
///
/// Calls of another ABI end the program and are not among them: the verdict says so.
package struct TriedCalls: Sendable, Hashable {
    /// One system call.
    package struct Entry: Sendable, Hashable {
        /// Its number.
        package let number: Int
        /// How often it was tried.
        package var count = 0
        /// How often it was refused.
        package var refused = 0
        /// The error number of the newest refusal.
        package var errno: Int32?
        /// The first argument of the first refusal, as the kernel saw it: a number, or an address.
        package var firstArgument: UInt64?

        /// The kernel's name, e.g. `openat`; nil for a number that this machine has no name for.
        package var name: String? {
            guard let text = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), Int32(number)) else {
                return nil
            }
            defer { free(text) }
            return String(cString: text)
        }
    }

    /// Different numbers that are told apart; Linux has fewer than 500.
    package static let entries = 512

    /// By number.
    package private(set) var calls: [Int: Entry] = [:]
    /// Calls with numbers beyond those that are told apart; all of them were refused.
    package private(set) var leftOut = 0

    /// Nothing was tried.
    package init() {}

    /// Notes a call; `errno` is nil when it was let through.
    mutating func note(_ number: UInt32, errno: Int32?, firstArgument: UInt64) {
        let key = Int(number)
        guard calls[key] != nil || calls.count < Self.entries else {
            leftOut += 1
            return
        }
        var entry = calls[key] ?? Entry(number: key)
        entry.count += 1
        if let errno {
            if entry.refused == 0 { entry.firstArgument = firstArgument }
            entry.refused += 1
            entry.errno = errno
        }
        calls[key] = entry
    }
}
