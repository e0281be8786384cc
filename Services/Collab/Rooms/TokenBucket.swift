internal import NIOCore

/// Lets so much through per second, and a burst of twice as much.
struct TokenBucket {
    private let perSecond: Double
    private var tokens: Double
    private var last = NIODeadline.now()

    init(perSecond: Int) {
        precondition(perSecond > 0, "a bucket fills")
        self.perSecond = Double(perSecond)
        tokens = Double(2 * perSecond)
    }

    /// Takes tokens if there are enough.
    mutating func take(_ count: Int, now: NIODeadline = .now()) -> Bool {
        let elapsed = Double((now - last).nanoseconds) / 1e9
        last = now
        tokens = min(2 * perSecond, tokens + elapsed * perSecond)
        // What is larger than the whole bucket passes when it is full, and costs a full bucket.
        let cost = min(Double(count), 2 * perSecond)
        guard tokens >= cost else { return false }
        tokens -= cost
        return true
    }
}

/// How many updates are delivered per second, over the last fifth of a second or so.
struct DeliveryMeter {
    private(set) var perSecond = 0.0
    private var start = NIODeadline.now()
    private var count = 0

    mutating func add(_ deliveries: Int, now: NIODeadline) {
        count += deliveries
        let elapsed = Double((now - start).nanoseconds) / 1e9
        guard elapsed >= 0.2 else { return }
        perSecond = Double(count) / elapsed
        start = now
        count = 0
    }
}
