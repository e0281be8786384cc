internal import Contracts
internal import Credentials
internal import GRDB
internal import SystemKit

/// The append-only log of what happened; each entry's code covers the one before, under a key outside the
/// database.
///
/// Cutting off the end is the one thing that the chain alone cannot show: note `head` elsewhere for that.
struct AuditLog: Sendable {
    private let code: HMAC

    init(key: Secret) { code = HMAC(key: key.bytes) }

    /// Adds an entry inside the transaction of what it tells about.
    func append(
        _ kind: AuditKind,
        of user: UserID?,
        from origin: Origin,
        _ detail: String = "",
        in database: Database
    ) throws {
        let last = try Row.fetchOne(
            database,
            sql: "SELECT sequence, chain FROM audit ORDER BY sequence DESC LIMIT 1"
        )
        var event = AuditEvent()
        event.sequence = (last?["sequence"] ?? 0) + 1
        event.at = Instant(milliseconds: origin.now.milliseconds)
        event.kind = kind
        event.userID = user
        event.address = origin.address
        event.detail = detail
        event.chain = try last.map { try Digest256($0["chain"] as String) } ?? .zero
        event.chain = try link(event)
        try database.execute(
            sql: "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                event.sequence, event.at.milliseconds, kind.rawValue, user?.text, event.address, detail,
                event.chain.text,
            ]
        )
    }

    /// Goes through the whole log.
    func verify(_ database: Database) throws -> AuditVerification {
        var result = AuditVerification()
        result.isWhole = true
        var previous = Digest256.zero
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM audit ORDER BY sequence")
        while let row = try rows.next() {
            result.entries += 1
            var event = try Self.event(row)
            let claimed = event.chain
            event.chain = previous
            if result.isWhole, try event.sequence != result.entries || link(event) != claimed {
                result.isWhole = false
                result.firstBroken = event.sequence
            }
            previous = claimed
        }
        result.head = previous
        return result
    }

    /// Entries below a place, newest first; of one user or of all.
    func page(of user: UserID?, below place: Int, limit: Int, _ database: Database) throws -> [AuditEvent] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM audit WHERE sequence < ? AND (? IS NULL OR user_id = ?)
                ORDER BY sequence DESC LIMIT ?
                """,
            arguments: [place, user?.text, user?.text, limit]
        ).map(Self.event)
    }

    /// The code of an entry whose `chain` holds the link before it.
    private func link(_ event: AuditEvent) throws -> Digest256 {
        try Digest256(code.code(event.encode()).hex)
    }

    private static func event(_ row: Row) throws -> AuditEvent {
        var event = AuditEvent()
        event.sequence = row["sequence"]
        event.at = Instant(milliseconds: row["at_ms"])
        event.kind = AuditKind(rawValue: row["kind"]) ?? .loginFailed
        event.userID = try (row["user_id"] as String?).map { try UserID($0) }
        event.address = row["address"]
        event.detail = row["detail"]
        event.chain = try Digest256(row["chain"] as String)
        return event
    }
}
