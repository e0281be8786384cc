package import Contracts
private import SystemKit

/// The latest traces of this process, so that a newcomer sees one without a collector.
package final class TraceStore: Sendable {
    private let service: String
    private let state: Locked<Contents>

    /// An empty store that keeps at most `traces` traces and `spans` spans.
    package init(service: String, traces: Int? = nil, spans: Int? = nil) {
        self.service = service
        state = Locked(Contents(traceLimit: traces ?? Limits.traces, spanLimit: spans ?? Limits.spans))
    }

    /// The finished spans of a trace in the order they ended; empty when the trace is unknown or forgotten.
    package func spans(of trace: TraceID) -> [SpanRecord] {
        let spans = state.withLock { $0.take(trace) }
        return spans.map { $0.record(of: service) }
    }

    /// Spans that were not kept because their trace was full.
    package var droppedSpans: Int { state.withLock { $0.dropped } }

    /// How many traces are remembered.
    package var count: Int { state.withLock { $0.traces.count } }

    func append(_ span: FinishedSpan) {
        state.withLock { $0.append(span) }
    }
}

/// The store's state: a map and the order of use, of which outdated entries are skipped.
private struct Contents: Sendable {
    struct Trace {
        var spans: [FinishedSpan] = []
        var lastUse: UInt64 = 0
    }

    let traceLimit: Int
    let spanLimit: Int
    var traces: [TraceID: Trace] = [:]
    var dropped = 0
    private var order: [(trace: TraceID, use: UInt64)] = []
    private var oldest = 0
    private var spanCount = 0
    private var uses: UInt64 = 0

    init(traceLimit: Int, spanLimit: Int) {
        precondition(traceLimit > 0 && spanLimit > 0, "a store that holds nothing shows nothing")
        self.traceLimit = traceLimit
        self.spanLimit = spanLimit
    }

    mutating func append(_ span: FinishedSpan) {
        let id = span.context.traceID
        guard traces[id, default: Trace()].spans.count < Swift.min(Limits.spansPerTrace, spanLimit) else {
            dropped += 1
            return
        }
        traces[id, default: Trace()].spans.append(span)
        spanCount += 1
        use(id)
        while traces.count > traceLimit || spanCount > spanLimit { forgetOldest() }
    }

    mutating func take(_ id: TraceID) -> [FinishedSpan] {
        guard let trace = traces[id] else { return [] }
        use(id)
        return trace.spans
    }

    private mutating func use(_ id: TraceID) {
        uses += 1
        traces[id]?.lastUse = uses
        order.append((id, uses))
        if order.count > 2 * (spanLimit + traceLimit) { compact() }
    }

    private mutating func forgetOldest() {
        while oldest < order.count {
            let entry = order[oldest]
            oldest += 1
            guard let trace = traces[entry.trace], trace.lastUse == entry.use else { continue }
            spanCount -= trace.spans.count
            traces[entry.trace] = nil
            return
        }
    }

    private mutating func compact() {
        order = order[oldest...].filter { traces[$0.trace]?.lastUse == $0.use }
        oldest = 0
    }
}
