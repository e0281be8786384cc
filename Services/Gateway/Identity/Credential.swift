package import Contracts
package import NIOHTTP1

/// What a request shows to say who sends it.
package enum Credential: Sendable, Equatable {
    /// An access token of the auth service.
    case accessToken(String, isCookie: Bool)
    /// A personal token, `ccp_…`.
    case personalToken(String)

    /// The browser's cookie; the prefix makes browsers refuse it from anybody but this very host.
    package static let cookie = "__Host-codecollab"

    /// The credential of a request, nil when it shows none.
    /// - Parameter alias: a field that may bring the bare token in place of `Authorization`.
    /// - Throws: `Problem` for several credentials, or one of an unknown kind.
    package init?(_ headers: HTTPHeaders, alsoFrom alias: String? = nil) throws(Problem) {
        let fields = headers["authorization"]
        guard fields.count <= 1 else { throw Problem(.malformedRequest, "one Authorization field at most") }
        let bare = alias.map { headers[$0] }?.first.map { "Bearer \($0)" }
        guard let field = fields.first ?? bare else {
            guard let token = try Self.cookieValue(headers) else { return nil }
            self = .accessToken(token, isCookie: true)
            return
        }
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bearer", Self.isToken(parts[1]) else {
            throw Problem(.unauthenticated, "expected Authorization: Bearer and a token")
        }
        self =
            parts[1].hasPrefix("ccp_")
            ? .personalToken(String(parts[1])) : .accessToken(String(parts[1]), isCookie: false)
    }

    /// The token in a query (RFC 6750 2.3), nil when there is none.
    ///
    /// Only for WebSockets: browsers cannot add fields to their handshakes. Elsewhere tokens in addresses end
    /// up in logs and histories.
    package init?(query: Substring) throws(Problem) {
        let values = query.split(separator: "&").filter { $0.hasPrefix(Self.parameter) }
        guard let value = values.first?.dropFirst(Self.parameter.utf8.count) else { return nil }
        guard values.count == 1, Self.isToken(value) else {
            throw Problem(.unauthenticated, "expected one access_token in the query")
        }
        self =
            value.hasPrefix("ccp_")
            ? .personalToken(String(value)) : .accessToken(String(value), isCookie: false)
    }

    private static let parameter = "access_token="

    /// A request target without the token in its query.
    package static func withoutToken(_ target: String) -> String {
        guard let mark = target.firstIndex(of: "?") else { return target }
        let pairs = target[target.index(after: mark)...].split(separator: "&")
        let kept = pairs.filter { !$0.hasPrefix(parameter) }
        let path = String(target[..<mark])
        return kept.isEmpty ? path : "\(path)?\(kept.joined(separator: "&"))"
    }

    /// Whether the browser added it by itself, whichever page made the request.
    package var isCookie: Bool {
        if case .accessToken(_, let isCookie) = self { return isCookie }
        return false
    }

    /// RFC 6750 2.1.
    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-._~+/=".utf8.contains(byte)
                }
            }
    }

    private static func cookieValue(_ headers: HTTPHeaders) throws(Problem) -> String? {
        let pairs = headers["cookie"].flatMap { $0.split(separator: ";") }
        let values = pairs.compactMap { pair -> Substring? in
            let trimmed = pair.drop { $0 == " " }
            guard trimmed.hasPrefix("\(cookie)=") else { return nil }
            return trimmed.dropFirst(cookie.count + 1)
        }
        guard values.count <= 1 else { throw Problem(.malformedRequest, "one \(cookie) cookie at most") }
        return values.first.flatMap { isToken($0) ? String($0) : nil }
    }
}
