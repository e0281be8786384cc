/// The kinds of Prometheus metrics that we make.
package enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}

/// All series of one name.
struct MetricFamily: Sendable {
    enum Cell: Sendable {
        case counter(CounterCell), gauge(GaugeCell), histogram(HistogramCell)
        case computed(@Sendable () -> Double)
    }

    let name: String
    let kind: MetricKind
    let help: String
    let bounds: [Double]
    /// By the rendered label set, e.g. `{a="b",c="d"}`, or the empty text.
    var series: [String: Cell] = [:]

    /// The series of these labels; beyond the limit, the one that all further label sets share.
    mutating func cell(_ labels: [(String, String)], make: () -> Cell) -> Cell {
        var key = Labels.render(labels)
        if let known = series[key] { return known }
        if series.count >= Limits.seriesPerMetric {
            key = Labels.render([("otel_metric_overflow", "true")])
            if let known = series[key] { return known }
        }
        let made = make()
        series[key] = made
        return made
    }

    func makeCell() -> Cell {
        switch kind {
        case .counter: .counter(CounterCell())
        case .gauge: .gauge(GaugeCell())
        case .histogram: .histogram(HistogramCell(bounds: bounds))
        }
    }
}

/// Names and labels as Prometheus wants them.
enum Labels {
    static func render(_ labels: [(String, String)]) -> String {
        if labels.isEmpty { return "" }
        let sorted = labels.sorted { $0.0 < $1.0 }.map { "\(sanitized($0.0))=\"\(escaped($0.1))\"" }
        return "{\(sorted.joined(separator: ","))}"
    }

    /// The rendered label set with one more label.
    static func adding(_ label: String, to rendered: String) -> String {
        rendered.isEmpty ? "{\(label)}" : "\(rendered.dropLast()),\(label)}"
    }

    static func sanitized(_ name: String) -> String {
        var result = ""
        var previousIsLower = false
        for scalar in name.unicodeScalars {
            switch scalar {
            case "A"..."Z":
                if previousIsLower { result += "_" }
                result.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value) + 32))
            case "a"..."z", "0"..."9", "_": result.unicodeScalars.append(scalar)
            default: result += "_"
            }
            previousIsLower = ("a"..."z").contains(scalar)
        }
        return result.first.map { $0.isNumber ? "_\(result)" : result } ?? "_"
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value.unicodeScalars.prefix(256) {
            switch character {
            case "\\": result += #"\\"#
            case "\"": result += #"\""#
            case "\n": result += #"\n"#
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
