internal import Contracts
internal import NIOHTTP1
internal import SystemKit
internal import Tracing

/// Carries the trace context in header fields.
struct HeaderFields: Extractor, Injector {
    func extract(key: String, from carrier: HTTPHeaders) -> String? {
        // Two values are as good as none: nobody can say which is true.
        let values = carrier[key]
        return values.count == 1 ? values[0] : nil
    }

    func inject(_ value: String, forKey key: String, into carrier: inout HTTPHeaders) {
        carrier.replaceOrAdd(name: key, value: value)
    }
}

/// `X-Request-Id`: the client's, when it is harmless, or one of ours.
enum RequestID {
    static let field = "X-Request-Id"

    static func of(_ head: HTTPRequestHead, now: Timestamp) -> String {
        if let given = head.headers.first(name: field), isHarmless(given) { return given }
        return fresh(now: now)
    }

    static func fresh(now: Timestamp) -> String {
        Identifier<Kinds.Request>(milliseconds: now.milliseconds, random: randomBytes(10)).text
    }

    private static func isHarmless(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

/// `X-CC-Deadline`: when the caller stops waiting, in milliseconds since the Unix epoch.
package enum DeadlineField {
    /// The header field's name.
    package static let name = "X-CC-Deadline"

    static func deadline(of head: HTTPRequestHead, now: Timestamp, atMost timeout: Duration) -> Timestamp {
        let own = now + timeout
        guard let text = head.headers.first(name: name), let stated = Int64(text) else { return own }
        return min(own, Timestamp(milliseconds: stated))
    }
}
