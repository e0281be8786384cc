import Contracts
import Glibc
import Supervision
import SystemKit

/// Sits at a program's terminal from our own: keys go there, its output comes here, also after a connection
/// was lost, without a byte twice or missing.
struct TerminalSeat: ~Copyable {
    /// Why somebody got up.
    enum Ending {
        /// The program has ended; nil when there never was one.
        case finished(ExecutionResult?)
        case left
        case takenOver
    }

    /// What somebody is there.
    enum Part {
        /// Nobody else sits there, so that the program ends with who leaves.
        case alone
        /// With the others of a session.
        case together
        /// With them, without the right to type.
        case watching

        /// What can be done at the beginning of a line.
        var help: String {
            switch self {
            case .alone: "~. leaves and ends the program, ~^Z suspends this, ~~ is one tilde, ~? is this"
            case .together: "~. leaves, the program goes on, ~^Z suspends this, ~~ is one tilde, ~? is this"
            case .watching: "you watch: only owner, editors and who started the run type; ~. leaves"
            }
        }
    }

    /// Exit code of who left before the program ended, as of ssh.
    static let leftCode: CInt = 255

    private enum Limits {
        /// What was typed lately and may not have arrived, bytes; more is held back by the connection itself.
        static let unconfirmedBytes = 256 << 10
        /// How long a lost connection is tried again, seconds.
        static let patienceSeconds = 60.0
        /// First and longest wait between two tries, milliseconds.
        static let firstPause: CInt = 100
        static let longestPause: CInt = 2000
    }

    private let own: OwnTerminal
    private let part: Part
    private let path: String
    private var door: PublicDoor
    private var escapes = EscapeKeys()
    /// Bytes of output that are on our screen.
    private var shown = 0
    /// Bytes typed in all, and the last of them.
    private var typed = 0
    private var unconfirmed: [UInt8] = []
    /// The connection ended with our token, and another one makes the next: nothing to worry people with.
    private var isRenewing = false
    /// Bytes of `typed` that were given to a connection.
    private var sent = 0

    /// Sits at the terminal behind `path` until the program ends, or we want to leave; afterwards our own is
    /// as it was.
    /// - Parameter signals: of `OwnTerminal.signals`.
    /// - Throws: `FleetFault` when the connection is lost for good.
    static func sit(
        _ part: Part, _ signals: consuming Signals, _ door: PublicDoor, _ path: String
    ) throws -> Ending {
        var seat = TerminalSeat(own: try OwnTerminal(signals), part: part, path: path, door: door)
        return try seat.sit()
    }

    private init(own: consuming OwnTerminal, part: Part, path: String, door: PublicDoor) {
        self.own = own
        (self.part, self.path, self.door) = (part, path, door)
    }

    private mutating func sit() throws -> Ending {
        if part == .watching { own.tell(part.help) }
        var pause = Limits.firstPause
        var lostAt: UInt64?
        while true {
            do {
                var socket = try door.webSocket("\(path)?after=\(shown)")
                if lostAt != nil, !isRenewing { own.tell("connected again") }
                (pause, lostAt, isRenewing) = (Limits.firstPause, nil, false)
                if let ending = try talk(&socket) { return ending }
            } catch let refused as ClientWebSocket.Refused where (400..<500).contains(refused.status) {
                throw FleetFault("the program's terminal is gone (\(refused.status))")
            } catch is SystemFailure, is ClientWebSocket.Refused {
                // Tried again below.
                isRenewing = false
            }
            let now = monotonicNanoseconds()
            if lostAt == nil, !isRenewing { own.tell("the connection is lost; \(part.help)") }
            let since = lostAt ?? now
            lostAt = since
            if Double(now - since) > Limits.patienceSeconds * 1e9 {
                throw FleetFault("the connection to the program's terminal is lost")
            }
            if try waitForKeys(pause) { return .left }
            pause = min(pause * 2, Limits.longestPause)
        }
    }

