internal import Contracts
internal import FoundationEssentials
internal import GRDB
internal import Messaging
internal import Storage
internal import SystemKit

/// The sessions: decides commands one after the other on the writer's thread, stores their events, and tells
/// whoever follows once they are durable.
struct SessionLedger: Sendable {
    let store: Store
    let clock: WallClock
    /// Tells followers about events, in the order of commit.
    let bus = EventBus<SessionID, SessionEvent>()
    /// Wakes who tells the live documents.
    private let wake: @Sendable () -> Void
    private let cache = RoomCache()

    init(store: Store, clock: WallClock, wake: @escaping @Sendable () -> Void) {
        self.store = store
        self.clock = clock
        self.wake = wake
    }

    /// What a command came to: the session after it and the events it made, maybe none.
    struct Outcome: Sendable {
        let room: Room
        let events: [SessionEvent]
    }

    /// Makes a session with its first files.
    func create(
        _ draft: SessionDraft, by owner: Member, contents: [(entry: FileEntry, bytes: [UInt8])],
        also: @escaping @Sendable (Database, Room) throws -> Void
    ) async throws -> Outcome {
        let now = clock.now()
        let id = SessionID(milliseconds: now.milliseconds, random: randomBytes(10))
        return try await commit(id) { database in
            try Self.checkQuota(of: owner.userID, in: database)
            var room = Room(id: id)
            var events = room.created(from: draft, by: owner, at: now.instant)
            for event in events { room.apply(event) }
            for (entry, bytes) in contents {
                let more = try room.decide(.write(entry, ifMatch: nil), by: owner.userID, at: now.instant)
                for event in more { room.apply(event) }
                events += more
                try Self.keep(bytes, as: entry.digest, of: id, in: database)
            }
            try RoomTables.store(events, of: room, in: database)
            try also(database, room)
            return Outcome(room: room, events: events)
        }
    }

    /// Has a session do a command.
    ///
    /// `also` stores what belongs to it, in the same transaction.
    /// - Throws: `Refusal`, and what the store throws.
    @discardableResult
    func perform(
        _ command: RoomCommand, in id: SessionID, by actor: UserID,
        also: @escaping @Sendable (Database, Outcome) throws -> Void = { _, _ in }
    ) async throws -> Outcome {
        try await commit(id) { database in
            let outcome = try enact(command, in: id, by: actor, database)
            try also(database, outcome)
            return outcome
        }
    }

    /// The same inside a transaction of the caller, who publishes after the commit.
    /// - Throws: `Refusal`, `DatabaseError`.
    func enact(
        _ command: RoomCommand, in id: SessionID, by actor: UserID, _ database: Database
    ) throws -> Outcome {
        let before = try cache.room(id, in: database)
        let events = try before.decide(command, by: actor, at: clock.now().instant)
        let outcome = try Self.advance(before, events, in: database)
        cache.keep(outcome.room)
        return outcome
    }

    /// The session as the transaction sees it.
    /// - Throws: `Refusal.noSession`, `DatabaseError`.
    func current(_ id: SessionID, in database: Database) throws -> Room { try cache.room(id, in: database) }

    /// Appends what happened in a run, inside a transaction of the caller; a deleted session takes it too.
    /// - Returns: the events, to be published after the commit by `publish`.
    func append(
        _ runEvents: [RunEvent], of run: RunID, to id: SessionID, in database: Database
    ) throws -> [SessionEvent] {
        let before = try cache.room(id, in: database)
        let drafts = runEvents.map { event in
            SessionEvent.of(.run) {
                $0.runID = run
                $0.run = event
            }
        }
        let events = before.numbered(drafts, by: nil, at: clock.now().instant)
        cache.keep(try Self.advance(before, events, in: database).room)
        return events
    }

    /// Tells followers about committed events.
    func publish(_ events: [SessionEvent], of id: SessionID) {
        for event in events { bus.publish(event, to: id) }
        if events.contains(where: \.concernsDocuments) { wake() }
    }

    /// Forgets what a failed transaction may have left in memory.
    func transactionFailed(_ id: SessionID) { cache.drop(id) }

    /// Does the work in a transaction, and tells its events once they are durable.
    func commit(
        _ id: SessionID, _ work: @escaping @Sendable (Database) throws -> Outcome
    ) async throws -> Outcome {
        try await store.write { [cache] database in
            let outcome = try work(database)
            cache.keep(outcome.room)
            return outcome
        } settled: { result in
            switch result {
            case .success(let outcome): publish(outcome.events, of: id)
            case .failure: cache.drop(id)
            }
        }
    }

    private static func advance(
        _ before: Room, _ events: [SessionEvent], in database: Database
    ) throws -> Outcome {
        var room = before
        for event in events { room.apply(event) }
        if !events.isEmpty { try RoomTables.store(events, of: room, in: database) }
        return Outcome(room: room, events: events)
    }

    /// Keeps a file's content.
    static func keep(
        _ bytes: [UInt8], as digest: Digest256, of id: SessionID, in database: Database
    ) throws {
        try database.run("INSERT OR IGNORE INTO blob VALUES (?, ?, ?)", [id.text, digest.text, Data(bytes)])
    }

    private static func checkQuota(of owner: UserID, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT count(*) FROM session WHERE owner_id = ? AND state <> 'deleted'")
        let count = try Int.fetchOne(statement, arguments: [owner.text]) ?? 0
        guard count < Limits.sessionsPerOwner else {
            throw Refusal.full("an account owns at most \(Limits.sessionsPerOwner) sessions")
        }
    }
}
