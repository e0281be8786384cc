/// An object of somebody else's contract: it may have more members than those we know.
public protocol ForeignObject: WireObject {}

extension ForeignObject {
    /// The table, open for more.
    public static var schema: Schema {
        .named(schemaName) { .refined(fields.schema, [JSONMember("additionalProperties", true)]) }
    }
}

/// A value that is written as `null` when there is none, where others leave the field out.
public enum Nullable<Value: Wire & Equatable>: Wire, Equatable {
    case null
    case value(Value)

    /// `null` for nil.
    public init(_ value: Value?) { self = value.map(Nullable.value) ?? .null }

    /// The value, if there is one.
    public var wrapped: Value? {
        guard case .value(let value) = self else { return nil }
        return value
    }

    /// Reads `null` or a value.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> Nullable {
        try reader.readNull() ? .null : .value(try Value.read(&reader))
    }

    /// Writes `null` or the value.
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.raw("null")
        case .value(let value): value.write(to: &writer)
        }
    }

    /// The value's, or `null`.
    public static var schema: Schema { .nullable(Value.schema) }
}

/// A number that clients also send as a text, e.g. `"4"`.
public struct LooseNumber: Wire, Equatable {
    /// The number.
    public var value: Double

    /// A number.
    public init(_ value: Double) { self.value = value }

    /// Reads a number, or a text that is one.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> LooseNumber {
        guard try reader.peek() == .string else { return LooseNumber(try reader.readDouble()) }
        let text = try reader.readString()
        let parts = text.utf8.drop { $0 == UInt8(ascii: "-") }
            .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { (1...15).contains($0.count) && $0.allSatisfy(\.isDigit) }
        guard parts.count <= 2, isPlain, !text.hasPrefix("--"), let value = Double(text) else {
            throw WireFault(.wrongType, "expected a number")
        }
        return LooseNumber(value)
    }

    /// Writes a whole number without a point.
    public func write(to writer: inout JSONWriter) {
        if value == value.rounded(), abs(value) < 9e15 {
            writer.integer(Int64(value))
        } else {
            writer.double(value)
        }
    }

    /// A number, or a text that is one.
    public static var schema: Schema {
        .inline([
            JSONMember("type", ["number", "string"]),
            JSONMember("pattern", #"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"#),
        ])
    }
}
