import Contracts
import ProfilerService
import Testing
import TestSupport

@Suite(.tags(.small)) struct SampleChunkTests {
    private func encoded(_ samples: [UsageSample]) -> [UInt8] {
        var chunk = SampleChunk(capacity: max(1, samples.count))
        for sample in samples { chunk.append(sample) }
        return Array(chunk.encode())
    }

    private func decoded(_ bytes: [UInt8], limit: Int = 10_000) throws(SampleFault) -> [UsageSample] {
        var samples: [UsageSample] = []
        let outcome = bytes.withUnsafeBytes { bytes in
            Result { () throws(SampleFault) in try SampleChunk.decode(bytes, atMost: limit, into: &samples) }
        }
        try outcome.get()
        return samples
    }

    @Test("what is packed comes back", arguments: [0, 1, 2, 3, 127, 128, 5000], [UInt64(1), 2, 3])
    func roundTrip(count: Int, seed: UInt64) throws {
        let source = samples(count, seed: seed)
        #expect(try decoded(encoded(source)) == source)
    }

    @Test("the outermost numbers come back")
    func extremes() throws {
        var least = UsageSample()
        least.memoryBytes = .min
        var most = UsageSample()
        most.atMicroseconds = .max
        most.memoryBytes = .max
        most.cpuMicroseconds = .max
        most.processes = .min
        #expect(try decoded(encoded([least, most, least])) == [least, most, least])
    }

    @Test("a steady program takes 8 bytes a sample or less, 48 in memory")
    func size() {
        let steady = (0..<128).map { index in
            UsageSample.with {
                $0.atMicroseconds = index * 10_000
                $0.memoryBytes = 9_400_320
                $0.cpuMicroseconds = index * 9_990
                $0.minorFaults = 1200
                $0.processes = 1
            }
        }
        #expect(encoded(steady).count <= 8 * steady.count + 20)
    }

    @Test("a chunk is used again after it was emptied")
    func reuse() throws {
        var chunk = SampleChunk(capacity: 4)
        for round in 0..<3 {
            let source = samples(4, seed: UInt64(round))
            for sample in source { chunk.append(sample) }
            #expect(chunk.isFull && chunk.firstAt == 0 && chunk.lastAt == source[3].atMicroseconds)
            let bytes = Array(chunk.encode())
            #expect(try decoded(bytes) == source)
            chunk.removeAll()
        }
    }

    @Test("bytes cut anywhere are refused, never a crash")
    func cut() {
        let bytes = encoded(samples(20))
        for end in bytes.indices {
            #expect(throws: SampleFault.cut) { try decoded(Array(bytes[..<end])) }
        }
    }

    @Test("bytes changed anywhere give a fault or other samples, never a crash")
    func damage() {
        let bytes = encoded(samples(20))
        var chance = Seeded(state: 99)
        for _ in 0..<20_000 {
            var broken = bytes
            for _ in 0..<Int.random(in: 1...4, using: &chance) {
                broken[Int.random(in: broken.indices, using: &chance)] = UInt8.random(
                    in: 0...255, using: &chance)
            }
            do throws(SampleFault) {
                #expect(try decoded(broken, limit: 64).count <= 64)
            } catch {
                #expect(SampleFault.all.contains(error))
            }
        }
    }

    @Test(
        "each fault has its name",
        arguments: [
            ([2, 0], SampleFault.unknownFormat), ([1, 200, 1], .tooMany), ([1, 0, 0], .excess), ([], .cut),
            ([1] + [UInt8](repeating: 0xFF, count: 11), .tooLong),
        ])
    func faults(bytes: [UInt8], fault: SampleFault) {
        #expect(throws: fault) { try decoded(bytes, limit: 128) }
    }
}

extension SampleFault {
    fileprivate static let all: [SampleFault] = [.cut, .tooLong, .unknownFormat, .tooMany, .excess]
}
