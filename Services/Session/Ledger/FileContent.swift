internal import Contracts
internal import Credentials
private import FoundationEssentials

/// A file's content between its two forms: text or base64 on the wire, bytes at rest.
enum FileContent {
    /// The bytes that a text stands for.
    /// - Throws: `Refusal.senseless` for base64 that is none.
    static func bytes(_ content: String, _ encoding: ContentEncoding) throws(Refusal) -> [UInt8] {
        switch encoding {
        case .utf8: return Array(content.utf8)
        case .base64:
            guard let data = Data(base64Encoded: content) else {
                throw .senseless("the content is not base64 (RFC 4648 section 4)")
            }
            return [UInt8](data)
        }
    }

    /// The text that stands for bytes.
    static func text(_ bytes: [UInt8], _ encoding: ContentEncoding) -> String {
        switch encoding {
        case .utf8: String(decoding: bytes, as: UTF8.self)
        case .base64: Data(bytes).base64EncodedString()
        }
    }

    /// The bytes' SHA-256.
    static func digest(_ bytes: [UInt8]) -> Digest256 { Digest256(of: SHA256.hash(bytes)) }
}

extension Digest256 {
    /// A digest as the contracts write it.
    init(of digest: Digest) {
        do {
            try self.init(digest.hex)
        } catch {
            preconditionFailure("a SHA-256 has 64 hex digits")
        }
    }
}
