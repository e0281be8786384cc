import Contracts
import ExecutorService
import NIOHTTP1
import ServiceKit
import SystemKit
import TestSupport
import Testing

/// An executor behind a real socket.
struct Executors: Sendable {
    let service: RunningService
    let home: TemporaryDirectory

    static func run<Result: Sendable>(
        environment: [String: String] = [:], home: TemporaryDirectory? = nil,
        _ body: (Executors) async throws -> Result
    ) async throws -> Result {
        let home = try home ?? TemporaryDirectory()
        var settings = environment
        settings["CODECOLLAB_HOME"] = home.path
        settings["CODECOLLAB_LANGUAGES"] = languages
        settings["CODECOLLAB_EXECUTOR_USER"] = "0"
        return try await withService(
            .executor, environment: settings, build: { try await Self.parts($0) }
        ) {
            try await body(Executors(service: $0, home: home))
        }
    }

    /// Of a service that stays who the tests are.
    private static func parts(_ surroundings: ServiceSurroundings) async throws -> ServiceParts {
        var configuration = surroundings.configuration
        let prepared = try ExecutorBoot.prepare(&configuration)
        return try await ExecutorBoot.parts(surroundings, prepared)
    }

    private static var languages: String {
        let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(here)/Deploy/languages"
    }

    func options(
        _ name: String = "Ada", id: ExecutionID? = nil, wait: Int? = nil, key: String? = nil
    ) throws -> CallOptions {
        var options = CallOptions(as: try .tester(name), path: id.map { ["execution_id": $0.text] } ?? [:])
        if let wait { options.headers.add(name: "Prefer", value: "wait=\(wait)") }
        if let key { options.headers.add(name: "Idempotency-Key", value: key) }
        return options
    }

    func create(_ request: ExecutionRequest, wait: Int? = 120, key: String? = nil) async throws -> Execution {
        try await service.client.call(ExecutorEndpoints.create, request, options(wait: wait, key: key))
    }

    func get(_ id: ExecutionID) async throws -> Execution {
        try await service.client.call(ExecutorEndpoints.get, options(id: id))
    }

    /// The events up to the first that is `enough`: the last one, unless the caller says otherwise.
    func events(
        _ id: ExecutionID, after: Int = 0,
        until enough: @Sendable (ExecutionEvent) -> Bool = { $0.kind == .finished }
    ) async throws -> [ExecutionEvent] {
        var options = try options(id: id)
        if after > 0 { options.headers.add(name: "Last-Event-ID", value: "\(after)") }
        return try await service.client.events(ExecutorEndpoints.events, options) { received in
            var events: [ExecutionEvent] = []
            for try await event in received {
                events.append(event.value)
                if enough(event.value) { break }
            }
            return events
        }
    }
}

extension ExecutionRequest {
    /// A shell program.
    static func shell(_ line: String) throws -> ExecutionRequest {
        var request = ExecutionRequest()
        request.language = try LanguageID("bash")
        request.files = [SourceFile(try SourcePath("main.sh"), line)]
        return request
    }
}
