/// Bounds of live documents, with their units and reasons.
enum Limits {
    /// Bytes of one WebSocket message; design: API, limits.
    static let messageBytes = 1 << 20
    /// Bytes of one document's log; beyond it updates are refused until an engine can compact it.
    static let logBytes = 64 << 20
    /// Connections in one room.
    static let connectionsPerRoom = 512
    /// Rooms open at once.
    static let rooms = 4096
    /// Awareness ids that one connection may bring.
    static let awarenessPerConnection = 4
    /// Awareness ids after which those that have left are forgotten.
    static let awarenessIDs = 4096
    /// Bytes of one awareness state.
    static let awarenessBytes = 16 << 10
    /// Nesting of values inside updates.
    static let anyDepth = 64
    /// Clients in one update.
    static let clientsPerUpdate = 100_000
    /// Seconds for which a membership is believed without asking the session service again.
    static let membershipSeconds: Int64 = 5
    /// Memberships that are remembered.
    static let memberships = 10_000
    /// Seconds that an empty room stays in memory.
    static let idleSeconds: Int64 = 30
    /// Appends that may wait for the disk.
    static let waitingAppends = 10_000
    /// Updates of one page of the log.
    static let pageUpdates = 1000
}
