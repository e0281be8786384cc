import Contracts
import Glibc
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("Sitting together at a run's terminal", .tags(.medium), .timeLimit(.minutes(3)))
struct RunTerminalTests {
    /// What one client sees, up to its end.
    struct Seen: Sendable {
        var opened = TerminalEvent()
        var output: [UInt8] = []
        var errors: [Problem] = []
        var finished: TerminalEvent?
        var close: UInt16?

        var text: String { String(decoding: output, as: UTF8.self) }

        /// Takes one message; false when it was the last.
        mutating func take(_ message: RawWebSocket.Message) throws -> Bool {
            switch message {
            case .binary(let bytes):
                #expect(bytes.prefix(8).reduce(0) { $0 << 8 | Int($1) } == opened.sequence + output.count)
                output += bytes.dropFirst(8)
            case .text(let text):
                let event = try TerminalEvent.decode(Array(text.utf8))
                switch event.kind {
                case .opened: opened = event
                case .error: if let problem = event.details.problem { errors.append(problem) }
                case .finished: finished = event
                }
            case .close(let code):
                close = code
                return false
            case .end: return false
            }
            return true
        }
    }

    let ada: Identity
    let ben: Identity

    init() throws {
        ada = try .tester("Ada")
        ben = try .tester("Ben")
    }

    private func start(_ desk: Desk, _ session: Session, terminal: Bool = true) async throws -> Run {
        var request = RunRequest()
        if terminal { request.terminal = TerminalRequest() }
        return try await desk.client.call(
            SessionRoomEndpoints.run, request, desk.options(ada, ["session_id": session.id.text]))
    }

    private func sit<Result: Sendable>(
        _ desk: Desk, _ run: Run, _ user: Identity, _ query: String = "",
        _ body: @escaping @Sendable (inout RawWebSocket, inout Seen) throws -> Result
    ) async throws -> Result {
        let session = try #require(run.sessionID)
        let path = "/v1/sessions/\(session.text)/runs/\(run.id.text)/terminal\(query)"
        let identity = desk.service.statement(of: user)
        return try await TestSupport.connect(port: desk.service.port, path, identity) { socket in
            var seen = Seen()
            return try body(&socket, &seen)
        }
    }

    @Test("editors type, viewers watch, everybody sees all of it from the start, and the session keeps it")
    func together() async throws {
        let peers = ScriptedPeers {
            $0.output = [(.stdout, "who? ")]
            $0.holds = true
        }
        try await Fixture(peers).serving { desk in
            let session = try await desk.session(of: ada)
            try await desk.admit(ben, as: .viewer, to: session, by: ada)
            let run = try await start(desk, session)
            #expect(run.terminal == ScreenSize())
            let refused = try await sit(desk, run, ben) { socket, seen in
                try socket.send(Array("x".utf8))
                while seen.errors.isEmpty { guard try seen.take(try socket.next()) else { return seen } }
                return seen
            }
            #expect(refused.errors.map(\.code) == [.forbidden])
            async let watched = sit(desk, run, ben, "?after=2") { socket, seen in
                while try seen.take(try socket.next()) {}
                return seen
            }
            let sat = try await sit(desk, run, ada) { socket, seen in
                while seen.text != "who? " { guard try seen.take(try socket.next()) else { return seen } }
                try socket.send(Array("Ada\n".utf8))
                try socket.send(#"{"type":"resize","data":{"columns":77,"rows":11}}"#)
                try socket.send(#"{"type":"signal","data":{"signal":"SIGINT"}}"#)
                try socket.send(#"{"type":"resize"}"#)
                while seen.errors.isEmpty { guard try seen.take(try socket.next()) else { return seen } }
                peers.script.withLock { $0.holds = false }
                while try seen.take(try socket.next()) {}
                return seen
            }
            #expect(sat.close == 1000 && sat.finished?.details.result?.verdict == .ok)
            #expect(sat.errors.first?.errors?.first?.pointer == "/data/columns")
            let seen = try await watched
            #expect(peers.seen.snapshot.requests.first?.terminal?.isRecorded == true)
            #expect(seen.text == "o? " && seen.opened.sequence == 2 && seen.close == 1000)
            try await checkKept(desk, peers, run)
        }
    }

    private func checkKept(_ desk: Desk, _ peers: ScriptedPeers, _ run: Run) async throws {
        let calls = peers.seen.snapshot.calls
        #expect(calls.filter { $0.hasPrefix("type") } == ["type Ada\n", "type \u{3}"])
        #expect(calls.contains("resize 77 11"))
        let events = try await desk.events(of: run.id, by: ben)
        #expect(events.first { $0.kind == .resize }?.size?.columns == 77)
        #expect(events.last?.run?.terminal?.rows == 11)
        // Afterwards, too.
        let late = try await sit(desk, run, ben) { socket, seen in
            while try seen.take(try socket.next()) {}
            return seen
        }
        #expect(late.text == "who? " && late.finished?.details.result?.verdict == .ok)
    }

    @Test("whoever's sign-in is ended is told so, and sits there no longer; the program goes on")
    func revoked() async throws {
        let peers = ScriptedPeers {
            $0.output = [(.stdout, "who? ")]
            $0.holds = true
        }
        var ada = ada
        let signIn = SignInID(milliseconds: 1, random: [UInt8](repeating: 3, count: 10))
        ada.signInID = signIn
        let user = ada
        try await RevokingAuth.open { auth in
            try await Fixture(peers).serving(beside: [.auth: auth.port]) { desk in
                let session = try await desk.session(of: user)
                let run = try await start(desk, session)
                let seen = try await sit(desk, run, user) { socket, seen in
                    while seen.text != "who? " { guard try seen.take(try socket.next()) else { return seen } }
                    auth.revoke { $0.signInID = signIn }
                    while try seen.take(try socket.next()) {}
                    return seen
                }
                #expect(seen.errors.map(\.code) == [.unauthenticated] && seen.close == 4401)
                peers.script.withLock { $0.holds = false }
                #expect(try await desk.end(of: run.id, by: user).state == .succeeded)
            }
        }
    }

    @Test("is for members, and for runs that have one")
    func refusals() async throws {
        try await Fixture().serving { desk in
            let session = try await desk.session(of: ada)
            let run = try await start(desk, session)
            let plain = try await start(desk, session, terminal: false)
            for (run, user, status) in [(run, ben, 404), (plain, ada, 409)] {
                do {
                    try await sit(desk, run, user) { _, _ in }
                    Issue.record("somebody was let in")
                } catch let refused as RawWebSocket.Refused {
                    #expect(refused.answer.hasPrefix("HTTP/1.1 \(status) "), "\(refused.answer)")
                }
            }
            _ = try await desk.end(of: run.id, by: ada)
            _ = try await desk.end(of: plain.id, by: ada)
        }
    }
}
