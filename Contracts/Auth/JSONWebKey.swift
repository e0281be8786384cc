/// A public Ed25519 key (RFC 8037).
public struct JSONWebKey: WireObject, Equatable {
    /// Always `OKP`.
    public var keyType = "OKP"
    /// Always `Ed25519`.
    public var curve = "Ed25519"
    /// The key, base64url.
    public var x = ""
    /// Its RFC 7638 thumbprint.
    public var keyID = ""
    /// Always `sig`.
    public var use = "sig"
    /// Always `EdDSA`.
    public var algorithm = "EdDSA"

    /// For reading.
    public init() {}

    /// A key.
    public init(x: String, keyID: String) {
        self.x = x
        self.keyID = keyID
    }

    /// The table.
    public static let fields = Fields<JSONWebKey>(
        field("kty", \.keyType),
        field("crv", \.curve),
        field("x", \.x),
        field("kid", \.keyID),
        field("use", \.use),
        field("alg", \.algorithm)
    )
}

/// The public keys that sign access tokens (RFC 7517).
public struct JSONWebKeySet: WireObject, Equatable {
    /// The current key, the next one and those whose tokens still live.
    public var keys: [JSONWebKey] = []

    /// For reading.
    public init() {}

    /// A set.
    public init(keys: [JSONWebKey]) { self.keys = keys }

    /// keys.
    public static let fields = Fields<JSONWebKeySet>(field("keys", \.keys, .count(0...16)))
}
