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
}
