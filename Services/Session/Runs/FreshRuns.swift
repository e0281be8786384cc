internal import Contracts
internal import SystemKit

/// Rows of runs that were stored a moment ago, so that who conducts them need not read them again.
///
/// A row lies here until it is taken or the run ends; rows beyond `Limits.conductedRuns` are read from the
/// database when their turn comes.
final class FreshRuns: Sendable {
    private let rows: Locked<[RunID: RunRow]> = Locked([:])

    /// Keeps a row, if there is room.
    func keep(_ row: RunRow) {
        rows.withLock { rows in
            if rows.count < Limits.conductedRuns { rows[row.record.id] = row }
        }
    }

    /// The row, once.
    func take(_ id: RunID) -> RunRow? { rows.withLock { $0.removeValue(forKey: id) } }

    /// Lets go of a row that nobody will take.
    func forget(_ id: RunID) { rows.withLock { _ = $0.removeValue(forKey: id) } }
}
