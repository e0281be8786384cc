/// Who is where in a document: the last state of each client, bound to the connection that brought it.
package struct Awareness: Equatable {
    private struct Entry: Equatable {
        var clock: UInt64
        /// JSON, or nil when the client has left.
        var state: String?
        var owner: Int
    }

    private var entries: [UInt64: Entry] = [:]

    /// Nobody is there.
    package init() {}

    /// Takes an update of a connection in.
    /// - Returns: what everybody has to be told, or nil when it was news to nobody.
    /// - Throws: `ProtocolFault` for anything that is not an awareness update, or too much of it.
    package mutating func apply(
        _ update: ArraySlice<UInt8>, from connection: Int
    ) throws(ProtocolFault) -> [UInt8]? {
        var reader = LibReader(update)
        var accepted: [UInt64] = []
        for _ in 0..<(try reader.count()) {
            let client = try reader.unsigned()
            let clock = try reader.unsigned()
            let state = try reader.text()
            guard state.utf8.count <= Limits.awarenessBytes else {
                throw ProtocolFault("an awareness state is too long")
            }
            if try accept(client, clock, state == "null" ? nil : state, connection) {
                accepted.append(client)
            }
        }
        guard reader.remaining == 0 else { throw ProtocolFault("something follows the awareness update") }
        return accepted.isEmpty ? nil : encode(accepted)
    }

    private mutating func accept(
        _ client: UInt64, _ clock: UInt64, _ state: String?, _ connection: Int
    ) throws(ProtocolFault) -> Bool {
        guard var entry = entries[client] else {
            guard state != nil else { return false }
            if entries.count >= Limits.awarenessIDs { forgetAbsent() }
            try checkRoom(for: connection)
            entries[client] = Entry(clock: clock, state: state, owner: connection)
            return true
        }
        let isFree = entry.state == nil
        // Others repeat every change they hear, and time each other out: only the owner's word counts.
        guard entry.owner == connection || isFree else { return false }
        if isFree && entry.owner != connection { try checkRoom(for: connection) }
        // A client that comes back repeats its clock, which everybody has seen with an empty state: raise it.
        let isReturn = isFree && state != nil && clock == entry.clock
        guard clock > entry.clock || isReturn || (clock == entry.clock && state == nil && !isFree) else {
            return false
        }
        entry = Entry(clock: isReturn ? clock + 1 : clock, state: state, owner: connection)
        entries[client] = entry
        return true
    }

    private func checkRoom(for connection: Int) throws(ProtocolFault) {
        let own = entries.values.count { $0.owner == connection && $0.state != nil }
        if own >= Limits.awarenessPerConnection { throw ProtocolFault("too many awareness ids") }
    }

    /// A connection is gone: its clients have left, with an unchanged clock so that they can come back.
    /// - Returns: what everybody has to be told, or nil when nobody left.
    package mutating func leave(_ connection: Int) -> [UInt8]? {
        let gone = entries.filter { $0.value.owner == connection && $0.value.state != nil }.map(\.key)
            .sorted()
        for client in gone { entries[client]?.state = nil }
        return gone.isEmpty ? nil : encode(gone)
    }

    /// Forgets clients that have left: ids are drawn anew with each visit, so they would grow for ever.
    private mutating func forgetAbsent() { entries = entries.filter { $0.value.state != nil } }

    /// Everybody's state, or nil when nobody is there.
    package var all: [UInt8]? {
        let present = entries.filter { $0.value.state != nil }.map(\.key).sorted()
        return present.isEmpty ? nil : encode(present)
    }

    /// The clients that a connection brought.
    package func clients(of connection: Int) -> [UInt64] {
        entries.filter { $0.value.owner == connection && $0.value.state != nil }.map(\.key).sorted()
    }

    private func encode(_ clients: [UInt64]) -> [UInt8] {
        var writer = LibWriter()
        writer.unsigned(UInt64(clients.count))
        for client in clients {
            guard let entry = entries[client] else { continue }
            writer.unsigned(client)
            writer.unsigned(entry.clock)
            writer.buffer((entry.state ?? "null").utf8)
        }
        return writer.bytes
    }
}
