private import GRDBSQLite
internal import GRDB
private import SystemKit

/// Runs `body` on a connection and stops its statements when the monotonic clock passes `instant`
/// (nanoseconds).
/// - Throws: `StoreFailure.deadlineExceeded` when stopped, else what `body` throws.
func untilDeadline<Result>(
    _ instant: UInt64, on database: Database, _ body: (Database) throws -> Result
) throws -> Result {
    guard monotonicNanoseconds() < instant else { throw StoreFailure.deadlineExceeded }
    var deadline = instant
    return try withUnsafeMutablePointer(to: &deadline) { pointer in
        sqlite3_progress_handler(database.sqliteConnection, Limits.stepsPerLook, isOverdue, pointer)
        defer { sqlite3_progress_handler(database.sqliteConnection, 0, nil, nil) }
        do {
            return try body(database)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
            throw StoreFailure.deadlineExceeded
        }
    }
}

private func isOverdue(_ deadline: UnsafeMutableRawPointer?) -> Int32 {
    guard let deadline else { return 0 }
    return monotonicNanoseconds() > deadline.load(as: UInt64.self) ? 1 : 0
}

/// The monotonic instant `duration` from now, in nanoseconds.
func monotonicInstant(after duration: Duration) -> UInt64 {
    monotonicNanoseconds() + UInt64(max(0, duration.wholeMilliseconds)) * 1_000_000
}
