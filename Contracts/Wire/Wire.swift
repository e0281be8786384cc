/// A value as it travels between services and clients: it reads, writes and describes itself.
public protocol Wire: Sendable {
    /// Reads one value, refusing whatever the type cannot hold.
    /// - Throws: `WireFault` naming the rule; its pointer is relative to this value.
    static func read(_ reader: inout JSONReader) throws(WireFault) -> Self

    /// Appends the value as JSON.
    func write(to writer: inout JSONWriter)

    /// The type in the words of JSON Schema 2020-12.
    static var schema: Schema { get }
}

extension Wire {
    /// Reads a whole JSON text strictly: nothing may follow the value.
    /// - Parameter unknownFields: `.refuse` for what comes from outside, `.skip` for answers of newer peers.
    /// - Throws: `WireFaults` with every fault found, up to `WireLimits.faults`.
    public static func decode(
        _ bytes: [UInt8], unknownFields: JSONReader.UnknownFields = .refuse
    ) throws(WireFaults) -> Self {
        let outcome: Result<Self, WireFaults> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer, unknownFields: unknownFields)
            return reader.readAll(Self.self)
        }
        return try outcome.get()
    }

    /// The value as a JSON text.
    public func encode() -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// The value as JSON in a string, for logs, tests and databases.
    public var json: String { String(decoding: encode(), as: UTF8.self) }
}

/// No body at all: what a request without one, or a `204 No Content`, carries.
public struct Nothing: Wire, Hashable {
    /// The only value.
    public init() {}

    /// Accepts an empty object, for clients that cannot send an empty body.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> Nothing {
        try reader.object { (name, _) throws(WireFault) in
            throw WireFault(.unknownField, "no fields are expected here").inside(name)
        }
        return Nothing()
    }

    /// Writes an empty object.
    public func write(to writer: inout JSONWriter) { writer.raw("{}") }

    /// An empty object.
    public static var schema: Schema { .object(properties: [], required: []) }
}
