internal import Contracts
internal import FoundationEssentials
internal import GRDB
internal import Messaging
internal import Storage
internal import SystemKit

/// The runs: stores what happens in them, in the order in which it happens, and tells whoever follows.
struct RunLedger: Sendable {
    let store: Store
    let sessions: SessionLedger
    let queue: JobQueue
    let clock: WallClock
    /// Tells followers about events, in the order of commit; `finished` carries the run.
    let bus = EventBus<RunID, RunEvent>()
    /// Runs that were just stored, for the one who conducts them at once.
    let fresh = FreshRuns()

    /// A run's events that are stored; the session's events they made are still to be told.
    struct Stored: Sendable {
        let run: Run
        let events: [RunEvent]
        let sessionEvents: [SessionEvent]
    }

    /// Stores events of a run inside the caller's transaction; tell about them by `publish` after the commit.
    func append(_ events: [RunEvent], of run: Run, in database: Database) throws -> Stored {
        guard let session = run.sessionID else {
            for event in events {
                try database.run(
                    "INSERT INTO event VALUES (?, ?, ?, ?, ?)",
                    [run.id.text, event.sequence, run.id.text, event.sequence, event.column])
            }
            return Stored(run: run, events: events, sessionEvents: [])
        }
        let told = try sessions.append(events, of: run.id, to: session, in: database)
        return Stored(run: run, events: events, sessionEvents: told)
    }

    /// Tells followers about what was committed; on failure nothing of the session stays in memory.
    func settle(_ result: Result<Stored, any Error>, of run: Run) {
        switch result {
        case .success(let stored):
            for event in stored.events { bus.publish(event.completed(with: stored.run), to: run.id) }
            if stored.run.state.isFinal { fresh.forget(run.id) }
            if let session = run.sessionID { sessions.publish(stored.sessionEvents, of: session) }
        case .failure:
            fresh.forget(run.id)
            if let session = run.sessionID { sessions.transactionFailed(session) }
        }
    }

    /// The run, whoever asks; nil when there is none.
    func row(_ id: RunID) async throws -> RunRow? { try await store.read { try RunRow.read(id, in: $0) } }

    /// The run, if `user` asked for it or is a member of its session.
    /// - Throws: `Refusal.noRun`.
    func run(_ id: RunID, for user: UserID) async throws -> Run {
        guard let run = try await store.read({ try RunRow.record(id, in: $0) }) else { throw Refusal.noRun }
        if run.requestedBy == user { return run }
        guard let session = run.sessionID else { throw Refusal.noRun }
        do {
            _ = try await sessions.room(session, for: user)
        } catch is Refusal {
            throw Refusal.noRun
        }
        return run
    }

    /// A session's runs, newest first, behind `cursor`.
    func runs(of session: SessionID, behind cursor: RunID?, limit: Int) async throws -> Slice<Run> {
        try await store.read { database in
            let sql = "SELECT record FROM run WHERE session_id = ? AND id < ? ORDER BY id DESC LIMIT ?"
            let behind = cursor?.text ?? "run_~"
            return Slice(try database.values(sql, [session.text, behind, limit + 1]), limit: limit)
        }
    }

    /// A run's events after `sequence`, oldest first.
    func events(of run: Run, after sequence: Int, limit: Int) async throws -> Slice<RunEvent> {
        try await store.read { database in
            let sql = "SELECT data FROM event WHERE run_id = ? AND run_seq > ? ORDER BY run_seq LIMIT ?"
            let arguments: StatementArguments = [run.id.text, sequence, limit + 1]
            let events: [RunEvent] =
                run.sessionID == nil
                ? try database.values(sql, arguments)
                : try database.values(sql, arguments, as: SessionEvent.self).compactMap(\.run)
            let last = try RunRow.record(run.id, in: database) ?? run
            return Slice(events.map { $0.completed(with: last) }, limit: limit)
        }
    }
}

extension RunEvent {
    /// The event with the run in it, if it is the last one; the run is stored once, not here too.
    func completed(with run: Run) -> RunEvent {
        guard kind == .finished else { return self }
        var event = self
        event.run = run
        return event
    }
}
