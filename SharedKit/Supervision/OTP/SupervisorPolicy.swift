/// How a supervisor treats its children, in OTP's words and two of ours (backoff, giving up on one child
/// only).
package struct SupervisorPolicy: Sendable, Equatable {
    /// Who is restarted with a child that crashed.
    package enum Strategy: String, Sendable, CaseIterable {
        /// Nobody else.
        case oneForOne = "one_for_one"
        /// Everybody.
        case oneForAll = "one_for_all"
        /// Those started after it.
        case restForOne = "rest_for_one"
    }

    /// Beyond which rate of restarts a supervisor gives up.
    package struct Intensity: Sendable, Equatable {
        /// So many restarts are fine...
        package var maxRestarts: Int
        /// ...within this long.
        package var within: Duration

        /// OTP's default is 3 within 5 s.
        package init(maxRestarts: Int = 3, within: Duration = .seconds(5)) {
            precondition(
                maxRestarts >= 0 && within > .zero, "an intensity is a number of restarts in some time")
            self.maxRestarts = maxRestarts
            self.within = within
        }
    }

    /// What giving up means.
    package enum Escalation: Sendable {
        /// The supervisor stops all children and ends, as in OTP.
        case endSupervisor
        /// Only the child stays down, marked as failed; the others serve on.
        case failChild
    }

    /// Who is restarted together.
    package var strategy: Strategy
    /// When to give up.
    package var intensity: Intensity
    /// What giving up means.
    package var escalation: Escalation
    /// The pause before a restart; nil restarts at once, as OTP does.
    package var backoff: Backoff?

    /// OTP's defaults.
    package init(
        strategy: Strategy = .oneForOne,
        intensity: Intensity = Intensity(),
        escalation: Escalation = .endSupervisor,
        backoff: Backoff? = nil
    ) {
        self.strategy = strategy
        self.intensity = intensity
        self.escalation = escalation
        self.backoff = backoff
    }
}

/// The pause before the next restart: none before the first, then doubling up to a cap, spread by jitter.
package struct Backoff: Sendable, Equatable {
    /// The pause before the second restart in a row.
    package var base: Duration
    /// The longest pause.
    package var cap: Duration
    /// After this long in health a crash counts as the first again.
    package var healthyAfter: Duration

    /// 100 ms, doubling to 10 s, forgotten after 30 s in health.
    package init(
        base: Duration = .milliseconds(100),
        cap: Duration = .seconds(10),
        healthyAfter: Duration = .seconds(30)
    ) {
        precondition(base > .zero && cap >= base, "a backoff grows from its base to its cap")
        self.base = base
        self.cap = cap
        self.healthyAfter = healthyAfter
    }

    /// The pause before restart number `attempt` in a row (from 1), between 75 % and 125 % of the doubled
    /// base.
    /// - Parameter chance: 0..<1, where in the spread.
    package func pause(attempt: Int, chance: Double) -> Duration {
        precondition(attempt >= 1 && (0..<1).contains(chance), "attempts count from 1, chance is in 0..<1")
        guard attempt > 1 else { return .zero }
        let doubled = min(base * (1 << min(attempt - 2, 30)), cap)
        return min(doubled * (0.75 + chance / 2), cap)
    }
}
