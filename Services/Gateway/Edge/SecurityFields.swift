package import NIOHTTP1

/// Fields that every answer carries, so that a browser does nothing with it that we did not mean.
package enum SecurityFields {
    private static let all = [
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ]
    /// What our own pages may load: files and calls of this very origin.
    package static let pagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// Adds what is missing.
    package static func add(to headers: inout HTTPHeaders) {
        for (name, value) in all where !headers.contains(name: name) { headers.add(name: name, value: value) }
        if !headers.contains(name: "Cache-Control") { headers.add(name: "Cache-Control", value: "no-store") }
    }
}
