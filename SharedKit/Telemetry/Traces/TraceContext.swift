package import Tracing

/// Where in which trace a piece of work stands (W3C Trace Context, level 1, read strictly).
package struct TraceContext: Hashable, Sendable {
    /// The trace.
    package let traceID: TraceID
    /// The span that causes what comes next.
    package let spanID: SpanID
    /// Whether the caller records.
    package let isSampled: Bool
    /// What vendors along the way added, a checked `tracestate` value.
    package let state: String?

    /// A place in a trace.
    package init(traceID: TraceID, spanID: SpanID, isSampled: Bool, state: String? = nil) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.state = state
    }

    /// The start of a new trace.
    package static func root(isSampled: Bool = true) -> TraceContext {
        TraceContext(traceID: .random(), spanID: .random(), isSampled: isSampled)
    }

    /// Reads `traceparent`; nil unless it is exactly of the form that section 3.2 allows.
    ///
    /// A bad `tracestate` is dropped without spoiling the rest, as section 4.3 asks.
    package init?(traceparent: String, tracestate: String? = nil) {
        let text = Array(traceparent.utf8)
        let dash = UInt8(ascii: "-")
        guard text.count >= 55, text[2] == dash, text[35] == dash, text[52] == dash,
            let version = hexadecimal(text[..<2]), version != 0xff,
            let flags = hexadecimal(text[53..<55]),
            text.count == 55 || (version > 0 && text[55] == dash),
            let traceID = TraceID(String(decoding: text[3..<35], as: UTF8.self)),
            let spanID = SpanID(String(decoding: text[36..<52], as: UTF8.self))
        else { return nil }
        self.init(
            traceID: traceID,
            spanID: spanID,
            isSampled: flags & 1 == 1,
            state: tracestate.flatMap { TraceState.isValid($0) ? $0 : nil }
        )
    }

    /// The value of the `traceparent` header.
    package var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// The same trace, caused by another span.
    package func caused(by spanID: SpanID) -> TraceContext {
        TraceContext(traceID: traceID, spanID: spanID, isSampled: isSampled, state: state)
    }
}

/// The rules of the `tracestate` header.
enum TraceState {
    /// Bytes that we carry along; the specification asks for at least 512.
    static let limit = 512

    static func isValid(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= limit else { return false }
        var keys: Set<[UInt8]> = []
        let members = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        for raw in members {
            let member = trimmed(raw)
            if member.isEmpty { continue }
            guard let equals = member.firstIndex(of: UInt8(ascii: "=")) else { return false }
            let key = Array(member[..<equals])
            let value = member[member.index(after: equals)...]
            guard isKey(key), isValue(value), keys.insert(key).inserted else { return false }
        }
        return (1...32).contains(keys.count)
    }

    private static func trimmed(_ text: Substring.UTF8View) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        let start = Array(text.drop(while: isBlank))
        return start[..<((start.lastIndex { !isBlank($0) }).map { $0 + 1 } ?? 0)]
    }

    private static func isKey(_ key: [UInt8]) -> Bool {
        let parts = key.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        func isName(_ name: ArraySlice<UInt8>, _ limit: Int, digitFirst: Bool) -> Bool {
            guard let first = name.first, name.count <= limit else { return false }
            guard isLetter(first) || (digitFirst && isDigit(first)) else { return false }
            return name.allSatisfy { isLetter($0) || isDigit($0) || "_-*/".utf8.contains($0) }
        }
        switch parts.count {
        case 1: return isName(parts[0], 256, digitFirst: false)
        case 2: return isName(parts[0], 241, digitFirst: true) && isName(parts[1], 14, digitFirst: false)
        default: return false
        }
    }

    private static func isValue(_ value: ArraySlice<UInt8>) -> Bool {
        guard let last = value.last, last != 0x20, value.count <= 256 else { return false }
        return value.allSatisfy { (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "=") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

private enum TraceContextKey: ServiceContextKey { typealias Value = TraceContext }
private enum RequestIDKey: ServiceContextKey { typealias Value = String }
private enum SessionIDKey: ServiceContextKey { typealias Value = String }

extension ServiceContext {
    /// The trace that the current task works for.
    package var traceContext: TraceContext? {
        get { self[TraceContextKey.self] }
        set { self[TraceContextKey.self] = newValue }
    }

    /// The request that the current task answers; goes into each log record.
    package var requestID: String? {
        get { self[RequestIDKey.self] }
        set { self[RequestIDKey.self] = newValue }
    }

    /// The session (room) that the current task works for; goes into each log record.
    package var sessionID: String? {
        get { self[SessionIDKey.self] }
        set { self[SessionIDKey.self] = newValue }
    }
}
