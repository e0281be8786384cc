internal import Contracts
internal import Languages
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// One connection of Piston's `connect`: at most one program.
final class PistonTalk: Sendable {
    enum Phase { case waiting, initialized, over }

    struct State {
        var phase = Phase.waiting
        /// The running program, once it is known.
        var record: ExecutionRecord?
        var isRunning = false
        /// Signals for a program that does not run yet.
        var signals: [Int32] = []
        /// The program's output waits for a client that reads.
        var shower: CheckedContinuation<Void, Never>?
    }

    let connection: WebSocketConnection
    let identity: Identity
    let typed: TypedQueue
    let state = Locked(State())
    private let talks: PistonTalks

    init(_ connection: WebSocketConnection, _ identity: Identity, _ talks: PistonTalks) {
        self.connection = connection
        self.identity = identity
        self.talks = talks
        typed = TypedQueue(of: connection)
        connection.eventLoop.scheduleTask(in: .seconds(Limits.pistonInitSeconds)) { [weak self] in
            guard let self, state.withLock({ $0.phase }) == .waiting else { return }
            close(.pistonInitializationTimeout, "Initialization Timeout")
        }
    }

    /// Does what the client says, in the order and with the words of Piston.
    func received(_ text: [UInt8]) {
        do throws(Problem) {
            switch try Self.read(PistonMessage.self, text).type {
            case "init": try initialize(text)
            case "data": try takeData(text)
            case "signal": try takeSignal(text)
            default: break
            }
        } catch {
            fail(error)
        }
    }

    private static func read<Value: Wire>(_ type: Value.Type, _ text: [UInt8]) throws(Problem) -> Value {
        do throws(WireFaults) {
            return try Value.decode(text, unknownFields: .skip)
        } catch {
            throw Problem(error)
        }
    }

    private func initialize(_ text: [UInt8]) throws(Problem) {
        guard state.withLock({ $0.phase }) == .waiting else {
            return close(.pistonAlreadyInitialized, "Already Initialized")
        }
        let request = try Self.read(PistonRequest.self, text)
        let (found, execution) = try PistonTranslation.request(request, talks.runtimes)
        state.withLock { $0.phase = .initialized }
        try talks.begin(self, found, execution)
    }

    private var isInitialized: Bool {
        if state.withLock({ $0.phase }) != .waiting { return true }
        close(.pistonNotInitialized, "Not yet initialized")
        return false
    }

    private func takeData(_ text: [UInt8]) throws(Problem) {
        guard isInitialized else { return }
        let message = try Self.read(PistonMessage.self, text)
        guard message.stream == "stdin" else { return close(.pistonOnlyStdin, "Can only write to stdin") }
        typed.add(Array((message.data ?? "").utf8))
    }

    private func takeSignal(_ text: [UInt8]) throws(Problem) {
        guard isInitialized else { return }
        let name = try Self.read(PistonMessage.self, text).signal?.wrapped ?? ""
        guard let number = SignalNames.number(of: name) else {
            return close(.pistonInvalidSignal, "Invalid signal")
        }
        let record: ExecutionRecord? = state.withLock { state in
            if state.isRunning { return state.record }
            if state.signals.count < SignalNames.early { state.signals.append(number) }
            return nil
        }
        ignoring("a program that has ended gets no signal") { try record?.signal(number: number) }
    }

    // MARK: to the client

    func say(_ type: String, _ fill: (inout PistonMessage) -> Void) {
        var message = PistonMessage()
        message.type = type
        fill(&message)
        connection.send(WebSocketFrame.text(message.encode()))
    }

    /// The reason of a close frame is short: it is said in a message before.
    func fail(_ problem: Problem) {
        say("error") { $0.message = problem.detail ?? problem.title }
        close(.pistonError, "Notified Error")
    }

    func close(_ code: WebSocketCloseCode, _ reason: String) {
        connection.close(code, reason)
        end()
    }

    /// Returns when the client has room for more.
    func waitForRoom() async {
        await withCheckedContinuation { shower in
            let hasRoom = state.withLock { state in
                if state.phase == .over || !connection.isCongested { return true }
                state.shower = shower
                return false
            }
            if hasRoom { shower.resume() }
        }
    }

    func caughtUp() { state.withLock { $0.shower.take() }?.resume() }

    /// Nobody is there any more, or nobody is wanted: the program goes, too.
    func end() {
        let (record, shower) = state.withLock { state in
            state.phase = .over
            return (state.record.take(), state.shower.take())
        }
        typed.end()
        shower?.resume()
        record?.cancel()
    }
}

/// Brings what one client says to its talk; lives on the connection's event loop.
final class PistonClient: WebSocketReceiver {
    private let talk: PistonTalk

    init(_ talk: PistonTalk) { self.talk = talk }

    func received(_ message: [UInt8], isText: Bool) { talk.received(message) }
    func caughtUp() { talk.caughtUp() }
    func closed() { talk.end() }
}

/// Signals as Piston knows them (api/src/globals.js).
enum SignalNames {
    /// Signals kept for a program that does not run yet; more would say nothing new.
    static let early = 8

    private static let usual = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
        "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
        "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ]
    private static let numbers: [String: Int32] = {
        var numbers: [String: Int32] = [:]
        for (index, name) in usual.enumerated() { numbers["SIG\(name)"] = Int32(index) + 1 }
        for step in 0...15 as ClosedRange<Int32> {
            numbers[step == 0 ? "SIGRTMIN" : "SIGRTMIN+\(step)"] = 34 + step
            numbers[step == 0 ? "SIGRTMAX" : "SIGRTMAX-\(step)"] = 64 - step
        }
        return numbers
    }()

    /// The number of a signal by its name, nil for a name that is none.
    static func number(of name: String) -> Int32? { numbers[name] }
}
