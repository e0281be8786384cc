/// Bounds of live documents, with their units and reasons.
enum Limits {
    /// Bytes of one message of somebody who may write: the first sync of a long offline time.
    static let syncBytes = 16 << 20
    /// Bytes of one message otherwise; design: API, limits.
    static let messageBytes = 1 << 20
    /// Bytes of a document's text.
    static let textBytes = 8 << 20
    /// Bytes of text after which an answer about several files ends; who asks goes on with the next.
    static let answerBytes = 4 << 20
    /// Bytes of a document's newest snapshot and what came behind it; beyond it updates are refused.
    static let documentBytes = 512 << 20
    /// Connections in one room.
    static let connectionsPerRoom = 20_000
    /// Connections of the service.
    static let connections = 20_000
    /// Rooms open at once.
    static let rooms = 4096
    /// Awareness ids that one connection may bring.
    static let awarenessPerConnection = 4
    /// Awareness ids after which those that have left are forgotten.
    static let awarenessIDs = 40_000
    /// Bytes of one awareness state.
    static let awarenessBytes = 16 << 10
    /// Milliseconds between two broadcasts of awareness; in between the latest state wins.
    static let awarenessMilliseconds: Int64 = 50
    /// Awareness messages of one connection per second; what is more is dropped.
    static let awarenessPerSecond = 100
    /// Updates of one connection per second, unless configured; more for a burst, then the connection ends.
    static let updatesPerSecond = 200
    /// Bytes of an update that count as one more update.
    static let updateCostBytes = 16 << 10
    /// Seconds for which a membership is believed without asking the session service again.
    static let membershipSeconds: Int64 = 4
    /// Seconds between two looks at whether those connected still may be; changes are told at once, this is
    /// for those that could not be told.
    static let recheckSeconds = 15
    /// Memberships that are remembered.
    static let memberships = 50_000
    /// Seconds that an empty room stays in memory, unless configured.
    static let idleSeconds = 30
    /// Seconds that a reader may lag behind before it is cut.
    static let lagSeconds: Int64 = 30
    /// Seconds of silence after which a connection gets a message: clients close connections on which no
    /// message comes for 30 s, and pings do not count for them.
    static let silenceSeconds: Int64 = 15
    /// Appends that may wait for the disk.
    static let waitingAppends = 10_000
    /// Bytes of the log since the last snapshot from which on a new one is made; at least twice the snapshot.
    static let compactionBytes = 256 << 10
    /// Bytes of the log since the last snapshot from which on a closing room makes one.
    static let closingCompactionBytes = 32 << 10
    /// Hours that deleted documents can be brought back, unless configured.
    static let trashHours = 168
    /// Seconds between two looks at what has been in the trash for long enough.
    static let trashSeconds = 600
    /// Directories inside each other in the trash: a session, its documents.
    static let trashDepth = 3
    /// Bytes of one log or snapshot that are read.
    static let fileBytes = 1 << 30
    /// The newest updates that a room keeps at hand for those who follow it.
    static let recentUpdates = 256
    /// Bytes of those.
    static let recentBytes = 256 << 10
    /// A room's tellings take one part in so many of a core's time: a room of 50 tells each 10 ms, one of 500
    /// each 80 ms, and a core carries twenty such rooms at full speed.
    static let tellingParts = 20
    /// Milliseconds between two tellings of one room at most, whatever they cost: what takes longer than a
    /// tenth of a second does not feel like typing together any more.
    static let tellingMilliseconds: Int64 = 100
    /// Milliseconds without an update after which a stretch of editing has ended.
    static let stretchMilliseconds: Int64 = 300_000
    /// Lines of a difference that are compared one by one; beyond it a place is told as a whole.
    static let differenceLines = 4000
    /// Attributed parts of a text.
    static let authorships = 200_000
}
