private import SystemKit

/// A key or password on its way through the program: it never shows itself in a text, a log or a mirror.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The bytes, for the one who computes with them.
    package let bytes: [UInt8]

    /// Hides `bytes` from now on.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A fleet key from 64 hex digits, as the environment carries it; nil when it is not one.
    package init?(hex: String) {
        guard let bytes = Hex.decode(hex), bytes.count == Limits.keyBytes else { return nil }
        self.bytes = bytes
    }

    /// `count` bytes from the kernel's generator.
    /// - Precondition: `count` is at most 256.
    package static func random(_ count: Int = 32) -> Secret { Secret(randomBytes(count)) }

    /// A key for one purpose, which tells nothing about this one or those of other purposes.
    package func derived(for purpose: String) -> Secret { Secret(HMAC(key: bytes).code(purpose).bytes) }

    /// Says nothing.
    package var description: String { "<secret>" }
    /// Says nothing.
    package var debugDescription: String { "<secret>" }
    /// Shows nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Equatable {
    /// Equal bytes, compared in constant time.
    package static func == (left: Secret, right: Secret) -> Bool {
        equalInConstantTime(left.bytes, right.bytes)
    }
}
