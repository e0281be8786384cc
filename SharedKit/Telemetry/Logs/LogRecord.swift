private import Contracts
package import SystemKit

/// One log line before it is written.
package struct LogRecord {
    /// A value that is ready to be written.
    package indirect enum Value {
        case text(String), list([Value]), members([(String, Value)])
    }

    private let at: Timestamp
    private let level: String
    private let service: String
    private let message: String
    private let fields: [(String, Value)]

    /// Names that the line's own fields have; metadata of these names gets the prefix `meta_`.
    private static let reserved: Set<String> = ["ts", "level", "svc", "msg"]

    /// A record; secrets must be out of it already.
    package init(at: Timestamp, level: String, service: String, message: String, fields: [(String, Value)]) {
        self.at = at
        self.level = level
        self.service = service
        self.message = message
        self.fields = fields
    }

    /// The record as one JSON object and a line feed.
    package var line: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.raw(#"{"ts":"#)
        writer.string(Instant(milliseconds: at.milliseconds).text)
        writer.raw(#","level":"#)
        writer.string(level)
        writer.raw(#","svc":"#)
        writer.string(service)
        writer.raw(#","msg":"#)
        writer.string(message)
        for (name, value) in fields {
            writer.raw(",")
            writer.string(Self.reserved.contains(name) ? "meta_\(name)" : name)
            writer.raw(":")
            Self.write(value, to: &writer)
        }
        writer.raw("}\n")
        return writer.bytes
    }

    private static func write(_ value: Value, to writer: inout JSONWriter) {
        switch value {
        case .text(let text): writer.string(text)
        case .list(let values): writer.array(values) { write($0, to: &$1) }
        case .members(let members): writer.object(members) { write($0, to: &$1) }
        }
    }
}
