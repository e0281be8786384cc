internal import Contracts
internal import NIOHTTP1

/// What the parser lets pass and we do not: the checks of RFC 9112 that keep requests unambiguous.
enum HeadCheck {
    /// The problem with a request head, or nil.
    static func problem(with head: HTTPRequestHead) -> Problem? {
        if head.version != .http1_1 && head.version != .http1_0 {
            return Problem(.malformedRequest, "only HTTP/1.1 and HTTP/1.0 are spoken here")
        }
        if head.uri.utf8.count > Limits.targetBytes {
            return Problem(.headersTooLarge, "the request target is too long")
        }
        if !isOriginForm(head.uri) {
            return Problem(.malformedRequest, "the request target must be a path without odd characters")
        }
        return host(head) ?? framing(head)
    }

    private static func isOriginForm(_ target: String) -> Bool {
        target.utf8.first == UInt8(ascii: "/")
            && target.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#")
            }
    }

    /// RFC 9112 3.2: exactly one Host, and it is an authority without user information.
    private static func host(_ head: HTTPRequestHead) -> Problem? {
        let hosts = head.headers[canonicalForm: "host"]
        let isOld = head.version == .http1_0 && hosts.isEmpty
        if isOld { return nil }
        guard hosts.count == 1, isAuthority(hosts[0]) else {
            return Problem(.malformedRequest, "exactly one valid Host field is required")
        }
        return nil
    }

    private static func isAuthority(_ host: Substring) -> Bool {
        (1...255).contains(host.utf8.count)
            && host.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"): true
                case UInt8(ascii: "["), UInt8(ascii: "]"): true
                default: false
                }
            }
    }

    /// RFC 9112 6.1: `chunked` alone or nothing, and never beside a length.
    private static func framing(_ head: HTTPRequestHead) -> Problem? {
        let codings = head.headers["transfer-encoding"]
        if codings.isEmpty { return nil }
        let isPlain = codings.count == 1 && codings[0].lowercased() == "chunked"
        if !isPlain || head.headers.contains(name: "content-length") || head.version == .http1_0 {
            return Problem(
                .malformedRequest, "Transfer-Encoding must be chunked, alone and without Content-Length")
        }
        return nil
    }

    /// The length that the head announces: nil when it is chunked, 0 when there is no body.
    static func announcedLength(_ head: HTTPRequestHead) -> Int? {
        if head.headers.contains(name: "transfer-encoding") { return nil }
        return head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
    }
}
