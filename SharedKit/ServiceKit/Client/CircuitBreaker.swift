/// Stops calling a peer that keeps failing, and asks again from time to time: one call probes, the others are
/// shed.
struct CircuitBreaker: Sendable {
    private enum State: Sendable, Equatable {
        case closed(failures: Int)
        case open(until: UInt64, trips: Int)
        case probing(trips: Int)
    }

    private static let failuresToOpen = 8
    /// Doubles with each failed probe up to 32 times: 0.25 s to 8 s.
    private static let firstPause: UInt64 = 250_000_000

    private var state = State.closed(failures: 0)

    /// Whether a call may be made at `now`, in nanoseconds of the monotonic clock.
    mutating func admits(now: UInt64) -> Bool {
        switch state {
        case .closed: return true
        case .probing: return false
        case .open(let until, let trips):
            guard now >= until else { return false }
            state = .probing(trips: trips)
            return true
        }
    }

    /// A call was answered, whatever the answer says.
    mutating func succeeded() {
        state = .closed(failures: 0)
    }

    /// A call found no answer.
    mutating func failed(now: UInt64) {
        switch state {
        case .closed(let failures):
            state =
                failures + 1 >= Self.failuresToOpen
                ? Self.opened(now, trips: 0) : .closed(failures: failures + 1)
        case .probing(let trips): state = Self.opened(now, trips: trips + 1)
        case .open: break
        }
    }

    /// A call ended without telling anything about the peer.
    mutating func abandoned(now: UInt64) {
        if case .probing(let trips) = state { state = .open(until: now, trips: trips) }
    }

    private static func opened(_ now: UInt64, trips: Int) -> State {
        .open(until: now + firstPause << UInt64(min(trips, 5)), trips: trips)
    }
}

/// Lets calls be repeated only while that adds little load: every call earns a fifth of a repetition.
struct RetryBudget: Sendable {
    private static let most = 100
    private static let price = 5
    private var credit = 50

    /// A call was made.
    mutating func earn() { credit = min(credit + 1, Self.most) }

    /// Whether a repetition may be made; pays for it.
    mutating func spend() -> Bool {
        guard credit >= Self.price else { return false }
        credit -= Self.price
        return true
    }
}
