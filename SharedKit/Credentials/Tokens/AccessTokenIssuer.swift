package import Contracts
package import SystemKit

/// Who issues access tokens, and who may accept them.
package struct TokenRealm: Hashable, Sendable {
    /// `iss`: the install's public address or name.
    package let issuer: String
    /// `aud`: the fleet.
    package let audience: String

    /// A realm.
    package init(issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
    }

    /// What a fleet uses that was not told otherwise.
    package static let `default` = TokenRealm(issuer: "codecollab", audience: "codecollab")
}

/// Issues EdDSA access tokens (RFC 9068).
package struct AccessTokenIssuer: Sendable {
    private let realm: TokenRealm
    private let lifetime: Duration

    /// Issues tokens for a realm that live for `lifetime`.
    package init(realm: TokenRealm, lifetime: Duration = .seconds(600)) {
        self.realm = realm
        self.lifetime = lifetime
    }

    /// A token by which its bearer is `identity`, signed with `key`.
    package func issue(
        _ identity: Identity,
        signInID: SignInID,
        key: SigningKey,
        now: Timestamp,
        tokenID: [UInt8] = randomBytes(16)
    ) -> String {
        var claims = AccessTokenClaims(
            identity: identity,
            signInID: signInID,
            issuer: realm.issuer,
            audience: realm.audience,
            tokenID: Base64URL.encode(tokenID)
        )
        claims.issuedAtSeconds = now.milliseconds / 1000
        claims.expiresAtSeconds = (now + lifetime).milliseconds / 1000
        let header = #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(key.keyID)"}"#
        var token = Base64URL.encodeBytes(header.utf8)
        token.append(UInt8(ascii: "."))
        token += Base64URL.encodeBytes(claims.json.encode())
        let signature = Base64URL.encodeBytes(key.sign(token))
        token.append(UInt8(ascii: "."))
        return String(decoding: token + signature, as: UTF8.self)
    }
}
