/// The field table of an object type.
public struct Fields<Root: Sendable>: Sendable {
    /// The lines, in the order of writing.
    public let all: [Field<Root>]
    private let loop: FieldLoop

    /// A table.
    /// - Precondition: at most 64 fields, no name twice.
    public init(_ all: Field<Root>...) {
        self.all = all
        loop = FieldLoop(all.map { ($0.name, $0.isRequired, $0.access) })
    }

    func read(into root: inout Root, _ reader: inout JSONReader) throws(WireFault) {
        let outcome = withUnsafeMutablePointer(to: &root) { loop.read(into: $0, &reader) }
        try outcome.get()
    }

    func write(_ root: Root, to writer: inout JSONWriter) {
        withUnsafePointer(to: root) { loop.write($0, to: &writer) }
    }

    /// The table as a schema.
    public var schema: Schema {
        .object(
            properties: all.map { Schema.Property(name: $0.name, schema: $0.schema) },
            required: all.filter(\.isRequired).map(\.name))
    }
}
