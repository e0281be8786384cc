/// The system calls that a program and everything it started tried.
///
/// A call of another ABI (32-bit, x32) ends the program as `security_violation` and is not listed.
public struct CallReport: WireObject, Equatable {
    /// Refused ones first, then by how often.
    public var calls: [TriedCall] = []
    /// Calls of numbers beyond the 512 that are told apart; all of them were refused.
    public var leftOut = 0

    /// For reading.
    public init() {}

    /// calls, left_out.
    public static let fields = Fields<CallReport>(field("calls", \.calls), field("left_out", \.leftOut))
}

/// One system call that was tried.
public struct TriedCall: WireObject, Equatable {
    /// The kernel's name, e.g. `openat`; `syscall_N` for a number without one.
    public var name = ""
    /// How often it was tried.
    public var count = 0
    /// How often the sandbox refused it; what the kernel itself refuses (a file that is not there) is not
    /// counted.
    public var refused = 0
    /// The newest refusal's error, e.g. `EPERM`.
    public var error: String?
    /// The first refusal's first argument as the kernel saw it, e.g. the address family of `socket`; a
    /// number or an address, in hexadecimal.
    public var firstArgument: String?

    /// For reading.
    public init() {}

    /// name, count, refused, error, first_argument.
    public static let fields = Fields<TriedCall>(
        field("name", \.name), field("count", \.count), field("refused", \.refused), field("error", \.error),
        field("first_argument", \.firstArgument))
}
