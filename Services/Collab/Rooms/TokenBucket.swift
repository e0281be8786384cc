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
