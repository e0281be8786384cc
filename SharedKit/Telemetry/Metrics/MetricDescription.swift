/// What a metric is called and means, beyond what its label says.
package struct MetricDescription: Sendable {
    /// The label that code uses, dotted as OpenTelemetry writes it.
    package let label: String
    /// One line for people.
    package let help: String
    /// The unit as Prometheus spells it (`seconds`, `bytes`), empty for plain numbers.
    package let unit: String
    /// Upper ends of the histogram's buckets, rising; nil for the defaults.
    package let bounds: [Double]?

    /// Describes the metric with the label; do it before the metric is made.
    package init(_ label: String, _ help: String, unit: String = "", bounds: [Double]? = nil) {
        self.label = label
        self.help = help
        self.unit = unit
        self.bounds = bounds
    }

    /// OpenTelemetry's advice for `http.server.request.duration`, in seconds.
    package static let durationBounds = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]
    /// Sizes and counts of unknown scale: powers of four.
    package static let sizeBounds: [Double] = [
        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262_144, 1_048_576,
    ]

    /// Known from OpenTelemetry's conventions, and ours.
    static let standard: [MetricDescription] = [
        MetricDescription(
            "http.server.request.duration",
            "Time from a request's head to its last byte.",
            unit: "seconds"
        ),
        MetricDescription("http.server.active_requests", "Requests being answered now."),
        MetricDescription(
            "http.client.request.duration",
            "Time of calls to other services.",
            unit: "seconds"
        ),
        MetricDescription("http.server.request.body.size", "Bytes of request bodies.", unit: "bytes"),
        MetricDescription("http.server.response.body.size", "Bytes of response bodies.", unit: "bytes"),
        MetricDescription("db.client.operation.duration", "Time of database operations.", unit: "seconds"),
        MetricDescription("messaging.process.duration", "Time of handling a message.", unit: "seconds"),
        MetricDescription("cc_journal_commit_seconds", "Time of a group commit.", unit: "seconds"),
        MetricDescription("cc_journal_batch_rows", "Rows of one group commit.", bounds: sizeBounds),
        MetricDescription("cc_wal_bytes", "Size of the write-ahead log.", unit: "bytes"),
        MetricDescription("cc_mailbox_depth", "Messages waiting in mailboxes."),
        MetricDescription("cc_queue_depth", "Jobs in a queue by state."),
        MetricDescription("cc_queue_oldest_seconds", "Age of the oldest waiting job.", unit: "seconds"),
    ]
}