    /// Goes on with one connection; nil when it is lost.
    private mutating func talk(_ socket: inout ClientWebSocket) throws -> Ending? {
        try sendSize(socket)
        while true {
            var events = [STDIN_FILENO, socket.number, own.signals.number].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&events, 3, -1) >= 0 || errno == EINTR else { return nil }
            if events[2].revents != 0 {
                own.heardSignals()
                try sendSize(socket)
            }
            if events[1].revents != 0 {
                for message in try socket.receive() {
                    if let step = try take(message, socket) { return step.ending }
                }
            }
            if events[0].revents != 0 {
                let (bytes, wishesToLeave) = try readKeys()
                if !bytes.isEmpty {
                    sent += bytes.count
                    try socket.send(bytes)
                }
                if wishesToLeave { return .left }
                if bytes.isEmpty { try sendSize(socket) }
            }
        }
    }

    /// The last step of a connection; without an ending it was lost.
    private struct Step { var ending: Ending? }

    private mutating func take(
        _ message: ClientWebSocket.Message, _ socket: borrowing ClientWebSocket
    ) throws -> Step? {
        switch message {
        case .binary(let bytes):
            let position = bytes.prefix(8).reduce(0) { $0 << 8 | Int($1) }
            Console.write(Array(bytes.dropFirst(8)), to: STDOUT_FILENO)
            shown = position + bytes.count - 8
        case .text(let text): return try take(try TerminalEvent.decode(text, unknownFields: .skip), socket)
        case .end(4409): return Step(ending: .takenOver)
        case .end(let code):
            isRenewing = code == 4401
            return Step(ending: nil)
        }
        return nil
    }

    private mutating func take(
        _ event: TerminalEvent, _ socket: borrowing ClientWebSocket
    ) throws -> Step? {
        switch event.kind {
        case .opened:
            let lost = event.details.truncatedBytes ?? 0
            if lost > 0 { own.tell("\(lost) bytes of output are no longer there") }
            shown = event.sequence
            try sendAgain(behind: event.details.inputBytes ?? sent, socket)
        case .error where event.details.problem?.code == .unauthenticated: break
        case .error: own.tell(event.details.problem?.detail ?? "a message was not understood")
        case .finished: return Step(ending: .finished(event.details.result))
        }
        return nil
    }

    /// What was typed and has not arrived there.
    private mutating func sendAgain(behind arrived: Int, _ socket: borrowing ClientWebSocket) throws {
        let missing = min(typed - arrived, unconfirmed.count)
        sent = typed
        if missing > 0 { try socket.send(Array(unconfirmed.suffix(missing))) }
    }

    private func sendSize(_ socket: borrowing ClientWebSocket) throws {
        guard part != .watching else { return }
        let size = OwnTerminal.size
        let command = TerminalCommand.with {
            $0.kind = .resize
            $0.details = .with { ($0.columns, $0.rows) = (size.columns, size.rows) }
        }
        try socket.send(text: command.encode())
    }

    /// What was typed for the program, and whether somebody wants to leave.
    private mutating func readKeys() throws -> (bytes: [UInt8], wishesToLeave: Bool) {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &chunk, chunk.count)
        if count == -1, errno == EINTR { return ([], false) }
        // Nobody sits here any more.
        guard count > 0 else { return ([], true) }
        if part == .watching { return watch(chunk[..<count]) }
        let (bytes, wishes) = escapes.take(Array(chunk[..<count]))
        typed += bytes.count
        unconfirmed = Array((unconfirmed + bytes).suffix(Limits.unconfirmedBytes))
        for wish in wishes {
            switch wish {
            case .leave: return (bytes, true)
            case .help: own.tell(part.help)
            case .suspend: try own.suspend()
            }
        }
        return (bytes, false)
    }

    /// Keys of who may not type: Ctrl-C leaves, too, and others are answered with why nothing happens.
    private mutating func watch(_ keys: ArraySlice<UInt8>) -> (bytes: [UInt8], wishesToLeave: Bool) {
        let (_, wishes) = escapes.take(Array(keys))
        if wishes.contains(.leave) || keys.contains(0x03) { return ([], true) }
        if keys.contains(where: { $0 != UInt8(ascii: "~") }) { own.tell(part.help) }
        // Every key is at the beginning of a line, since none is typed.
        escapes = keys.last == UInt8(ascii: "~") ? escapes : EscapeKeys()
        return ([], false)
    }

    /// Keys typed while there is no connection are sent with the next; true when somebody wants to leave.
    private mutating func waitForKeys(_ milliseconds: CInt) throws -> Bool {
        let end = monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
        while true {
            let now = monotonicNanoseconds()
            guard now < end else { return false }
            var keys = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&keys, 1, CInt(clamping: (end - now) / 1_000_000 + 1)) > 0 else { continue }
            if try readKeys().wishesToLeave { return true }
        }
    }
}
