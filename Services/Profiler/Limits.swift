/// What the profiler may use; beyond each number stands what happens.
enum Limits {
    /// Recordings at once; the next one is refused as overloaded. Two cores run about ten programs at a time.
    static let recordings = 64
    /// Readers that follow one recording; the next one is refused as overloaded.
    static let followers = 64
    /// Samples of one chunk, the unit of a transaction: 1.28 s at 100 Hz.
    static let chunkSamples = 128
    /// Milliseconds after which a chunk that is not full is stored all the same: what a crash may cost.
    static let chunkMilliseconds: Int64 = 500
    /// Stored samples of one profile, 10 minutes at 100 Hz; beyond it they are thinned to half, peaks kept.
    static let samplesPerProfile = 60_000
    /// Profiles of one owner; the oldest finished one goes when the next is made.
    static let profilesPerOwner = 500
    /// Profiles in all; the oldest finished one goes.
    static let profiles = 10_000
    /// Bytes of all stored samples; the oldest finished profiles go.
    static let storedBytes = 256 << 20
    /// Profiles that one new profile may push out, so that making one stays quick.
    static let evictionsAtOnce = 64
    /// Microseconds between two samples of the executor.
    static let intervalMicroseconds = 10_000
    /// Attempts to follow an execution again, without an event between them, before it counts as broken off.
    static let attempts = 4
    /// Milliseconds before the second attempt; doubles with each. A restarted executor is back within 2 s.
    static let retryMilliseconds = 200
    /// Milliseconds between two looks at a recording that somebody waits for.
    static let lookMilliseconds = 20
}
