package import Contracts
internal import Languages
package import ServiceKit
package import SystemKit

/// Compiles and runs for clients that know neither artifacts nor executions: one call from sources to result.
package struct WholeRun: Sendable {
    /// What is wanted.
    struct Order: Sendable {
        let language: FoundLanguage
        /// With the sources; its artifact is filled in.
        var request: ExecutionRequest
        let identity: Identity
        let deadline: Timestamp
    }

    /// What became of it.
    struct Outcome: Sendable {
        /// For compiled languages.
        var compilation: Compilation?
        /// Nil when it did not compile.
        var result: ExecutionResult?
        /// Both output streams in the order of arrival.
        var output: [UInt8] = []
    }

    /// How sources become artifacts; the compiler service, or a test's twin of it.
    package typealias Compile =
        @Sendable (CompilationRequest, Identity, Timestamp) async throws -> Compilation

    let service: ExecutorService
    private let compile: Compile

    /// Runs in `service` what `compile` has made.
    package init(_ service: ExecutorService, compile: @escaping Compile) {
        self.service = service
        self.compile = compile
    }

    /// Runs in `service` what the fleet's compiler has made.
    package init(_ service: ExecutorService, compilingBy client: FleetClient) {
        self.init(service) { request, identity, deadline in
            try await client.call(
                CompilerEndpoints.compile, request, CallOptions(as: identity, deadline: deadline))
        }
    }

    /// Compiles the sources.
    /// - Throws: the compiler's problems.
    func compiled(_ order: Order) async throws -> Compilation {
        let sources = CompilationRequest.with {
            $0.language = order.request.language
            $0.files = order.request.files
        }
        return try await compile(sources, order.identity, order.deadline)
    }

    /// Compiles if need be, runs, and waits for the end; a cancelled task ends the program.
    /// - Throws: `Problem` for a request that makes no sense or a full queue, the compiler's problems.
    func callAsFunction(_ order: Order) async throws -> Outcome {
        var outcome = Outcome()
        var request = order.request
        if order.language.isCompiled {
            let compilation = try await compiled(order)
            outcome.compilation = compilation
            guard compilation.state == .succeeded else { return outcome }
            request.artifact = compilation.artifact
        }
        let record = try service.create(request, key: nil, owner: order.identity.userID).record
        let execution = try await withTaskCancellationHandler {
            try await record.finished(within: .seconds(Limits.executionSeconds))
        } onCancel: {
            record.cancel()
        }
        outcome.result = execution.result
        outcome.output = record.output
        return outcome
    }
}

extension ExecutionRecord {
    /// Both output streams in the order of arrival.
    var output: [UInt8] {
        let events = state.withLock { $0.events }
        return events.filter { $0.kind == .stdout || $0.kind == .stderr }
            .flatMap { EncodedBytes.decode($0.content ?? "", $0.encoding ?? .utf8) }
    }
}

extension CapturedOutput {
    /// The bytes that were kept.
    var bytes: [UInt8] { EncodedBytes.decode(content, encoding) }
}

extension Compilation {
    /// What a compiler would have printed: a line for each diagnostic, then what no diagnostic was made of.
    var report: String {
        let lines = diagnostics.map { diagnostic in
            let place = diagnostic.path.map { path in
                diagnostic.range.map { "\(path.text):\($0.line):\($0.column): " } ?? "\(path.text): "
            }
            return "\(place ?? "")\(diagnostic.severity.rawValue): \(diagnostic.message)"
        }
        let rest = output.map { $0.hasSuffix("\n") || $0.isEmpty ? $0 : "\($0)\n" } ?? ""
        return lines.map { "\($0)\n" }.joined() + rest
    }
}
