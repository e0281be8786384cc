/// One input of a program and the output that is expected of it.
public struct CaseRequest: WireObject, Equatable {
    /// What the answer calls it; its place in the list, from 1, if absent.
    public var id: CaseID?
    /// Arguments; the request's own if absent.
    public var arguments: [ProgramArgument]?
    /// What it reads from standard input; the request's own if absent.
    public var stdin: String?
    /// What it should write to standard output; without it nothing is graded.
    public var expected: String?
    /// How the two are compared.
    public var checker = Checker()

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<CaseRequest>(
        field("id", \.id), field("args", \.arguments, .count(0...ContractLimits.arguments)),
        field("stdin", \.stdin, .length(0...ContractLimits.stdinBytes)),
        field("expected", \.expected, .length(0...ContractLimits.stdinBytes)),
        defaulted("checker", \.checker))
}

/// The name of a case: 1 to 64 visible ASCII characters.
public struct CaseID: WireText {
    /// The name.
    public let text: String

    /// Checks a name.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw WireFault(.wrongFormat, "a case has 1 to 64 visible ASCII characters")
        }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    /// What a case is called that has no name: its place, from 1.
    public static func numbered(_ place: Int) -> CaseID { CaseID(unchecked: "\(place)") }

    /// A short name.
    public static var schema: Schema { .type("string", [JSONMember("pattern", #"^[\x21-\x7e]{1,64}$"#)]) }
}

/// How a program's output is compared with what is expected.
public struct Checker: WireObject, Equatable {
    /// Kinds of comparison.
    public enum Kind: String, WireEnum {
        /// Byte by byte.
        case exact
        /// Line by line; blanks at the ends of lines and empty lines at the end do not count.
        case lines
        /// Word by word, whatever stands between them.
        case tokens
        /// As `tokens`, and numbers may differ by the tolerance.
        case floats
    }

    /// Which.
    public var kind = Kind.lines
    /// For `floats`: by how much a number may be off, whatever its size.
    public var absoluteTolerance = 1e-6
    /// For `floats`: by which part of the expected number a number may be off.
    public var relativeTolerance = 1e-6

    /// Line by line.
    public init() {}

    /// kind, absolute, relative.
    public static let fields = Fields<Checker>(
        defaulted("kind", \.kind), defaulted("absolute", \.absoluteTolerance, .range(0...1e9)),
        defaulted("relative", \.relativeTolerance, .range(0...1)))
}

/// What a checker says.
public enum Grade: String, WireEnum {
    /// The output is what was expected.
    case accepted
    /// The program ended well and its output is not what was expected.
    case wrongAnswer = "wrong_answer"
    /// The program did not end well; its verdict says how.
    case failed
    /// Some cases are accepted, others are not.
    case partial
}

/// The first place where an output is not what was expected.
public struct Difference: WireObject, Equatable {
    /// The line of the output, or the number of the word for `tokens` and `floats`, from 1.
    public var place = 1
    /// What was expected there, shortened; absent when the output should have ended.
    public var expected: String?
    /// What is there, shortened; absent when the output has ended.
    public var found: String?

    /// For reading.
    public init() {}

    /// A difference.
    public init(place: Int, expected: String?, found: String?) {
        self.place = place
        self.expected = expected
        self.found = found
    }

    /// place, expected, found.
    public static let fields = Fields<Difference>(
        field("place", \.place), field("expected", \.expected), field("found", \.found))
}
