package import Contracts

/// Why a database could not be opened or used.
package enum StoreFailure: Error, Equatable {
    /// Another process owns the file; `holder` is what it wrote into the lock file (its process id).
    case inUse(path: String, holder: String)
    /// The writer would not give the durability asked for (`PRAGMA synchronous` answered `found`).
    case notDurable(found: Int)
    /// The read or write took longer than its deadline and was stopped.
    case deadlineExceeded
    /// The batch could not be committed, nothing of it is stored; `reason` is SQLite's own text.
    case commitFailed(reason: String)
    /// The database is closed or closing.
    case closed
}

/// The bounded queue in front of the database is full: try again later.
package struct Overloaded: Error, Equatable {
    /// How many were waiting when this one was refused.
    package let waiting: Int

    /// Names the load at which one was refused.
    package init(waiting: Int) { self.waiting = waiting }
}

extension StoreFailure: ProblemConvertible {
    /// What the client is told.
    package var problem: Problem {
        let why =
            self == .deadlineExceeded
            ? "the database took longer than the request may" : "nothing can be stored at the moment"
        return Problem(.unavailable, "\(why): codecollab status says more", retryAfter: 5000)
    }
}

extension Overloaded: ProblemConvertible {
    /// What the client is told.
    package var problem: Problem {
        Problem(.overloaded, "too much is waiting at the moment (\(waiting))", retryAfter: 1000)
    }
}
