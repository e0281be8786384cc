package import Contracts
package import NIOHTTP1

/// What may happen to requests that want another protocol.
package enum UpgradeCheck {
    /// The problem with an upgrade request to `route` that needs no look at who asks, or nil.
    package static func problem(with head: HTTPRequestHead, of route: Route) -> Problem? {
        let wanted = head.headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        if wanted.contains(where: { $0.hasPrefix("h2") }) {
            return Problem(.malformedRequest, "HTTP/2 is not spoken here")
        }
        if case .webSocket = route.response { return nil }
        return wanted.isEmpty ? nil : Problem(.malformedRequest, "this endpoint speaks HTTP only")
    }

    /// Makes sure that a request to a WebSocket endpoint is the handshake it takes.
    /// - Throws: `Problem` (`upgrade_required`).
    package static func requireHandshake(_ head: HTTPRequestHead) throws(Problem) {
        let wanted = head.headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        let connection = head.headers[canonicalForm: "connection"].map { $0.lowercased() }
        let isHandshake =
            head.method == .GET && wanted == ["websocket"] && connection.contains("upgrade")
            && head.headers["sec-websocket-key"].count == 1 && head.headers["sec-websocket-version"] == ["13"]
        if !isHandshake { throw Problem(.upgradeRequired, "a WebSocket handshake (RFC 6455) is expected") }
    }
}
