internal import Contracts
internal import NIOHTTP1
internal import ServiceKit

/// The other services of the fleet, asked through the typed client.
struct FleetPeers: RunPeers {
    let client: FleetClient

    func runtimes() async throws -> [Runtime] {
        try await client.call(ExecutorEndpoints.runtimes, CallOptions()).items
    }

    func compile(_ request: CompilationRequest, _ errand: Errand) async throws -> Compilation {
        try await client.call(CompilerEndpoints.compile, request, options(errand))
    }

    func conduct(
        _ request: ExecutionRequest, key: String, after sequence: Int, _ errand: Errand,
        _ hear: @escaping @Sendable (ProgramNews) async throws -> Void
    ) async throws {
        var options = options(errand)
        options.idempotencyKey = key
        if sequence > 0 { options.headers.replaceOrAdd(name: "Last-Event-ID", value: "\(sequence)") }
        let endpoint = ExecutorEndpoints.create
        try await client.events(of: endpoint, ExecutionEvent.self, request, options) { headers, events in
            guard let name = headers.first(name: "Location")?.split(separator: "/").last else {
                throw PeerFailure("executor", .misunderstood, "an execution without Location")
            }
            try await hear(.named(ExecutionID(String(name))))
            for try await event in events {
                try await hear(.event(event.value))
                if event.value.kind == .finished { return }
            }
        }
    }

    func follow(
        _ id: ExecutionID, after sequence: Int, _ errand: Errand,
        _ hear: @escaping @Sendable (ExecutionEvent) async throws -> Void
    ) async throws {
        var options = options(errand, id)
        if sequence > 0 { options.headers.replaceOrAdd(name: "Last-Event-ID", value: "\(sequence)") }
        try await client.events(ExecutorEndpoints.events, options) { events in
            for try await event in events {
                try await hear(event.value)
                if event.value.kind == .finished { return }
            }
        }
    }

    func cancel(_ id: ExecutionID, _ errand: Errand) async throws -> Execution {
        try await client.call(ExecutorEndpoints.cancel, options(errand, id))
    }

    func type(_ bytes: [UInt8], into id: ExecutionID, _ errand: Errand) async throws {
        let chunk = StdinChunk.with {
            $0.content = FileContent.text(bytes, .base64)
            $0.encoding = .base64
        }
        _ = try await client.call(ExecutorEndpoints.stdin, chunk, options(errand, id))
    }

    func resize(_ size: ScreenSize, of id: ExecutionID, _ errand: Errand) async throws {
        _ = try await client.call(ExecutorEndpoints.resize, size, options(errand, id))
    }

    func analyze(_ request: AnalysisRequest, _ errand: Errand) async throws -> Analysis {
        try await client.call(AIEndpoints.analyze, request, options(errand))
    }

    func profile(_ request: ProfileRequest, _ errand: Errand) async throws -> Profile {
        try await client.call(ProfilerEndpoints.create, request, options(errand))
    }

    /// The caller's own scopes may be narrower than what a run needs; the session has checked that they may
    /// run.
    private func options(_ errand: Errand, _ execution: ExecutionID? = nil) -> CallOptions {
        var identity = errand.identity
        for scope in [Scope.run, .ai, .profile, .collab] where !identity.may(scope) {
            identity.scopes.append(scope)
        }
        return CallOptions(
            as: identity, deadline: errand.deadline, path: execution.map { ["execution_id": $0.text] } ?? [:])
    }
}
