internal import CSandbox
internal import Glibc
internal import SystemKit

/// How large a terminal is, in characters.
package struct TerminalSize: Sendable, Hashable {
    /// Characters of a line, 1 to 1000.
    package let columns: Int
    /// Lines, 1 to 1000.
    package let rows: Int

    /// A size; a number outside its range is moved to its nearest end.
    package init(columns: Int, rows: Int) {
        self.columns = min(max(columns, 1), 1000)
        self.rows = min(max(rows, 1), 1000)
    }
}

/// A terminal that a program has for its three standard streams, seen from the side of screen and keyboard.
///
/// The program's side stays open here until the run is over: a program that closes its streams and opens
/// `/dev/tty` later still has its terminal, and what it wrote last can be read after its end.
final class PseudoTerminal: Sendable {
    /// What the program shows is read here.
    let screen: FD
    /// The same once more, for what is typed: one descriptor has one place in an epoll.
    let keyboard: SharedFD
    /// The program's side.
    let program: FD

    init(_ size: TerminalSize) throws(SandboxFailure) {
        var ends: [CInt] = [-1, -1]
        try step("terminal") { csb_open_terminal(&ends) }
        screen = FD(owning: ends[0])
        program = FD(owning: ends[1])
        let number = ends[0]
        keyboard = try SharedFD("terminal") { fcntl(number, F_DUPFD_CLOEXEC, 0) }
        resize(size)
    }

    /// Tells the program by SIGWINCH, if the size is another one.
    func resize(_ size: TerminalSize) {
        let number = screen.number
        ignoring("a terminal that is open takes every size") {
            try check("TIOCSWINSZ") { csb_resize_terminal(number, UInt32(size.columns), UInt32(size.rows)) }
        }
    }

    /// Signals everybody in the foreground; false for a signal that no key sends.
    func signalForeground(_ number: CInt) -> Bool {
        guard [SIGINT, SIGQUIT, SIGTSTP].contains(number) else { return false }
        return csb_signal_terminal(screen.number, number) == 0
    }

    /// What ends the input in a terminal's usual mode: Ctrl-D.
    static let endOfInput: [UInt8] = [4]
}
