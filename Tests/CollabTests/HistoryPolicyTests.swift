import CollabService
import SystemKit
import TestSupport
import Testing

@Suite("What is kept of a document's past", .tags(.small))
struct HistoryPolicyTests {
    static let day: Int64 = 86_400_000
    let now = Timestamp(milliseconds: 1000 * day)

    private func ago(_ days: Double) -> Timestamp {
        Timestamp(milliseconds: now.milliseconds - Int64(days * Double(Self.day)))
    }

    private func segment(_ number: Int, _ bytes: Int, _ days: Double) -> HistoryPolicy.Segment {
        HistoryPolicy.Segment(
            first: number * 100 + 1, last: number * 100 + 100, bytes: bytes, newest: ago(days))
    }

    @Test(
        "logs go by age and by size, the oldest first",
        arguments: [
            ([(10, 40.0), (10, 31), (10, 29), (10, 1)], 0, 2), ([(10, 20.0), (10, 10)], 0, 0),
            ([(40, 3.0), (40, 2), (40, 1)], 0, 1), ([(40, 3.0), (40, 2), (40, 1)], 90, 3),
            ([(10, 1.0), (10, 90)], 0, 0), ([], 500, 0),
        ] as [([(Int, Double)], Int, Int)])
    func logs(_ logs: [(Int, Double)], open: Int, expected: Int) {
        var policy = HistoryPolicy()
        policy.logBytes = 100
        let segments = logs.enumerated().map { segment($0.offset, $0.element.0, $0.element.1) }
        #expect(policy.expired(segments, openBytes: open, now: now) == expected)
    }

    @Test("of versions the last of each day stays, later of each week, and the named ones for ever")
    func versions() {
        let policy = HistoryPolicy()
        // Ten a day for 200 days, the newest with the highest number.
        let versions = (0..<2000).map { index in
            HistoryPolicy.Version(sequence: index + 1, bytes: 10, at: ago(Double(1999 - index) / 10 + 0.05))
        }
        let gone = Set(policy.thinned(versions, named: [3, 777], now: now))
        let kept = versions.map(\.sequence).filter { !gone.contains($0) }
        #expect(kept.contains(3) && kept.contains(777) && kept.contains(2000))
        let days = kept.filter { $0 > 1110 }
        #expect((88...91).contains(days.count) && zip(days, days.dropFirst()).allSatisfy { $1 - $0 == 10 })
        let weeks = kept.filter { $0 < 1090 && $0 != 3 && $0 != 777 }
        #expect((15...17).contains(weeks.count))
        let left = versions.filter { !gone.contains($0.sequence) }
        #expect(policy.thinned(left, named: [3, 777], now: now).isEmpty)
    }

    @Test("versions without a name have a bound together, the oldest go first")
    func bound() {
        var policy = HistoryPolicy()
        policy.versionBytes = 35
        let versions = (1...6).map { number in
            HistoryPolicy.Version(sequence: number, bytes: 10, at: ago(Double(20 - number)))
        }
        #expect(policy.thinned(versions, named: [1], now: now).sorted() == [2, 3])
    }
}
