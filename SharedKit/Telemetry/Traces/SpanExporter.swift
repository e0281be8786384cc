private import Contracts
private import SystemKit

/// One request to a collector.
package struct ExportRequest: Sendable {
    /// Where to.
    package let endpoint: CollectorEndpoint
    /// An OTLP `ExportTraceServiceRequest` in JSON; content type `application/json`.
    package let body: [UInt8]
}

/// Sends finished spans to a collector in batches; when the collector is slow or away, the oldest are lost.
package final class SpanExporter: Sendable {
    /// Sends one request and answers the HTTP status.
    package typealias Transport = @Sendable (ExportRequest) async throws -> Int

    /// Where to.
    package let endpoint: CollectorEndpoint
    private let resource: OTLPResource
    private let state = Locked(State())

    private struct State {
        var waiting: [FinishedSpan] = []
        var lost = 0
        var sent = 0
    }

    init(to endpoint: CollectorEndpoint, resource: OTLPResource) {
        self.endpoint = endpoint
        self.resource = resource
    }

    /// Spans that never reached the collector.
    package var lostSpans: Int { state.withLock { $0.lost } }
    /// Spans that the collector took.
    package var sentSpans: Int { state.withLock { $0.sent } }

    func append(_ span: FinishedSpan) {
        state.withLock {
            if $0.waiting.count >= Limits.exportQueue {
                $0.waiting.removeFirst(Limits.exportBatch)
                $0.lost += Limits.exportBatch
            }
            $0.waiting.append(span)
        }
    }

    /// Sends a batch each `interval` until cancelled, then what is left; run it beside the server.
    package func run(every interval: Duration = .seconds(1), through transport: Transport) async {
        while !Task.isCancelled {
            await ignoring("cancellation ends the pause early") { try await Task.sleep(for: interval) }
            await flush(through: transport)
        }
    }

    /// Sends everything that waits, batch by batch; a refused batch is lost, not repeated.
    package func flush(through transport: Transport) async {
        while true {
            let batch = state.withLock { state in
                let batch = Array(state.waiting.prefix(Limits.exportBatch))
                state.waiting.removeFirst(batch.count)
                return batch
            }
            if batch.isEmpty { return }
            let request = ExportRequest(endpoint: endpoint, body: OTLPEncoder.encode(batch, of: resource))
            let status = await ignoring("traces are lossy: the collector's absence is counted, never felt") {
                try await transport(request)
            }
            let isTaken = (200..<300).contains(status ?? 0)
            state.withLock { if isTaken { $0.sent += batch.count } else { $0.lost += batch.count } }
        }
    }
}
