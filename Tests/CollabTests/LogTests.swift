import CollabService
import Contracts
import SystemKit
import TestSupport
import Testing

@Suite("What goes into the log", .tags(.small))
struct LogTests {
    static func records(_ count: Int) throws -> [LogRecord] {
        var random = Seeded(state: 42)
        let author = try Identity.tester().userID
        return (1...count).map { number in
            let bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            return number % 50 == 0
                ? LogRecord(
                    sequence: number, at: Timestamp(milliseconds: 7), author: author, .name(number, "v🦉"))
                : LogRecord(
                    sequence: number, at: Timestamp(milliseconds: Int64(number)), author: author,
                    .update(bytes))
        }
    }

    /// The log and where each record ends.
    static func log(_ records: [LogRecord]) -> (bytes: [UInt8], ends: [Int]) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for record in records {
            record.encode(to: &bytes)
            ends.append(bytes.count)
        }
        return (bytes, ends)
    }

    @Test("a log of 1,000 records cut at any byte keeps every whole record before the cut, and no other")
    func tornTail() throws {
        let records = try Self.records(1000)
        let (log, ends) = Self.log(records)
        #expect(LogRecord.readAll(log).records == records)
        // Reading is a walk from record to record, so the walk up to the cut one is shared by all cuts in it.
        var wrong = 0
        for (index, end) in ends.enumerated() {
            let start = index == 0 ? 0 : ends[index - 1]
            let before = index < 2 ? 0 : ends[index - 2]
            for cut in start..<end {
                let (kept, valid) = LogRecord.readAll(Array(log[before..<cut]))
                let expected = index == 0 ? [] : [records[index - 1]]
                if valid != start - before || kept != expected { wrong += 1 }
            }
        }
        #expect(wrong == 0)
        for cut in stride(from: 0, through: log.count, by: 4001) {
            let (kept, valid) = LogRecord.readAll(Array(log.prefix(cut)))
            let whole = ends.count { $0 <= cut }
            #expect(kept == Array(records.prefix(whole)) && valid == (whole == 0 ? 0 : ends[whole - 1]))
        }
    }

    @Test("a flipped byte costs its own record only")
    func flipped() throws {
        let records = try Self.records(60)
        let (log, ends) = Self.log(records)
        var wrong = 0
        for position in log.indices {
            var flipped = log
            flipped[position] ^= 0x10
            var left = records
            left.remove(at: ends.count { $0 <= position })
            if LogRecord.readAll(flipped).records != left { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test("random bytes are no records and make nothing trap", arguments: 0..<8)
    func noise(seed: UInt64) {
        var random = Seeded(state: seed &+ 9)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(LogRecord.readAll(bytes).records.isEmpty)
        }
    }
}
