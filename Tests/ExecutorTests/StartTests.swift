import Contracts
import NIOHTTP1
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite(.tags(.medium), .timeLimit(.minutes(8))) struct StartTests {
    @Test("start and events are one exchange when the start is asked to answer with events")
    func oneExchange() async throws {
        try await Executors.run { executors in
            let (name, events) = try await executors.conduct(.shell("echo a"), key: "one")
            #expect(events.map(\.kind).first == .started && events.last?.result?.verdict == .ok)
            #expect(events.map(\.sequence) == Array(1...events.count))
            let id = try ExecutionID(try #require(name?.split(separator: "/").last.map(String.init)))
            #expect(try await executors.events(id) == events)
            let again = try await executors.conduct(.shell("echo a"), key: "one", after: 1)
            #expect(again.name == name && again.events == Array(events.dropFirst()))
        }
    }

    @Test("a key whose program a former life has started is gone; a key that it has not started is started")
    func formerLife() async throws {
        let home = try TemporaryDirectory()
        try await Executors.run(home: home) { executors in
            _ = try await executors.conduct(.shell("true"), key: "known")
        }
        try await Executors.run(home: home) { executors in
            await #expect(throws: Problem.self) {
                try await executors.conduct(.shell("true"), key: "known")
            }
            let (_, events) = try await executors.conduct(.shell("true"), key: "unknown")
            #expect(events.last?.result?.verdict == .ok)
        }
        let path = "\(home.path)/data/executor/starts.log"
        let log = String(decoding: try FileBytes.read(path, atMost: 1 << 20), as: UTF8.self)
        #expect(log.split(separator: "\n").count == 2)
    }
}

extension Executors {
    /// Starts a program and hears of it until its end.
    func conduct(
        _ request: ExecutionRequest, key: String, after: Int = 0
    ) async throws -> (name: String?, events: [ExecutionEvent]) {
        var options = try options(key: key)
        if after > 0 { options.headers.add(name: "Last-Event-ID", value: "\(after)") }
        return try await service.client.events(
            of: ExecutorEndpoints.create, ExecutionEvent.self, request, options
        ) { headers, received in
            var events: [ExecutionEvent] = []
            for try await event in received { events.append(event.value) }
            return (headers.first(name: "Location"), events)
        }
    }
}
