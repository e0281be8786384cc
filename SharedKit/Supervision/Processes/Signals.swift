private import CKernel
private import Glibc
package import SystemKit

/// Signals read as data by the event loop instead of interrupting it.
package struct Signals: ~Copyable {
    private let descriptor: FD

    /// Blocks `numbers` for the calling thread and reads them from now on.
    package init(_ numbers: [CInt]) throws(SystemFailure) {
        let mask = numbers.reduce(UInt(0)) { $0 | 1 << (UInt($1) - 1) }
        descriptor = FD(owning: try check("signalfd") { ck_signals(mask) })
    }

    /// The descriptor to poll.
    package var number: CInt { descriptor.number }

    /// The next signal pending on the descriptor, or nil.
    package static func next(_ descriptor: CInt) -> CInt? {
        let number = ck_next_signal(descriptor)
        return number == 0 ? nil : number
    }
}

/// How a process ended.
package struct ExitStatus: Sendable, Equatable, CustomStringConvertible {
    /// Its exit code, or nil when a signal ended it.
    package let code: CInt?
    /// The signal that ended it, or nil.
    package let signal: CInt?

    /// Either a code or a signal.
    package init(code: CInt?, signal: CInt?) {
        self.code = code
        self.signal = signal
    }

    /// For people: `"exit 1"` or `"SIGSEGV"`.
    package var description: String {
        if let signal { return Self.names[signal] ?? "signal \(signal)" }
        return "exit \(code ?? 0)"
    }

    private static let names: [CInt: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV",
        SIGPIPE: "SIGPIPE", SIGTERM: "SIGTERM", SIGSYS: "SIGSYS", SIGXCPU: "SIGXCPU",
    ]
}

/// The children of this process that have ended since the last call.
package func reapChildren() -> [(pid: CInt, status: ExitStatus)] {
    var ended: [(CInt, ExitStatus)] = []
    while true {
        let next = ck_reap()
        guard next.pid > 0 else { return ended }
        let signal = next.signal == 0 ? nil : next.signal
        ended.append((next.pid, ExitStatus(code: signal == nil ? next.exit_code : nil, signal: signal)))
    }
}

/// Makes orphans below this process its children, so that none escapes when a service dies.
package func adoptOrphans() throws(SystemFailure) {
    try check("prctl(PR_SET_CHILD_SUBREAPER)") { ck_adopt_orphans() }
}
