import Contracts
import ServiceKit
import SessionService
import SystemKit

/// The other services by script: `python` is interpreted, `c` is compiled; programs say what the script says.
final class ScriptedPeers: RunPeers {
    struct Script: Sendable {
        /// What a program does, event by event; `finished` is added.
        var output: [(ExecutionEvent.Kind, String)] = [(.stdout, "42\n")]
        var verdict = Verdict.ok
        var compilation = Compilation.with { $0.artifact = .zero }
        /// Failures of the calls to come, by the call's name; each is used once.
        var failures: [String: [any Error]] = [:]
        /// Calls that always fail.
        var down: [String: any Error] = [:]
        /// Programs run until they are let go or cancelled.
        var holds = false
        /// The executor is killed after the program was started, and knows only that.
        var forgets = false
    }

    struct Seen: Sendable {
        var calls: [String] = []
        var starts: [String: Int] = [:]
        var requests: [ExecutionRequest] = []
        var cancelled: Set<ExecutionID> = []
        var executions: [ExecutionID: Int] = [:]
        /// What each key has started.
        var started: [String: ExecutionID] = [:]
    }

    let script: Locked<Script>
    let seen = Locked(Seen())

    init(_ change: (inout Script) -> Void = { _ in }) {
        var script = Script()
        change(&script)
        self.script = Locked(script)
    }

    /// How often a call was made.
    func count(of call: String) -> Int { seen.snapshot.calls.count { $0 == call } }

    private func enter(_ call: String) throws {
        seen.withLock { $0.calls.append(call) }
        let failure: (any Error)? = script.withLock { script in
            if let down = script.down[call] { return down }
            if script.failures[call]?.isEmpty == false { return script.failures[call]?.removeFirst() }
            return nil
        }
        if let failure { throw failure }
    }

    func runtimes() async throws -> [Runtime] {
        try enter("runtimes")
        return try [("python", "py", false), ("c", "c", true)].map { name, ending, isCompiled in
            var runtime = Runtime()
            runtime.language = try LanguageID(name)
            runtime.extensions = [ending]
            runtime.isCompiled = isCompiled
            return runtime
        }
    }

    func compile(_ request: CompilationRequest, _ errand: Errand) async throws -> Compilation {
        try enter("compile")
        return script.snapshot.compilation
    }

    func conduct(
        _ request: ExecutionRequest, key: String, after sequence: Int, _ errand: Errand,
        _ hear: @escaping @Sendable (ProgramNews) async throws -> Void
    ) async throws {
        try enter("start")
        let id = seen.withLock { seen in
            if let id = seen.started[key] { return id }
            let id = ExecutionID(milliseconds: 1_800_000_000_000, random: randomBytes(10))
            seen.starts[key, default: 0] += 1
            seen.requests.append(request)
            seen.executions[id] = 0
            seen.started[key] = id
            return id
        }
        try enter("started")
        if script.snapshot.forgets { seen.withLock { $0.executions = [:] } }
        guard seen.snapshot.executions[id] != nil else { throw Problem(.gone) }
        try await hear(.named(id))
        try await follow(id, after: sequence, errand) { try await hear(.event($0)) }
    }

    private func execution(_ id: ExecutionID) -> Execution {
        .with {
            $0.id = id
            $0.state = .running
        }
    }

    func follow(
        _ id: ExecutionID, after sequence: Int, _ errand: Errand,
        _ hear: @escaping @Sendable (ExecutionEvent) async throws -> Void
    ) async throws {
        guard seen.snapshot.executions[id] != nil else { throw Problem(.notFound) }
        let script = script.snapshot
        for (index, line) in script.output.enumerated() where index + 1 > sequence {
            try await hear(
                .with {
                    $0.sequence = index + 1
                    $0.kind = line.0
                    $0.content = line.1
                })
        }
        try enter("follow")
        while self.script.snapshot.holds, !seen.snapshot.cancelled.contains(id) {
            try await Task.sleep(for: .milliseconds(5))
        }
        try await hear(
            .with {
                $0.sequence = script.output.count + 1
                $0.kind = .finished
                $0.result = result(of: id)
            })
    }

    private func result(of id: ExecutionID) -> ExecutionResult {
        .with {
            $0.verdict = seen.snapshot.cancelled.contains(id) ? .cancelled : script.snapshot.verdict
            $0.stdout.content = script.snapshot.output.filter { $0.0 == .stdout }.map(\.1).joined()
            $0.memoryPeakBytes = 1_000_000
        }
    }

    func cancel(_ id: ExecutionID, _ errand: Errand) async throws -> Execution {
        try enter("cancel")
        seen.withLock { _ = $0.cancelled.insert(id) }
        var execution = execution(id)
        execution.state = .finished
        execution.result = result(of: id)
        return execution
    }

    func type(_ bytes: [UInt8], into id: ExecutionID, _ errand: Errand) async throws {
        try enter("type \(String(decoding: bytes, as: UTF8.self))")
    }

    func resize(_ size: ScreenSize, of id: ExecutionID, _ errand: Errand) async throws {
        try enter("resize \(size.columns) \(size.rows)")
    }

    func analyze(_ request: AnalysisRequest, _ errand: Errand) async throws -> Analysis {
        try enter("analyze")
        return Analysis.with { $0.findings = [Diagnostic()] }
    }

    func profile(_ request: ProfileRequest, _ errand: Errand) async throws -> Profile {
        try enter("profile")
        return Profile.with { $0.id = .zero }
    }
}
