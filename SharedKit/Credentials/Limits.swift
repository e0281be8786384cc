/// Bounds of everything that proves who somebody is.
enum Limits {
    /// Bytes of a signed identity header; ours have about 400.
    static let identityBytes = 4096
    /// How long a signed identity may live: it only travels between two processes of one fleet.
    static let identityLifetimeMilliseconds: Int64 = 300_000
    /// How far the clocks of two of our processes may be apart.
    static let identityLeewayMilliseconds: Int64 = 5_000
    /// Bytes of a key of the fleet.
    static let keyBytes = 32
    /// Bytes of an access token; ours have about 600. More is refused unread.
    static let accessTokenBytes = 4096
    /// Seconds that the clock of a token's issuer may be ahead of ours.
    static let tokenLeewaySeconds: Int64 = 5
    /// Seconds between issue and expiry, at most: a token that lives longer is not one of ours.
    static let tokenLifetimeSeconds: Int64 = 86_400
    /// Bytes of a key's name; a thumbprint has 43.
    static let keyIDBytes = 64
    /// Members of a token's header or claims; ours have 11.
    static let tokenMembers = 32
    /// Audiences of one token.
    static let audiences = 16
    /// Between two fetches of the published keys because of unknown ones.
    static let keyRefetchInterval = Duration.seconds(30)
    /// Answers that the token cache keeps; a client in use costs one, about 600 bytes.
    static let cachedTokens = 16_384
    /// How long a refusal is remembered, in milliseconds: long enough against a storm, short after a
    /// rotation.
    static let refusalMilliseconds: Int64 = 5_000
    /// Revocations of each kind that are remembered; beyond, the oldest go, whose tokens have long expired.
    static let revocations = 100_000
    /// Passwords that may wait for a hashing thread: at 35 ms each the last one waits about a second.
    static let waitingPasswords = 32
    /// Bytes of a password after normalisation; beyond it hashing would be a way to burn our time.
    static let passwordBytes = 1024
    /// What one password costs on an average machine, in milliseconds, for `Retry-After` (OWASP parameters).
    static let passwordMilliseconds = 40
    /// Bytes of a password's salt (RFC 9106 section 4).
    static let saltBytes = 16
    /// Bytes of a password's hash.
    static let hashBytes = 32
}
