/// One child as its supervisor sees it.
package struct SupervisedChild: Sendable, Equatable {
    /// Where in its life a child is.
    package enum Phase: String, Sendable {
        /// Not running, and nobody wants it to.
        case down
        /// Waits until it may start.
        case waiting
        /// Waits out the pause before its next restart.
        case backingOff = "backing_off"
        /// Started, not yet ready.
        case starting
        /// Serves.
        case ready
        /// Is to be stopped once those that need it have ended.
        case leaving
        /// Was asked to end.
        case stopping
        /// Did not answer any more and is being ended.
        case aborting
        /// Was restarted too often.
        case failed
    }

    /// Its spec.
    package let spec: ChildSpec
    /// Where it is.
    package internal(set) var phase = Phase.down
    /// Which life of it this is, from 1.
    package internal(set) var generation = 0
    /// How often it was restarted since the supervisor booted.
    package internal(set) var restarts = 0
    /// Since when it is ready.
    package internal(set) var readySince: Duration?

    /// Restarts in a row, for the backoff.
    var attempt = 0
    /// Whether it waits for those it comes after.
    var isGated = true
    /// Whether it is started again once it has ended.
    var returns = false
    /// When the phase wants a tick.
    var wakeAt: Duration?

    init(spec: ChildSpec) { self.spec = spec }

    /// Whether a process or task of it exists.
    package var isLive: Bool {
        switch phase {
        case .starting, .ready, .leaving, .stopping, .aborting: true
        case .down, .waiting, .backingOff, .failed: false
        }
    }

    mutating func enter(_ phase: Phase, wakeAt: Duration? = nil) {
        self.phase = phase
        self.wakeAt = wakeAt
        if phase != .ready { readySince = nil }
    }
}
