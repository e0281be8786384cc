/// What a room needs to know about a document to keep its replicas together.
///
/// The seam for an engine that understands documents (merging, text): a room asks nothing else of it. `apply`
/// is only called with updates that are durable, in the order of the log, also when the log is read again.
protocol DocumentEngine: Sendable {
    /// Whether every change of the update is there already.
    func knows(_ scan: UpdateScan) -> Bool
    /// Takes a durable update in.
    mutating func apply(_ update: [UInt8], _ scan: UpdateScan)
    /// What is there, for the question "what do you have that I lack?".
    var stateVector: [UInt8] { get }
    /// Updates that bring a replica with this state vector up to date; the last one completes it.
    func updates(missingFrom vector: [UInt64: UInt64]) -> [[UInt8]]
}

/// Keeps the updates as they came and knows only which clocks they cover: enough for sync and relay.
struct UpdateKeeper: DocumentEngine {
    private var kept: [(update: [UInt8], structs: ClockSet)] = []
    private var structs = ClockSet()
    private var deletes = ClockSet()

    func knows(_ scan: UpdateScan) -> Bool {
        structs.contains(scan.structs) && deletes.contains(scan.deletes)
    }

    mutating func apply(_ update: [UInt8], _ scan: UpdateScan) {
        structs.formUnion(scan.structs)
        deletes.formUnion(scan.deletes)
        // Updates that only delete are covered by the delete set that ends every answer.
        if !scan.structs.isEmpty { kept.append((update, scan.structs)) }
    }

    var stateVector: [UInt8] { structs.stateVector }

    func updates(missingFrom vector: [UInt64: UInt64]) -> [[UInt8]] {
        let missing = kept.filter { !$0.structs.isCovered(by: vector) }.map(\.update)
        return missing + [[0] + deletes.deleteSet]
    }
}
