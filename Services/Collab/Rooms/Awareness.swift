package import Contracts
internal import ServiceKit

/// Who is where in a document: the last state of each client, bound to the connection that brought it.
package struct Awareness: Equatable {
    private struct Entry: Equatable {
        var clock: UInt64
        /// JSON, or nil when the client has left.
        var state: [UInt8]?
        var owner: Int
    }

    private var entries: [UInt64: Entry] = [:]
    private var owned: [Int: [UInt64]] = [:]
    /// Clients whose news nobody has heard yet.
    private var changed: Set<UInt64> = []

    /// Nobody is there.
    package init() {}

    /// Whether there is something to tell.
    package var hasNews: Bool { !changed.isEmpty }

    /// Takes an update of a connection in; `identity` overwrites who the states say they are.
    /// - Throws: `ProtocolFault` for anything that is not an awareness update, or too much of it.
    package mutating func apply(
        _ update: ArraySlice<UInt8>, from connection: Int, _ identity: Identity
    ) throws(ProtocolFault) {
        var reader = LibReader(update)
        for _ in 0..<(try reader.count()) {
            let client = try reader.unsigned()
            let clock = try reader.unsigned()
            let state = try reader.buffer()
            guard state.count <= Limits.awarenessBytes else {
                throw ProtocolFault("an awareness state has at most 16 KiB", .messageTooBig)
            }
            let isNull = state.elementsEqual("null".utf8)
            try accept(client, clock, isNull ? nil : state, connection, identity)
        }
        guard reader.remaining == 0 else { throw ProtocolFault("something follows the awareness update") }
    }

    private mutating func accept(
        _ client: UInt64, _ clock: UInt64, _ state: ArraySlice<UInt8>?, _ connection: Int,
        _ identity: Identity
    ) throws(ProtocolFault) {
        guard let next = clockToKeep(client, clock, state != nil, connection) else { return }
        var text: [UInt8]?
        if let state {
            // What is no JSON would break the clients that parse it.
            guard let stamped = StampedState.stamp(Array(state), identity) else { return }
            text = stamped
        }
        if entries[client]?.owner != connection || entries[client]?.state == nil {
            try bind(client, to: connection)
        }
        entries[client] = Entry(clock: next, state: text, owner: connection)
        changed.insert(client)
    }

    /// The clock under which a state is kept and told, nil when it is old news or not the speaker's to say;
    /// decided before anybody looks into the state, since every client repeats every change it hears.
    private func clockToKeep(
        _ client: UInt64, _ clock: UInt64, _ isPresent: Bool, _ connection: Int
    ) -> UInt64? {
        guard let entry = entries[client] else { return isPresent ? clock : nil }
        let isFree = entry.state == nil
        guard entry.owner == connection || (isFree && isPresent) else { return nil }
        if clock > entry.clock { return isFree && !isPresent ? nil : clock }
        guard clock == entry.clock else { return nil }
        if !isPresent { return isFree ? nil : clock }
        // A client that comes back repeats its clock, which everybody has seen with an empty state: raise it.
        return isFree ? clock + 1 : nil
    }

    private mutating func bind(_ client: UInt64, to connection: Int) throws(ProtocolFault) {
        if entries.count >= Limits.awarenessIDs { forgetAbsent() }
        guard entries.count < Limits.awarenessIDs else {
            throw ProtocolFault("too many are here", .tryAgainLater)
        }
        if let before = entries[client]?.owner { owned[before]?.removeAll { $0 == client } }
        let own = owned[connection] ?? []
        guard own.count < Limits.awarenessPerConnection else {
            throw ProtocolFault("too many awareness ids", .policyViolation)
        }
        owned[connection] = own + [client]
    }

    /// A connection is gone: its clients have left, with an unchanged clock so that they can come back.
    package mutating func leave(_ connection: Int) {
        for client in owned.removeValue(forKey: connection) ?? [] where entries[client]?.state != nil {
            entries[client]?.state = nil
            changed.insert(client)
        }
    }

    /// Forgets clients that have left: ids are drawn anew with each visit, so they would grow for ever.
    private mutating func forgetAbsent() {
        entries = entries.filter { $0.value.state != nil || changed.contains($0.key) }
    }

    /// What everybody has to be told since the last time, nil when nothing.
    package mutating func takeNews() -> [UInt8]? {
        guard !changed.isEmpty else { return nil }
        defer { changed = [] }
        return encode(changed.sorted())
    }

    /// Everybody's state, or nil when nobody is there.
    package var all: [UInt8]? {
        let present = entries.filter { $0.value.state != nil }.map(\.key).sorted()
        return present.isEmpty ? nil : encode(present)
    }

    /// The clients that a connection brought.
    package func clients(of connection: Int) -> [UInt64] {
        (owned[connection] ?? []).filter { entries[$0]?.state != nil }.sorted()
    }

    private func encode(_ clients: [UInt64]) -> [UInt8] {
        var writer = LibWriter()
        writer.unsigned(UInt64(clients.count))
        for client in clients {
            guard let entry = entries[client] else { continue }
            writer.unsigned(client)
            writer.unsigned(entry.clock)
            if let state = entry.state { writer.buffer(state) } else { writer.buffer("null".utf8) }
        }
        return writer.bytes
    }
}
