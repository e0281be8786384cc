private import COpenSSL
private import SystemKit

/// An Ed25519 key pair (RFC 8032).
package final class SigningKey: Sendable {
    /// Bytes of the secret a key is made from.
    package static let seedBytes = 32

    /// The secret the key is made from: whoever has it is us.
    package let seed: Secret
    /// The public half.
    package let verificationKey: VerificationKey
    private let key: CryptoObject

    /// A new key.
    package convenience init() { self.init(seed: .random(Self.seedBytes)) }

    /// The key made from a secret.
    /// - Precondition: the secret has 32 bytes.
    package init(seed: Secret) {
        precondition(seed.bytes.count == Self.seedBytes, "an Ed25519 key is made from 32 bytes")
        self.seed = seed
        key = CryptoObject(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed.bytes, seed.bytes.count))
        var bytes = [UInt8](repeating: 0, count: VerificationKey.size)
        var count = bytes.count
        let done = EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &count)
        guard done == 1, let verificationKey = VerificationKey(bytes) else {
            preconditionFailure("every Ed25519 private key has a public half")
        }
        self.verificationKey = verificationKey
    }

    deinit { EVP_PKEY_free(key.pointer) }

    /// The key's name: its RFC 7638 thumbprint.
    package var keyID: String { verificationKey.keyID }

    /// The 64 bytes of the signature of `message`.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        let context = CryptoObject(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context.pointer) }
        var signature = [UInt8](repeating: 0, count: VerificationKey.signatureBytes)
        var count = signature.count
        let done =
            EVP_DigestSignInit(context.pointer, nil, nil, nil, key.pointer) == 1
            && EVP_DigestSign(context.pointer, &signature, &count, message, message.count) == 1
        precondition(done && count == signature.count, "Ed25519 signs anything")
        return signature
    }
}
