internal import Contracts
internal import GRDB
internal import ServiceKit
internal import Storage

/// The profiles and their samples in `profiler.sqlite`; one chunk is one transaction.
struct ProfileStore: Sendable {
    let store: Store

    init(path: String) throws {
        store = try Store.open(
            path, name: "profiler", migrations: [Migration("profiler-1", sql: ProfileSchema.first)])
    }

    /// What became of a wish for a profile.
    enum Creation: Sendable {
        case made(ProfileRow)
        case known(ProfileRow)
    }

    /// A profile's birth.
    struct Birth: Sendable {
        let id: ProfileID
        let owner: Identity
        let request: ProfileRequest
        let key: String?
        let created: Instant
    }

    /// Makes a profile, or answers the one that the owner has of the same execution.
    /// - Throws: `Problem` when key or run do not fit what is there.
    func create(_ birth: Birth) async throws -> Creation {
        try await store.write { database in
            if let known = try Self.known(birth, database) { return .known(known) }
            try Retention.makeRoom(owner: birth.owner.userID, database)
            try database.execute(
                sql: """
                    INSERT INTO profile (id, owner, owner_identity, execution_id, run_id,
                    idempotency_key, state, created_ms)
                    VALUES (?, ?, ?, ?, ?, ?, 'recording', ?)
                    """,
                arguments: [
                    birth.id.text, birth.owner.userID.text, birth.owner.json, birth.request.executionID.text,
                    birth.request.runID?.text, birth.key, birth.created.milliseconds,
                ])
            guard let row = try Self.row(birth.id, birth.owner.userID, database) else {
                throw Problem(.internalError, "the new profile is not there")
            }
            return .made(row)
        }
    }

    /// The profile that there is already, as `create` would answer it.
    func recall(_ birth: Birth) async throws -> ProfileRow? {
        try await store.read { try Self.known(birth, $0) }
    }

    private static func known(_ birth: Birth, _ database: Database) throws -> ProfileRow? {
        let owner = birth.owner.userID.text
        if let key = birth.key,
            let row = try Row.fetchOne(
                database,
                sql: "SELECT \(ProfileRow.columns) FROM profile WHERE owner = ? AND idempotency_key = ?",
                arguments: [owner, key])
        {
            let known = try ProfileRow(row)
            guard known.profile.executionID == birth.request.executionID,
                known.profile.runID == birth.request.runID
            else { throw Problem(.idempotencyMismatch, "the Idempotency-Key came with another body before") }
            return known
        }
        guard
            let row = try Row.fetchOne(
                database,
                sql: "SELECT \(ProfileRow.columns) FROM profile WHERE owner = ? AND execution_id = ?",
                arguments: [owner, birth.request.executionID.text])
        else { return nil }
        let known = try ProfileRow(row)
        guard known.profile.runID == birth.request.runID else {
            throw Problem(.conflict, "the execution is recorded for another run already")
        }
        return known
    }

    /// The owner's profile, or nil.
    func find(_ id: ProfileID, of owner: UserID) async throws -> ProfileRow? {
        try await store.read { try Self.row(id, owner, $0) }
    }

    private static func row(_ id: ProfileID, _ owner: UserID, _ database: Database) throws -> ProfileRow? {
        try Row.fetchOne(
            database, sql: "SELECT \(ProfileRow.columns) FROM profile WHERE id = ? AND owner = ?",
            arguments: [id.text, owner.text]
        ).map { try ProfileRow($0) }
    }

    /// The owner's profiles from the newest on, those before `cursor`.
    func list(of owner: UserID, before cursor: ProfileID?, limit: Int) async throws -> Page<Profile> {
        let rows = try await store.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT \(ProfileRow.columns) FROM profile WHERE owner = ? AND id < ?
                    ORDER BY id DESC LIMIT ?
                    """,
                arguments: [owner.text, cursor?.text ?? "prf_~", limit + 1]
            ).map { try ProfileRow($0).profile }
        }
        let items = Array(rows.prefix(limit))
        return Page(items: items, nextCursor: rows.count > limit ? items.last?.id.text : nil)
    }

    /// What was being recorded when the service ended.
    func unfinished() async throws -> [ProfileRow] {
        try await store.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT \(ProfileRow.columns) FROM profile WHERE state = 'recording' ORDER BY id"
            ).map { try ProfileRow($0) }
        }
    }

    /// The samples behind `at` microseconds, in order of time.
    func samples(of id: ProfileID, after at: Int) async throws -> [UsageSample] {
        try await store.read { try SampleTable.samples(of: id, after: at, $0) }
    }

    /// Stores what is known now, with the samples it is known from.
    func save(
        _ figures: ProfileFigures, _ chunk: EncodedChunk?, _ state: Profile.State, of id: ProfileID
    ) async throws {
        try await store.write { database in
            if let chunk { try SampleTable.add(chunk, to: id, database) }
            try database.cachedStatement(
                sql: """
                    UPDATE profile SET state = ?, samples = ?, memory_peak_bytes = ?,
                        memory_peak_at_us = ?, cpu_us = ?, wall_us = ?, minor_faults = ?,
                        major_faults = ?, last_event = ?,
                        last_at_us = ? WHERE id = ?
                    """
            ).execute(arguments: [
                state.rawValue, figures.samples, figures.memoryPeak, figures.memoryPeakAt, figures.cpu,
                figures.wall,
                figures.minorFaults, figures.majorFaults, figures.lastEvent, figures.lastAt, id.text,
            ])
        }
    }
}
