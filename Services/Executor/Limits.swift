private import Glibc

/// Bounds of the executor service.
package enum Limits {
    /// Programs that run at once, unless the operator says otherwise: twice the processors, because some
    /// wait for input.
    package static let width = max(2, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    /// Programs that wait for a place; at 0.1 s each the last of 128 on two cores waits 3 s.
    package static let waiting = 128
    /// How long a finished execution can be asked for, milliseconds.
    package static let retentionMilliseconds: Int64 = 15 * 60 * 1000
    /// Finished executions kept at most.
    package static let keptExecutions = 2000
    /// Bytes of output kept for all finished executions together.
    package static let keptBytes = 128 << 20
    /// How long an idempotency key is remembered, milliseconds: 24 hours (API rules).
    package static let keyMilliseconds: Int64 = 24 * 3600 * 1000
    /// Idempotency keys remembered at most, about 200 bytes each.
    package static let keys = 100_000
    /// Bytes of one file of the log of starts, about 20,000 starts; the one before it is kept, too.
    static let startLogBytes = 2 << 20
    /// Usage events kept per execution: ten seconds at 100 Hz; the result's own samples are thinned instead.
    package static let usageEvents = 1000
    /// Distance of usage samples.
    package static let samplingMilliseconds = 10
    /// CPU time of a program at a terminal, unless the request says otherwise: people try things out.
    package static let terminalCPU = Duration.seconds(30)
    /// Terminals at once; each may hold 256 MiB for half an hour and mostly waits.
    package static let terminals = 16
    /// Terminals of one user at once.
    package static let terminalsPerUser = 4
    /// Bytes of output of a recorded terminal, unless the request says otherwise; it ends the program.
    package static let recordedBytes = 4 << 20
    /// Bytes of output of a terminal that a client can ask for again.
    package static let replayBytes = 256 << 10
    /// The same of a program that has ended: with what waited for room then, here (128 KiB), on the way
    /// (320 KiB) and in the kernel.
    package static let endedReplayBytes = 768 << 10
    /// Bytes of output that a program is ahead of what was sent, or of the screen of a client that has gone.
    package static let aheadBytes = 64 << 10
    /// Bytes of output in one message, and of one turn of an event loop.
    static let terminalMessageBytes = 16 << 10
    static let terminalTurnBytes = 128 << 10
    /// Bytes typed that wait for the program before a client is not read from.
    static let typedBytes = 64 << 10
    /// Bytes of one message of a client: a large text that is pasted comes in several.
    static let typedMessageBytes = 256 << 10
    /// Messages of one connection that are not understood before it is closed.
    static let misunderstandings = 16
    /// Bytes of a terminal's last output that the result shows.
    static let terminalResultBytes = 64 << 10
    /// Wall time of all parts of one execution together, seconds: they share one place.
    package static let executionSeconds = 600
    /// Bytes of an output stream that a part's result shows; checkers see all of it.
    package static let partOutputBytes = 64 << 10
    /// Bytes of a line or word that a difference shows.
    package static let shownBytes = 200
    /// How long a client of Piston's `connect` may take for its first message, seconds (Piston: one, which a
    /// busy client misses).
    static let pistonInitSeconds: Int64 = 5
    /// Bytes of a message of such a client: a whole request.
    static let pistonMessageBytes = 2 << 20
    /// Programs of such clients at once, the ones waiting for a place included.
    static let pistonJobs = 64
    /// Bytes of all files of an archive that comes with a submission (Judge0: max_extract_size).
    package static let archiveBytes = 10 << 20
    /// Submissions that have not ended (Judge0: max_queue_size).
    package static let judge0Queue = 100
    /// Submissions of one request (Judge0: max_submission_batch_size).
    package static let judge0Batch = 20
    /// Submissions kept at most.
    package static let judge0Submissions = 5000
    /// Bytes kept for all of them together, about.
    package static let judge0Bytes = 128 << 20
    /// How long a submission waits for the compiler or a place when all are taken, seconds.
    package static let judge0Patience = 60
}
