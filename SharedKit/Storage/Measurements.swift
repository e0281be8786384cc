private import Metrics

/// What a database tells the metrics system about itself.
struct Measurements: Sendable {
    private let commitSeconds: Metrics.Timer
    private let batchRows: Recorder
    private let logBytes: Gauge
    private let refusals: Counter

    /// Metrics labelled with the database's name.
    init(database name: String) {
        let dimensions = [("database", name)]
        commitSeconds = Metrics.Timer(label: "cc_journal_commit_seconds", dimensions: dimensions)
        batchRows = Recorder(label: "cc_journal_batch_rows", dimensions: dimensions)
        logBytes = Gauge(label: "cc_wal_bytes", dimensions: dimensions)
        refusals = Counter(label: "cc_journal_refused_total", dimensions: dimensions)
    }

    func committed(rows: Int, nanoseconds: UInt64) {
        commitSeconds.recordNanoseconds(Int64(clamping: nanoseconds))
        batchRows.record(rows)
    }

    func logIs(bytes: Int) { logBytes.record(bytes) }

    func refused() { refusals.increment() }
}
