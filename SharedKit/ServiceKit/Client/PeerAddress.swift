/// Where a peer listens.
package enum PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// A Unix socket.
    case unix(path: String)
    /// A TCP port.
    case tcp(host: String, port: Int)

    /// Reads `unix:/path` or `http://host:port`; nil for anything else.
    package init?(_ text: String) {
        if text.hasPrefix("unix:/") {
            self = .unix(path: String(text.dropFirst("unix:".count)))
            return
        }
        guard text.hasPrefix("http://") else { return nil }
        var authority = text.dropFirst("http://".count)
        if authority.last == "/" { authority.removeLast() }
        let colon = authority.hasSuffix("]") ? nil : authority.lastIndex(of: ":")
        let host = authority[..<(colon ?? authority.endIndex)].filter { $0 != "[" && $0 != "]" }
        let port = colon.map { Int(authority[authority.index(after: $0)...]) } ?? 80
        guard !host.isEmpty, !host.contains("/"), !host.contains("@"), let port, (1...65535).contains(port)
        else {
            return nil
        }
        self = .tcp(host: String(host), port: port)
    }

    /// As `init` reads it.
    package var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port):
            host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
        }
    }

    /// The `Host` field of requests to it.
    var authority: String {
        switch self {
        case .unix: "localhost"
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
