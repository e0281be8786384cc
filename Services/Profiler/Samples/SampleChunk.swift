package import Contracts

/// Some samples on their way to the database, column by column, in memory that was allocated once.
///
/// As bytes: the format (1), the number of samples, then each column: its first value and the distances
/// between its values as zigzag varints; the time column stores the change of the distance, zero at a steady
/// 100 Hz. A sample of a steady program takes 8 bytes instead of 48. `append` and `encode` are proved at
/// compile time not to allocate.
package struct SampleChunk: ~Copyable {
    static let format: UInt64 = 1
    static let columns = 6

    /// Samples it has room for.
    package let capacity: Int
    /// Samples in it.
    package private(set) var count = 0
    private let values: UnsafeMutablePointer<Int64>
    private var output: VarintBuffer

    /// An empty chunk; allocates everything that it will ever need.
    package init(capacity: Int) {
        precondition(capacity > 0, "a chunk has room for a sample")
        self.capacity = capacity
        values = .allocate(capacity: capacity * Self.columns)
        output = VarintBuffer(capacity: (capacity * Self.columns + 2) * VarintBuffer.bytesPerNumber)
    }

    deinit { values.deallocate() }

    /// Whether there is room for another sample.
    package var isFull: Bool { count == capacity }

    /// The time of the first sample in microseconds; zero when empty.
    package var firstAt: Int { count == 0 ? 0 : Int(values[0]) }

    /// The time of the last sample in microseconds; zero when empty.
    package var lastAt: Int { count == 0 ? 0 : Int(values[count - 1]) }

    /// Adds a sample.
    /// - Precondition: it is not full.
    @_noAllocation
    package mutating func append(_ sample: UsageSample) {
        precondition(count < capacity, "a full chunk is encoded first")
        put(sample.atMicroseconds, 0)
        put(sample.memoryBytes, 1)
        put(sample.cpuMicroseconds, 2)
        put(sample.minorFaults, 3)
        put(sample.majorFaults, 4)
        put(sample.processes, 5)
        count += 1
    }

    @_noAllocation
    private func put(_ value: Int, _ column: Int) { values[column * capacity + count] = Int64(value) }

    /// Forgets the samples; the memory stays.
    package mutating func removeAll() { count = 0 }

    /// The bytes of all samples, valid until the chunk is changed.
    @_noAllocation
    package mutating func encode() -> UnsafeRawBufferPointer {
        output.removeAll()
        output.append(Self.format)
        output.append(UInt64(count))
        encodeTimes()
        for column in 1..<Self.columns { encode(column) }
        return output.bytes
    }

    @_noAllocation
    private mutating func encodeTimes() {
        var previous: Int64 = 0
        var distance: Int64 = 0
        for index in 0..<count {
            let next = values[index] &- previous
            output.append(signed: next &- distance)
            distance = next
            previous = values[index]
        }
    }

    @_noAllocation
    private mutating func encode(_ column: Int) {
        var previous: Int64 = 0
        for index in 0..<count {
            let value = values[column * capacity + index]
            output.append(signed: value &- previous)
            previous = value
        }
    }
}

extension SampleChunk {
    /// Appends the samples in `bytes` to `samples`.
    /// - Throws: `SampleFault`; `samples` is then as it was.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, atMost limit: Int, into samples: inout [UsageSample]
    ) throws(SampleFault) {
        var reader = VarintReader(bytes)
        guard try reader.next() == format else { throw .unknownFormat }
        guard let count = Int(exactly: try reader.next()), count <= limit else { throw .tooMany }
        var decoded = [UsageSample](repeating: UsageSample(), count: count)
        try decodeTimes(&reader, &decoded)
        for column in fields { try decode(column, &reader, &decoded) }
        guard reader.isAtEnd else { throw .excess }
        samples += decoded
    }

    private static var fields: [WritableKeyPath<UsageSample, Int>] {
        [\.memoryBytes, \.cpuMicroseconds, \.minorFaults, \.majorFaults, \.processes]
    }

    private static func decodeTimes(
        _ reader: inout VarintReader, _ samples: inout [UsageSample]
    ) throws(SampleFault) {
        var value: Int64 = 0
        var distance: Int64 = 0
        for index in samples.indices {
            distance &+= try reader.nextSigned()
            value &+= distance
            samples[index].atMicroseconds = Int(value)
        }
    }

    private static func decode(
        _ field: WritableKeyPath<UsageSample, Int>, _ reader: inout VarintReader,
        _ samples: inout [UsageSample]
    ) throws(SampleFault) {
        var value: Int64 = 0
        for index in samples.indices {
            value &+= try reader.nextSigned()
            samples[index][keyPath: field] = Int(value)
        }
    }
}
