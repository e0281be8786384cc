/// Bounds of the public door, with their units and reasons.
enum Limits {
    /// Bytes of a response that is passed on in one piece; longer ones and streams go piece by piece.
    static let wholeAnswerBytes = 64 << 10
    /// Bytes of a request body that is collected before it is passed on, which makes the call repeatable.
    static let wholeBodyBytes = 1 << 20
    /// Clients whose rate is known at once; about 50 bytes each.
    static let knownClients = 65_536
    /// Milliseconds that the answer of `/v1/status` is used again.
    static let statusMilliseconds: Int64 = 250
    /// How long a service may take to tell its state.
    static let statusWait = Duration.milliseconds(1500)
    /// How long a service may take to tell its spans.
    static let traceWait = Duration.seconds(2)
    /// Seconds that a verdict of the auth service about a personal token is used again.
    static let introspectionSeconds: Int64 = 30
    /// Between two tries to follow what is revoked, when the auth service was away.
    static let revocationRetryInterval = Duration.milliseconds(400)
    /// Between two fetches of the published keys.
    static let keyInterval = Duration.seconds(60)
    /// Between two tries while there are no keys yet.
    static let keyRetryInterval = Duration.milliseconds(250)
}
