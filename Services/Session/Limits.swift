internal import Contracts

/// What one install and one session may use; beyond each number stands what happens.
enum Limits {
    /// Files of one session; the next one is refused with `quota_exceeded`.
    static let files = 512
    /// Members of one session, the owner among them; the next one is refused.
    static let members = 256
    /// Invitations of one session that may still be accepted; the next one is refused.
    static let openInvitations = 64
    /// Sessions one account may own at a time; the next one is refused.
    static let sessionsPerOwner = 1000
    /// Runs of one account that have not ended; the next one is refused with `quota_exceeded`.
    static let activeRuns = 32
    /// Runs that are being conducted at once; more wait in the queue, and the executor has a bound of its
    /// own.
    static let conductedRuns = 64
    /// Runs that wait; beyond it a run is refused with `overloaded`.
    static let queuedRuns = 2048
    /// How long a run may take in all, waiting included; then it ends in `internal_error`.
    static let runDeadline = Duration.seconds(300)
    /// How long a run waits for a service that is briefly away before it gives up.
    static let patience = Duration.seconds(30)
    /// First and longest wait between two calls of a service that is away.
    static let firstRetry = Duration.milliseconds(40)
    static let longestRetry = Duration.seconds(2)
    /// How long a finished run waits for findings and profile before it goes without.
    static let extrasPatience = Duration.seconds(5)
    /// How long live text is waited for before the stored file is used.
    static let liveTextPatience = Duration.seconds(2)
    /// Output that is kept back this long so that many small writes of a program become one event.
    static let outputDelay = Duration.milliseconds(20)
    /// Bytes of one output event; longer output is several events.
    static let outputEventBytes = 64 * 1024
    /// Bytes of output in one message to who sits at a run's terminal.
    static let terminalMessageBytes = 16 << 10
    /// Bytes typed that wait for the program before a client is not read from.
    static let typedBytes = 64 << 10
    /// Bytes of one message of such a client: a large text that is pasted comes in several.
    static let typedMessageBytes = 256 << 10
    /// Messages of one client that are answered with a problem; the rest is passed over.
    static let misunderstandings = 16
    /// How long idempotency keys are kept.
    static let idempotency = Duration.seconds(24 * 3600)
    /// Idempotency keys removed in one transaction.
    static let pruneRows = 500
    /// Sessions whose state is kept in memory; others are read again when something happens in them.
    static let warmRooms = 512
    /// Events read from the database at once while following a stream.
    static let followPage = 100
    /// How long a stream waits before it looks into the database again, should the bus ever fail it.
    static let followSeconds = 15
    /// Sources remembered as just compiled, and the bytes beyond which they are not looked at.
    static let warmBuilds = 1024
    static let warmBuildBytes = 256 * 1024
    /// How long a compilation is believed: tools that were replaced are used after this long.
    static let warmBuildAge = Duration.seconds(60)
    /// How long the list of languages is believed.
    static let runtimesAge = Duration.seconds(30)
    /// How long `DELETE …/runs/{run}` waits for the run's end.
    static let cancelPatience = Duration.seconds(3)
}
