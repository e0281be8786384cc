internal import Contracts
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// Which document of which session.
struct RoomKey: Hashable, Sendable {
    let session: SessionID
    let document: DocumentName
}

/// One connection as the room knows it.
struct Guest: Sendable {
    let connection: WebSocketConnection
    let identity: Identity
    var role: Role
    let since: Timestamp

    var mayWrite: Bool { role == .owner || role == .editor }
}

/// A document that somebody has open: its replicas, its log, who is where.
///
/// Updates are durable before anybody hears of them, their sender included: the echo is the acknowledgement.
final class Room: Sendable {
    struct State {
        var engine: any DocumentEngine = UpdateKeeper()
        var awareness = Awareness()
        var guests: [Int: Guest] = [:]
        var records: [LogRecord] = []
        var bytes = 0
        var nextGuest = 1
        var lastUse: Timestamp
        var isOver = false
    }

    let key: RoomKey
    private let file: LogFile
    private let disk: Disk
    private let clock: WallClock
    let state: Locked<State>

    init(_ key: RoomKey, _ file: LogFile, _ records: [LogRecord], disk: Disk, clock: WallClock) {
        self.key = key
        self.file = file
        self.disk = disk
        self.clock = clock
        state = Locked(State(lastUse: clock.now()))
        state.withLock { for record in records { Self.take(record, &$0) } }
    }

    /// Adds a durable record; what an older release let in and this one cannot read is kept but not served.
    private static func take(_ record: LogRecord, _ state: inout State) {
        state.records.append(record)
        state.bytes += record.update.count
        do throws(ProtocolFault) {
            state.engine.apply(record.update, try UpdateScan(record.update[...]))
        } catch {
            return
        }
    }

    /// Lets a connection in.
    /// - Returns: its number in the room; nil when the room is full or being closed.
    func enter(_ connection: WebSocketConnection, _ identity: Identity, _ role: Role) -> Int? {
        let now = clock.now()
        let entry = state.withLock { state -> (Int, greeting: [[UInt8]])? in
            guard !state.isOver, state.guests.count < Limits.connectionsPerRoom else { return nil }
            let number = state.nextGuest
            state.nextGuest += 1
            state.guests[number] = Guest(connection: connection, identity: identity, role: role, since: now)
            state.lastUse = now
            let question = RoomMessage.step1(stateVector: state.engine.stateVector[...]).bytes
            return (
                number,
                [question] + (state.awareness.all.map { [RoomMessage.awareness($0[...]).bytes] } ?? [])
            )
        }
        for message in entry?.greeting ?? [] { connection.send(WebSocketConnection.frame(message)) }
        return entry?.0
    }

    /// A connection is gone.
    func leave(_ number: Int) {
        let now = clock.now()
        let news = state.withLock { state -> [UInt8]? in
            state.guests[number] = nil
            state.lastUse = now
            return state.awareness.leave(number)
        }
        if let news { tell(RoomMessage.awareness(news[...])) }
    }

    /// A message came.
    /// - Throws: `ProtocolFault` when the connection should end for it.
    func received(_ bytes: [UInt8], from number: Int) throws(ProtocolFault) {
        switch try RoomMessage(bytes) {
        case .step1(let vector): answer(try ClockSet.stateVector(vector), to: number)
        case .step2(let update), .update(let update): try takeUpdate(update, from: number)
        case .awareness(let update):
            let news = try state.withLock { (state) throws(ProtocolFault) in
                try state.awareness.apply(update, from: number)
            }
            if let news { tell(RoomMessage.awareness(news[...])) }
        case .queryAwareness:
            let (guest, all) = state.withLock { ($0.guests[number], $0.awareness.all) }
            if let all {
                guest?.connection.send(WebSocketConnection.frame(RoomMessage.awareness(all[...]).bytes))
            }
        }
    }

    /// Sends what a replica lacks, one update a message; the last message completes it and says so.
    private func answer(_ vector: [UInt64: UInt64], to number: Int) {
        let (guest, updates) = state.withLock { ($0.guests[number], $0.engine.updates(missingFrom: vector)) }
        guard let connection = guest?.connection else { return }
        for update in updates.dropLast() {
            connection.send(WebSocketConnection.frame(RoomMessage.update(update[...]).bytes))
        }
        if let last = updates.last {
            connection.send(WebSocketConnection.frame(RoomMessage.step2(update: last[...]).bytes))
        }
    }

    private func takeUpdate(_ update: ArraySlice<UInt8>, from number: Int) throws(ProtocolFault) {
        let (guest, bytes) = state.withLock { ($0.guests[number], $0.bytes) }
        // Who may only read is not heard; read-only replicas answer our question with an empty update, too.
        guard let guest, guest.mayWrite else { return }
        let scan = try UpdateScan(update)
        let isKnown = state.withLock { $0.engine.knows(scan) }
        if isKnown {
            return guest.connection.send(WebSocketConnection.frame(RoomMessage.update(update).bytes))
        }
        guard bytes + update.count <= Limits.logBytes else {
            return guest.connection.close(.policyViolation, "the document has reached its size limit")
        }
        let record = LogRecord(at: clock.now(), author: guest.identity.userID, update: Array(update))
        let isQueued = disk.append(record.encoded, to: file) { [self] isDurable in
            finish(record, scan, isDurable)
        }
        if !isQueued { guest.connection.close(.tryAgainLater, "the disk does not keep up") }
    }

    /// On the disk thread: the update is durable, so everybody may hear of it; or it is not, so nobody stays.
    private func finish(_ record: LogRecord, _ scan: UpdateScan, _ isDurable: Bool) {
        guard isDurable else { return end(.internalError, "the document cannot be saved") }
        state.withLock { state in
            state.records.append(record)
            state.bytes += record.update.count
            state.lastUse = record.at
            state.engine.apply(record.update, scan)
        }
        tell(RoomMessage.update(record.update[...]))
    }

    /// Sends a message to everybody, its sender included: each event loop gets one errand.
    private func tell(_ message: RoomMessage) {
        let frame = WebSocketConnection.frame(message.bytes)
        let connections = state.withLock { $0.guests.values.map(\.connection) }
        for group in Dictionary(grouping: connections, by: { ObjectIdentifier($0.eventLoop) }).values {
            WebSocketConnection.send(frame, to: group)
        }
    }

    /// Closes every connection; the room takes no more.
    func end(_ code: WebSocketCloseCode, _ reason: String) {
        let guests = state.withLock { state in
            state.isOver = true
            return Array(state.guests.values)
        }
        for guest in guests { guest.connection.close(code, reason) }
    }
}
