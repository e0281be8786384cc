package import Contracts
package import ServiceKit
package import Telemetry

/// Asks all services what they know about a trace and puts the answers together.
package struct TraceGatherer: Sendable {
    private let client: FleetClient
    private let telemetry: Telemetry

    /// Gathers from what `client` reaches, and from our own store.
    package init(_ client: FleetClient, _ telemetry: Telemetry) {
        self.client = client
        self.telemetry = telemetry
    }

    /// Everything that is known about a trace.
    /// - Throws: `Problem` (`not_found`, `invalid_request`).
    package func report(on text: String) async throws(Problem) -> TraceReport {
        guard let trace = TraceID(text) else {
            let fault = FieldProblem(
                pointer: "path/trace_id",
                code: "wrong_format",
                detail: "expected 32 lower-case hex digits"
            )
            throw Problem(.invalidRequest, "\(fault.pointer): \(fault.detail)", errors: [fault])
        }
        var report = TraceReport()
        report.traceID = text
        for (service, spans) in await answers(trace) {
            if let spans { report.spans += spans } else { report.missingServices.append(service.rawValue) }
        }
        guard let first = report.spans.map(\.startNanoseconds).min(),
            let last = report.spans.map(\.endNanoseconds).max()
        else { throw Problem(.notFound, "no service knows this trace (any more)") }
        report.spans.sort { $0.startNanoseconds < $1.startNanoseconds }
        report.services = Set(report.spans.map(\.service)).sorted()
        report.missingServices.sort()
        report.durationMilliseconds = Double((last - first) / 1000) / 1000
        return report
    }

    private func answers(_ trace: TraceID) async -> [(ServiceName, [SpanRecord]?)] {
        await withTaskGroup(of: (ServiceName, [SpanRecord]?).self) { group in
            for service in ServiceName.allCases {
                group.addTask { (service, await spans(of: trace, in: service)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// The spans of one service, nil when it does not answer.
    private func spans(of trace: TraceID, in service: ServiceName) async -> [SpanRecord]? {
        if service == .gateway { return telemetry.traces.spans(of: trace) }
        let endpoint = Endpoint<Nothing, SpanList>(
            "operations.trace",
            of: service,
            .get,
            "/internal/v1/traces/{trace_id}",
            access: .fleet,
            "What a service knows about a trace",
            timeout: Limits.traceWait
        )
        do {
            return try await client.call(endpoint, CallOptions(path: ["trace_id": "\(trace)"])).spans
        } catch {
            // The report names the service as missing; nothing else can be done about it here.
            return nil
        }
    }
}
