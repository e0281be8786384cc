internal import Contracts
internal import Logging
internal import ServiceKit
internal import SystemKit

/// All recordings that go on now: a bounded number, each a child of one task group.
final class RecordingDesk: Sendable {
    private struct Order: Sendable {
        let row: ProfileRow
        let track: LiveTrack
    }

    private let tracks = Locked<[ProfileID: LiveTrack]>([:])
    private let reserved = Locked(0)
    /// Whether the recordings of a former process have been taken up.
    private let hasResumed = Locked(false)
    private let orders: AsyncStream<Order>
    private let inbox: AsyncStream<Order>.Continuation
    private let store: ProfileStore
    private let client: FleetClient
    private let logger: Logger

    init(store: ProfileStore, client: FleetClient, logger: Logger) {
        self.store = store
        self.client = client
        self.logger = logger
        (orders, inbox) = AsyncStream.makeStream()
    }

    /// Takes a place for a recording.
    /// - Throws: `Problem` (`overloaded`) when there is none.
    func reserve() throws(Problem) {
        let isFree = reserved.withLock { taken in
            if taken >= Limits.recordings { return false }
            taken += 1
            return true
        }
        guard isFree else {
            throw Problem(.overloaded, "too many programs are recorded at once", retryAfter: 1000)
        }
    }

    /// Gives a place back that no recording uses.
    func release() { reserved.withLock { $0 -= 1 } }

    /// Starts recording on a place that was reserved.
    func start(_ row: ProfileRow) {
        let track = LiveTrack(storedAt: row.figures.lastAt)
        tracks.withLock { $0[row.profile.id] = track }
        inbox.yield(Order(row: row, track: track))
    }

    /// The recording of a profile, while it goes on.
    func track(of id: ProfileID) -> LiveTrack? { tracks.withLock { $0[id] } }

    /// Whether a profile is being recorded, or may be as soon as a former process's recordings are taken up.
    func isAwaited(_ id: ProfileID) -> Bool { !hasResumed.snapshot || track(of: id) != nil }

    /// Returns when the recordings of a former process are taken up, which the first moments of a service do.
    func resumed() async throws {
        while !hasResumed.snapshot { try await Task.sleep(for: .milliseconds(Limits.lookMilliseconds)) }
    }

    /// Goes on with what a former process has begun, then with what is ordered, until the task is cancelled.
    /// - Throws: when the database cannot be read.
    func run() async throws {
        for row in try await store.unfinished() where track(of: row.profile.id) == nil {
            reserved.withLock { $0 += 1 }
            start(row)
        }
        hasResumed.withLock { $0 = true }
        await withDiscardingTaskGroup { group in
            for await order in orders {
                group.addTask { await self.record(order) }
            }
            group.cancelAll()
        }
    }

    private func record(_ order: Order) async {
        await Recorder(order.row, order.track, store, client, logger).run()
        tracks.withLock { _ = $0.removeValue(forKey: order.row.profile.id) }
        release()
    }
}
