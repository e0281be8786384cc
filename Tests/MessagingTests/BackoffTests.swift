import Messaging
import Testing

@Suite struct BackoffTests {
    let backoff = Backoff(first: .milliseconds(200), longest: .seconds(300))

    @Test(
        "the ceiling doubles up to the longest wait",
        arguments: [
            (1, Duration.milliseconds(200)), (2, .milliseconds(400)), (5, .milliseconds(3200)),
            (12, .seconds(300)), (64, .seconds(300)), (1_000_000, .seconds(300)),
        ])
    func ceiling(attempt: Int, expected: Duration) {
        #expect(backoff.ceiling(afterAttempt: attempt) == expected)
    }

    @Test("waits are spread over the whole range up to the ceiling")
    func jitter() {
        var random = SystemRandomNumberGenerator()
        let waits = (0..<2000).map { _ in backoff.wait(afterAttempt: 3, using: &random) }
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= .milliseconds(800) })
        #expect(waits.contains { $0 < .milliseconds(80) } && waits.contains { $0 > .milliseconds(720) })
    }
}
