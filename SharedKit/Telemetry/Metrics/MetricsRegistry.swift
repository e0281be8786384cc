package import CoreMetrics
private import SystemKit

/// All metrics of a process: swift-metrics writes into it, Prometheus reads from it.
package final class MetricsRegistry: MetricsFactory, Sendable {
    private struct State {
        var families: [String: MetricFamily] = [:]
        var descriptions: [String: MetricDescription] = [:]
        var refused = 0
    }

    private let state: Locked<State>

    /// A registry that knows the standard descriptions and nothing else.
    package init() {
        let known = MetricDescription.standard.map { ($0.label, $0) }
        state = Locked(State(descriptions: Dictionary(known, uniquingKeysWith: { $1 })))
    }

    /// Says what metrics mean; for metrics that are made afterwards.
    package func describe(_ descriptions: [MetricDescription]) {
        state.withLock {
            for description in descriptions { $0.descriptions[description.label] = description }
        }
    }

    /// A number that is asked for at each scrape; `read` must be quick and must not block.
    package func computed(
        _ description: MetricDescription,
        _ kind: MetricKind = .gauge,
        labels: [(String, String)] = [],
        read: @escaping @Sendable () -> Double
    ) {
        precondition(kind != .histogram, "a histogram is recorded, not computed")
        describe([description])
        _ = cell(description.label, labels, kind, bounds: []) { .computed(read) }
    }

    /// Metrics that were not kept: too many, or one name for two kinds.
    package var refusedMetrics: Int { state.withLock { $0.refused } }

    /// For swift-metrics: a counter.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        if case .counter(let cell)? = cell(label, dimensions, .counter, bounds: []) { return cell }
        return NoCell()
    }

    /// For swift-metrics: a counter of fractions.
    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        if case .counter(let cell)? = cell(label, dimensions, .counter, bounds: []) { return cell }
        return NoCell()
    }

    /// For swift-metrics: a gauge.
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        if case .gauge(let cell)? = cell(label, dimensions, .gauge, bounds: []) { return cell }
        return NoCell()
    }

    /// For swift-metrics: a histogram, or a gauge when it does not aggregate.
    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        let kind = aggregate ? MetricKind.histogram : .gauge
        switch cell(label, dimensions, kind, bounds: MetricDescription.sizeBounds) {
        case .histogram(let cell)?: return cell
        case .gauge(let cell)?: return cell
        default: return NoCell()
        }
    }

    /// For swift-metrics: a histogram of seconds.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let bounds = MetricDescription.durationBounds
        if case .histogram(let cell)? = cell(label, dimensions, .histogram, unit: "seconds", bounds: bounds) {
            return cell
        }
        return NoCell()
    }

    /// Series stay until the process ends: a counter that vanishes breaks rates.
    package func destroyCounter(_ handler: any CounterHandler) {}
    /// See `destroyCounter`.
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// See `destroyCounter`.
    package func destroyMeter(_ handler: any MeterHandler) {}
    /// See `destroyCounter`.
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    /// See `destroyCounter`.
    package func destroyTimer(_ handler: any TimerHandler) {}

    var families: [MetricFamily] { state.withLock { $0.families.values.sorted { $0.name < $1.name } } }

    private func cell(
        _ label: String,
        _ labels: [(String, String)],
        _ kind: MetricKind,
        unit: String? = nil,
        bounds: [Double],
        make: (() -> MetricFamily.Cell)? = nil
    ) -> MetricFamily.Cell? {
        state.withLock { state in
            let known = state.descriptions[label]
            let name = MetricName.of(label, kind: kind, unit: known.map(\.unit) ?? unit ?? "")
            var family =
                state.families[name]
                ?? MetricFamily(
                    name: name,
                    kind: kind,
                    help: known?.help ?? MetricName.help(of: label),
                    bounds: known?.bounds
                        ?? (known?.unit == "seconds" ? MetricDescription.durationBounds : bounds)
                )
            let isNew = state.families[name] == nil
            guard family.kind == kind, !isNew || state.families.count < Limits.metrics else {
                state.refused += 1
                return nil
            }
            let cell = family.cell(labels, make: make ?? family.makeCell)
            state.families[name] = family
            return cell
        }
    }
}

/// From labels to Prometheus names.
enum MetricName {
    /// Dots become underscores; the unit and, for counters, `_total` come last.
    static func of(_ label: String, kind: MetricKind, unit: String) -> String {
        var name = Labels.sanitized(label)
        if name.hasSuffix("_total") { name.removeLast("_total".count) }
        if !unit.isEmpty && !name.hasSuffix("_\(unit)") { name += "_\(unit)" }
        return kind == .counter ? "\(name)_total" : name
    }

    /// A line for a metric that nobody described: its label in words.
    static func help(of label: String) -> String {
        let words = Labels.sanitized(label).split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst() + "."
    }
}
