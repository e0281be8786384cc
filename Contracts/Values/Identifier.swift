/// A prefixed, sortable identifier: `prefix_` and 26 characters of Crockford base 32 (a ULID: 48 bits of
/// milliseconds, 80 bits of randomness).
public struct Identifier<Kind: IdentifierKind>: WireText {
    /// The whole text, e.g. `ses_01J9Z3K4M5N6P7Q8R9S0T1V2W3`.
    public let text: String

    /// Parses an identifier of this kind.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        let body = text.utf8.dropFirst(Kind.prefix.utf8.count + 1)
        guard text.hasPrefix("\(Kind.prefix)_"), body.count == 26, body.allSatisfy(ULID.isDigit) else {
            throw WireFault(.wrongFormat, "expected \(Kind.prefix)_ and 26 characters of Crockford base 32")
        }
        self.text = text
    }

    /// A new identifier.
    /// - Parameters:
    ///   - milliseconds: since the Unix epoch; sorts the identifiers.
    ///   - random: 10 bytes.
    public init(milliseconds: Int64, random: [UInt8]) {
        text = "\(Kind.prefix)_\(ULID.text(milliseconds: milliseconds, random: random))"
    }

    private init(unchecked text: String) { self.text = text }

    /// The value of a field that is about to be overwritten: all zero.
    public static var zero: Self { Self(unchecked: "\(Kind.prefix)_00000000000000000000000000") }

    /// A text of the kind's form.
    public static var schema: Schema {
        .text(Self.self, [JSONMember("pattern", .string("^\(Kind.prefix)_[0-9A-HJKMNP-TV-Z]{26}$"))])
    }
}

/// What an identifier names.
public protocol IdentifierKind: Sendable {
    /// Three letters in front of the underscore.
    static var prefix: String { get }
}

/// Kinds of identifiers.
public enum Kinds {
    /// An account or guest.
    public enum User: IdentifierKind { public static let prefix = "usr" }
    /// A session (room).
    public enum Session: IdentifierKind { public static let prefix = "ses" }
    /// A run.
    public enum Run: IdentifierKind { public static let prefix = "run" }
    /// An execution in the sandbox.
    public enum Execution: IdentifierKind { public static let prefix = "exe" }
    /// A profile.
    public enum Profile: IdentifierKind { public static let prefix = "prf" }
    /// An invitation.
    public enum Invitation: IdentifierKind { public static let prefix = "inv" }
    /// A job.
    public enum Job: IdentifierKind { public static let prefix = "job" }
    /// A sign-in (auth session).
    public enum SignIn: IdentifierKind { public static let prefix = "sin" }
    /// A personal token.
    public enum PersonalToken: IdentifierKind { public static let prefix = "pat" }
    /// A request.
    public enum Request: IdentifierKind { public static let prefix = "req" }
}

/// An account or guest.
public typealias UserID = Identifier<Kinds.User>
/// A session (room).
public typealias SessionID = Identifier<Kinds.Session>
/// A run.
public typealias RunID = Identifier<Kinds.Run>
/// An execution in the sandbox.
public typealias ExecutionID = Identifier<Kinds.Execution>
/// A profile.
public typealias ProfileID = Identifier<Kinds.Profile>
/// An invitation.
public typealias InvitationID = Identifier<Kinds.Invitation>
/// A job.
public typealias JobID = Identifier<Kinds.Job>
/// A sign-in (auth session).
public typealias SignInID = Identifier<Kinds.SignIn>
/// A personal token.
public typealias PersonalTokenID = Identifier<Kinds.PersonalToken>

/// Crockford base 32 of 128 bits (github.com/ulid/spec).
enum ULID {
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Whether the byte is one of `digits`: 0-9 and A-Z without I, L, O, U.
    static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "I"), UInt8(ascii: "L"), UInt8(ascii: "O"), UInt8(ascii: "U"): false
        default: byte.isDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
    }

    static func text(milliseconds: Int64, random: [UInt8]) -> String {
        precondition(random.count == 10 && milliseconds >= 0, "a ULID is 48 bits of time and 80 of chance")
        var value = UInt128(milliseconds) << 80
        for (index, byte) in random.enumerated() { value |= UInt128(byte) << (72 - 8 * UInt128(index)) }
        let characters = (0..<26).map { digits[Int(truncatingIfNeeded: value >> (125 - 5 * $0)) & 31] }
        return String(decoding: characters, as: UTF8.self)
    }
}
