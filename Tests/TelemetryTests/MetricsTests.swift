import CoreMetrics
import Glibc
import Metrics
import SystemKit
import Telemetry
import Testing

@Suite struct MetricsTests {
    private let registry = MetricsRegistry()

    private func series(_ name: String) -> [String] {
        PrometheusText.render(registry).split(separator: "\n").map(String.init).filter { $0.hasPrefix(name) }
    }

    @Test(
        "counts under a name that ends with _total",
        arguments: ["cc.runs", "cc_runs_total", "cc.runs.total", "ccRuns"]
    )
    func counters(label: String) {
        let counter = Counter(label: label, dimensions: [("state", "ok")], factory: registry)
        counter.increment()
        Counter(label: label, dimensions: [("state", "ok")], factory: registry).increment(by: 2)
        #expect(series("cc_runs") == [#"cc_runs_total{state="ok"} 3"#])
    }

    @Test("puts durations into OpenTelemetry's buckets, in seconds")
    func timers() {
        let timer = Timer(
            label: "http.server.request.duration",
            dimensions: [("http.route", "/a\"b")],
            factory: registry
        )
        for milliseconds in [1, 5, 6, 20_000] { timer.recordMilliseconds(milliseconds) }
        let name = "http_server_request_duration_seconds"
        let lines = series(name)
        #expect(lines.first == #"\#(name)_bucket{http_route="/a\"b",le="0.005"} 2"#)
        #expect(lines.contains(#"\#(name)_bucket{http_route="/a\"b",le="0.01"} 3"#))
        #expect(lines.contains(#"\#(name)_bucket{http_route="/a\"b",le="10"} 3"#))
        #expect(lines.suffix(3).first == #"\#(name)_bucket{http_route="/a\"b",le="+Inf"} 4"#)
        #expect(lines.suffix(2).first == #"\#(name)_sum{http_route="/a\"b"} 20.012"#)
        #expect(lines.last == #"\#(name)_count{http_route="/a\"b"} 4"#)
        #expect(lines.count == 17)
    }

    @Test("gauges go up and down")
    func gauges() {
        let meter = Meter(label: "http.server.active_requests", factory: registry)
        meter.increment(by: 3)
        meter.decrement()
        #expect(series("http_server_active_requests") == ["http_server_active_requests 2"])
    }

    @Test("asks computed metrics at each scrape")
    func computed() {
        let value = Locked(1.0)
        registry.computed(MetricDescription("cc_sessions", "Sessions by state."), labels: [("state", "open")])
        { value.snapshot }
        value.withLock { $0 = 7.5 }
        #expect(series("cc_sessions") == [#"cc_sessions{state="open"} 7.5"#])
    }

    @Test("bounds the label sets of one metric")
    func cardinality() {
        for index in 0..<1000 {
            Counter(label: "cc.paths", dimensions: [("path", "/\(index)")], factory: registry).increment()
        }
        let lines = series("cc_paths")
        #expect(lines.count == 401)
        #expect(lines.contains(#"cc_paths_total{otel_metric_overflow="true"} 600"#))
    }

    @Test("refuses one name for two kinds, and too many names")
    func refusals() {
        Meter(label: "cc_things", factory: registry).set(1)
        Recorder(label: "cc_things", factory: registry).record(5)
        #expect(series("cc_things") == ["cc_things 1"])
        for index in 0..<600 { Meter(label: "cc_m\(index)", factory: registry).set(1) }
        #expect(registry.refusedMetrics == 102)
    }

    @Test("loses no increment between threads")
    func concurrency() async {
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 { Counter(label: "cc.hits", factory: registry).increment() }
                }
            }
        }
        #expect(series("cc_hits") == ["cc_hits_total 8000"])
    }

    @Test(
        "is clean for promtool",
        .enabled(if: access("/usr/bin/promtool", X_OK) == 0, "Debian's prometheus is not installed"),
        .timeLimit(.minutes(8))
    )
    func promtool() throws {
        let telemetry = try Telemetry(service: "auth")
        defer { telemetry.shutdown() }
        Counter(label: "cc.logins", dimensions: [("outcome", "ok\\\n\"")], factory: telemetry.metrics)
            .increment()
        Timer(label: "http.server.request.duration", factory: telemetry.metrics).recordMilliseconds(3)
        Recorder(label: "http.server.request.body.size", factory: telemetry.metrics).record(300)
        Meter(label: "cc.queue.depth", dimensions: [("queue", "runs")], factory: telemetry.metrics).set(4)
        let text = telemetry.metricsText()
        #expect(text.contains("\nprocess_resident_memory_bytes "))
        let input = try #require(popen("promtool check metrics > /dev/null 2>&1", "w"))
        fputs(text, input)
        #expect(pclose(input) == 0)
    }

    @Test("tells plausible figures of the process")
    func processFigures() throws {
        let telemetry = try Telemetry(service: "auth")
        defer { telemetry.shutdown() }
        let values = Dictionary(
            telemetry.metricsText().split(separator: "\n").filter { $0.hasPrefix("process_") }.map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0]), Double(parts[1]) ?? -1)
            },
            uniquingKeysWith: { $1 }
        )
        #expect((1e6...1e10).contains(try #require(values["process_resident_memory_bytes"])))
        #expect((3...10_000).contains(try #require(values["process_open_fds"])))
        #expect((2...500).contains(try #require(values["process_threads"])))
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        let age =
            Double(WallClock.system.now().milliseconds) / 1000
            - (try #require(values["process_start_time_seconds"]))
        #expect((0...600).contains(age))
    }
}
