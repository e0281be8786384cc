package import Contracts
package import SystemKit

/// Why a signed identity is not believed.
package enum IdentityRefusal: Error, Equatable {
    /// Not two base64url parts with an identity inside, or longer than any of ours.
    case malformed
    /// Made with another key, or changed on the way.
    case badSignature
    /// It was true, once.
    case expired
    /// It claims to be from the future, or to live longer than any of ours.
    case implausibleTimes
}

/// Names of what the fleet tells itself about callers.
package enum IdentityHeader {
    /// The request header that carries a signed identity between our services.
    package static let name = "X-CC-Identity"
    /// The environment variable with the key: 32 bytes in hex.
    package static let keyVariable = "CODECOLLAB_INTERNAL_KEY"
    static let purpose = "codecollab identity v1"
}

/// States who is calling, for the services behind the gateway: base64url(JSON) "." base64url(HMAC-SHA-256).
package struct IdentitySigner: Sendable {
    private let code: HMAC

    /// Signs with the fleet's internal key.
    package init(key: Secret) { code = HMAC(key: key.derived(for: IdentityHeader.purpose).bytes) }

    /// Signs with the fleet's internal key.
    package init(key: [UInt8]) { self.init(key: Secret(key)) }

    /// The header's value.
    package func sign(_ identity: Identity) -> String {
        var value = Base64URL.encodeBytes(identity.encode())
        let proof = Base64URL.encodeBytes(code.code(value).bytes)
        value.append(UInt8(ascii: "."))
        value += proof
        return String(decoding: value, as: UTF8.self)
    }

    /// The header's value for an identity that is true from `now` on, for a minute unless told.
    package func sign(_ identity: Identity, now: Timestamp, lifetime: Duration = .seconds(60)) -> String {
        sign(identity.valid(from: now, for: lifetime))
    }
}

/// Believes what an `IdentitySigner` with the same key states.
package struct IdentityVerifier: Sendable {
    private let code: HMAC

    /// Checks with the fleet's internal key.
    package init(key: Secret) { code = HMAC(key: key.derived(for: IdentityHeader.purpose).bytes) }

    /// Checks with the fleet's internal key.
    package init(key: [UInt8]) { self.init(key: Secret(key)) }

    /// Who is calling, by the header's value.
    /// - Throws: why it is not believed.
    package func verify(_ header: String, now: Timestamp) throws(IdentityRefusal) -> Identity {
        let text = Array(header.utf8)
        guard text.count <= Limits.identityBytes, let dot = text.firstIndex(of: UInt8(ascii: ".")),
            let proof = Base64URL.decode(text[(dot + 1)...]).flatMap(Digest.init)
        else { throw .malformed }
        guard code.code(Array(text[..<dot])) == proof else { throw .badSignature }
        let identity = try payload(text[..<dot])
        try checkTimes(identity, now)
        return identity
    }

    private func payload(_ text: ArraySlice<UInt8>) throws(IdentityRefusal) -> Identity {
        guard let json = Base64URL.decode(text) else { throw .malformed }
        do throws(WireFaults) {
            // A newer gateway may say more than this service understands.
            return try Identity.decode(json, unknownFields: .skip)
        } catch {
            throw .malformed
        }
    }

    private func checkTimes(_ identity: Identity, _ now: Timestamp) throws(IdentityRefusal) {
        let issued = Int64(identity.issuedAtMilliseconds)
        let expires = Int64(identity.expiresAtMilliseconds)
        let (lifetime, overflow) = expires.subtractingReportingOverflow(issued)
        let isPlausible =
            !overflow && lifetime > 0 && lifetime <= Limits.identityLifetimeMilliseconds
            && issued <= now.milliseconds + Limits.identityLeewayMilliseconds
        guard isPlausible else { throw .implausibleTimes }
        guard now.milliseconds < expires else { throw .expired }
    }
}

extension Identity {
    /// The same identity, stated at `now` for `lifetime`.
    package func valid(from now: Timestamp, for lifetime: Duration = .seconds(60)) -> Identity {
        var identity = self
        identity.issuedAtMilliseconds = Int(now.milliseconds)
        identity.expiresAtMilliseconds = Int((now + lifetime).milliseconds)
        return identity
    }
}
