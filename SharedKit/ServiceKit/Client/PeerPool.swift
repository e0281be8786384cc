internal import NIOCore
private import NIOPosix
internal import SystemKit

/// The connections to one peer: a bounded number, the most recently used one first, idle ones closed.
final class PeerPool: Sendable {
    private struct Idle {
        let connection: PeerConnection
        let since: UInt64
    }

    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<PeerConnection?, any Error>
    }

    private struct State {
        var idle: [Idle] = []
        /// Connections that exist or are being made.
        var count = 0
        var waiters = CircularBuffer<Waiter>()
        var nextID: UInt64 = 0
        /// Waiters that were cancelled before they could wait.
        var cancelled: Set<UInt64> = []

        /// The idle connection that was used last; of the caller's own loop, so that nobody is woken,
        /// unless half of the pool exists already.
        mutating func popIdle(for loop: (any EventLoop)?, _ limit: Int) -> PeerConnection? {
            let before = idle.count
            idle.removeAll { !$0.connection.channel.isActive }
            count -= before - idle.count
            guard let loop else { return idle.popLast()?.connection }
            if let own = idle.lastIndex(where: { $0.connection.channel.eventLoop === loop }) {
                return idle.remove(at: own).connection
            }
            return count < limit / 2 ? nil : idle.popLast()?.connection
        }
    }

    let address: PeerAddress
    private let limit: Int
    private let state = Locked(State())

    init(address: PeerAddress, limit: Int = Limits.peerConnections) {
        precondition(limit > 0, "a pool has room for a connection")
        self.address = address
        self.limit = limit
    }

    /// A connection to use for one exchange; `isReused` says whether it served one before.
    /// - Throws: `PeerFailure` when nobody listens or too many wait.
    func take(deadline: UInt64, peer: String) async throws -> (connection: PeerConnection, isReused: Bool) {
        if let connection = popIdle() { return (connection, true) }
        if reserve() { return (try await open(deadline, peer), false) }
        if let connection = try await wait(peer, deadline) { return (connection, true) }
        return (try await open(deadline, peer), false)
    }

    private func popIdle() -> PeerConnection? {
        let now = monotonicNanoseconds()
        let (found, stale) = state.withLock { state -> (PeerConnection?, [PeerConnection]) in
            let oldest = now - UInt64(Limits.peerIdleSeconds) * 1_000_000_000
            let stale = state.idle.prefix { $0.since < oldest }.map(\.connection)
            state.idle.removeFirst(stale.count)
            state.count -= stale.count
            return (state.popIdle(for: MultiThreadedEventLoopGroup.currentEventLoop, limit), stale)
        }
        for connection in stale { connection.channel.close(promise: nil) }
        return found
    }

    private func reserve() -> Bool {
        state.withLock { state in
            guard state.count < limit else { return false }
            state.count += 1
            return true
        }
    }

    private func open(_ deadline: UInt64, _ peer: String) async throws -> PeerConnection {
        let left = Int64(clamping: deadline) - Int64(clamping: monotonicNanoseconds())
        do {
            guard left > 0 else { throw PeerFailure(peer, .late) }
            return try await PeerConnection.open(to: address, timeout: .nanoseconds(min(left, 5_000_000_000)))
        } catch {
            lost()
            throw error as? PeerFailure ?? PeerFailure(peer, .unreachable, "\(error)")
        }
    }

    /// The exchange is over; `isReusable` says whether the connection can serve another.
    func give(back connection: PeerConnection, isReusable: Bool) {
        guard isReusable, connection.channel.isActive else { return lost() }
        let waiter = state.withLock { state -> Waiter? in
            if let waiter = state.waiters.popFirst() { return waiter }
            state.idle.append(Idle(connection: connection, since: monotonicNanoseconds()))
            return nil
        }
        waiter?.continuation.resume(returning: connection)
    }

    /// A connection is gone; whoever waits may make a new one in its place.
    private func lost() {
        let waiter = state.withLock { state -> Waiter? in
            if let waiter = state.waiters.popFirst() { return waiter }
            state.count -= 1
            return nil
        }
        waiter?.continuation.resume(returning: nil)
    }

    /// Waits for a connection; nil passes on the right to make one.
    private func wait(_ peer: String, _ deadline: UInt64) async throws -> PeerConnection? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in enqueue(id, continuation, peer) }
        } onCancel: {
            cancel(id)
        }
    }

    private func enqueue(
        _ id: UInt64, _ continuation: CheckedContinuation<PeerConnection?, any Error>, _ peer: String
    ) {
        let outcome = state.withLock { state -> (any Error)? in
            if state.cancelled.remove(id) != nil { return CancellationError() }
            if state.waiters.count >= Limits.waitingCalls { return PeerFailure(peer, .crowded) }
            state.waiters.append(Waiter(id: id, continuation: continuation))
            return nil
        }
        if let outcome { continuation.resume(throwing: outcome) }
    }

    private func cancel(_ id: UInt64) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    /// Closes what nobody uses.
    func closeIdle() {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            state.count -= state.idle.count
            return state.idle
        }
        for entry in idle { entry.connection.channel.close(promise: nil) }
    }
}
