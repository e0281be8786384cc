import CRDTCore

/// Many who write a few words each.
final class GrowingCrowd {
    private let clients: Int
    private var updates: [[UInt8]] = []

    init(clients: Int) throws {
        self.clients = clients
        for client in 0..<clients {
            let writer = Replica(client: UInt64(client) * 7919 + 10)
            updates.append(try writer.insert(Array("hello \(client)".utf8), at: 0))
        }
    }

    func measure(into table: inout GrowthTable) throws {
        let replica = Replica(client: 7)
        try table.add("hear of a new client", among: clients) {
            for update in updates { try replica.apply(update) }
        }
        let vector = table.add("state vector, per client", among: clients) { replica.stateVector }
        try table.add("nothing is new, per client", among: clients) { _ = try replica.full(since: vector) }
        _ = try table.add("merge, per client", among: clients) { try UpdateTool.merge(updates) }
        _ = table.add("encode all, per client", among: clients) { replica.full }
    }
}
