internal import CRDTCore
internal import Contracts
internal import Logging
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// Which document of which session.
struct RoomKey: Hashable, Sendable {
    let session: SessionID
    let document: DocumentName
}

/// What all rooms share.
struct RoomSurroundings: Sendable {
    /// Appends, and nothing else.
    let disk: Disk
    /// Reads, snapshots, history.
    let archive: Disk
    let clock: WallClock
    let logger: Logger
    let updatesPerSecond: Int
    let policy: HistoryPolicy
}

/// A document that somebody has open: its replicas, its log, who is where.
///
/// Everything happens on one event loop. Updates are durable before anybody hears of them, their sender
/// included: the echo is the acknowledgement.
final class Room {
    let key: RoomKey
    let loop: any EventLoop
    let shared: RoomSurroundings
    let store: DocumentStore
    var document: Document
    var awareness = Awareness()
    var guests: [Int: Guest] = [:]
    var isOver = false
    var lastUse: Timestamp

    /// The number of the last update that the document has taken in.
    var sequence = 0
    /// The number of the last update that is durable.
    var durable = 0
    /// The number of the last update that everybody was sent.
    var told = 0
    var updatedAt: Timestamp?
    /// Who made the last change; zero when nobody knows, or when it was the service itself.
    var lastAuthor = UserID.zero

    var log: LogState
    var fan = FanState()
    /// Updates of this turn on their way to the disk.
    var batch: [LogRecord] = []
    /// Who waits until everything taken in is durable.
    var waiting: [Waiter] = []
    /// The newest durable updates.
    var recent = RecentUpdates()
    /// Who wants to know that something has become durable.
    var followers: [Int: Follower] = [:]
    private var nextNumber = 1

    /// Somebody who waits for the disk.
    struct Waiter {
        let promise: EventLoopPromise<Void>
        var patience: Int
    }

    /// Where the log goes on.
    struct LogState {
        var file: LogFile
        /// Bytes since the last snapshot.
        var bytes: Int
        var snapshotBytes: Int
        var snapshotSequence: Int
        var totalBytes: Int
        var isCompacting = false
    }

    /// A room of what was stored; called on `loop`.
    /// - Throws: `UpdateFault` when the snapshot is none of ours.
    init(
        _ key: RoomKey, _ stored: StoredDocument, in store: DocumentStore, on loop: any EventLoop,
        _ shared: RoomSurroundings
    ) throws(UpdateFault) {
        self.key = key
        self.loop = loop
        self.shared = shared
        self.store = store
        let client = UInt64(UInt32.random(in: 2...UInt32.max))
        document = try DocumentSnapshot.open(stored.snapshot, client: client)
        let tail = stored.tail
        log = LogState(
            file: LogFile(
                tail?.path ?? store.logPath(stored.sequence + 1), goodBytes: tail?.goodBytes ?? 0),
            bytes: stored.tailBytes, snapshotBytes: stored.snapshot?.count ?? 0,
            snapshotSequence: stored.snapshotSequence, totalBytes: stored.totalBytes)
        lastUse = shared.clock.now()
        sequence = stored.sequence
        durable = sequence
        told = sequence
        updatedAt = stored.updatedAt
        lastAuthor = stored.lastAuthor
        replay(stored.records)
    }

    /// What an older release let in and this one cannot read is kept in the log but not served.
    private func replay(_ records: [LogRecord]) {
        for record in records {
            guard let update = record.update else { continue }
            do throws(UpdateFault) {
                _ = try document.apply(update.span)
            } catch {
                shared.logger.warning(
                    "an update of the log is not understood",
                    metadata: ["document": "\(key.document.text)", "sequence": "\(record.sequence)"])
            }
        }
    }

    /// A number for a guest or follower.
    func number() -> Int {
        nextNumber += 1
        return nextNumber
    }

    /// Lets a connection in.
    /// - Returns: the guest; nil when the room is full or being closed.
    func enter(_ connection: WebSocketConnection, _ identity: Identity, _ role: Role) -> Guest? {
        guard !isOver, guests.count < Limits.connectionsPerRoom else { return nil }
        lastUse = shared.clock.now()
        let guest = Guest(
            number(), connection, identity, role, since: lastUse, updatesPerSecond: shared.updatesPerSecond)
        guests[guest.number] = guest
        fan.isStale = true
        guest.send(.step1(stateVector: document.stateVector()[...]))
        if let all = awareness.all { guest.send(.awareness(all[...])) }
        return guest
    }

    /// A connection is gone, and who it brought with it.
    func leave(_ number: Int) {
        guard guests.removeValue(forKey: number) != nil else { return }
        lastUse = shared.clock.now()
        fan.isStale = true
        awareness.leave(number)
        scheduleTelling()
    }

    /// A message came.
    /// - Throws: `ProtocolFault` when the connection should end for it.
    func received(_ bytes: [UInt8], from number: Int) throws(ProtocolFault) {
        guard let guest = guests[number] else { return }
        switch try RoomMessage(bytes) {
        case .step1(let vector): try answer(vector, guest)
        case .step2(let update): try take(update, from: guest, isSync: true)
        case .update(let update): try take(update, from: guest, isSync: false)
        case .awareness(let update):
            guard guest.awareness.take(1) else { return }
            try awareness.apply(update, from: number, guest.identity)
            scheduleTelling()
        case .queryAwareness:
            if let all = awareness.all { guest.send(.awareness(all[...])) }
        case .denied: throw ProtocolFault("a message is of no known kind")
        }
    }

    /// Sends what a replica lacks in one step2, once that is durable.
    private func answer(_ vector: ArraySlice<UInt8>, _ guest: Guest) throws(ProtocolFault) {
        _ = try difference(since: vector)
        let vector = Array(vector)
        settled { [self] in
            do throws(ProtocolFault) {
                guest.send(.step2(update: try difference(since: vector[...])[...]))
            } catch {
                guest.connection.close(error.code, error.detail)
            }
        }
    }

    func difference(since vector: ArraySlice<UInt8>) throws(ProtocolFault) -> [UInt8] {
        do throws(UpdateFault) {
            return try document.encode(since: vector.span)
        } catch {
            throw ProtocolFault("a state vector is not valid")
        }
    }

    /// What a guest may do has changed; nil sends them out.
    func setRole(_ role: Role?, of number: Int) {
        if role == nil, let follower = followers.removeValue(forKey: number) {
            return follower.end(Problem(.forbidden, Self.noMember))
        }
        guard let guest = guests[number] else { return }
        if let role {
            guest.role = role
        } else {
            guest.deny(.forbidden, Self.noMember)
        }
    }

    private static let noMember = "you are no member of this session any more"

    /// Closes every connection; the room takes no more.
    func end(_ code: WebSocketCloseCode, _ reason: String) {
        isOver = true
        for guest in guests.values { guest.connection.close(code, reason) }
        for waiter in waiting { waiter.promise.fail(RoomEnded()) }
        waiting = []
        let problem = code == .gone ? Problem(.gone, reason) : Problem(.unavailable, reason, retryAfter: 500)
        for follower in followers.values { follower.end(problem) }
        followers = [:]
    }
}

/// The room could not keep what it was told, or is just being closed; it is opened anew from what is durable.
struct RoomEnded: ProblemConvertible {
    var problem: Problem { Problem(.unavailable, "the document cannot be saved just now", retryAfter: 500) }
}
