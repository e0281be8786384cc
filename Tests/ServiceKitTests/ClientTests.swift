import Contracts
import NIOCore
import NIOHTTP1
import ServiceKit
import SystemKit
import Telemetry
import TestSupport
import Testing
import Tracing

@Suite("The typed client", .tags(.medium), .timeLimit(.minutes(8)))
struct ClientTests {
    @Test("calls an endpoint many times at once over few connections")
    func calls() async throws {
        try await withService(.session, build: Echo.build) { service in
            let counts = try await countsOfManyCalls(service.client)
            #expect(counts == Set(2...501))
            #expect(service.host.connectionCount <= 256)
        }
    }

    private func countsOfManyCalls(_ client: FleetClient) async throws -> Set<Int> {
        let options = CallOptions(as: try Identity.tester())
        var counts: Set<Int> = []
        try await withThrowingTaskGroup(of: Note.self) { group in
            for number in 1...500 {
                group.addTask { try await client.call(Echo.note, Note("hi", count: number), options) }
            }
            for try await note in group { counts.insert(note.count) }
        }
        return counts
    }

    @Test("throws the problem that the peer answered")
    func problems() async throws {
        try await withService(.session, build: Echo.build) { service in
            let problem = await #expect(throws: Problem.self) {
                try await service.client.call(Echo.fail, Note("domain"), CallOptions())
            }
            #expect(problem?.code == .quotaExceeded)
            #expect(problem?.detail == "too much by 3")
        }
    }

    @Test("fills in path and query")
    func parameters() async throws {
        try await withService(.session, build: Echo.build) { service in
            let id = "ses_01J9Z3K4M5N6P7Q8R9S0T1V2W3"
            let options = CallOptions(as: try .tester(), path: ["session_id": id], query: ["limit": "42"])
            #expect(try await service.client.call(Echo.named, options) == Note("ses_", count: 42))
            let file = CallOptions(path: ["path": "a b/ü?.py"])
            #expect(try await service.client.call(Echo.rest, file) == Note("a b/ü?.py"))
        }
    }

    @Test("gives up at its deadline")
    func deadline() async throws {
        try await withService(.session, build: Echo.build) { service in
            let soon = service.surroundings.clock.now() + .milliseconds(50)
            await #expect(throws: (any Error).self) {
                try await service.client.call(Echo.slow, CallOptions(deadline: soon))
            }
        }
    }

    @Test("reads events as they come, and the problem that ends them")
    func events() async throws {
        try await withService(.session, build: Echo.build) { service in
            let counts = try await service.client.events(Echo.count, Note("go", count: 1000), CallOptions()) {
                events in
                var counts: [Int] = []
                for try await event in events {
                    #expect(event.id == "\(event.value.count)")
                    counts.append(event.value.count)
                }
                return counts
            }
            #expect(counts == Array(1...1000))
        }
    }

    @Test("leaves a stream early without harm to the next call")
    func leaving() async throws {
        try await withService(.session, build: Echo.build) { service in
            for _ in 1...20 {
                try await service.client.raw(Echo.download, Nothing(), CallOptions()) { response in
                    let piece = try await response.body.next()
                    #expect(piece != nil)
                }
            }
            let note = try await service.client.call(Echo.note, Note("hi"), CallOptions(as: try .tester()))
            #expect(note.text == "HI")
        }
    }

    @Test("reads a large answer completely")
    func download() async throws {
        try await withService(.session, build: Echo.build) { service in
            let size = try await service.client.raw(Echo.download, Nothing(), CallOptions()) { response in
                try await response.body.collect(upTo: 8 << 20).readableBytes
            }
            #expect(size == 64 * 65_536)
        }
    }

    @Test("sends a body piece by piece")
    func upload() async throws {
        try await withService(.session, build: Echo.build) { service in
            let stream = ByteStream {}
            async let answer = service.client.upload(Echo.upload, .stream(stream), CallOptions())
            for _ in 0..<50 {
                _ = stream.push(ByteBuffer(repeating: 1, count: 10_000))
                try await Task.sleep(for: .milliseconds(1))
            }
            stream.finish()
            #expect(try await answer.count == 500_000 % 1000 + 1)
        }
    }

    @Test("says quickly that nobody listens, then sheds, then comes back")
    func unreachable() async throws {
        let telemetry = try await withService(.session, build: Echo.build) { $0.surroundings.telemetry }
        let client = FleetClient(
            addresses: [.session: .tcp(host: "127.0.0.1", port: 1)], signer: nil, telemetry: telemetry)
        var kinds: [PeerFailure.Kind] = []
        for _ in 1...12 {
            do {
                _ = try await client.call(Echo.rest, CallOptions(path: ["path": "x"]))
            } catch let failure as PeerFailure {
                kinds.append(failure.kind)
            }
        }
        #expect(kinds.prefix(8).allSatisfy { $0 == .unreachable })
        #expect(kinds.suffix(4).allSatisfy { $0 == .shedding })
    }

    @Test("carries one trace from caller to callee")
    func trace() async throws {
        try await withService(.session, build: Echo.build) { service in
            let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let trace = try #require(TraceContext(traceparent: parent))
            var context = ServiceContext.topLevel
            context.traceContext = trace
            try await ServiceContext.$current.withValue(context) {
                _ = try await service.client.call(Echo.note, Note("hi"), CallOptions(as: try .tester()))
            }
            // The callee's span ends when its answer is out.
            let traces = service.surroundings.telemetry.traces
            while traces.spans(of: trace.traceID).count < 2 { try await Task.sleep(for: .milliseconds(1)) }
            #expect(Set(traces.spans(of: trace.traceID).map(\.kind)) == [.client, .server])
        }
    }

    @Test("switches protocols and passes bytes both ways")
    func tunnel() async throws {
        try await withService(.session, build: Echo.build) { service in
            let peer = PeerClient("echo", at: .tcp(host: "127.0.0.1", port: service.port))
            let request = ClientRequest(
                "GET", "/v1/tunnel", headers: ["Connection": "Upgrade", "Upgrade": "echo"])
            guard case .upgraded(let head, let raw) = try await peer.upgrade(request) else {
                Issue.record("not upgraded")
                return
            }
            #expect(head.status == .switchingProtocols)
            try await raw.write(ByteBuffer(string: "hello"))
            var answer = ""
            while answer.utf8.count < 5, let piece = try await raw.inbound.next() {
                answer += String(buffer: piece)
            }
            #expect(answer == "hello")
            raw.close()
        }
    }
}
