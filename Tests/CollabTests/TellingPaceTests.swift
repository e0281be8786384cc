import CollabService
import NIOCore
import TestSupport
import Testing

@Suite("When a room tells", .tags(.small))
struct TellingPaceTests {
    private let start = NIODeadline.uptimeNanoseconds(7_000_000_000)

    @Test(
        "the next telling waits twenty times as long as the last one took, and a tenth of a second at most",
        arguments: [
            (members: 1, milliseconds: 0.16), (5, 0.8), (50, 8), (500, 80), (625, 100), (5000, 100),
        ])
    func share(members: Int, milliseconds: Double) {
        var pace = TellingPace()
        pace.tell(at: start, costSoFar: 1000)
        let wait = pace.next(costSoFar: 1000 + members * 8000) - start
        #expect(Double(wait.nanoseconds) == milliseconds * 1e6)
    }

    @Test("who was quiet tells at once")
    func quiet() {
        var pace = TellingPace()
        #expect(pace.next(costSoFar: 0) < start)
        pace.tell(at: start, costSoFar: 0)
        #expect(pace.next(costSoFar: 4_000_000) <= start + .milliseconds(80))
        #expect(pace.next(costSoFar: 4_000_000) > start + .milliseconds(79))
    }

    @Test("what other threads still send moves the next telling into the future")
    func otherThreads() {
        var pace = TellingPace()
        pace.tell(at: start, costSoFar: 0)
        let early = pace.next(costSoFar: 1_000_000)
        #expect(pace.next(costSoFar: 2_000_000) == early + .milliseconds(20))
        pace.tell(at: early, costSoFar: 2_000_000)
        #expect(pace.next(costSoFar: 2_000_000) == early, "what is paid for is paid for")
    }

    @Test("whatever comes how often, telling takes a twentieth of the time")
    func budget() {
        var pace = TellingPace()
        let (cost, every) = (1_500_000, TimeAmount.milliseconds(3))
        var (now, spent, tellings) = (start, 0, 0)
        while now < start + .seconds(10) {
            if pace.next(costSoFar: spent) <= now {
                pace.tell(at: now, costSoFar: spent)
                spent += cost
                tellings += 1
            }
            now = now + every
        }
        #expect(spent <= 10_000_000_000 / 20 + cost)
        #expect(tellings > 300)
    }
}
