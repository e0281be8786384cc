/// Any JSON, for the few places where the shape is not ours to say (documents, examples, foreign results).
public indirect enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The member called `name` of an object, or nil.
    public subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text of a string, or nil.
    public var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The whole number, or nil.
    public var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// The elements of an array, or nil.
    public var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }
}

/// One member of a JSON object; order is kept.
public struct JSONMember: Equatable, Sendable {
    /// The member's name.
    public let name: String
    /// The member's value.
    public let value: JSONValue

    /// A member.
    public init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

extension JSONValue: Wire {
    /// Reads any JSON value.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> JSONValue {
        switch try reader.peek() {
        case .object: return try readObject(&reader)
        case .array:
            var elements: [JSONValue] = []
            try reader.array { (reader) throws(WireFault) in elements.append(try read(&reader)) }
            return .array(elements)
        case .string: return .string(try reader.readString())
        case .number: return try readNumber(&reader)
        case .boolean: return .bool(try reader.readBool())
        case .null:
            _ = try reader.readNull()
            return .null
        }
    }

    private static func readObject(_ reader: inout JSONReader) throws(WireFault) -> JSONValue {
        var members: [JSONMember] = []
        try reader.object { (name, reader) throws(WireFault) in
            members.append(JSONMember(name, try read(&reader)))
        }
        return .object(members)
    }

    private static func readNumber(_ reader: inout JSONReader) throws(WireFault) -> JSONValue {
        let start = reader.offset
        do throws(WireFault) {
            return .integer(try reader.readInteger())
        } catch {
            if error.code.isSyntax { throw error }
            reader.offset = start
            return .number(try reader.readDouble())
        }
    }

    /// Writes the value.
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.raw("null")
        case .bool(let value): writer.bool(value)
        case .integer(let value): writer.integer(value)
        case .number(let value): writer.double(value)
        case .string(let text): writer.string(text)
        case .array(let elements): writer.array(elements) { $0.write(to: &$1) }
        case .object(let members):
            writer.object(members.lazy.map { ($0.name, $0.value) }) { $0.write(to: &$1) }
        }
    }

    /// Anything.
    public static var schema: Schema { .inline([]) }
}
