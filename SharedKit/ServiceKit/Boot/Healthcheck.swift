internal import Contracts
private import SystemKit

/// `--healthcheck`: asks the running service, so that containers need no other program for it.
enum Healthcheck {
    /// - Returns: 0 when the service is ready, 1 otherwise.
    static func run(_ flags: ServiceFlags, _ configuration: Configuration) async -> CInt {
        let service = configuration.service
        let address =
            flags.socket.map { PeerAddress.unix(path: $0) }
            ?? .tcp(
                host: configuration.text("CODECOLLAB_HOST") ?? "127.0.0.1",
                port: flags.port ?? service.defaultPort)
        let client = PeerClient(service.rawValue, at: address)
        let status = await ignoring("no answer is an answer too: not ready") {
            try await client.send(ClientRequest("GET", "/readyz", timeout: .seconds(3))) { $0.status }
        }
        return status == 200 ? 0 : 1
    }
}
