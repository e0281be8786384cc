private import Glibc

/// An open file descriptor with exactly one owner; closed when the owner goes away.
package struct FD: ~Copyable, Sendable {
    /// The number, valid as long as the owner lives.
    package let number: CInt

    /// Takes ownership of an open descriptor.
    package init(owning number: CInt) {
        precondition(number >= 0, "an owned descriptor is open")
        self.number = number
    }

    deinit { Glibc.close(number) }

    /// Gives the descriptor up: the caller closes it.
    package consuming func release() -> CInt {
        let number = number
        discard self
        return number
    }

    /// Closes now and says so when the kernel reports a late write error.
    /// - Throws: `SystemFailure` from `close`; the descriptor is gone all the same.
    package consuming func close() throws(SystemFailure) {
        let number = release()
        if Glibc.close(number) == -1 && errno != EINTR { throw SystemFailure(call: "close", errno: errno) }
    }

    /// Writes all of `bytes`, however many calls it takes.
    package func write(_ bytes: [UInt8]) throws(SystemFailure) {
        var start = 0
        while start < bytes.count {
            start += try check("write") {
                bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress! + start, bytes.count - start) }
            }
        }
    }
}
