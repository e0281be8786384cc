internal import Contracts
internal import Credentials
internal import FoundationEssentials
internal import GRDB
internal import NIOHTTP1
internal import ServiceKit
internal import Storage
internal import SystemKit

/// What was answered to a request that carried an `Idempotency-Key`.
struct StoredAnswer: WireObject, Equatable {
    /// The status.
    var status = 200
    /// Where the thing is.
    var location: String?
    /// The body; absent when it is made anew from the thing (runs, secrets).
    var body: String?
    /// The thing the body is made from.
    var resource: String?

    init() {}

    init(status: Int, location: String? = nil, body: String? = nil, resource: String? = nil) {
        self.status = status
        self.location = location
        self.body = body
        self.resource = resource
    }

    static let fields = Fields<StoredAnswer>(
        field("status", \.status), field("location", \.location), field("body", \.body),
        field("resource", \.resource))
}

/// Makes POST repeatable: what was answered is stored with what was done, in one transaction.
struct Idempotency: Sendable {
    /// A request with a key, while it is answered.
    struct Ticket: Sendable {
        fileprivate let key: String
        fileprivate let request: String
        fileprivate let expires: Timestamp

        /// Stores the answer in the transaction of what was done.
        func store(_ answer: StoredAnswer, in database: Database) throws {
            try database.run(
                "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?)",
                [key, request, answer.column, expires.milliseconds])
        }
    }

    /// What a key stands for.
    enum Admission: Sendable {
        /// A new request, or one without a key.
        case fresh(Ticket?)
        /// Answered before.
        case replay(StoredAnswer)
    }

    private let store: Store
    private let clock: WallClock
    private let running: Locked<Set<String>> = Locked([])

    init(store: Store, clock: WallClock) {
        self.store = store
        self.clock = clock
    }

    /// Looks a request's key up and holds it until `finish`.
    /// - Throws: `Problem` (`idempotency_in_progress`, `idempotency_mismatch`).
    func admit<Request: Wire>(_ call: Call<Request>) async throws -> Admission {
        guard let key = try call.idempotencyKey() else { return .fresh(nil) }
        let target = "\(try call.identity.userID.text) \(call.route.name) \(call.request.head.uri)"
        let ticket = Ticket(
            key: SHA256.hash("\(target) \(key)").hex, request: SHA256.hash(call.body.encode()).hex,
            expires: clock.now() + Limits.idempotency)
        guard running.withLock({ $0.insert(ticket.key).inserted }) else {
            throw Problem(
                .idempotencyInProgress, "a request with this key is being answered", retryAfter: 1000)
        }
        do {
            if let answer = try await earlier(ticket) {
                finish(ticket)
                return .replay(answer)
            }
        } catch {
            finish(ticket)
            throw error
        }
        return .fresh(ticket)
    }

    /// Lets go of a key; the answer is stored, or the request failed and may be made again.
    func finish(_ ticket: Ticket?) {
        guard let ticket else { return }
        running.withLock { _ = $0.remove(ticket.key) }
    }

    /// Forgets what is older than a day.
    func prune() async throws {
        let now = clock.now().milliseconds
        try await store.write { database in
            try database.run(
                """
                DELETE FROM idempotency WHERE key IN
                    (SELECT key FROM idempotency WHERE expires_at < ? LIMIT ?)
                """, [now, Limits.pruneRows])
        }
    }

    private func earlier(_ ticket: Ticket) async throws -> StoredAnswer? {
        let now = clock.now().milliseconds
        let row = try await store.read { database in
            let sql = "SELECT request, answer FROM idempotency WHERE key = ? AND expires_at >= ?"
            return try Row.fetchOne(database, sql: sql, arguments: [ticket.key, now]).map { row in
                (request: row["request"] as String, answer: try StoredAnswer.column(row["answer"]))
            }
        }
        guard let row else { return nil }
        guard row.request == ticket.request else {
            throw Problem(.idempotencyMismatch, "the key was used for another request")
        }
        return row.answer
    }
}
