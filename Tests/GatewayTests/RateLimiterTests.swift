import GatewayService
import TestSupport
import Testing

@Suite("The rate limiter", .tags(.small))
struct RateLimiterTests {
    private let second: UInt64 = 1_000_000_000

    @Test("admits the quota at once, then one for each interval", arguments: [1, 2, 10, 600])
    func quota(requests: Int) {
        let limiter = RateLimiter(RateQuota(requests: requests, windowSeconds: 60))
        let start: UInt64 = 1000 * second
        for index in 1...requests {
            let verdict = limiter.take("a", now: start)
            #expect(verdict.isAdmitted)
            #expect(verdict.remaining == requests - index)
        }
        let refused = limiter.take("a", now: start)
        #expect(!refused.isAdmitted)
        #expect(refused.retryMilliseconds == 60_000 / requests)
        let later = start + 60 * second / UInt64(requests)
        #expect(limiter.take("a", now: later).isAdmitted)
        #expect(!limiter.take("a", now: later).isAdmitted)
        #expect(limiter.take("b", now: later).isAdmitted)
    }

    @Test("knows a bounded number of clients")
    func bound() {
        let limiter = RateLimiter(RateQuota(requests: 10, windowSeconds: 1), capacity: 100)
        for client in 0..<10_000 { _ = limiter.take("\(client)", now: second) }
        #expect(limiter.count <= 100)
    }
}
