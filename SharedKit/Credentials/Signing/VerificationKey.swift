private import COpenSSL
package import Contracts

/// The public half of an Ed25519 key (RFC 8032).
package final class VerificationKey: Sendable {
    /// Bytes of a public key.
    package static let size = 32
    /// Bytes of a signature.
    package static let signatureBytes = 64

    /// The 32 bytes.
    package let bytes: [UInt8]
    /// The key's name: its RFC 7638 thumbprint, 43 characters of base64url.
    package let keyID: String
    private let key: CryptoObject

    /// A key from its 32 bytes, or nil.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size,
            let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        else { return nil }
        self.bytes = bytes
        self.key = CryptoObject(key)
        keyID = Self.thumbprint(bytes)
    }

    deinit { EVP_PKEY_free(key.pointer) }

    /// Whether the owner of the private half signed `message`.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == Self.signatureBytes else { return false }
        let context = CryptoObject(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context.pointer) }
        guard EVP_DigestVerifyInit(context.pointer, nil, nil, nil, key.pointer) == 1 else { return false }
        return EVP_DigestVerify(context.pointer, signature, signature.count, message, message.count) == 1
    }

    /// RFC 7638 section 3 over the required members of RFC 8037 section 2, in lexical order.
    private static func thumbprint(_ bytes: [UInt8]) -> String {
        let members = #"{"crv":"Ed25519","kty":"OKP","x":"\#(Base64URL.encode(bytes))"}"#
        return Base64URL.encode(SHA256.hash(members).bytes)
    }
}

extension VerificationKey {
    /// The key as others fetch it.
    package var jsonWebKey: JSONWebKey { JSONWebKey(x: Base64URL.encode(bytes), keyID: keyID) }

    /// A key that others published; nil unless it is an Ed25519 signature key named by its thumbprint.
    package convenience init?(_ published: JSONWebKey) {
        guard published.keyType == "OKP", published.curve == "Ed25519", published.use == "sig",
            published.algorithm == "EdDSA", let bytes = Base64URL.decode(published.x)
        else { return nil }
        self.init(bytes)
        if keyID != published.keyID { return nil }
    }
}
