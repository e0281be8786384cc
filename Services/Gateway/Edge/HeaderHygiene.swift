package import Contracts
package import NIOHTTP1

/// Which header fields pass the door.
package enum HeaderHygiene {
    /// Fields that belong to one connection (RFC 9110 7.6.1) and those that only we may set.
    private static let ownFields: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate", "te",
        "trailer",
        "transfer-encoding", "upgrade", "http2-settings", "forwarded", "via", "host", "content-length",
        "expect",
        "traceparent", "tracestate", "baggage", "b3", "x-request-id", "x-real-ip", "true-client-ip",
        "x-original-url", "x-rewrite-url", "x-http-method-override", "x-http-method", "x-method-override",
        "authorization", "cookie", "x-auth-token", "x-auth-user",
    ]
    private static let ownPrefixes = ["x-cc-", "x-forwarded-", "x-b3-", "sec-websocket-"]

    /// What of a request's fields the service may see.
    package static func forService(_ headers: HTTPHeaders, _ service: ServiceName) -> HTTPHeaders {
        let nominated = nominatedFields(headers)
        var kept = HTTPHeaders()
        kept.reserveCapacity(headers.count + 6)
        for (name, value) in headers {
            let plain = canonical(name)
            let isOwn = ownFields.contains(plain) || ownPrefixes.contains { plain.hasPrefix($0) }
            // Cookies carry the browser's sign-in, which is nobody's business but the auth service's.
            let isSignIn = service == .auth && plain == "cookie"
            if !isSignIn, isOwn || nominated.contains(plain) { continue }
            kept.add(name: name, value: value)
        }
        return kept
    }

    /// What of an answer's fields the client may see.
    package static func forClient(_ headers: HTTPHeaders) -> HTTPHeaders {
        let nominated = nominatedFields(headers)
        var kept = HTTPHeaders()
        kept.reserveCapacity(headers.count + 12)
        for (name, value) in headers {
            let plain = name.lowercased()
            if answerFields.contains(plain) || plain.hasPrefix("x-cc-") || nominated.contains(plain) {
                continue
            }
            kept.add(name: name, value: value)
        }
        return kept
    }

    private static let answerFields: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
        "date",
        "x-request-id", "server", "via",
    ]

    /// The WebSocket handshake's own fields, which must reach the service.
    package static func addHandshake(from headers: HTTPHeaders, to kept: inout HTTPHeaders) {
        for (name, value) in headers where name.lowercased().hasPrefix("sec-websocket-") {
            kept.add(name: name, value: value)
        }
        kept.add(name: "Connection", value: "Upgrade")
        kept.add(name: "Upgrade", value: "websocket")
    }

    /// Fields that `Connection` names: they end here too.
    private static func nominatedFields(_ headers: HTTPHeaders) -> Set<String> {
        let names = headers[canonicalForm: "connection"].map { canonical(String($0)) }
        return Set(names).subtracting(["content-type", "content-length", "host", "accept"])
    }

    /// Lower case, underscores as dashes: some programs read `X_CC_Identity` as `X-CC-Identity`.
    private static func canonical(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.utf8.contains(UInt8(ascii: "_")) ? lower.replacing("_", with: "-") : lower
    }
}
