internal import Contracts
private import Glibc
private import SystemKit

/// Listening sockets that the supervisor (or systemd) has bound and passed down: descriptors from 3 on,
/// announced by LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES (sd_listen_fds(3)).
enum InheritedSockets {
    private static let first: CInt = 3

    /// The sockets, or none when none were announced to this very process.
    /// - Throws: `ConfigurationFault` for an announcement that makes no sense, `SystemFailure` for a
    ///   descriptor that
    ///   is not a socket.
    static func take(_ configuration: Configuration) throws -> [ListenAddress] {
        guard let announced = configuration.text("LISTEN_FDS") else { return [] }
        if let process = configuration.text("LISTEN_PID"), process != "\(getpid())" { return [] }
        guard let count = CInt(announced), (0...16).contains(count) else {
            throw ConfigurationFault("LISTEN_FDS", "expected a number of sockets from 0 to 16")
        }
        let names = configuration.text("LISTEN_FDNAMES")?.split(separator: ":").map(String.init) ?? []
        return try (0..<count).map { index in
            let descriptor = first + index
            try check("fcntl") { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            try check("listen") { listen(descriptor, ListeningSocket.backlog) }
            let name = Int(index) < names.count ? names[Int(index)] : "tcp"
            return .inherited(descriptor: descriptor, name: name)
        }
    }
}
