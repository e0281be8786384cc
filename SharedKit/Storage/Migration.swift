package import GRDB

/// One step of a schema, applied once and never changed after it was released.
package struct Migration: Sendable {
    /// The step's name, unique in its database: `"session-1"` and so on.
    package let name: String
    /// What it does, inside a transaction of its own.
    package let apply: @Sendable (Database) throws -> Void

    /// A step in Swift.
    package init(_ name: String, apply: @escaping @Sendable (Database) throws -> Void) {
        self.name = name
        self.apply = apply
    }

    /// A step in SQL, of one or many statements.
    package init(_ name: String, sql: String) {
        self.init(name) { try $0.execute(sql: sql) }
    }
}

extension [Migration] {
    /// Brings a database up to the last step.
    func migrate(_ writer: some DatabaseWriter) throws {
        var migrator = DatabaseMigrator()
        for step in self { migrator.registerMigration(step.name, migrate: step.apply) }
        try migrator.migrate(writer)
    }
}
