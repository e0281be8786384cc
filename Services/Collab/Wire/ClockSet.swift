/// Clocks by client, as sorted ranges that do not touch.
package struct ClockSet: Equatable, Sendable {
    private var ranges: [UInt64: [Range<UInt64>]] = [:]

    /// No clocks.
    package init() {}

    /// Whether there are no clocks.
    package var isEmpty: Bool { ranges.isEmpty }

    /// Adds a range; usually it goes on where the last one ended.
    package mutating func insert(_ client: UInt64, _ range: Range<UInt64>) {
        var list = ranges.removeValue(forKey: client) ?? []
        if let last = list.last, last.upperBound == range.lowerBound {
            list[list.count - 1] = last.lowerBound..<range.upperBound
        } else {
            Self.insert(range, into: &list)
        }
        ranges[client] = list
    }

    private static func insert(_ range: Range<UInt64>, into list: inout [Range<UInt64>]) {
        let start = firstIndex(in: list) { $0.upperBound >= range.lowerBound }
        let end = firstIndex(in: list) { $0.lowerBound > range.upperBound }
        guard start < end else { return list.insert(range, at: start) }
        let lower = min(range.lowerBound, list[start].lowerBound)
        let upper = max(range.upperBound, list[end - 1].upperBound)
        list.replaceSubrange(start..<end, with: [lower..<upper])
    }

    /// - Complexity: O(log n); `isPast` is false, then true along the list.
    private static func firstIndex(in list: [Range<UInt64>], where isPast: (Range<UInt64>) -> Bool) -> Int {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if isPast(list[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Adds everything of another set.
    package mutating func formUnion(_ other: ClockSet) {
        for (client, list) in other.ranges { for range in list { insert(client, range) } }
    }

    /// Whether every clock of `other` is here too.
    package func contains(_ other: ClockSet) -> Bool {
        other.ranges.allSatisfy { client, list in
            guard let own = ranges[client] else { return false }
            return list.allSatisfy { range in
                let index = Self.firstIndex(in: own) { $0.upperBound >= range.upperBound }
                return index < own.count && own[index].lowerBound <= range.lowerBound
            }
        }
    }

    /// Whether a replica with this state vector has every clock of the set.
    func isCovered(by vector: [UInt64: UInt64]) -> Bool {
        ranges.allSatisfy { client, list in
            list.last.map { $0.upperBound <= vector[client, default: 0] } ?? true
        }
    }

    /// The state vector: for each client the end of the range that begins at zero.
    package var stateVector: [UInt8] {
        let known = ranges.compactMap { client, list in
            list.first.flatMap { $0.lowerBound == 0 ? (client, $0.upperBound) : nil }
        }
        var writer = LibWriter()
        writer.unsigned(UInt64(known.count))
        for (client, clock) in known.sorted(by: { $0.0 > $1.0 }) {
            writer.unsigned(client)
            writer.unsigned(clock)
        }
        return writer.bytes
    }

    /// The set as the delete set of an update.
    package var deleteSet: [UInt8] {
        var writer = LibWriter()
        writer.unsigned(UInt64(ranges.count))
        for (client, list) in ranges.sorted(by: { $0.key > $1.key }) {
            writer.unsigned(client)
            writer.unsigned(UInt64(list.count))
            for range in list {
                writer.unsigned(range.lowerBound)
                writer.unsigned(range.upperBound - range.lowerBound)
            }
        }
        return writer.bytes
    }

    /// Reads a state vector.
    /// - Throws: `ProtocolFault`.
    static func stateVector(_ bytes: ArraySlice<UInt8>) throws(ProtocolFault) -> [UInt64: UInt64] {
        var reader = LibReader(bytes)
        var vector: [UInt64: UInt64] = [:]
        for _ in 0..<(try reader.count()) {
            let client = try reader.unsigned()
            vector[client] = try reader.unsigned()
        }
        guard reader.remaining == 0 else { throw ProtocolFault("something follows the state vector") }
        return vector
    }
}
