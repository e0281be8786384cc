package import Contracts
package import NIOHTTP1

/// Which web pages may call us from other origins: none, unless configured.
package struct OriginPolicy: Sendable {
    private let allowed: Set<String>

    /// Allows exactly these origins, e.g. `https://code.example.org`.
    package init(allowed: Set<String> = []) { self.allowed = allowed }

    /// Whether a page of the request's `Origin` may open a WebSocket here or use the browser's cookie.
    ///
    /// Requests without the field do not come from pages.
    package func admits(_ headers: HTTPHeaders) -> Bool {
        let origins = headers["origin"]
        guard let origin = origins.first else { return headers.first(name: "sec-fetch-site") != "cross-site" }
        return origins.count == 1 && (allowed.contains(origin) || isSame(origin, headers))
    }

    /// Fields that let a page of an allowed origin read the answer.
    package func fields(for headers: HTTPHeaders) -> [(String, String)] {
        guard let origin = headers.first(name: "origin"), allowed.contains(origin) else { return [] }
        let exposed =
            "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, Server-Timing"
        return [
            ("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Expose-Headers", exposed), ("Vary", "Origin"),
        ]
    }

    /// The answer to a preflight request for `methods`, or nil when it is none or its origin may not.
    package func preflight(_ head: HTTPRequestHead, methods: [Contracts.HTTPMethod]) -> [(String, String)]? {
        guard head.method == .OPTIONS, head.headers.contains(name: "access-control-request-method"),
            let origin = head.headers.first(name: "origin"), allowed.contains(origin)
        else { return nil }
        return [
            ("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Allow-Methods", methods.map(\.rawValue).joined(separator: ", ")),
            (
                "Access-Control-Allow-Headers",
                "Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID, Prefer, X-Request-Id"
            ),
            ("Access-Control-Max-Age", "600"), ("Vary", "Origin"),
        ]
    }

    private func isSame(_ origin: String, _ headers: HTTPHeaders) -> Bool {
        guard let host = headers.first(name: "host") else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)"
    }
}
