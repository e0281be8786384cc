import Contracts
import NIOCore
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("A service that ends", .tags(.medium), .timeLimit(.minutes(8)))
struct DrainTests {
    static let slow = Endpoint<Nothing, Note>(
        "drain.slow", of: .session, .get, "/v1/slow", access: .open, "Answer after a while")
    static let endless = Endpoint<Nothing, Note>(
        "drain.endless", of: .session, .get, "/v1/endless", access: .open, "Never end",
        answers: .events(Note.schema))

    /// Tells when the slow endpoint has begun.
    private let begun = AsyncStream<Void>.makeStream()

    private func build(_ surroundings: ServiceSurroundings) async throws -> ServiceParts {
        var routes = Routes()
        routes.on(Self.slow) { [begun] _ in
            begun.continuation.finish()
            try await Task.sleep(for: .milliseconds(300))
            return Note("done")
        }
        routes.events(on: Self.endless) { _, stream in
            try await stream.send(Note("begun"), id: 1)
            try await Task.sleep(for: .seconds(60))
        }
        return ServiceParts(routes)
    }

    @Test("finishes what it has begun, and takes nothing new")
    func finishes() async throws {
        try await withService(.session, build: build) { service in
            async let answer = service.client.call(Self.slow, CallOptions())
            for await _ in begun.stream {}
            await service.host.drain(within: .seconds(20))
            let text = try await answer.text
            #expect(text == "done")
            #expect(service.host.connectionCount == 0)
            await #expect(throws: PeerFailure.self) {
                try await service.client.call(Self.slow, CallOptions())
            }
        }
    }

    @Test("does not wait for streams without an end, nor for idle connections")
    func streams() async throws {
        try await withService(.session, build: build) { service in
            let start = ContinuousClock.now
            await #expect(throws: PeerFailure.self) {
                try await service.client.events(Self.endless, CallOptions()) { events in
                    var count = 0
                    for try await _ in events {
                        count += 1
                        await service.host.drain(within: .seconds(20))
                    }
                    #expect(count == 1)
                }
            }
            #expect(ContinuousClock.now - start < .seconds(40))
        }
    }

    @Test("is not ready while it drains")
    func readiness() async throws {
        try await withService(.session, build: build) { service in
            #expect(service.surroundings.health.isServing)
            await service.host.drain(within: .seconds(1))
            #expect(!service.surroundings.health.isServing)
        }
    }
}
