package import Contracts
internal import Tracing

/// A value of a span's attribute as OTLP knows it.
package indirect enum AttributeValue: Sendable, Hashable {
    case string(String), integer(Int64), double(Double), bool(Bool), list([AttributeValue])

    /// The value as text.
    package var text: String {
        switch self {
        case .string(let value): value
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .list(let values): values.map(\.text).joined(separator: ",")
        }
    }
}

/// A name and its value.
package struct Attribute: Sendable, Hashable {
    /// A dotted name of OpenTelemetry's conventions or ours.
    package let name: String
    /// The value.
    package let value: AttributeValue
}

/// A piece of work that is over.
package struct FinishedSpan: Sendable, Hashable {
    /// Trace, own id and sampling.
    package let context: TraceContext
    /// The span that caused it; nil at the root.
    package let parent: SpanID?
    /// What was done.
    package let name: String
    /// Its role.
    package let kind: SpanRole
    /// Nanoseconds since the Unix epoch.
    package let start: UInt64
    /// Nanoseconds since the Unix epoch, not before `start`.
    package let end: UInt64
    /// How it ended.
    package let outcome: SpanOutcome
    /// Why it failed.
    package let outcomeMessage: String?
    /// What is known about it, by name.
    package let attributes: [Attribute]
    /// What happened meanwhile.
    package let events: [Event]
    /// Other spans it has to do with.
    package let links: [TraceContext]

    /// Something that happened at an instant.
    package struct Event: Sendable, Hashable {
        /// What.
        package let name: String
        /// Nanoseconds since the Unix epoch.
        package let at: UInt64
        /// What is known about it.
        package let attributes: [Attribute]
    }

    /// The span as it travels inside the fleet.
    package func record(of service: String) -> SpanRecord {
        .with {
            $0.traceID = "\(context.traceID)"
            $0.spanID = "\(context.spanID)"
            $0.parentSpanID = parent.map { "\($0)" }
            $0.service = service
            $0.name = name
            $0.kind = kind
            $0.startNanoseconds = Int(start)
            $0.endNanoseconds = Int(end)
            $0.outcome = outcome
            $0.outcomeMessage = outcomeMessage
            $0.attributes = Self.texts(attributes)
            $0.events = events.map { event in
                .with {
                    $0.name = event.name
                    $0.atNanoseconds = Int(event.at)
                    $0.attributes = Self.texts(event.attributes)
                }
            }
        }
    }

    private static func texts(_ attributes: [Attribute]) -> [String: String] {
        Dictionary(attributes.map { ($0.name, $0.value.text) }, uniquingKeysWith: { $1 })
    }
}

extension [Attribute] {
    /// At most `Limits.attributes` of them by name, long texts cut, secrets left out.
    init(_ attributes: SpanAttributes) {
        var list: [Attribute] = []
        attributes.forEach { name, value in
            guard let value = AttributeValue(value) else { return }
            list.append(Attribute(name: name, value: Redaction.hides(name) ? .string(Redaction.mark) : value))
        }
        list.sort { $0.name < $1.name }
        self = Array(list.prefix(Limits.attributes))
    }
}

extension AttributeValue {
    init?(_ attribute: SpanAttribute) {
        switch attribute {
        case .string(let value): self = .string(Redaction.clean(value, limit: Limits.valueBytes))
        case .int32(let value): self = .integer(Int64(value))
        case .int64(let value): self = .integer(value)
        case .double(let value): self = .double(value)
        case .bool(let value): self = .bool(value)
        case .stringConvertible(let value):
            self = .string(Redaction.clean("\(value)", limit: Limits.valueBytes))
        case .stringArray(let values):
            self = .list(values.map { .string(Redaction.clean($0, limit: Limits.valueBytes)) })
        case .int32Array(let values): self = .list(values.map { .integer(Int64($0)) })
        case .int64Array(let values): self = .list(values.map { .integer($0) })
        case .doubleArray(let values): self = .list(values.map { .double($0) })
        case .boolArray(let values): self = .list(values.map { .bool($0) })
        case .stringConvertibleArray(let values): self = .list(values.map { .string("\($0)") })
        default: return nil
        }
    }
}
