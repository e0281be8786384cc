package import Contracts
package import NIOHTTP1

/// What may happen to requests that want another protocol.
package enum UpgradeCheck {
    /// The problem with an upgrade request to `route`, or nil.
    package static func problem(with head: HTTPRequestHead, of route: Route) -> Problem? {
        let wanted = head.headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        if wanted.contains(where: { $0.hasPrefix("h2") }) {
            return Problem(.malformedRequest, "HTTP/2 is not spoken here")
        }
        guard case .webSocket = route.response else {
            if wanted.isEmpty { return nil }
            return Problem(.malformedRequest, "this endpoint speaks HTTP only")
        }
        let connection = head.headers[canonicalForm: "connection"].map { $0.lowercased() }
        let isHandshake =
            head.method == .GET && wanted == ["websocket"] && connection.contains("upgrade")
            && head.headers["sec-websocket-key"].count == 1 && head.headers["sec-websocket-version"] == ["13"]
        return isHandshake ? nil : Problem(.malformedRequest, "a WebSocket handshake (RFC 6455) is expected")
    }
}
