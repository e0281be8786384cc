private import CKernel
private import Glibc

extension ServiceUser {
    /// The calling process, which has one thread still, is this user from now on and for good: no capability,
    /// no other groups, nothing to gain by executing.
    /// - Throws: `SystemFailure` naming what was refused; the process must not go on then.
    package func become() throws(SystemFailure) {
        try Self.awaitOneThread()
        try becomeThread()
    }

    /// The same for the calling thread alone.
    /// - Throws: `SystemFailure` naming what was refused.
    package func becomeThread() throws(SystemFailure) {
        try check("leaving root") { ck_leave_privileges(user, group) }
    }

    /// Rights belong to threads: one that was forgotten would keep them. One that was joined is counted for
    /// a moment yet.
    private static func awaitOneThread() throws(SystemFailure) {
        for _ in 0..<patienceMilliseconds {
            if try DirectoryListing.names(in: "/proc/self/task").count == 1 { return }
            usleep(1000)
        }
        throw SystemFailure(call: "leaving root with several threads", errno: EBUSY)
    }

    private static let patienceMilliseconds = 5000
}
