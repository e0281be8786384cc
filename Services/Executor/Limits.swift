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
    /// Wall time of all parts of one execution together, seconds: they share one place.
    package static let executionSeconds = 600
    /// Bytes of an output stream that a part's result shows; checkers see all of it.
    package static let partOutputBytes = 64 << 10
    /// Bytes of a line or word that a difference shows.
    package static let shownBytes = 200
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
