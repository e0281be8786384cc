package import Contracts
package import SystemKit

/// Why a signed identity is not believed.
package enum IdentityRefusal: Error, Equatable {
    /// Not a name and two base64url parts with an identity inside, or longer than any of ours.
    case malformed
    /// From a service that shares no key with this one.
    case unknownCaller
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
    /// The environment variable with the key that all others are derived from: 32 bytes in hex.
    package static let rootVariable = "CODECOLLAB_INTERNAL_KEY"
    /// The environment variable with one service's own keys, see `IdentityKeys`.
    package static let keysVariable = "CODECOLLAB_IDENTITY_KEYS"
}

/// States for whom a service calls another: the service's name, base64url(JSON), base64url(HMAC-SHA-256),
/// with points between them.
package struct IdentitySigner: Sendable {
    private let name: [UInt8]
    private let codes: [ServiceName: HMAC]

    /// Signs with the keys that a service shares with those it calls.
    package init(_ keys: IdentityKeys) {
        name = Array(keys.service.rawValue.utf8)
        codes = keys.called.mapValues { HMAC(key: $0.bytes) }
    }

    /// The header's value; nil when we have no key for that service.
    package func sign(_ identity: Identity, to service: ServiceName) -> String? {
        guard let code = codes[service] else { return nil }
        var value = name
        value.append(UInt8(ascii: "."))
        value += Base64URL.encodeBytes(identity.encode())
        let proof = Base64URL.encodeBytes(code.code(value).bytes)
        value.append(UInt8(ascii: "."))
        value += proof
        return String(decoding: value, as: UTF8.self)
    }

    /// The header's value for an identity that is true from `now` on, for a minute unless told; nil when we
    /// have no key for that service.
    package func sign(
        _ identity: Identity, to service: ServiceName, now: Timestamp, lifetime: Duration = .seconds(60)
    ) -> String? {
        sign(identity.valid(from: now, for: lifetime), to: service)
    }
}

/// Believes what the `IdentitySigner` of a service states that shares a key with this one.
package struct IdentityVerifier: Sendable {
    private let codes: [ServiceName: HMAC]

    /// Checks with the keys that a service shares with those who call it.
    package init(_ keys: IdentityKeys) { codes = keys.callers.mapValues { HMAC(key: $0.bytes) } }

    /// Who is calling, by the header's value.
    /// - Throws: why it is not believed.
    package func verify(_ header: String, now: Timestamp) throws(IdentityRefusal) -> Identity {
        let text = Array(header.utf8)
        let point = UInt8(ascii: ".")
        guard text.count <= Limits.identityBytes, let first = text.firstIndex(of: point),
            let second = text[(first + 1)...].firstIndex(of: point),
            let proof = Base64URL.decode(text[(second + 1)...]).flatMap(Digest.init)
        else { throw .malformed }
        let caller = ServiceName(rawValue: String(decoding: text[..<first], as: UTF8.self))
        guard let code = caller.flatMap({ codes[$0] }) else { throw .unknownCaller }
        guard code.code(Array(text[..<second])) == proof else { throw .badSignature }
        let identity = try payload(text[(first + 1)..<second])
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
