/// The last bytes of a stream, each known by its position in the whole of it.
struct ReplayBuffer: Sendable {
    /// Bytes that are remembered; more only for what comes from then on.
    var capacity: Int
    private var bytes: [UInt8] = []
    /// Bytes at the front of `bytes` that are forgotten; moved out of the way now and then, not each time.
    private var forgotten = 0
    /// Bytes that there were in all: the position of the next one.
    private(set) var end = 0

    /// - Parameter capacity: bytes that are remembered, at least 1.
    init(capacity: Int) {
        precondition(capacity > 0, "something can be remembered")
        self.capacity = capacity
    }

    /// The position of the oldest byte that is remembered.
    var start: Int { end - count }
    /// Bytes that are remembered.
    var count: Int { bytes.count - forgotten }

    mutating func append(_ more: [UInt8]) {
        bytes += more
        end += more.count
        forgotten += max(0, count - capacity)
        guard forgotten >= capacity else { return }
        bytes.removeFirst(forgotten)
        forgotten = 0
    }

    /// At most `limit` bytes from a position on, which must not be before `start`.
    func slice(from position: Int, limit: Int) -> [UInt8] {
        precondition(position >= start && position <= end, "what is asked for is remembered")
        let first = bytes.count - (end - position)
        return Array(bytes[first...].prefix(limit))
    }
}
