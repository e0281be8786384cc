import NIOCore
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("Bytes on their way to one reader", .tags(.small))
struct ByteStreamTests {
    @Test("a reader that makes room is heard, whatever was pushed meanwhile", .timeLimit(.minutes(8)))
    func demandIsNotLost() async throws {
        let demands = Locked(0)
        let stream = ByteStream { demands.withLock { $0 += 1 } }
        let piece = ByteBuffer(repeating: 7, count: 16 << 10)
        var waiting = 1
        while stream.push(piece) { waiting += 1 }
        _ = try await stream.next()
        // This one was under way already when the stream said stop: there is room, but not enough to go on.
        let crumb = ByteBuffer(repeating: 7, count: 1)
        #expect(!stream.push(crumb), "the stream has said stop and nobody was told to go on")
        for _ in 0..<waiting { _ = try await stream.next() }
        #expect(demands.snapshot == 1)
        #expect(stream.push(piece))
    }
}
