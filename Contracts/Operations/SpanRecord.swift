/// What a span was to its trace (OpenTelemetry's span kinds).
public enum SpanRole: String, WireEnum {
    case server, client, producer, consumer, `internal`
}

/// How a span ended.
public enum SpanOutcome: String, WireEnum {
    case unset, ok, error
}

/// One finished piece of work of one service.
public struct SpanRecord: WireObject, Equatable {
    /// The trace, 32 hex digits.
    public var traceID = ""
    /// The span, 16 hex digits.
    public var spanID = ""
    /// The span that caused it, 16 hex digits; absent at the root.
    public var parentSpanID: String?
    /// Who did the work.
    public var service = ""
    /// What was done, e.g. `POST /v1/run`.
    public var name = ""
    /// Its role.
    public var kind = SpanRole.internal
    /// Nanoseconds since the Unix epoch.
    public var startNanoseconds = 0
    /// Nanoseconds since the Unix epoch, not before the start.
    public var endNanoseconds = 0
    /// How it ended.
    public var outcome = SpanOutcome.unset
    /// Why it failed.
    public var outcomeMessage: String?
    /// What is known about it.
    public var attributes: [String: String] = [:]
    /// What happened meanwhile.
    public var events: [SpanMoment] = []

    /// For reading.
    public init() {}

    /// OpenTelemetry's names in snake case.
    public static let fields = Fields<SpanRecord>(
        field("trace_id", \.traceID, .length(32...32)),
        field("span_id", \.spanID, .length(16...16)),
        field("parent_span_id", \.parentSpanID),
        field("service", \.service),
        field("name", \.name),
        field("kind", \.kind),
        field("start_ns", \.startNanoseconds),
        field("end_ns", \.endNanoseconds),
        field("outcome", \.outcome),
        field("outcome_message", \.outcomeMessage),
        defaulted("attributes", \.attributes),
        defaulted("events", \.events)
    )
}

/// Something that happened during a span.
public struct SpanMoment: WireObject, Equatable {
    /// What.
    public var name = ""
    /// Nanoseconds since the Unix epoch.
    public var atNanoseconds = 0
    /// What is known about it.
    public var attributes: [String: String] = [:]

    /// For reading.
    public init() {}

    /// name, at_ns, attributes.
    public static let fields = Fields<SpanMoment>(
        field("name", \.name),
        field("at_ns", \.atNanoseconds),
        defaulted("attributes", \.attributes)
    )
}

/// What one service knows about a trace.
public struct SpanList: WireObject, Equatable {
    /// The spans in the order they ended.
    public var spans: [SpanRecord] = []

    /// For reading.
    public init() {}

    /// The spans of one service.
    public init(spans: [SpanRecord]) { self.spans = spans }

    /// spans.
    public static let fields = Fields<SpanList>(field("spans", \.spans))
}

/// A whole trace, gathered from all services.
public struct TraceReport: WireObject, Equatable {
    /// The trace, 32 hex digits.
    public var traceID = ""
    /// From the first start to the last end, in milliseconds.
    public var durationMilliseconds = 0.0
    /// The services that took part.
    public var services: [String] = []
    /// The services that could not be asked.
    public var missingServices: [String] = []
    /// All spans by their start.
    public var spans: [SpanRecord] = []

    /// For reading.
    public init() {}

    /// trace_id, duration_ms, services, missing_services, spans.
    public static let fields = Fields<TraceReport>(
        field("trace_id", \.traceID),
        field("duration_ms", \.durationMilliseconds),
        field("services", \.services),
        field("missing_services", \.missingServices),
        field("spans", \.spans)
    )
}
