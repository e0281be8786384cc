/// An object with fixed fields, stated once as a table: reading, writing, validation, errors, schema and
/// documentation all come from it.
///
/// ```swift
/// struct Point: WireObject {
///     var x = 0
///     var label: String?
///     init() {}
///     static let fields = Fields<Point>(
///         field("x", \.x, .range(0...100), "Pixels from the left."),
///         field("label", \.label, .length(1...40)))
/// }
/// ```
public protocol WireObject: Wire {
    /// A value with every optional field at its default; required ones are overwritten before anyone looks.
    init()
    /// The table.
    static var fields: Fields<Self> { get }
    /// The name of the type in documents.
    static var schemaName: String { get }
}

extension WireObject {
    /// The Swift name.
    public static var schemaName: String { "\(Self.self)" }

    /// Reads an object by the table.
    public static func read(_ reader: inout JSONReader) throws(WireFault) -> Self {
        var value = Self()
        try fields.read(into: &value, &reader)
        return value
    }

    /// Writes the object in the order of the table.
    public func write(to writer: inout JSONWriter) { Self.fields.write(self, to: &writer) }

    /// A reference to the type's component.
    public static var schema: Schema { .named(schemaName) { fields.schema } }

    /// A value, filled by `fill`; for types with many optional fields.
    public static func with(_ fill: (inout Self) -> Void) -> Self {
        var value = Self()
        fill(&value)
        return value
    }
}

/// One line of a field table.
public struct Field<Root: Sendable>: Sendable {
    /// The name on the wire, `snake_case` with its unit at the end.
    public let name: String
    /// Whether a text without the field is refused.
    public let isRequired: Bool
    let schema: Schema
    let access: FieldAccess

    init(_ name: String, isRequired: Bool, schema: Schema, _ about: String?, _ access: FieldAccess) {
        precondition(name.utf8.allSatisfy { $0.isLowercaseLetter || $0.isDigit || "_$".utf8.contains($0) })
        self.name = name
        self.isRequired = isRequired
        self.schema = about.map { .refined(schema, [JSONMember("description", .string($0))]) } ?? schema
        self.access = access
    }
}

/// How a field gets in and out of its object, which lies at the pointer; without its type, so that the
/// loops over fields are compiled once and not for every type.
struct FieldAccess: Sendable {
    let read: @Sendable (UnsafeMutableRawPointer, inout JSONReader) throws(WireFault) -> Void
    /// Writes prefix and value; false when there is nothing to write.
    let write: @Sendable (UnsafeRawPointer, [UInt8], inout JSONWriter) -> Bool
}

// The functions below stay generic at run time on purpose: a specialised copy for each of 300 fields doubles
// the module's build time and saves 50 ns a field.

/// A required field.
@_semantics("optimize.sil.specialize.generic.never")
public func field<Root, Value: Wire>(
    _ name: String, _ path: WritableKeyPath<Root, Value>, _ rule: Rule<Value>? = nil, _ about: String? = nil
) -> Field<Root> {
    fixed(name, path, rule, about, isRequired: true)
}

/// A field that may be left out: `init()` gives the default. It is always written.
@_semantics("optimize.sil.specialize.generic.never")
public func defaulted<Root, Value: Wire>(
    _ name: String, _ path: WritableKeyPath<Root, Value>, _ rule: Rule<Value>? = nil, _ about: String? = nil
) -> Field<Root> {
    fixed(name, path, rule, about, isRequired: false)
}

/// A field that may be absent; `null` reads as absent.
@_semantics("optimize.sil.specialize.generic.never")
public func field<Root, Value: Wire>(
    _ name: String, _ path: WritableKeyPath<Root, Value?>, _ rule: Rule<Value>? = nil, _ about: String? = nil
) -> Field<Root> {
    let offset = storedOffset(path, name)
    return Field(
        name, isRequired: false, schema: .nullable(rule.map { $0.refine(Value.schema) } ?? Value.schema),
        about,
        FieldAccess(
            read: { (root, reader) throws(WireFault) in
                if try reader.readNull() { return }
                let value = try Value.read(&reader)
                try rule?.check(value)
                root.advanced(by: offset).assumingMemoryBound(to: Value?.self).pointee = value
            },
            write: { root, prefix, writer in
                guard let value = root.advanced(by: offset).assumingMemoryBound(to: Value?.self).pointee
                else {
                    return false
                }
                writer.raw(prefix)
                value.write(to: &writer)
                return true
            }))
}

@_semantics("optimize.sil.specialize.generic.never")
private func fixed<Root, Value: Wire>(
    _ name: String, _ path: WritableKeyPath<Root, Value>, _ rule: Rule<Value>?, _ about: String?,
    isRequired: Bool
) -> Field<Root> {
    let offset = storedOffset(path, name)
    return Field(
        name, isRequired: isRequired, schema: rule.map { $0.refine(Value.schema) } ?? Value.schema, about,
        FieldAccess(
            read: { (root, reader) throws(WireFault) in
                let value = try Value.read(&reader)
                try rule?.check(value)
                root.advanced(by: offset).assumingMemoryBound(to: Value.self).pointee = value
            },
            write: { root, prefix, writer in
                writer.raw(prefix)
                root.advanced(by: offset).assumingMemoryBound(to: Value.self).pointee.write(to: &writer)
                return true
            }))
}

/// Where a stored property lies; key-path access through the runtime would cost as much as the parsing.
private func storedOffset<Root, Value>(_ path: WritableKeyPath<Root, Value>, _ name: String) -> Int {
    guard let offset = MemoryLayout<Root>.offset(of: path) else {
        preconditionFailure("field \(name) must be a stored property without observers")
    }
    return offset
}

extension UInt8 {
    var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}
