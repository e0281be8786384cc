internal import Contracts
private import SystemKit
package import Tracing

/// A piece of work that goes on.
package final class RecordingSpan: Span, Sendable {
    /// The place in the trace that work below this span gets.
    package let context: ServiceContext
    /// Whether anybody will see it.
    package let isRecording: Bool
    private let parent: SpanID?
    private let kind: SpanRole
    private let start: UInt64
    private let state: Locked<State>
    private let finish: @Sendable (FinishedSpan) -> Void

    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var events: [FinishedSpan.Event] = []
        var links: [TraceContext] = []
        var outcome = SpanOutcome.unset
        var outcomeMessage: String?
        var hasEnded = false
    }

    init(
        _ name: String,
        kind: SpanRole,
        context: ServiceContext,
        parent: SpanID?,
        start: UInt64,
        finish: @escaping @Sendable (FinishedSpan) -> Void
    ) {
        self.context = context
        self.parent = parent
        self.kind = kind
        self.start = start
        self.finish = finish
        isRecording = context.traceContext?.isSampled ?? false
        state = Locked(State(name: name))
    }

    /// What is done; may be changed until the end.
    package var operationName: String {
        get { state.withLock { $0.name } }
        set { change { $0.name = newValue } }
    }

    /// What is known; at most `Limits.attributes` are kept.
    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { change { $0.attributes = newValue } }
    }

    /// Says how it went.
    package func setStatus(_ status: SpanStatus) {
        change {
            $0.outcome = status.code == .ok ? .ok : .error
            $0.outcomeMessage = status.message.map { Redaction.clean($0, limit: Limits.valueBytes) }
        }
    }

    /// Notes an instant; the first `Limits.eventsPerSpan` are kept.
    package func addEvent(_ event: SpanEvent) {
        let event = FinishedSpan.Event(
            name: event.name,
            at: event.nanosecondsSinceEpoch,
            attributes: [Attribute](event.attributes)
        )
        change { if $0.events.count < Limits.eventsPerSpan { $0.events.append(event) } }
    }

    /// Notes an error as OpenTelemetry's `exception` event and marks the span as failed.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = "\(type(of: error))"
        attributes["exception.message"] = "\(error)"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
        setStatus(SpanStatus(code: .error, message: "\(type(of: error))"))
    }

    /// Names another span that has to do with this one.
    package func addLink(_ link: SpanLink) {
        guard let other = link.context.traceContext else { return }
        change { if $0.links.count < Limits.eventsPerSpan { $0.links.append(other) } }
    }

    /// Ends it; what comes after is ignored.
    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard isRecording, let trace = context.traceContext else { return }
        let end = Swift.max(start, instant().nanosecondsSinceEpoch)
        let finished: FinishedSpan? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return FinishedSpan(
                context: trace,
                parent: parent,
                name: state.name,
                kind: kind,
                start: start,
                end: end,
                outcome: state.outcome,
                outcomeMessage: state.outcomeMessage,
                attributes: [Attribute](state.attributes),
                events: state.events,
                links: state.links
            )
        }
        if let finished { finish(finished) }
    }

    private func change(_ body: (inout State) -> Void) {
        guard isRecording else { return }
        state.withLock { if !$0.hasEnded { body(&$0) } }
    }
}
