import CKernel
import Contracts
import Glibc
import Supervision
import SystemKit

/// The terminal that this command was started at. Raw from its making on, and as it was when it goes, also
/// when a signal ends the process.
struct OwnTerminal: ~Copyable {
    /// Has news when the screen has another size.
    let signals: Signals

    /// What `init` takes: to be called before there is a second thread that could take the signal.
    /// - Throws: `FleetFault` when we are not at a terminal.
    static func signals() throws -> Signals {
        guard isatty(STDIN_FILENO) == 1 else {
            throw FleetFault("-t needs a terminal: standard input is none")
        }
        return try Signals([SIGWINCH])
    }

    /// - Parameter signals: SIGWINCH, blocked before there was a second thread.
    /// - Throws: `SystemFailure` when standard input is no terminal.
    init(_ signals: consuming Signals) throws(SystemFailure) {
        self.signals = signals
        try Self.enterRaw()
    }

    deinit { ck_terminal_restore() }

    private static func enterRaw() throws(SystemFailure) {
        try check("tcsetattr") { ck_terminal_raw(STDIN_FILENO) }
    }

    /// Its size now, 80 by 24 when it does not say.
    static var size: (columns: Int, rows: Int) {
        var (columns, rows): (UInt32, UInt32) = (0, 0)
        let isKnown = ck_terminal_size(STDIN_FILENO, &columns, &rows) == 0 && columns > 0 && rows > 0
        return isKnown ? (Int(min(columns, 1000)), Int(min(rows, 1000))) : (80, 24)
    }

    /// Forgets what `signals` has said.
    borrowing func heardSignals() { while Signals.next(signals.number) != nil {} }

    /// Gives the terminal back to the shell until somebody wants us again.
    borrowing func suspend() throws(SystemFailure) {
        ck_terminal_restore()
        raise(SIGSTOP)
        try Self.enterRaw()
    }

    /// A line of ours between those of the program.
    borrowing func tell(_ line: String) {
        Console.write(Array("\r\n[\(line)]\r\n".utf8), to: STDERR_FILENO)
    }
}
