internal import Contracts
internal import ServiceKit
internal import SystemKit

/// The runs that have a terminal and are conducted here, and everybody who sits at one.
///
/// A connection belongs to `serve`, not to the request that opened it.
final class RunTerminals: Sendable {
    private let journals: Locked<[RunID: RunJournal]> = Locked([:])
    private let seats: AsyncStream<RunSeat>
    private let seat: AsyncStream<RunSeat>.Continuation

    init() { (seats, seat) = AsyncStream.makeStream() }

    /// A run begins or ends to be conducted.
    func open(_ journal: RunJournal) { journals.withLock { $0[journal.run.id] = journal } }
    func close(_ journal: RunJournal) { journals.withLock { $0[journal.run.id] = nil } }

    /// What happens in a run that is under way here.
    func journal(_ id: RunID) -> RunJournal? { journals.withLock { $0[id] } }

    /// Somebody sits down.
    func take(_ newcomer: RunSeat) { seat.yield(newcomer) }

    /// Serves everybody who sits down, until the task is cancelled.
    func serve() async throws {
        await withDiscardingTaskGroup { group in
            for await newcomer in seats { group.addTask { await newcomer.serve() } }
        }
        try Task.checkCancellation()
    }
}
