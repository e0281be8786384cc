/// HMAC-SHA-256 (RFC 2104) under one key, whose two padded blocks are hashed once.
package final class HMAC: Sendable {
    private static let blockBytes = 64
    private let inner: SHA256
    private let outer: SHA256

    /// A code under `key`, of any length; 32 bytes are right.
    package init(key: [UInt8]) {
        var block = key.count > Self.blockBytes ? SHA256.hash(key).bytes : key
        block += [UInt8](repeating: 0, count: Self.blockBytes - block.count)
        inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 })
        outer = SHA256()
        outer.update(block.map { $0 ^ 0x5C })
    }

    /// The code of `bytes`.
    package func code(_ bytes: UnsafeRawBufferPointer) -> Digest {
        let first = SHA256(copying: inner)
        first.update(bytes)
        let second = SHA256(copying: outer)
        second.update(first.finish().bytes)
        return second.finish()
    }

    /// The code of `bytes`.
    package func code(_ bytes: [UInt8]) -> Digest { bytes.withUnsafeBytes { code($0) } }

    /// The code of a text's UTF-8.
    package func code(_ text: String) -> Digest { code(Array(text.utf8)) }
}
