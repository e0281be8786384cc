private import SystemKit
internal import CoreMetrics

/// A number that only rises.
final class CounterCell: CounterHandler, FloatingPointCounterHandler {
    private let value = Locked(0.0)

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        value.withLock { $0 += amount }
    }
    func reset() { value.withLock { $0 = 0 } }
    var current: Double { value.snapshot }
}

/// A number that goes up and down.
final class GaugeCell: MeterHandler, RecorderHandler {
    private let value = Locked(0.0)

    func set(_ number: Int64) { set(Double(number)) }
    func set(_ number: Double) { value.withLock { $0 = number } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ number: Int64) { set(Double(number)) }
    func record(_ number: Double) { set(number) }
    var current: Double { value.snapshot }
}

/// How often a number fell into which bucket.
final class HistogramCell: RecorderHandler, TimerHandler {
    struct Contents: Sendable {
        /// Not cumulative; the last one is above all bounds.
        var buckets: [UInt64]
        var sum = 0.0
    }

    let bounds: [Double]
    private let contents: Locked<Contents>

    init(bounds: [Double]) {
        self.bounds = bounds
        contents = Locked(Contents(buckets: Array(repeating: 0, count: bounds.count + 1)))
    }

    func record(_ number: Int64) { record(Double(number)) }
    func record(_ number: Double) {
        guard number.isFinite else { return }
        let bucket = bounds.firstIndex { number <= $0 } ?? bounds.count
        contents.withLock {
            $0.buckets[bucket] += 1
            $0.sum += number
        }
    }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    var current: Contents { contents.snapshot }
}

/// Takes what found no place.
final class NoCell: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    func increment(by amount: Int64) {}
    func increment(by amount: Double) {}
    func decrement(by amount: Double) {}
    func reset() {}
    func set(_ number: Int64) {}
    func set(_ number: Double) {}
    func record(_ number: Int64) {}
    func record(_ number: Double) {}
    func recordNanoseconds(_ duration: Int64) {}
}
