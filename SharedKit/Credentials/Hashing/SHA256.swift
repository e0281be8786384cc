private import COpenSSL

/// SHA-256 (FIPS 180-4), at once or piece by piece.
///
/// `update` takes pieces in order; `finish` ends the hash and answers it.
package struct SHA256: ~Copyable {
    /// Bytes of a digest.
    package static let digestBytes = 32

    /// The algorithm, looked up once: looking it up costs libcrypto 3.0 more than hashing a token.
    private static let algorithm = CryptoObject(EVP_MD_fetch(nil, "SHA256", nil))

    private let context: CryptoObject

    /// The hash of nothing yet.
    package init() {
        context = CryptoObject(EVP_MD_CTX_new())
        let done = EVP_DigestInit_ex(context.pointer, Self.algorithm.pointer, nil)
        precondition(done == 1, "SHA-256 needs nothing but memory")
    }

    /// A hash that has taken all that `other` took.
    init(copying other: borrowing SHA256) {
        context = CryptoObject(EVP_MD_CTX_new())
        let done = EVP_MD_CTX_copy_ex(context.pointer, other.context.pointer)
        precondition(done == 1, "copying a hash needs nothing but memory")
    }

    deinit { EVP_MD_CTX_free(context.pointer) }

    /// Takes the next piece.
    package borrowing func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        let done = EVP_DigestUpdate(context.pointer, start, bytes.count)
        precondition(done == 1, "a running hash takes bytes")
    }

    /// Takes the next piece.
    package borrowing func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of everything taken.
    package consuming func finish() -> Digest {
        Digest { EVP_DigestFinal_ex(context.pointer, $0, nil) }
    }

    /// The digest of `bytes`.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest {
        Digest { EVP_Digest(bytes.baseAddress, bytes.count, $0, nil, algorithm.pointer, nil) }
    }

    /// The digest of `bytes`.
    package static func hash(_ bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { hash($0) }
    }

    /// The digest of a text's UTF-8.
    package static func hash(_ text: String) -> Digest {
        var text = text
        return text.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
    }
}

/// The 32 bytes of a SHA-256 or HMAC-SHA-256: a plain value, quick to compare and to look up.
package struct Digest: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init(_ fill: (UnsafeMutablePointer<UInt8>) -> CInt) {
        let done = withUnsafeMutableBytes(of: &words) {
            fill($0.assumingMemoryBound(to: UInt8.self).baseAddress!)
        }
        precondition(done == 1, "the digest is complete")
    }

    /// A digest from its 32 bytes, or nil when there are not 32.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == SHA256.digestBytes else { return nil }
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// 64 lower-case hex digits.
    package var hex: String { Hex.encode(bytes) }

    /// Equal by all bytes, in time that does not depend on where they differ.
    package static func == (left: Digest, right: Digest) -> Bool {
        let first = (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
        let second = (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3)
        return first | second == 0
    }

    /// The first word will do: it is as random as the rest.
    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
