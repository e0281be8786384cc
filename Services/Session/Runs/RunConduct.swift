internal import Contracts
internal import Messaging
internal import ServiceKit
internal import SystemKit

/// The execution may have been started and nobody can say what became of it; it is never started again.
struct LostExecution: Error {
    let reason: String
}

/// One run from its sources to its end: collab, compiler beside ai, executor beside profiler.
struct RunConduct: Sendable {
    let row: RunRow
    let journal: RunJournal
    let peers: any RunPeers
    let languages: Languages
    let builds: WarmBuilds
    let ledger: RunLedger
    /// Whether this is the first time that the run is conducted.
    let isFresh: Bool
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
        if let id = journal.run.executionID { return RunOutcome(try await follow(id)) }
        if row.hasStarted && !isFresh {
            throw LostExecution(reason: "the service was restarted while the program was being started")
        }
        let files = try await sources()
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
        let compilation = try await compile(files)
        guard compilation.state == .succeeded else { return RunOutcome(.compileFailed) }
        builds.insert(spec)
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
        journal.enter(.compiling)
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
        let compilation = try await patience.call { try await peers.compile(request, errand) }
        let elapsed = milliseconds(since: started)
        journal.update { $0.timings.compileMilliseconds = elapsed }
        return compilation
    }

    private func note(_ compilation: Compilation) {
        journal.note(.compile) {
            $0.compile = compilation
        } changing: {
            $0.compile = compilation
        }
    }

    private func execute(_ files: [SourceFile], _ artifact: Digest256?) async throws -> ExecutionResult {
        journal.enter(.running)
        if !row.hasStarted { try await journal.markStarted() }
        let started = monotonicNanoseconds()
        let id = try await start(files, artifact)
        journal.update { $0.executionID = id }
        async let profile: Void = profile(id)
        let result = try await follow(id)
        let elapsed = milliseconds(since: started)
        journal.update { $0.timings.executeMilliseconds = elapsed }
        ended.open()
        await profile
        return result
    }

    private func start(_ files: [SourceFile], _ artifact: Digest256?) async throws -> ExecutionID {
        let request = ExecutionRequest.with {
            $0.language = spec.language
            $0.files = files
            $0.entry = spec.entry
            $0.artifact = artifact
            $0.arguments = spec.arguments
            $0.stdin = spec.stdin
            $0.limits = spec.limits
            $0.samplesUsage = spec.wantsProfile
        }
        let errand = errand
        let key = journal.run.id.text
        journal.willSend()
        do {
            return try await patience.call { try await peers.start(request, key: key, errand) }.id
        } catch let failure as PeerFailure
            where failure.kind == .interrupted || failure.kind == .misunderstood
        {
            throw LostExecution(reason: "the executor went away while the program was being started")
        }
    }

    /// Hears what happens to the program, across broken connections, until it has ended.
    private func follow(_ id: ExecutionID) async throws -> ExecutionResult {
        let errand = errand
        let result = Locked<ExecutionResult?>(nil)
        let backoff = Backoff(first: Limits.firstRetry, longest: Limits.longestRetry)
        var random = SystemRandomNumberGenerator()
        var (attempt, giveUp) = (0, patience.deadline)
        while true {
            let before = journal.executionSequence
            do {
                try await peers.follow(id, after: journal.executionSequence, errand) { event in
                    if let end = hear(event) { result.withLock { $0 = end } }
                }
                if let result = result.snapshot { return result }
                if let result = try await peers.execution(id, errand).result { return result }
            } catch let problem as Problem where problem.code == .notFound || problem.code == .gone {
                throw LostExecution(reason: "the executor no longer knows the execution")
            } catch  where Patience.isTransient(error) && ledger.clock.now() < giveUp {
                attempt += 1
            }
            if let result = result.snapshot { return result }
            if journal.executionSequence > before { (attempt, giveUp) = (0, patience.deadline) }
            let wait = backoff.wait(afterAttempt: max(1, attempt), using: &random)
            try await Task.sleep(for: wait + .milliseconds(5))
        }
    }

    private func hear(_ event: ExecutionEvent) -> ExecutionResult? {
        switch event.kind {
        case .stdout: journal.output(event, as: .stdout)
        case .stderr: journal.output(event, as: .stderr)
        case .started, .usage, .part: journal.heard(event)
        case .finished: return event.result
        }
        return nil
    }

    func milliseconds(since start: UInt64) -> Double {
        Double((monotonicNanoseconds() - start) / 1000) / 1000
    }
}
