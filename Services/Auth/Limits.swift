/// Bounds of the auth service, each with its reason.
enum Limits {
    /// Lifetime of an access token: how long a verifier that never hears of revocations can be wrong.
    static let accessTokenSeconds = 600
    /// A sign-in ends when it is not refreshed for so long.
    static let idleMilliseconds: Int64 = 30 * 86_400_000
    /// A sign-in ends after so long, refreshed or not.
    static let absoluteMilliseconds: Int64 = 180 * 86_400_000
    /// A guest's sign-in ends when it is not refreshed for so long.
    static let guestIdleMilliseconds: Int64 = 86_400_000
    /// Answers to one refresh that come again within so long are the same (lost answers, many tabs).
    static let graceMilliseconds: Int64 = 10_000
    /// Characters of a password when it is the only factor (NIST SP 800-63B-4 section 3.1.1).
    static let passwordCharacters = 15
    /// Sign-ins of one account; the oldest ends when there is one more.
    static let signInsPerAccount = 100
    /// Personal tokens of one account.
    static let tokensPerAccount = 50
    /// A personal token's last use is noted at most once in so long.
    static let lastUseMilliseconds: Int64 = 60_000
    /// How long the gateway may believe an answer about a personal token without asking again.
    static let introspectionMilliseconds: Int64 = 30_000
    /// How long a revocation stays in the feed: longer than any token that it concerns.
    static let revocationMilliseconds: Int64 = 3_600_000
    /// Revocations in one answer.
    static let revocationsPerAnswer = 1000
    /// A key that signs no longer stays published for so long: longer than its last tokens live.
    static let retiredKeyMilliseconds: Int64 = 86_400_000
    /// Keys are rotated after so long.
    static let keyMilliseconds: Int64 = 30 * 86_400_000
    /// Between two rounds of tidying up.
    static let tidying = Duration.seconds(600)
    /// Bytes of what a client calls itself.
    static let clientBytes = 200
    /// Accounts, networks and devices whose failures are remembered; the oldest are forgotten beyond it.
    static let guardedKeys = 50_000
    /// Sign-ups from one network that may come at once, and how many a second after that.
    static let joinBurst = 600.0
    /// Sign-ups a second from one network in the long run.
    static let joinsPerSecond = 20.0
}
