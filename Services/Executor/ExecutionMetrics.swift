internal import Contracts
internal import Metrics
internal import SystemKit

/// Counts what ran here.
final class ExecutionMetrics: Sendable {
    private let factory: any MetricsFactory
    private let active: Meter
    private let setup: Metrics.Timer
    private let ended = Locked([Verdict: Counter]())

    init(factory: any MetricsFactory) {
        self.factory = factory
        active = Meter(label: "codecollab.executions.active", factory: factory)
        setup = Metrics.Timer(label: "codecollab.sandbox.setup.duration", factory: factory)
    }

    func accepted() { active.increment() }

    func finished(_ result: ExecutionResult?) {
        active.decrement()
        guard let result else { return }
        if result.setupMicroseconds > 0 { setup.recordMicroseconds(result.setupMicroseconds) }
        counter(of: result.verdict).increment()
    }

    private func counter(of verdict: Verdict) -> Counter {
        ended.withLock { ended in
            if let known = ended[verdict] { return known }
            let made = Counter(
                label: "codecollab.executions", dimensions: [("verdict", verdict.rawValue)], factory: factory)
            ended[verdict] = made
            return made
        }
    }
}
