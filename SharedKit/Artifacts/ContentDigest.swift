package import Contracts
private import Credentials

/// The name of some content: its SHA-256.
package struct ContentDigest: ~Copyable {
    private let hash = SHA256()

    /// The digest of nothing yet.
    package init() {}

    /// Adds a text and its length, so that neighbouring texts cannot be mistaken for one.
    package borrowing func add(_ text: String) {
        var count = UInt64(text.utf8.count).littleEndian
        withUnsafeBytes(of: &count) { hash.update($0) }
        var text = text
        text.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
    }

    /// The digest of everything added.
    package consuming func finish() -> Digest256 {
        let hash = hash
        return Self.name(hash.finish())
    }

    /// The digest of `bytes`.
    package static func of(_ bytes: [UInt8]) -> Digest256 { name(SHA256.hash(bytes)) }

    private static func name(_ digest: Digest) -> Digest256 {
        do {
            return try Digest256(digest.hex)
        } catch {
            preconditionFailure("64 hex digits name content: \(error)")
        }
    }
}
