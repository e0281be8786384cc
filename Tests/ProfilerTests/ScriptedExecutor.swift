import Contracts
import ServiceKit
import SystemKit

/// A real server with the executor's contract whose programs do what the test says.
final class ScriptedExecutor: Sendable {
    struct State {
        var events: [ExecutionEvent] = []
        var owner: UserID?
        var isGone = false
        /// Breaks the stream off in front of this event, once.
        var cutBefore: Int?
        var connections: [Int] = []
    }

    let state = Locked(State())

    func play(_ source: [UsageSample]) {
        state.withLock { state in
            for sample in source {
                let sequence = state.events.count + 1
                state.events.append(
                    .with {
                        $0.sequence = sequence
                        $0.kind = .usage
                        $0.atMicroseconds = sample.atMicroseconds
                        $0.usage = sample
                    })
            }
        }
    }

    func finish(peak: Int = 0) {
        state.withLock { state in
            let sequence = state.events.count + 1
            state.events.append(
                .with {
                    $0.sequence = sequence
                    $0.kind = .finished
                    $0.result = .with {
                        $0.memoryPeakBytes = peak
                        $0.cpuUserMicroseconds = 40_000
                        $0.cpuSystemMicroseconds = 2000
                        $0.wallMicroseconds = 1_000_000
                    }
                })
        }
    }

    func build(_ surroundings: ServiceSurroundings) -> ServiceParts {
        var routes = Routes()
        routes.on(ExecutorEndpoints.get) { [self] call in
            try check(call)
            let id: ExecutionID = try call.path("execution_id")
            return Execution.with { $0.id = id }
        }
        routes.events(on: ExecutorEndpoints.events, prepare: { [self] call in try check(call) }) {
            [self] call, _, stream in
            try await self.stream(from: call.lastEventID() ?? 0, to: stream)
        }
        return ServiceParts(routes)
    }

    private func check(_ call: Call<Nothing>) throws {
        let caller = try call.identity.userID
        let state = state.snapshot
        if state.isGone || (state.owner ?? caller) != caller { throw Problem(.notFound, "no such execution") }
    }

    private func stream(from start: Int, to stream: EventStream<ExecutionEvent>) async throws {
        state.withLock { $0.connections.append(start) }
        var sent = start
        while true {
            let (batch, cut) = state.withLock { state -> (ArraySlice<ExecutionEvent>, Bool) in
                let end = min(state.events.count, state.cutBefore.map { $0 - 1 } ?? .max)
                let isCut = state.cutBefore.map { $0 <= state.events.count } ?? false
                if isCut { state.cutBefore = nil }
                return (state.events[min(sent, end)..<end], isCut)
            }
            for event in batch {
                try await stream.send(event, id: event.sequence, name: event.kind.rawValue)
                sent = event.sequence
                if event.kind == .finished { return }
            }
            if cut { throw ConnectionClosed() }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
