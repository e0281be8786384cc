/// Bounds of everything that telemetry keeps in memory.
enum Limits {
    /// Bytes of log lines that wait for the writer; beyond, records are dropped and counted.
    static let pendingLogBytes = 4 << 20
    /// How long the writer waits for more before a line has to wake it up, which costs a request more than
    /// the line: those of one request seldom come alone.
    static let logLinger = Duration.milliseconds(5)
    /// Bytes of a log message; a longer one is cut.
    static let messageBytes = 8 << 10
    /// Bytes of a metadata value; a longer one is cut.
    static let valueBytes = 4 << 10
    /// Depth of nested metadata; deeper values are written as text.
    static let metadataDepth = 4
    /// Label sets of one metric; further ones share the series `otel_metric_overflow="true"`.
    static let seriesPerMetric = 400
    /// Metrics of one process; further ones are counted and not kept.
    static let metrics = 500
    /// Attributes of a span, and attributes of one event of it.
    static let attributes = 64
    /// Events of a span.
    static let eventsPerSpan = 64
    /// Traces that one service remembers; the least recently used goes first.
    static let traces = 2000
    /// Spans of one trace in one service; further ones are counted and not kept.
    static let spansPerTrace = 500
    /// Spans of all traces in one service.
    static let spans = 20_000
    /// Finished spans that wait for the collector; beyond, the oldest go.
    static let exportQueue = 4096
    /// Spans of one request to the collector.
    static let exportBatch = 512
    /// Names whose judgement (secret or not) is remembered; our code uses about 100.
    static let judgedNames = 512
}
