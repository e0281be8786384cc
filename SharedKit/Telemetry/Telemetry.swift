private import CoreMetrics
private import Glibc
package import Logging
package import SystemKit
private import Tracing

/// What a service tells about itself: JSON log lines, metrics for Prometheus, spans.
///
/// Start reading here; `Logs`, `Metrics` and `Traces` are the three parts.
package final class Telemetry: Sendable {
    /// The service.
    package let service: String
    /// Every metric of the process.
    package let metrics = MetricsRegistry()
    /// The latest traces.
    package let traces: TraceStore
    /// Starts spans; also installed as `InstrumentationSystem.tracer` by `bootstrap`.
    package let tracer: FleetTracer
    /// Sends spans away when a collector is configured; its `run` wants a task.
    package let exporter: SpanExporter?
    private let configuration: TelemetryConfiguration
    private let writer: LogWriter

    /// Telemetry of one service that is not installed anywhere, for several services in one process.
    /// - Throws: `SystemFailure` when the log writer's thread cannot start.
    package init(service: String, configuration: TelemetryConfiguration = .init()) throws(SystemFailure) {
        self.service = service
        self.configuration = configuration
        writer = try LogWriter(descriptor: configuration.logDescriptor, service: service)
        let store = TraceStore(service: service)
        let resource = OTLPResource(
            service: service,
            version: configuration.version,
            processID: Int(getpid())
        )
        let exporter = configuration.collector.map { SpanExporter(to: $0, resource: resource) }
        traces = store
        self.exporter = exporter
        tracer = FleetTracer(sampleRatio: configuration.sampleRatio) { span in
            store.append(span)
            exporter?.append(span)
        }
        ProcessFigures.register(in: metrics)
        registerOwnFigures()
    }

    private static let isInstalled = Locked(false)

    /// Makes telemetry and installs it in swift-log, swift-metrics and swift-distributed-tracing.
    ///
    /// Only the first call in a process installs; later ones answer telemetry that stands for itself.
    /// - Throws: `SystemFailure` when the log writer's thread cannot start.
    package static func bootstrap(
        service: String,
        configuration: TelemetryConfiguration = .init()
    ) throws(SystemFailure) -> Telemetry {
        let telemetry = try Telemetry(service: service, configuration: configuration)
        let isFirst = isInstalled.withLock { installed in
            defer { installed = true }
            return !installed
        }
        if isFirst {
            LoggingSystem.bootstrap { telemetry.logHandler(label: $0) }
            MetricsSystem.bootstrap(telemetry.metrics)
            InstrumentationSystem.bootstrap(telemetry.tracer)
        }
        return telemetry
    }

    /// A logger of this service, whatever is installed.
    package func logger(label: String? = nil) -> Logger {
        Logger(label: label ?? service) { self.logHandler(label: $0) }
    }

    /// The metrics page, media type `PrometheusText.mediaType`.
    package func metricsText() -> String { PrometheusText.render(metrics) }

    /// Writes the last log lines and ends the writer's thread; call it last, before the process exits.
    package func shutdown() { writer.stop() }

    private func logHandler(label: String) -> JSONLogHandler {
        JSONLogHandler(label: label, service: service, level: configuration.logLevel) { [writer] in
            writer.append($0)
        }
    }

    private func registerOwnFigures() {
        metrics.computed(
            MetricDescription("cc_log_records_dropped", "Log records that found no place in the queue."),
            .counter
        ) { [writer] in Double(writer.droppedRecords) }
        metrics.computed(
            MetricDescription("cc_errors_ignored", "Errors that were dropped on purpose, by name."),
            .counter
        ) { Double(IgnoredErrors.total) }
        metrics.computed(
            MetricDescription("cc_metrics_refused", "Metrics that found no place."),
            .counter
        ) { [weak metrics] in Double(metrics?.refusedMetrics ?? 0) }
        metrics.computed(
            MetricDescription("cc_spans_dropped", "Spans that were lost on the way to a reader."),
            .counter
        ) { [traces, exporter] in Double(traces.droppedSpans + (exporter?.lostSpans ?? 0)) }
    }
}
