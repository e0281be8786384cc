/// What happens to a supervisor. Generations tell a late message about an earlier life of a child from a
/// current one.
package enum SupervisorEvent: Sendable, Equatable {
    /// Start all children.
    case boot
    /// A child answers for the first time.
    case ready(String, generation: Int)
    /// A child has ended.
    case exited(String, generation: Int, ExitReason)
    /// A child is alive but does not answer any more.
    case unhealthy(String, generation: Int)
    /// An operator wants a child restarted; also brings a failed one back.
    case restartRequested(String)
    /// Everything is to end.
    case stop
    /// Time has passed: `SupervisorState.nextWake` has come.
    case tick
}

/// What a supervisor wants done.
package enum SupervisorEffect: Sendable, Equatable {
    /// Start the child; answer with `ready` or `exited`.
    case start(String, generation: Int)
    /// Ask the child to end; answer with `exited`.
    case stop(String, generation: Int)
    /// End the child with a trace of what it was doing.
    case abort(String, generation: Int)
    /// End the child by force.
    case kill(String, generation: Int)
    /// The child has been restarted too often and stays down.
    case gaveUp(String)
    /// The child has ended and its spec with it.
    case forgot(String)
    /// All children are ready for the first time.
    case booted
    /// All children have ended and so has the supervisor.
    case ended(SupervisorEnd)
}

/// Why a supervisor ended.
package enum SupervisorEnd: Sendable, Equatable {
    /// It was asked to.
    case stopped
    /// A child was restarted too often.
    case tooManyRestarts(String)
    /// A child did not come up at boot.
    case startFailed(String)
}
