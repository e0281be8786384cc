package import Glibc

/// A bound and listening socket that outlives the processes which serve on it; closed with its last owner.
package final class ListeningSocket {
    private let descriptor: FD

    /// Connections that queue while their service restarts; the kernel cuts it to `somaxconn`.
    package static let backlog: CInt = 1024
    /// Bytes of a path in a Unix socket address, with its NUL (unix(7)).
    package static let pathBytes = 108

    /// The descriptor to hand down.
    package var number: CInt { descriptor.number }

    private init(_ descriptor: consuming FD) { self.descriptor = descriptor }

    /// Listens on a TCP port of the given IPv4 address; port 0 takes a free one.
    /// - Throws: `SystemFailure` with `EADDRINUSE` when another process has the port.
    package static func tcp(
        port: Int,
        address: String = "127.0.0.1"
    ) throws(SystemFailure) -> ListeningSocket {
        precondition((0...65535).contains(port), "a TCP port has 16 bits")
        let descriptor = try newSocket(AF_INET)
        let number = descriptor.number
        var yes: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        try check("setsockopt") { setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, size) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = in_port_t(port).bigEndian
        guard inet_pton(AF_INET, address, &name.sin_addr) == 1 else {
            throw SystemFailure(call: "inet_pton \(address)", errno: EINVAL)
        }
        try check("bind") { withAddress(&name) { bind(number, $0, $1) } }
        try check("listen") { listen(number, backlog) }
        return ListeningSocket(descriptor)
    }

    /// Listens on a Unix socket that only its owner may connect to; a file left by an earlier life is
    /// replaced.
    package static func unix(_ path: String) throws(SystemFailure) -> ListeningSocket {
        guard var name = unixAddress(path) else {
            throw SystemFailure(call: "bind \(path)", errno: ENAMETOOLONG)
        }
        let descriptor = try newSocket(AF_UNIX)
        let number = descriptor.number
        if unlink(path) == -1 && errno != ENOENT { throw SystemFailure(call: "unlink \(path)", errno: errno) }
        guard withAddress(&name, { bind(number, $0, $1) }) == 0 else {
            throw SystemFailure(call: "bind \(path)", errno: errno)
        }
        try check("chmod") { chmod(path, 0o600) }
        try check("listen") { listen(number, backlog) }
        return ListeningSocket(descriptor)
    }

    /// A descriptor of the same socket that somebody else is to close.
    package func another() throws(SystemFailure) -> CInt {
        try check("dup") { fcntl(number, F_DUPFD_CLOEXEC, 0) }
    }
}

private func newSocket(_ family: CInt, flags: CInt = 0) throws(SystemFailure) -> FD {
    let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | flags
    return FD(owning: try check("socket") { socket(family, kind, 0) })
}

/// The address of a Unix socket, or nil when the path does not fit.
package func unixAddress(_ path: String) -> sockaddr_un? {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count < ListeningSocket.pathBytes else { return nil }
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
    return name
}

/// Calls `body` with an address of any family as the socket calls want it.
package func withAddress<Address, Result>(
    _ address: inout Address,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    let size = socklen_t(MemoryLayout<Address>.size)
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
    }
}

/// A connection to a Unix socket, or nil when nobody listens there.
/// - Parameter isBlocking: false for use in an event loop.
package func connectUnix(_ path: String, isBlocking: Bool = true) throws(SystemFailure) -> FD {
    guard var name = unixAddress(path) else {
        throw SystemFailure(call: "connect \(path)", errno: ENAMETOOLONG)
    }
    let descriptor = try newSocket(AF_UNIX, flags: isBlocking ? 0 : CInt(SOCK_NONBLOCK.rawValue))
    let number = descriptor.number
    try check("connect") { withAddress(&name) { connect(number, $0, $1) } }
    return descriptor
}
