/// What queues and buses may use; beyond each number stands what happens.
enum Limits {
    /// How long a claim lasts without a heartbeat; then another worker may take the job.
    static let lease = Duration.seconds(30)
    /// How often a job may lose its worker to a crash before it is set aside as poison.
    static let crashes = 3
    /// First and longest wait between two attempts of a job.
    static let firstRetry = Duration.milliseconds(200)
    static let longestRetry = Duration.seconds(300)
    /// Bytes of a job's arguments; more is refused: put data in a table and its key in the job.
    static let argumentBytes = 64 * 1024
    /// Bytes of an error's text that are kept.
    static let errorBytes = 2048
    /// How long a worker sleeps when nothing is due; a backstop, since enqueueing rings its bell.
    static let idleSeconds = 5
    /// How long finished jobs are kept for questions.
    static let history = Duration.seconds(24 * 3600)
    /// Finished jobs and delivered messages removed in one transaction.
    static let pruneRows = 500
    /// Messages an outbox relay reads at once.
    static let relayBatch = 100
    /// Requests to cancel kept for jobs that are just being claimed; beyond it the heartbeat delivers them.
    static let unwanted = 1024
    /// Events that wait for one subscriber; when more come it is told to read on from the database.
    static let subscriberEvents = 256
}
