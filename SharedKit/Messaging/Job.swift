/// A piece of work to be done at least once, not yet stored.
package struct NewJob: Sendable {
    /// What kind of work, for the handler to choose by.
    package var kind: String
    /// What to work on, in the handler's own coding; at most 64 KiB.
    package var arguments: [UInt8]
    /// Smaller is earlier.
    package var priority = 0
    /// Not before this long from now.
    package var delay = Duration.zero
    /// Attempts before it is set aside as dead; crashes of the worker count separately.
    package var maxAttempts = 20
    /// At most one waiting or executing job of a queue has this key.
    package var uniqueKey: String?
    /// The W3C traceparent of the request that wanted it.
    package var traceParent: String?

    /// Work of one kind on something.
    package init(kind: String, arguments: [UInt8]) {
        self.kind = kind
        self.arguments = arguments
    }
}

/// A job that this worker has claimed: the fence proves it.
package struct Job: Sendable, Equatable {
    /// The job's number in its database.
    package let id: Int64
    /// What kind of work.
    package let kind: String
    /// What to work on.
    package let arguments: [UInt8]
    /// Which attempt this is, from 1.
    package let attempt: Int
    /// How many attempts it has.
    package let maxAttempts: Int
    /// How often a worker died with it.
    package let crashes: Int
    /// Grows with every claim; only the newest may complete or fail the job.
    package let fence: Int64
    /// The W3C traceparent of the request that wanted it.
    package let traceParent: String?
}

/// Where a job stands.
package enum JobState: String, Sendable {
    /// Waits for a worker, now or at a later time.
    case available
    /// A worker holds its lease.
    case executing
    /// Done.
    case completed
    /// Called off.
    case cancelled
    /// Set aside: out of attempts, or poison; can be replayed by hand.
    case dead
}

/// The job belongs to someone else by now, or is finished: stop, and store nothing.
package struct LeaseLost: Error, Equatable {
    /// The job's number.
    package let job: Int64

    /// Names the job that was lost.
    package init(job: Int64) { self.job = job }
}

/// The arguments of a job are larger than 64 KiB.
package struct ArgumentsTooLarge: Error, Equatable {
    /// How large they are.
    package let bytes: Int
}
