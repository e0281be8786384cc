import Contracts
import Glibc
import SystemKit
import Telemetry
import Testing
import Tracing

@Suite struct ExportTests {
    private struct Away: Error {}

    private func telemetry() throws -> Telemetry {
        let configuration = try TelemetryConfiguration(environment: [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318/",
            "OTEL_EXPORTER_OTLP_HEADERS": "a=b,c=d=e",
        ])
        return try Telemetry(service: "executor", configuration: configuration)
    }

    @Test("reads the collector's address")
    func endpoint() throws {
        let endpoint = try #require(try telemetry().exporter).endpoint
        #expect(endpoint.host == "127.0.0.1")
        #expect(endpoint.port == 4318)
        #expect(endpoint.path == "/v1/traces")
        #expect(endpoint.headers == ["a": "b", "c": "d=e"])
    }

    @Test(
        "refuses an address it cannot use",
        arguments: [
            "https://collector", "collector:4318", "http://", "http://a:0", "http://a:70000", "http://u@h",
        ]
    )
    func badEndpoint(text: String) {
        let fault = TelemetryFault(
            variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
            expectation: "http://host[:port][/path]"
        )
        #expect(throws: fault) {
            try TelemetryConfiguration(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": text])
        }
    }

    @Test("sends what is finished in batches, and counts what the collector did not take")
    func batches() async throws {
        let telemetry = try telemetry()
        defer { telemetry.shutdown() }
        let exporter = try #require(telemetry.exporter)
        for _ in 0..<1000 { telemetry.tracer.startSpan("work", context: .topLevel).end() }
        let bodies = Locked<[[UInt8]]>([])
        await exporter.flush { request in
            let number = bodies.withLock { bodies in
                bodies.append(request.body)
                return bodies.count
            }
            if number == 2 { throw Away() }
            return 200
        }
        #expect(bodies.snapshot.count == 2)
        #expect(exporter.sentSpans == 512)
        #expect(exporter.lostSpans == 488)
    }

    @Test("loses the oldest when the collector stays away")
    func overflow() throws {
        let telemetry = try telemetry()
        defer { telemetry.shutdown() }
        for _ in 0..<5000 { telemetry.tracer.startSpan("work", context: .topLevel).end() }
        #expect(try #require(telemetry.exporter).lostSpans == 1024)
    }

    @Test("encodes as OTLP/JSON: hex ids, 64-bit numbers as strings, enums as numbers")
    func encoding() async throws {
        let body = try await exported()
        let text = String(decoding: body, as: UTF8.self)
        _ = try JSONValue.decode(body)
        #expect(
            text.contains(
                #""name":"POST /v1/run","kind":2,"startTimeUnixNano":"1000","endTimeUnixNano":"2000""#
            )
        )
        #expect(text.contains(#"{"key":"http.response.status_code","value":{"intValue":"200"}}"#))
        #expect(text.contains(#"{"key":"load","value":{"doubleValue":0.5}}"#))
        #expect(text.contains(#"{"key":"cached","value":{"boolValue":true}}"#))
        #expect(
            text.contains(
                #"{"key":"parts","value":{"arrayValue":{"values":["#
                    + #"{"stringValue":"a"},{"stringValue":"b"}]}}}"#
            )
        )
        #expect(text.contains(#""status":{"code":2,"message":"too \"slow\""}"#))
        #expect(text.contains(#"{"key":"service.name","value":{"stringValue":"codecollab-executor"}}"#))
    }

    @Test(
        "is read by OpenTelemetry's own types",
        .timeLimit(.minutes(8)),
        .enabled(
            if: system("python3 -c 'import opentelemetry.proto' 2>/dev/null") == 0,
            "opentelemetry-proto is not installed"
        )
    )
    func oracle() async throws {
        let body = try await exported()
        let script = """
            import sys, json, base64
            from google.protobuf.json_format import ParseDict
            from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
            data = json.load(sys.stdin)
            def fix(node):
                for key, value in list(node.items()) if isinstance(node, dict) else enumerate(node):
                    if key in ('traceId', 'spanId', 'parentSpanId'):
                        node[key] = base64.b64encode(bytes.fromhex(value)).decode()
                    elif isinstance(value, (dict, list)): fix(value)
            fix(data)
            span = ParseDict(data, ExportTraceServiceRequest()).resource_spans[0].scope_spans[0].spans[0]
            ok = len(span.trace_id) == 16 and len(span.span_id) == 8 and span.kind == 2
            sys.exit(0 if ok and span.status.code == 2 and span.end_time_unix_nano == 2000 else 1)
            """
        let input = try #require(popen("python3 -c '\(script.replacing("'", with: "'\\''"))'", "w"))
        fputs(String(decoding: body, as: UTF8.self), input)
        #expect(pclose(input) == 0)
    }

    private func exported() async throws -> [UInt8] {
        let telemetry = try telemetry()
        defer { telemetry.shutdown() }
        let span = telemetry.tracer.startSpan(
            "POST /v1/run",
            context: .topLevel,
            ofKind: .server,
            at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 1000)
        )
        span.attributes = [
            "http.response.status_code": 200, "load": 0.5, "cached": true, "parts": .stringArray(["a", "b"]),
        ]
        span.addEvent(
            SpanEvent(name: "queued", at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 1500))
        )
        span.setStatus(SpanStatus(code: .error, message: "too \"slow\""))
        span.end(at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 2000))
        let bodies = Locked<[[UInt8]]>([])
        await telemetry.exporter?.flush { request in
            bodies.withLock { $0.append(request.body) }
            return 200
        }
        return try #require(bodies.snapshot.first)
    }
}
