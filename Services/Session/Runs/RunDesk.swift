internal import Contracts
internal import GRDB
internal import Messaging
internal import ServiceKit
internal import Storage
internal import SystemKit
internal import Telemetry
internal import Tracing

/// Where runs are asked for, waited for and called off.
struct RunDesk: Sendable {
    let ledger: RunLedger
    let worker: JobWorker
    let languages: Languages

    /// A run that was stored, and the ear that has heard of it from the beginning.
    struct Queued: Sendable {
        let run: Run
        let subscription: Subscription<RunEvent>
    }

    /// Stores a run and its job in one transaction; a free worker starts at once.
    /// - Throws: `Refusal`, `Problem` (`unknown_language`), `Overloaded`.
    func queue(_ spec: RunSpec, _ ticket: Idempotency.Ticket?) async throws -> Queued {
        let runtime = try await languages.find(spec.language)
        let run = makeRun(spec, runtime)
        var spec = spec
        spec.language = run.language
        let final = spec
        var job = NewJob(kind: "run", arguments: Array(run.id.text.utf8))
        job.traceParent = ServiceContext.current?.traceContext?.traceparent
        let subscription = ledger.bus.subscribe(to: run.id)
        do {
            try await worker.enqueue(job) { database, job in
                try checkQuota(of: final.identity.userID, in: database)
                let stored = try store(run, final, job: job, in: database)
                try ticket?.store(
                    StoredAnswer(status: 202, location: run.location, resource: run.id.text), in: database)
                ledger.fresh.keep(RunRow(spec: final, record: run, lastSequence: 1, jobID: job))
                return stored
            } settled: {
                ledger.settle($0, of: run)
            }
        } catch {
            subscription.cancel()
            throw error
        }
        return Queued(run: run, subscription: subscription)
    }

    /// The run once it has ended, or as it stands after `limit`.
    func wait(
        for run: Run, atMost limit: Duration, _ subscription: Subscription<RunEvent>
    ) async throws -> Run {
        if run.state.isFinal { return run }
        let end = ContinuousClock.now + limit
        while true {
            let left = end - ContinuousClock.now
            guard left > .zero else { break }
            switch await subscription.next(within: min(left, .seconds(Limits.followSeconds))) {
            case .event(let event):
                if event.kind == .finished, let run = event.run { return run }
            case .skipped, nil:
                if let now = try await ledger.row(run.id)?.record, now.state.isFinal { return now }
            }
            try Task.checkCancellation()
        }
        return try await ledger.row(run.id)?.record ?? run
    }

    /// Calls a run off and waits a little for its end.
    /// - Throws: `Refusal`.
    func cancel(_ id: RunID, by user: UserID) async throws -> Run {
        let run = try await ledger.run(id, for: user)
        if let session = run.sessionID, run.requestedBy != user {
            _ = try await ledger.sessions.room(session, for: user, .edit)
        }
        guard !run.state.isFinal, let row = try await ledger.row(id) else { return run }
        let subscription = ledger.bus.subscribe(to: id)
        defer { subscription.cancel() }
        if try await worker.cancel(row.jobID) == .now, let row = try await ledger.row(id) {
            try await ledger.abort(row, as: .cancelled, because: nil)
        }
        let now = try await ledger.row(id)?.record ?? run
        return try await wait(for: now, atMost: Limits.cancelPatience, subscription)
    }

    private func makeRun(_ spec: RunSpec, _ runtime: Runtime?) -> Run {
        let now = ledger.clock.now()
        return .with {
            $0.id = RunID(milliseconds: now.milliseconds, random: randomBytes(10))
            $0.sessionID = spec.sessionID
            $0.language = runtime?.language ?? spec.language
            $0.requestedBy = spec.identity.userID
            $0.createdAt = now.instant
            $0.terminal = spec.terminal.map { asked in
                .with { ($0.columns, $0.rows) = (asked.columns, asked.rows) }
            }
        }
    }

    private func checkQuota(of user: UserID, in database: Database) throws {
        guard try RunRow.activeCount(of: user, in: database) < Limits.activeRuns else {
            throw Refusal.full("an account has at most \(Limits.activeRuns) runs that have not ended")
        }
        let waiting = try ledger.queue.waiting(in: database)
        guard waiting < Limits.queuedRuns else { throw Overloaded(waiting: waiting) }
    }

    private func store(
        _ run: Run, _ spec: RunSpec, job: Int64, in database: Database
    ) throws -> RunLedger.Stored {
        try RunRow.insert(run, spec, job: job, in: database)
        var queued = RunEvent()
        queued.sequence = 1
        queued.at = run.createdAt
        queued.kind = .state
        queued.state = .queued
        guard let session = run.sessionID else { return try ledger.append([queued], of: run, in: database) }
        let asked = try ledger.sessions.enact(.queueRun(run.id), in: session, by: run.requestedBy, database)
        let stored = try ledger.append([queued], of: run, in: database)
        return RunLedger.Stored(
            run: run, events: stored.events, sessionEvents: asked.events + stored.sessionEvents)
    }
}

extension Run {
    /// Where the run is.
    var location: String { "/v1/runs/\(id.text)" }
}
