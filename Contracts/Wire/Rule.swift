/// A bound on a field's value, which the schema shows too.
public struct Rule<Value: Wire>: Sendable {
    let check: @Sendable (Value) throws(WireFault) -> Void
    let refine: @Sendable (Schema) -> Schema
}

extension Rule where Value == Int {
    /// Both ends included.
    public static func range(_ bounds: ClosedRange<Int>) -> Rule { within(bounds) { .integer(Int64($0)) } }
}

extension Rule where Value == Double {
    /// Both ends included.
    public static func range(_ bounds: ClosedRange<Double>) -> Rule { within(bounds) { .number($0) } }
}

extension Rule where Value: Comparable {
    /// Both ends included; `number` is how the schema shows them.
    private static func within(
        _ bounds: ClosedRange<Value>, _ number: @escaping @Sendable (Value) -> JSONValue
    ) -> Rule {
        Rule(
            check: { (value) throws(WireFault) in
                if !bounds.contains(value) {
                    throw WireFault(
                        .outOfRange, "must be between \(bounds.lowerBound) and \(bounds.upperBound)")
                }
            },
            refine: { schema in
                .refined(
                    schema,
                    [
                        JSONMember("minimum", number(bounds.lowerBound)),
                        JSONMember("maximum", number(bounds.upperBound)),
                    ])
            })
    }
}

extension Rule where Value == String {
    /// Length in UTF-8 bytes, both ends included; the schema counts characters and shows the upper end.
    public static func length(_ bounds: ClosedRange<Int>) -> Rule {
        Rule(
            check: { (value) throws(WireFault) in
                if !bounds.contains(value.utf8.count) {
                    throw WireFault(
                        .wrongLength, "must have \(bounds.lowerBound) to \(bounds.upperBound) bytes of UTF-8")
                }
            },
            refine: { schema in
                .refined(
                    schema,
                    [
                        JSONMember("minLength", .integer(bounds.lowerBound > 0 ? 1 : 0)),
                        JSONMember("maxLength", .integer(Int64(bounds.upperBound))),
                    ])
            })
    }
}

extension Rule {
    /// The number of elements, both ends included.
    public static func count<Element: Wire>(_ bounds: ClosedRange<Int>) -> Rule where Value == [Element] {
        Rule(
            check: { (value) throws(WireFault) in
                if !bounds.contains(value.count) {
                    throw WireFault(
                        .wrongLength, "must have \(bounds.lowerBound) to \(bounds.upperBound) elements")
                }
            },
            refine: { schema in
                if case .array(let element, _) = schema { return .array(element, count: bounds) }
                return schema
            })
    }

    /// The number of members, at most.
    public static func members<Element: Wire>(atMost bound: Int) -> Rule where Value == [String: Element] {
        Rule(
            check: { (value) throws(WireFault) in
                if value.count > bound { throw WireFault(.wrongLength, "must have at most \(bound) members") }
            },
            refine: { .refined($0, [JSONMember("maxProperties", .integer(Int64(bound)))]) })
    }
}
