internal import Contracts
private import Glibc
private import SystemKit

/// Where a service listens: on what it was given, or else on its port and its Unix socket.
enum OwnSockets {
    /// Inherited sockets when there are any; else the port, and the Unix socket when its directory is there.
    ///
    /// Who will leave root makes the socket now: the directory is not the service's, so nobody can put
    /// another one in its place later.
    /// - Throws: `ConfigurationFault`, `SystemFailure` naming the socket.
    static func addresses(
        _ flags: ServiceFlags, _ configuration: Configuration
    ) throws -> [ListenAddress] {
        let inherited = try InheritedSockets.take(configuration)
        if !inherited.isEmpty { return inherited }
        let service = configuration.service
        let host = configuration.text("CODECOLLAB_HOST") ?? "127.0.0.1"
        let port = ListenAddress.tcp(host: host, port: flags.port ?? service.defaultPort)
        let path = flags.socket ?? configuration.socketPath(of: service)
        guard flags.socket != nil || access(path.directoryPart, W_OK) == 0 else { return [port] }
        guard let identity = try ServiceIdentity(configuration) else { return [port, .unix(path: path)] }
        return [port, try bound(path, for: identity.user)]
    }

    private static func bound(_ path: String, for user: ServiceUser) throws(SystemFailure) -> ListenAddress {
        let socket = try ListeningSocket.unix(path)
        try check("chown") { lchown(path, user.user, user.group) }
        try check("chmod") { chmod(path, 0o660) }
        return .inherited(descriptor: try socket.another(), name: "unix")
    }
}
