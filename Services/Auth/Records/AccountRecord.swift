internal import Contracts
internal import Credentials
internal import GRDB
internal import SystemKit

/// An account as it is stored.
struct AccountRecord: Sendable {
    var id: UserID
    var login: LoginName?
    var name: DisplayName
    var kind: IdentityKind
    var scopes: [Scope]
    var password: PasswordHash?
    var createdAt: Timestamp

    /// What users and guests may do on their own.
    static let ordinaryScopes = Scope.allCases.filter { $0 != .admin }

    /// The account as its owner sees it.
    var account: Account {
        .with {
            $0.id = id
            $0.login = login
            $0.name = name
            $0.kind = kind
            $0.scopes = scopes
            $0.createdAt = Instant(milliseconds: createdAt.milliseconds)
        }
    }

    /// The account as a caller.
    func identity(signInID: SignInID?, scopes limit: [Scope]? = nil) -> Identity {
        .with {
            $0.userID = id
            $0.name = name
            $0.kind = kind
            $0.scopes = limit.map { limit in scopes.filter(limit.contains) } ?? scopes
            $0.signInID = signInID
        }
    }

    func insert(_ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                id.text, login?.text, name.text, kind.rawValue, Self.text(scopes), password?.phc,
                createdAt.milliseconds,
            ]
        )
    }

    static func find(_ id: UserID, _ database: Database) throws -> AccountRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM account WHERE id = ?", arguments: [id.text]).map(
            Self.init
        )
    }

    static func find(login: LoginName, _ database: Database) throws -> AccountRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM account WHERE login = ?", arguments: [login.text])
            .map(Self.init)
    }

    static func setName(_ name: DisplayName, of id: UserID, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE account SET name = ? WHERE id = ?",
            arguments: [name.text, id.text]
        )
    }

    static func setPassword(_ password: PasswordHash, of id: UserID, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE account SET password = ? WHERE id = ?",
            arguments: [password.phc, id.text]
        )
    }

    static func hasAdministrator(_ database: Database) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS (SELECT 1 FROM account WHERE ' ' || scopes || ' ' LIKE '% admin %')"
        ) ?? false
    }

    static func text(_ scopes: [Scope]) -> String { scopes.map(\.rawValue).joined(separator: " ") }

    static func scopes(_ text: String) -> [Scope] {
        text.split(separator: " ").compactMap { Scope(rawValue: String($0)) }
    }
}

extension AccountRecord {
    init(_ row: Row) throws {
        id = try UserID(row["id"] as String)
        login = try (row["login"] as String?).map { try LoginName($0) }
        name = try DisplayName(row["name"] as String)
        kind = IdentityKind(rawValue: row["kind"]) ?? .guest
        scopes = Self.scopes(row["scopes"])
        password = (row["password"] as String?).flatMap { PasswordHash(phc: $0) }
        createdAt = Timestamp(milliseconds: row["created_ms"])
    }
}
