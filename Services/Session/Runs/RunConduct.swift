internal import Contracts
internal import Messaging
internal import ServiceKit
internal import SystemKit

/// The execution was started and nobody can say what became of it; it is never started again.
struct LostExecution: Error {
    let reason: String
}

/// One run from its sources to its end: collab, compiler beside ai, executor beside profiler.
struct RunConduct: Sendable {
    let row: RunRow
    let journal: RunJournal
    let peers: any RunPeers
    let documents: any LivePeers
    let languages: Languages
    let builds: WarmBuilds
    let ledger: RunLedger
    /// Opens when the program has ended, so that extras do not keep the run waiting for long.
    let ended = Latch()

    var spec: RunSpec { row.spec }
    var errand: Errand {
        Errand(for: spec.identity, until: Timestamp(milliseconds: spec.deadline.milliseconds))
    }
    var patience: Patience {
        let clock = ledger.clock
        return Patience(deadline: min(errand.deadline, clock.now() + Limits.patience), clock: clock)
    }

    /// Conducts the run to its end.
    /// - Throws: what a service threw that a run cannot go without, `LostExecution`, `CancellationError`.
    func run() async throws -> RunOutcome {
        if row.isLost {
            throw LostExecution(reason: "the machine was restarted while the run was under way")
        }
        if let id = journal.run.executionID, let result = try await takeUp(id) { return RunOutcome(result) }
        let files = try await sources()
        guard spec.wantsAnalysis else { return try await build(files) }
        async let analysis: Void = analyze(files)
        let outcome = try await build(files)
        ended.open()
        await analysis
        return outcome
    }

    private func build(_ files: [SourceFile]) async throws -> RunOutcome {
        guard try await languages.find(spec.language)?.isCompiled ?? true else {
            return try await interpret(files)
        }
        let sources = WarmBuilds.Sources(spec, files)
        if let warm = builds.find(sources) {
            note(warm)
            do {
                return RunOutcome(try await execute(files, warm.artifact))
            } catch let problem as Problem where problem.code == .notFound {
                // The artifact was cleaned away meanwhile; nothing was started.
                builds.forget(sources)
            }
        }
        let compilation = try await compile(files)
        guard compilation.state == .succeeded else { return RunOutcome(.compileFailed) }
        builds.keep(compilation, of: sources)
        return RunOutcome(try await execute(files, compilation.artifact))
    }

    /// Runs a source as it is. Only when that fails the compiler is asked whether it was a program at all,
    /// so that a good program waits for no check.
    private func interpret(_ files: [SourceFile]) async throws -> RunOutcome {
        let result = try await execute(files, nil)
        guard result.verdict == .nonzeroExit, !result.stderr.content.isEmpty else {
            return RunOutcome(result)
        }
        let check = await ignoring("without the compiler's word the run has failed as a program") {
            try await askCompiler(files, Patience(deadline: ledger.clock.now(), clock: ledger.clock))
        }
        guard let check, check.state == .failed else { return RunOutcome(result) }
        note(check)
        var outcome = RunOutcome(.compileFailed)
        outcome.execution = result
        return outcome
    }

    private func compile(_ files: [SourceFile]) async throws -> Compilation {
        if journal.run.state == .queued { journal.enter(.compiling) }
        let compilation = try await askCompiler(files, patience)
        note(compilation)
        return compilation
    }

    private func askCompiler(_ files: [SourceFile], _ patience: Patience) async throws -> Compilation {
        let started = monotonicNanoseconds()
        let request = CompilationRequest.with {
            $0.language = spec.language
            $0.files = files
            $0.entry = spec.entry
        }
        let errand = errand
        let compilation = try await patience.call(isRepeatable: true) {
            try await peers.compile(request, errand)
        }
        let elapsed = milliseconds(since: started)
        journal.update { $0.timings.compileMilliseconds = elapsed }
        return compilation
    }

    private func note(_ compilation: Compilation) {
        if journal.run.compile == compilation { return }
        journal.note(.compile) {
            $0.compile = compilation
        } changing: {
            $0.compile = compilation
        }
    }

    func milliseconds(since start: UInt64) -> Double {
        Double((monotonicNanoseconds() - start) / 1000) / 1000
    }
}
