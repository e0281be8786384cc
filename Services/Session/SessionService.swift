internal import Contracts
internal import Credentials
internal import GRDB
internal import Logging
internal import Messaging
package import ServiceKit
internal import Storage
internal import SystemKit

/// Sessions and runs: what they are, where they are kept, who does the work.
///
/// Start reading here. `Room` is a session as a pure value, `SessionLedger` keeps sessions, `LiveDesk` is
/// where files and live documents meet, `RunDesk` takes runs, `RunConductor` conducts them, the `…Routes`
/// decode, call and encode.
package struct SessionService: Sendable {
    let sessions: SessionLedger
    let runs: RunLedger
    let desk: RunDesk
    let idempotency: Idempotency
    let invitations: InvitationDesk
    let live: LiveDesk
    let terminals: RunTerminals
    let peers: any RunPeers

    /// Opens the database, recovers, and puts the service together.
    ///
    /// `peers` and `documents` are the other services; those of the fleet unless told.
    /// - Throws: `ConfigurationFault`, and what opening the database throws.
    package static func build(
        _ surroundings: ServiceSurroundings, peers: (any RunPeers)? = nil,
        documents: (any LivePeers)? = nil
    ) async throws -> ServiceParts {
        let store = try openStore(surroundings)
        let clock = surroundings.clock
        let documents = documents ?? FleetLivePeers(client: surroundings.client, clock: clock)
        let notices = Notices.relay(store, to: documents, surroundings.logger)
        let sessions = SessionLedger(store: store, clock: clock) { notices.wake() }
        let queue = JobQueue("runs", owner: Self.owner(clock), clock: clock)
        let runs = RunLedger(store: store, sessions: sessions, queue: queue, clock: clock)
        let peers = peers ?? FleetPeers(client: surroundings.client)
        let (languages, builds, terminals) = (Languages(peers), WarmBuilds(), RunTerminals())
        let conductor = RunConductor(
            ledger: runs, peers: peers, documents: documents, languages: languages, builds: builds,
            terminals: terminals, telemetry: surroundings.telemetry, logger: surroundings.logger)
        // This process is the only owner of the file: whatever was leased belongs to a process that is gone.
        try await store.write { database in
            try queue.takeBack(in: database)
            guard try Machine.hasRestarted(in: database) else { return }
            try RunRow.markLost(try queue.begun(in: database), in: database)
        }
        let worker = try JobWorker(
            queue: queue, store: store, concurrency: Limits.conductedRuns, handler: conductor,
            logger: surroundings.logger)
        let service = SessionService(
            sessions: sessions, runs: runs,
            desk: RunDesk(ledger: runs, worker: worker, languages: languages),
            idempotency: Idempotency(store: store, clock: clock),
            invitations: InvitationDesk(
                sessions: sessions, key: try surroundings.configuration.ownKey()),
            live: LiveDesk(sessions: sessions, peers: documents, logger: surroundings.logger),
            terminals: terminals, peers: peers)
        surroundings.health.store("sqlite:commit") { _ = try await store.probe() }
        return service.parts(worker, notices, store, surroundings.logger)
    }

    private func parts(
        _ worker: JobWorker, _ notices: OutboxRelay, _ store: Store, _ logger: Logger
    ) -> ServiceParts {
        var routes = Routes()
        addSessionRoutes(to: &routes)
        addFileRoutes(to: &routes)
        addLiveFileRoutes(to: &routes)
        addMemberRoutes(to: &routes)
        addInvitationRoutes(to: &routes)
        addRunRoutes(to: &routes)
        addEventRoutes(to: &routes)
        var parts = ServiceParts(routes)
        parts.answersOnLoops = true
        parts.add(background: "runs") {
            await withTaskExecutorPreference(LoopExecutor.first) { await worker.run() }
        }
        parts.add(background: "terminals") { try await terminals.serve() }
        parts.add(background: "notices") { await notices.run() }
        parts.add(background: "housekeeping") { try await keepHouse(store, logger) }
        parts.close = {
            ignoring("the process ends; the next start recovers", logger: logger) { try store.close() }
        }
        return parts
    }

    /// Forgets what is old, some at a time.
    private func keepHouse(_ store: Store, _ logger: Logger) async throws {
        while true {
            try await Task.sleep(for: .seconds(60))
            await ignoring("the next minute tries again", logger: logger) {
                try await idempotency.prune()
                try await store.write { [queue = runs.queue] in try queue.prune(in: $0) }
            }
        }
    }

    private static func openStore(_ surroundings: ServiceSurroundings) throws -> Store {
        let directory = surroundings.configuration.dataDirectory
        try Directories.make(directory)
        return try Store.open(
            "\(directory)/session.sqlite", name: "session",
            migrations: [
                JobQueue.migration, Schema.migration, Schema.machine, LiveMarks.migration, Outbox.migration,
            ])
    }

    private static func owner(_ clock: WallClock) -> String {
        "session-\(clock.now().milliseconds)-\(Hex.encode(randomBytes(4)))"
    }
}
