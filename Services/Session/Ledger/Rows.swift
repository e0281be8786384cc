internal import Contracts
internal import FoundationEssentials
internal import GRDB
internal import SystemKit

extension Wire {
    /// The value as a column holds it.
    var column: Data { Data(encode()) }

    /// The value of a column that we wrote ourselves, now or with an older release.
    /// - Throws: `WireFaults` for a damaged column.
    static func column(_ data: Data) throws -> Self { try decode([UInt8](data), unknownFields: .skip) }
}

extension Timestamp {
    /// The instant as it travels.
    var instant: Instant { Instant(milliseconds: milliseconds) }
}

extension Database {
    /// The only column of every row, decoded.
    func values<Value: Wire>(
        _ sql: String, _ arguments: StatementArguments, as: Value.Type = Value.self
    ) throws -> [Value] {
        try Data.fetchAll(cachedStatement(sql: sql), arguments: arguments).map { try Value.column($0) }
    }

    /// The only column of the first row, decoded.
    func value<Value: Wire>(
        _ sql: String, _ arguments: StatementArguments, as: Value.Type = Value.self
    ) throws -> Value? {
        try Data.fetchOne(cachedStatement(sql: sql), arguments: arguments).map { try Value.column($0) }
    }

    /// Runs a statement that is run often.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
