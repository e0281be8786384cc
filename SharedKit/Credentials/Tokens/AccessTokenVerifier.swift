private import Contracts
package import SystemKit

/// Accepts access tokens of one realm, strictly: one algorithm, one type, one key (the one the token names).
///
/// Keys inside the token's header (`jwk`, `jku`, `x5u`, `x5c`) are never looked at.
package struct AccessTokenVerifier: Sendable {
    /// The keys that may have signed.
    package let keys: KeyDirectory
    private let realm: TokenRealm

    /// Accepts what `realm` issued with one of `keys`.
    package init(keys: KeyDirectory, realm: TokenRealm) {
        self.keys = keys
        self.realm = realm
    }

    /// What the token says, once it is sure that our issuer says so and that it holds now.
    /// - Throws: why it is not accepted.
    package func verify(_ token: String, now: Timestamp) throws(TokenRefusal) -> AccessTokenClaims {
        guard token.utf8.count <= Limits.accessTokenBytes else { throw .tooLong }
        let text = Array(token.utf8)
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]),
            let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        let key = try key(naming: StrictMembers.parse(header))
        guard key.verifies(signature, of: Array(text[..<parts[1].endIndex])) else { throw .badSignature }
        let claims = try AccessTokenClaims(StrictMembers.parse(payload))
        try check(claims, now: now.milliseconds / 1000)
        return claims
    }

    private func key(naming header: StrictMembers) throws(TokenRefusal) -> VerificationKey {
        guard header["alg"]?.text == "EdDSA" else { throw .wrongAlgorithm }
        let type = header["typ"]?.text?.lowercased()
        guard type == "at+jwt" || type == "application/at+jwt" else { throw .wrongType }
        guard header["crit"] == nil else { throw .unknownExtension }
        guard let keyID = header["kid"]?.text, (1...Limits.keyIDBytes).contains(keyID.utf8.count) else {
            throw .missingKeyID
        }
        guard let key = keys.key(named: keyID) else { throw .unknownKey }
        return key
    }

    private func check(_ claims: AccessTokenClaims, now: Int64) throws(TokenRefusal) {
        guard claims.issuer == realm.issuer else { throw .wrongIssuer }
        guard claims.audiences.contains(realm.audience) else { throw .wrongAudience }
        guard now < claims.expiresAtSeconds else { throw .expired }
        let latest = now + Limits.tokenLeewaySeconds
        guard claims.issuedAtSeconds <= latest, claims.notBeforeSeconds ?? 0 <= latest else {
            throw .notYetValid
        }
        let lifetime = claims.expiresAtSeconds - claims.issuedAtSeconds
        guard (1...Limits.tokenLifetimeSeconds).contains(lifetime) else { throw .badClaim }
    }
}
