internal import Contracts
internal import Logging
internal import Messaging
internal import ServiceKit
internal import SystemKit
internal import Telemetry
internal import Tracing

/// Does the jobs of the run queue: conducts each run, and writes its end whatever happens.
struct RunConductor: JobHandler {
    let ledger: RunLedger
    let peers: any RunPeers
    let documents: any LivePeers
    let languages: Languages
    let builds: WarmBuilds
    let terminals: RunTerminals
    let telemetry: Telemetry
    let logger: Logger

    func perform(_ lease: JobLease) async -> JobVerdict {
        var context = ServiceContext.topLevel
        context.traceContext = lease.job.traceParent.flatMap { TraceContext(traceparent: $0) }
        let span = telemetry.tracer.startSpan(
            "run", context: context, ofKind: .consumer, at: DefaultTracerClock.now, function: #function,
            file: #fileID, line: #line)
        defer { span.end() }
        return await ServiceContext.$current.withValue(span.context) {
            do {
                return try await conduct(lease)
            } catch {
                logger.error("run not settled", metadata: ["job": "\(lease.job.id)", "error": "\(error)"])
                return .failed("\(error)")
            }
        }
    }

    func quarantined(_ job: Job) async {
        logger.error("run set aside: the service died with it too often", metadata: ["job": "\(job.id)"])
        await ignoring("the run stays unfinished; the next start tries again", logger: logger) {
            guard let row = try await row(of: job), !row.record.state.isFinal else { return }
            try await ledger.abort(
                row, as: .internalError, because: "the service died with this run too often")
        }
    }

    private func row(of job: Job) async throws -> RunRow? {
        let id = try RunID(String(decoding: job.arguments, as: UTF8.self))
        // Only the first claim follows the row's writing so closely that nothing can have changed.
        if let row = ledger.fresh.take(id), job.fence == 1 { return row }
        return try await ledger.row(id)
    }

    private func conduct(_ lease: JobLease) async throws -> JobVerdict {
        guard let row = try await row(of: lease.job), !row.record.state.isFinal else { return .done }
        let journal = RunJournal(row, job: lease.job, ledger: ledger)
        let conduct = RunConduct(
            row: row, journal: journal, peers: peers, documents: documents, languages: languages,
            builds: builds, ledger: ledger)
        noteQueueTime(row, journal)
        if row.spec.terminal != nil { terminals.open(journal) }
        defer { terminals.close(journal) }
        do {
            let outcome = try await lease.whileHeld { try await flushing(journal, conduct) }
            try await finish(journal, outcome)
        } catch let interruption as Interruption {
            return try await interrupted(interruption, journal, conduct.errand)
        } catch where Task.isCancelled {
            return try await interrupted(.draining, journal, conduct.errand)
        } catch let refusal as Problem where refusal.isOfTheRequest {
            try await finish(journal, RunOutcome(.failed, reason: Self.reason(refusal)))
        } catch {
            logger.warning(
                "run failed on our side", metadata: ["run": "\(row.record.id)", "error": "\(error)"])
            await stopProgram(journal, conduct.errand)
            try await finish(journal, RunOutcome(.internalError, reason: Self.reason(error)))
        }
        return .settled
    }

    /// Conducts while a ticker stores what was noted, up to the run's deadline.
    private func flushing(_ journal: RunJournal, _ conduct: RunConduct) async throws -> RunOutcome {
        try await withThrowingTaskGroup(of: RunOutcome?.self) { group in
            group.addTask {
                while ledger.clock.now() < conduct.errand.deadline {
                    try await Task.sleep(for: Limits.outputDelay)
                    journal.flush()
                }
                throw PeerFailure("run", .late)
            }
            group.addTask { try await conduct.run() }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw CancellationError()
        }
    }

    private func interrupted(
        _ interruption: Interruption, _ journal: RunJournal, _ errand: Errand
    ) async throws -> JobVerdict {
        switch interruption {
        case .cancelled:
            let execution = await stopProgram(journal, errand)
            var outcome = RunOutcome(.cancelled)
            outcome.execution = execution?.result
            try await finish(journal, outcome)
            return .settled
        case .draining:
            try await journal.handOver()
            return .notNow(.zero)
        case .leaseLost: return .settled
        }
    }

    /// Kills the program, if there is one; answers what is left of it.
    @discardableResult
    private func stopProgram(_ journal: RunJournal, _ errand: Errand) async -> Execution? {
        guard let id = journal.run.executionID else { return nil }
        return await ignoring("the executor's own limits end the program", logger: logger) {
            try await within(Limits.cancelPatience, "executor") { try await peers.cancel(id, errand) }
        }
    }

    private func noteQueueTime(_ row: RunRow, _ journal: RunJournal) {
        let waited = ledger.clock.now().milliseconds - row.record.createdAt.milliseconds
        if row.record.state == .queued {
            journal.update { $0.timings.queueMilliseconds = Double(max(0, waited)) }
        }
    }

    private func finish(_ journal: RunJournal, _ outcome: RunOutcome) async throws {
        let now = ledger.clock.now()
        try await journal.finish { run in
            run.state = outcome.state
            run.execution = outcome.execution
            run.reason = outcome.reason
            run.finishedAt = now.instant
            run.timings.totalMilliseconds = Double(max(0, now.milliseconds - run.createdAt.milliseconds))
        }
    }

    /// Why a run ended in `internal_error` or without a program, for the one who asked for it; no internals.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let lost as LostExecution: "\(lost.reason); it was not run again"
        case let failure as PeerFailure where failure.peer == "run": "the run did not end before its deadline"
        case let failure as PeerFailure: failure.problem.detail ?? "\(failure.peer) failed"
        case let problem as Problem: problem.detail ?? problem.title
        default: "something went wrong on our side"
        }
    }
}

extension Problem {
    /// Whether what was asked for cannot be done, whoever does it and when.
    fileprivate var isOfTheRequest: Bool {
        switch code {
        case .malformedJSON, .invalidRequest, .bodyTooLarge, .unknownLanguage, .rateLimited: true
        default: false
        }
    }
}
