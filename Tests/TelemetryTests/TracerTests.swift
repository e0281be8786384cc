import Contracts
import SystemKit
import Telemetry
import Testing
import Tracing

@Suite struct TracerTests {
    private struct Refused: Error {}

    private func telemetry(_ change: (inout TelemetryConfiguration) -> Void = { _ in }) throws -> Telemetry {
        var configuration = TelemetryConfiguration()
        change(&configuration)
        return try Telemetry(service: "session", configuration: configuration)
    }

    @Test("keeps a finished span with its parent, attributes, events and outcome")
    func spans() throws {
        let telemetry = try telemetry()
        defer { telemetry.shutdown() }
        let caller = TraceContext.root()
        var context = ServiceContext.topLevel
        context.traceContext = caller
        telemetry.tracer.withSpan("outer", context: context, ofKind: .server) { outer in
            outer.attributes["http.route"] = "/v1/run"
            outer.attributes["http.request.header.authorization"] = "Bearer abcdefghijklmnop"
            #expect(throws: Refused.self) {
                try telemetry.tracer.withSpan("inner") { inner in
                    inner.addEvent("waited")
                    throw Refused()
                }
            }
        }
        let spans = telemetry.traces.spans(of: caller.traceID)
        try #require(spans.map(\.name) == ["inner", "outer"])
        #expect(spans[1].parentSpanID == "\(caller.spanID)")
        #expect(spans[0].parentSpanID == spans[1].spanID)
        #expect(spans[1].attributes["http.route"] == "/v1/run")
        #expect(spans[1].attributes["http.request.header.authorization"] == "[redacted]")
        #expect(spans[0].events.map(\.name) == ["waited", "exception"])
        #expect(spans[0].outcome == .error)
        #expect(spans.allSatisfy { $0.service == "session" && $0.endNanoseconds >= $0.startNanoseconds })
    }

    @Test("follows the caller's decision not to record, and the ratio for new traces")
    func sampling() throws {
        let telemetry = try telemetry { $0.sampleRatio = 0 }
        defer { telemetry.shutdown() }
        let root = telemetry.tracer.startSpan("root", context: .topLevel)
        #expect(!root.isRecording)
        var context = ServiceContext.topLevel
        context.traceContext = .root(isSampled: true)
        #expect(telemetry.tracer.startSpan("child", context: context).isRecording)
        context.traceContext = .root(isSampled: false)
        let silent = telemetry.tracer.startSpan("child", context: context)
        silent.end()
        #expect(!silent.isRecording)
        #expect(telemetry.traces.count == 0)
    }

    @Test("records about the configured share of new traces")
    func ratio() throws {
        let telemetry = try telemetry { $0.sampleRatio = 0.25 }
        defer { telemetry.shutdown() }
        let sampled = (0..<4000).count { _ in
            telemetry.tracer.startSpan("root", context: .topLevel).isRecording
        }
        #expect((850...1150).contains(sampled))
    }

    @Test("ends once, whatever comes later")
    func endsOnce() throws {
        let telemetry = try telemetry()
        defer { telemetry.shutdown() }
        let span = telemetry.tracer.startSpan("once", context: .topLevel)
        span.end()
        span.operationName = "changed"
        span.end()
        let trace = try #require(span.context.traceContext).traceID
        #expect(telemetry.traces.spans(of: trace).map(\.name) == ["once"])
    }

    @Test("forgets the least recently used trace first and stays within its bounds")
    func storeBounds() throws {
        let telemetry = try telemetry()
        defer { telemetry.shutdown() }
        var ids: [TraceID] = []
        for _ in 0..<2100 {
            let span = telemetry.tracer.startSpan("root", context: .topLevel)
            span.end()
            ids.append(try #require(span.context.traceContext).traceID)
            _ = telemetry.traces.spans(of: ids[0])
        }
        #expect(telemetry.traces.count == 2000)
        #expect(telemetry.traces.spans(of: ids[0]).count == 1)
        #expect(telemetry.traces.spans(of: ids[1]).isEmpty)
        #expect(telemetry.traces.spans(of: ids[2099]).count == 1)
    }

    @Test("keeps the first spans of a trace that never ends")
    func fullTrace() throws {
        let telemetry = try telemetry()
        defer { telemetry.shutdown() }
        var context = ServiceContext.topLevel
        let caller = TraceContext.root()
        context.traceContext = caller
        for _ in 0..<600 { telemetry.tracer.startSpan("child", context: context).end() }
        #expect(telemetry.traces.spans(of: caller.traceID).count == 500)
        #expect(telemetry.traces.droppedSpans == 100)
    }

    @Test("carries the trace through header fields both ways")
    func propagation() throws {
        let telemetry = try telemetry()
        defer { telemetry.shutdown() }
        let headers = ["traceparent": TraceContext.root().traceparent, "tracestate": "a=1"]
        var context = ServiceContext.topLevel
        telemetry.tracer.extract(headers, into: &context, using: Dictionaries())
        var written: [String: String] = [:]
        telemetry.tracer.inject(context, into: &written, using: Dictionaries())
        #expect(written == headers)
    }
}

private struct Dictionaries: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
        carrier[key] = value
    }
}
