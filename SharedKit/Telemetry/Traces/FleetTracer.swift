private import Contracts
package import Tracing

/// Starts spans: a caller's decision to record counts, new traces are sampled by their id.
package struct FleetTracer: Tracer {
    private let threshold: UInt64
    private let finish: @Sendable (FinishedSpan) -> Void

    init(sampleRatio: Double, finish: @escaping @Sendable (FinishedSpan) -> Void) {
        precondition((0...1).contains(sampleRatio), "a ratio is between 0 and 1")
        threshold = sampleRatio >= 1 ? .max : UInt64(sampleRatio * 0x1p64)
        self.finish = finish
    }

    /// Starts a span below the context's trace, or a new trace.
    package func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> RecordingSpan {
        var context = context()
        let parent = context.traceContext
        let spanID = SpanID.random()
        context.traceContext = parent.map { $0.caused(by: spanID) } ?? root(spanID)
        return RecordingSpan(
            operationName,
            kind: SpanRole(kind),
            context: context,
            parent: parent?.spanID,
            start: instant().nanosecondsSinceEpoch,
            finish: finish
        )
    }

    private func root(_ spanID: SpanID) -> TraceContext {
        let trace = TraceID.random()
        return TraceContext(
            traceID: trace,
            spanID: spanID,
            isSampled: trace.low <= threshold && threshold > 0
        )
    }

    /// Spans are handed over when they end; nothing waits here.
    package func forceFlush() {}

    /// Reads `traceparent` and `tracestate`.
    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: "traceparent", from: carrier) else { return }
        let state = extractor.extract(key: "tracestate", from: carrier)
        if let trace = TraceContext(traceparent: parent, tracestate: state) { context.traceContext = trace }
    }

    /// Writes `traceparent` and `tracestate`.
    package func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let trace = context.traceContext else { return }
        injector.inject(trace.traceparent, forKey: "traceparent", into: &carrier)
        if let state = trace.state { injector.inject(state, forKey: "tracestate", into: &carrier) }
    }
}

extension SpanRole {
    fileprivate init(_ kind: SpanKind) {
        switch kind {
        case .server: self = .server
        case .client: self = .client
        case .producer: self = .producer
        case .consumer: self = .consumer
        case .internal: self = .internal
        }
    }
}
