/// What one database may use; beyond each number stands what happens.
enum Limits {
    /// Transactions that may wait for the writer; the next one is refused with `Overloaded`.
    static let queuedWrites = 8192
    /// Transactions committed together; more would let the first one wait too long (about 10 ms at 1024).
    static let batchRows = 1024
    /// Reads that may wait for a reader thread; the next one is refused with `Overloaded`.
    static let queuedReads = 4096
    /// Reader threads, each with a connection: two cores profit from no more than this.
    static let readers = 3
    /// How long one read may take, waiting included; a forgotten reader lets the log grow without end.
    static let readDeadline = Duration.seconds(5)
    /// How long one write may keep the writer; beyond it the write is interrupted and rolled back.
    static let writeDeadline = Duration.seconds(10)
    /// How long a connection waits for another one's lock before SQLITE_BUSY, in seconds.
    static let busySeconds = 5.0
    /// Pages the write-ahead log is grown by before serving: overwriting is 10x cheaper than growing.
    static let logPages = 1000
    /// Pages in the log after which the keeper copies them into the database beside the writer.
    static let checkpointPages = 1000
    /// Pages in the log after which the writer itself copies them, so that the log can start over.
    static let crowdedLogPages = 8000
    /// Virtual machine steps of SQLite between two looks at the clock.
    static let stepsPerLook: Int32 = 4096
}
