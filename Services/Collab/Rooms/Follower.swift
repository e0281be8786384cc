internal import Contracts

/// Somebody who is told of updates as events.
struct Follower: Sendable {
    /// What a follower hears.
    enum Signal: Sendable {
        /// Something has become durable.
        case news
        /// There will be no more.
        case over(Problem)
    }

    let identity: Identity
    let signal: AsyncStream<Signal>.Continuation

    /// Says why, and nothing more.
    func end(_ problem: Problem) {
        signal.yield(.over(problem))
        signal.finish()
    }
}
