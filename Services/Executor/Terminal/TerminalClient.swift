internal import Contracts
internal import ServiceKit

/// Brings what one client says to its terminal; lives on the connection's event loop.
final class TerminalClient: WebSocketReceiver {
    private let terminal: Terminal
    private let number: Int

    init(_ terminal: Terminal, _ number: Int) {
        self.terminal = terminal
        self.number = number
    }

    func received(_ message: [UInt8], isText: Bool) {
        guard isText else { return terminal.type(message, number) }
        do throws(Problem) {
            try terminal.obey(try Self.command(message), number)
        } catch {
            if !terminal.complain(error, number) { terminal.dismiss(number) }
        }
    }

    private static func command(_ text: [UInt8]) throws(Problem) -> TerminalCommand {
        do throws(WireFaults) { return try TerminalCommand.decode(text) } catch { throw Problem(error) }
    }

    func credentialEnded(_ reason: String) {
        _ = terminal.complain(Problem(.unauthenticated, reason), number)
    }

    func caughtUp() { terminal.sendSoon() }
    func closed() { terminal.leave(number) }
}
