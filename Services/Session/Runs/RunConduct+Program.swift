internal import Contracts
internal import Messaging
internal import ServiceKit
internal import SystemKit

/// The program of a run: started once, heard of until its end.
extension RunConduct {
    /// Runs the program beside its profile.
    func execute(_ files: [SourceFile], _ artifact: Digest256?) async throws -> ExecutionResult {
        if journal.run.state != .running { journal.enter(.running) }
        let request = ExecutionRequest.with {
            $0.language = spec.language
            $0.files = files
            $0.entry = spec.entry
            $0.artifact = artifact
            $0.arguments = spec.arguments
            $0.stdin = spec.stdin
            $0.limits = spec.limits
            $0.samplesUsage = spec.wantsProfile
            $0.terminal = spec.terminal
            $0.terminal?.isRecorded = true
        }
        guard spec.wantsProfile else { return try await conduct(request, Latch()) }
        let named = Latch()
        async let profile: Void = profile(when: named)
        defer { named.open() }
        let result = try await conduct(request, named)
        await profile
        return result
    }

    private func profile(when named: Latch) async {
        await named.wait()
        if let id = journal.run.executionID { await profile(id) }
    }

    /// Has the program run, across broken connections and restarts: the run's name is the key under which the
    /// executor starts it once, finds it again, or knows that it has ended with a former life of its own.
    private func conduct(_ request: ExecutionRequest, _ named: Latch) async throws -> ExecutionResult {
        let (errand, key, started) = (errand, journal.run.id.text, monotonicNanoseconds())
        let result = try await persist { heard in
            try await peers.conduct(request, key: key, after: journal.executionSequence, errand) { news in
                switch news {
                case .named(let id):
                    journal.begun(as: id)
                    named.open()
                case .event(let event): heard(event)
                }
            }
        }
        let elapsed = milliseconds(since: started)
        journal.update { $0.timings.executeMilliseconds = elapsed }
        ended.open()
        return result
    }

    /// Goes on hearing of a program that a former life of this service has started; nil when the executor
    /// does not know it and nothing was heard of it yet: its record of starts decides then.
    func takeUp(_ id: ExecutionID) async throws -> ExecutionResult? {
        let errand = errand
        do {
            return try await persist { heard in
                try await peers.follow(id, after: journal.executionSequence, errand) { heard($0) }
            }
        } catch is LostExecution where journal.executionSequence == 0 {
            journal.update { $0.executionID = nil }
            return nil
        }
    }

    /// Calls `body` until it has heard the end of the program.
    /// - Throws: `LostExecution` when the executor knows that the program is gone; the last failure when
    ///   nothing was heard for `Limits.patience`.
    private func persist(
        _ body: (@escaping @Sendable (ExecutionEvent) -> Void) async throws -> Void
    ) async throws -> ExecutionResult {
        let result = Locked<ExecutionResult?>(nil)
        var pause = Pause()
        var giveUp = patience.deadline
        while true {
            let (before, begun) = (journal.executionSequence, ledger.clock.now())
            do {
                try await body { event in if let end = hear(event) { result.withLock { $0 = end } } }
            } catch let problem as Problem where problem.code == .gone || isUnknown(problem) {
                throw LostExecution(reason: "the executor was restarted while the program ran")
            } catch where Patience.isTransient(error) && isPatient(begun, giveUp) {
                // Asked again below.
            }
            if let result = result.snapshot { return result }
            // People at a terminal may be silent for long: a stream that stood was no failure.
            let didStand = begun + Limits.longestRetry < ledger.clock.now()
            if didStand || journal.executionSequence > before {
                (pause, giveUp) = (Pause(), patience.deadline)
            }
            try await Task.sleep(for: pause.next())
        }
    }

    private func isPatient(_ begun: Timestamp, _ giveUp: Timestamp) -> Bool {
        let now = ledger.clock.now()
        return now < giveUp || begun + Limits.patience < now
    }

    /// Whether the executor does not know the program; what it does not find before it has named one is the
    /// artifact.
    private func isUnknown(_ problem: Problem) -> Bool {
        problem.code == .notFound && journal.run.executionID != nil
    }

    private func hear(_ event: ExecutionEvent) -> ExecutionResult? {
        switch event.kind {
        case .stdout: journal.output(event, as: .stdout)
        case .stderr: journal.output(event, as: .stderr)
        case .finished: return event.result
        default: journal.heard(event)
        }
        return nil
    }
}
