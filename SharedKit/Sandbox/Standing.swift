/// What a run counts beside newer ones.
///
/// Every run starts as everybody's equal, all its processes together weighing like one. When it has used more
/// CPU than little programs need it weighs less, and when more than most programs ever need it makes way: the
/// kernel runs it only where nobody else wants to, so a short program beside long ones takes no longer than
/// alone. One that gets next to nothing that way is an equal again for as long as it once was, so nobody
/// starves.
package struct Standing: Sendable {
    /// What decides, in nanoseconds.
    package enum Limits {
        /// CPU time after which a run is no newcomer any more, and when it can have used that.
        package static let steps: UInt64 = 5_000_000
        static let firstLook: UInt64 = 6_000_000
        /// CPU time after which a run makes way.
        package static let youth: UInt64 = 20_000_000
        /// Who makes way is looked at after the first, and then ever less often, down to the second.
        package static let patience: ClosedRange<UInt64> = 50_000_000...400_000_000
        /// Whoever takes turns with others needs the more of it to get its part: for each run, divided by
        /// the processors, up to what a user notices.
        static let turn: UInt64 = 32_000_000
        static let longestPatience: UInt64 = 2_000_000_000
        /// Who gets less than one part in so many of one processor starves, if only few run.
        package static let fairParts: UInt64 = 8
    }

    /// From everybody's equal, over one that weighs less, to one that makes way.
    package enum Rank: Sendable, Hashable {
        case newcomer, known, last
    }

    /// What it is now.
    package private(set) var rank = Rank.newcomer
    /// When to look again.
    package private(set) var nextLook: UInt64
    private let processors: UInt64
    private var since: (used: UInt64, instant: UInt64)
    private var distance = Limits.patience.lowerBound

    /// A newcomer at `now`, in nanoseconds, on a machine with so many processors.
    package init(now: UInt64, processors: UInt64) {
        self.processors = max(processors, 1)
        since = (0, now)
        nextLook = now + Limits.firstLook
    }

    /// Looks at a run that has used so many nanoseconds of CPU, one of `others` runs; true when its standing
    /// changes.
    package mutating func look(used: UInt64, now: UInt64, among others: Int) -> Bool {
        let others = UInt64(max(others, 0))
        return rank == .last ? lookBack(used, now, others) : grow(used, now, others)
    }

    /// Nothing is to be decided any more.
    package mutating func end() { nextLook = .max }

    /// How long one of so many has to wait until it can have had its part.
    private func turns(_ others: UInt64) -> UInt64 {
        min(others * Limits.turn / processors, Limits.longestPatience)
    }

    private mutating func grow(_ used: UInt64, _ now: UInt64, _ others: UInt64) -> Bool {
        let spent = used - min(since.used, used)
        if spent >= Limits.youth {
            rank = .last
            distance = Limits.patience.lowerBound
            mark(used, now, next: max(distance, turns(others)))
            return true
        }
        let changes = rank == .newcomer && spent >= Limits.steps
        if changes { rank = .known }
        let next = rank == .known ? (Limits.youth - spent) / processors : Limits.steps - spent
        // A sleeper is looked at less and less often.
        let idle = min((now - min(since.instant, now)) / 2, Limits.patience.upperBound)
        nextLook = now + max(next, idle)
        return changes
    }

    private mutating func lookBack(_ used: UInt64, _ now: UInt64, _ others: UInt64) -> Bool {
        let parts = max(Limits.fairParts, others * 4 / processors)
        let starves = (used - min(since.used, used)) * parts < now - min(since.instant, now)
        if starves {
            rank = .newcomer
            mark(used, now, next: Limits.firstLook)
        } else {
            distance = min(distance * 2, Limits.patience.upperBound)
            mark(used, now, next: max(distance, turns(others)))
        }
        return starves
    }

    private mutating func mark(_ used: UInt64, _ now: UInt64, next: UInt64) {
        since = (used, now)
        nextLook = now + next
    }
}
