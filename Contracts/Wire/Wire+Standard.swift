extension Bool: Wire {
    /// Reads `true` or `false`.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> Bool { try reader.readBool() }
    /// Writes `true` or `false`.
    public func write(to writer: inout JSONWriter) { writer.bool(self) }
    /// A truth value.
    public static var schema: Schema { .type("boolean") }
}

extension Int: Wire {
    /// Reads a whole number of 64 bits.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> Int {
        Int(try reader.readInteger())
    }
    /// Writes the number.
    public func write(to writer: inout JSONWriter) { writer.integer(Int64(self)) }
    /// A whole number.
    public static var schema: Schema { .type("integer", [JSONMember("format", "int64")]) }
}

extension Double: Wire {
    /// Reads a finite number.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> Double {
        try reader.readDouble()
    }
    /// Writes the number in its shortest exact form.
    public func write(to writer: inout JSONWriter) { writer.double(self) }
    /// A number.
    public static var schema: Schema { .type("number") }
}

extension String: Wire {
    /// Reads any text.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> String {
        try reader.readString()
    }
    /// Writes the text.
    public func write(to writer: inout JSONWriter) { writer.string(self) }
    /// A text.
    public static var schema: Schema { .type("string") }
}

extension Array: Wire where Element: Wire {
    /// Reads a list; a bad element does not hide the others.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> [Element] {
        var elements: [Element] = []
        try reader.array { (reader) throws(WireFault) in elements.append(try Element.read(&reader)) }
        return elements
    }
    /// Writes the list.
    public func write(to writer: inout JSONWriter) { writer.array(self) { $0.write(to: &$1) } }
    /// A list.
    public static var schema: Schema { .array(Element.schema, count: nil) }
}

extension Dictionary: Wire where Key == String, Value: Wire {
    /// Reads an object whose names are data; a name may come once.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> [String: Value] {
        var members: [String: Value] = [:]
        try reader.object { (name, reader) throws(WireFault) in
            try reader.isolating({ name }) { (reader) throws(WireFault) in
                if members[name] != nil { throw WireFault(.duplicateField, "the name comes twice") }
                members[name] = try Value.read(&reader)
            }
        }
        return members
    }
    /// Writes the members ordered by name, so that equal values are equal texts.
    public func write(to writer: inout JSONWriter) {
        writer.object(sorted { $0.key < $1.key }.lazy.map { ($0.key, $0.value) }) { $0.write(to: &$1) }
    }
    /// An object of any names.
    public static var schema: Schema { .map(Value.schema) }
}

/// A text out of a fixed set.
public protocol WireEnum: Wire, RawRepresentable, CaseIterable where RawValue == String {}

extension WireEnum {
    /// Reads one of the cases.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> Self {
        guard let value = Self(rawValue: try reader.readString()) else {
            throw WireFault(
                .notAllowed, "expected one of: \(allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }
    /// Writes the raw text.
    public func write(to writer: inout JSONWriter) { writer.string(rawValue) }
    /// The allowed texts.
    public static var schema: Schema {
        .type("string", [JSONMember("enum", .array(allCases.map { .string($0.rawValue) }))])
    }
}

/// A text with a rule of its own: the type cannot hold one that breaks it.
public protocol WireText: Wire, Hashable, CustomStringConvertible {
    /// The text.
    var text: String { get }
    /// Checks the rule.
    /// - Throws: `WireFault` (`.wrongLength`, `.wrongFormat`) naming it.
    init(_ text: String) throws(WireFault)
}

extension WireText {
    /// Reads a text that keeps the rule.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> Self {
        try Self(reader.readString())
    }
    /// Writes the text.
    public func write(to writer: inout JSONWriter) { writer.string(text) }
    /// The text.
    public var description: String { text }
}
