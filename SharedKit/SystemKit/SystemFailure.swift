private import Glibc

/// A system call that failed: which one, and the `errno` it left.
package struct SystemFailure: Error, Equatable, CustomStringConvertible {
    /// The call as one would look it up in section 2 of the manual, e.g. `"mount"`.
    package let call: String
    /// The value of `errno` right after the call.
    package let errno: CInt

    /// Names a failed call.
    package init(call: String, errno: CInt) {
        self.call = call
        self.errno = errno
    }

    /// For people, e.g. `"mount: Operation not permitted (errno 1)"`.
    package var description: String { "\(call): \(String(cString: strerror(errno))) (errno \(errno))" }
}

/// Runs a system call that returns -1 on failure, retrying it while a signal interrupts it.
/// - Throws: `SystemFailure` with the call's name and `errno`.
@discardableResult
package func check<Result: FixedWidthInteger & SignedInteger>(
    _ call: StaticString, _ body: () -> Result
) throws(SystemFailure) -> Result {
    while true {
        let result = body()
        if result != -1 { return result }
        let code = errno
        if code != EINTR { throw SystemFailure(call: "\(call)", errno: code) }
    }
}
