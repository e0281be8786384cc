package import Credentials
private import SystemKit

/// Proves that a device signed in to a login before (OWASP "device cookies"); it gives no access.
package struct DeviceTokens: Sendable {
    private static let prefix = "ccd_"
    private static let nonceBytes = 16
    private let code: HMAC

    /// Proved with a key that is kept outside the database.
    package init(key: Secret) { code = HMAC(key: key.derived(for: "codecollab device v1").bytes) }

    /// A token for a device that has just signed in.
    package func make(for login: String) -> String {
        let nonce = randomBytes(Self.nonceBytes)
        return Self.prefix + Base64URL.encode(nonce + proof(nonce, login))
    }

    /// The device's name, or nil when the token is not for this login.
    package func device(_ token: String?, for login: String) -> String? {
        guard let token, token.hasPrefix(Self.prefix),
            let bytes = Base64URL.decode(token.utf8.dropFirst(Self.prefix.utf8.count)),
            bytes.count == 2 * Self.nonceBytes
        else { return nil }
        let nonce = Array(bytes.prefix(Self.nonceBytes))
        guard equalInConstantTime(proof(nonce, login), Array(bytes.dropFirst(Self.nonceBytes))) else {
            return nil
        }
        return Hex.encode(nonce)
    }

    private func proof(_ nonce: [UInt8], _ login: String) -> [UInt8] {
        Array(code.code(nonce + Array(login.utf8)).bytes.prefix(Self.nonceBytes))
    }
}
