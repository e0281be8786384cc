/// The Prometheus text format 0.0.4.
package enum PrometheusText {
    /// The media type of the text.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics with HELP and TYPE, by name.
    package static func render(_ registry: MetricsRegistry) -> String {
        var text = ""
        for family in registry.families {
            text += "# HELP \(family.name) \(escapedHelp(family.help))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for (labels, cell) in family.series.sorted(by: { $0.key < $1.key }) {
                append(cell, named: family.name, labels, to: &text)
            }
        }
        return text
    }

    private static func append(
        _ cell: MetricFamily.Cell,
        named name: String,
        _ labels: String,
        to text: inout String
    ) {
        switch cell {
        case .counter(let cell): text += "\(name)\(labels) \(number(cell.current))\n"
        case .gauge(let cell): text += "\(name)\(labels) \(number(cell.current))\n"
        case .computed(let read): text += "\(name)\(labels) \(number(read()))\n"
        case .histogram(let cell): append(cell, named: name, labels, to: &text)
        }
    }

    private static func append(
        _ cell: HistogramCell,
        named name: String,
        _ labels: String,
        to text: inout String
    ) {
        let contents = cell.current
        var count: UInt64 = 0
        for (bucket, bound) in zip(contents.buckets, cell.bounds.map(number) + ["+Inf"]) {
            count += bucket
            text += "\(name)_bucket\(Labels.adding("le=\"\(bound)\"", to: labels)) \(count)\n"
        }
        text += "\(name)_sum\(labels) \(number(contents.sum))\n\(name)_count\(labels) \(count)\n"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), value.magnitude < 1e15 { return "\(Int64(value))" }
        return "\(value)"
    }

    private static func escapedHelp(_ help: String) -> String {
        help.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: #"\\"#)
            .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: #"\n"#)
    }
}
