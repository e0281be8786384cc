package import SystemKit

/// Where a sign-in stands in its sequence of refresh tokens.
package struct RefreshState: Hashable, Sendable {
    /// The number of the current token.
    package var counter: Int64
    /// When it was made.
    package var rotatedAt: Timestamp
    /// When the sign-in ends.
    package var expiresAt: Timestamp

    /// A place in the sequence.
    package init(counter: Int64, rotatedAt: Timestamp, expiresAt: Timestamp) {
        self.counter = counter
        self.rotatedAt = rotatedAt
        self.expiresAt = expiresAt
    }
}

/// What to do with a refresh token that was presented; pure, so that every order of events can be tried.
package enum RefreshDecision: Equatable, Sendable {
    /// It is the current one: the next one becomes current.
    case rotate
    /// The answer got lost, or several asked at once: the current one is the answer again.
    case repeatCurrent
    /// It was replaced long ago: somebody else has a copy, so the sign-in ends.
    case reused
    /// The sign-in has ended.
    case ended

    /// Decides.
    ///
    /// The token just before the current one is good for its own client for ever: its client never got the
    /// answer. All older ones, and other clients, get the ten seconds in which tabs and retries overlap.
    package static func about(
        _ presented: Int64,
        _ state: RefreshState,
        isSameClient: Bool,
        now: Timestamp
    ) -> RefreshDecision {
        guard now < state.expiresAt, presented <= state.counter else { return .ended }
        if presented == state.counter { return .rotate }
        if now.milliseconds - state.rotatedAt.milliseconds <= Limits.graceMilliseconds {
            return .repeatCurrent
        }
        return presented == state.counter - 1 && isSameClient ? .repeatCurrent : .reused
    }
}
