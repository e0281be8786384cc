internal import Contracts
internal import GRDB
internal import SystemKit

/// What was revoked lately, in order, for verifiers that follow it.
struct RevocationLog: Sendable {
    private struct State {
        /// The newest place known, so that most questions need no database.
        var newest = 0
        var followers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextFollower = 0
    }

    private let state = Locked(State())

    /// Looks up where the log stands.
    func load(_ database: Database) throws {
        let found = try Int.fetchOne(
            database,
            sql: "SELECT seq FROM sqlite_sequence WHERE name = 'revocation'"
        )
        state.withLock { $0.newest = found ?? 0 }
    }

    /// Whether there is anything behind a place.
    func hasMore(than place: Int) -> Bool { end > place }

    /// Where the log stands.
    var end: Int { state.withLock { $0.newest } }

    /// Rings whenever something is published from now on; rings that nobody waits for are one.
    func bell() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextFollower += 1
            state.followers[state.nextFollower] = continuation
            return state.nextFollower
        }
        let state = state
        continuation.onTermination = { _ in state.withLock { _ = $0.followers.removeValue(forKey: number) } }
        return stream
    }

    /// Adds a revocation inside the transaction that makes it true; answers its place for `published`.
    func append(
        user: UserID? = nil,
        signIn: SignInID? = nil,
        token: PersonalTokenID? = nil,
        now: Timestamp,
        _ database: Database
    ) throws -> Int {
        try database.execute(
            sql: "INSERT INTO revocation (user_id, sign_in_id, token_id, at_ms) VALUES (?, ?, ?, ?)",
            arguments: [user?.text, signIn?.text, token?.text, now.milliseconds]
        )
        return Int(database.lastInsertedRowID)
    }

    /// The revocation at a place is committed.
    func published(_ place: Int?) {
        guard let place else { return }
        let followers = state.withLock { state in
            state.newest = max(state.newest, place)
            return Array(state.followers.values)
        }
        for follower in followers { follower.yield() }
    }

    func after(_ place: Int, _ database: Database) throws -> [Revocation] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM revocation WHERE sequence > ? ORDER BY sequence LIMIT ?",
            arguments: [place, Limits.revocationsPerAnswer]
        ).map { row in
            var revocation = Revocation()
            revocation.sequence = row["sequence"]
            revocation.userID = try (row["user_id"] as String?).map { try UserID($0) }
            revocation.signInID = try (row["sign_in_id"] as String?).map { try SignInID($0) }
            revocation.personalTokenID = try (row["token_id"] as String?).map { try PersonalTokenID($0) }
            return revocation
        }
    }
}
