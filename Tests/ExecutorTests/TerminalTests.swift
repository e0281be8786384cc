import Contracts
import ExecutorService
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("A program's terminal", .tags(.medium), .timeLimit(.minutes(3)))
struct TerminalTests {
    /// What one client sees, up to its end.
    struct Seen: Sendable {
        var opened = TerminalEvent()
        var output: [UInt8] = []
        var errors: [Problem] = []
        var finished: TerminalEvent?
        var close: UInt16?
        /// Whether every piece began where the one before it ended.
        var isGapless = true

        var text: String { String(decoding: output, as: UTF8.self) }

        /// Takes one message; false when it was the last.
        mutating func take(_ message: RawWebSocket.Message) throws -> Bool {
            switch message {
            case .binary(let bytes):
                let position = bytes.prefix(8).reduce(0) { $0 << 8 | Int($1) }
                if position != opened.sequence + output.count { isGapless = false }
                output += bytes.dropFirst(8)
            case .text(let text): take(try TerminalEvent.decode(Array(text.utf8)))
            case .close(let code):
                close = code
                return false
            case .end: return false
            }
            return true
        }

        private mutating func take(_ event: TerminalEvent) {
            switch event.kind {
            case .opened: opened = event
            case .error: if let problem = event.details.problem { errors.append(problem) }
            case .finished: finished = event
            }
        }
    }

    static func request(_ line: String, _ change: (inout TerminalRequest) -> Void = { _ in }) throws
        -> ExecutionRequest
    {
        var request = try ExecutionRequest.shell(line)
        var terminal = TerminalRequest()
        change(&terminal)
        request.terminal = terminal
        return request
    }

    /// Writes so many lines of 42 bytes.
    static func lines(_ count: Int) -> String {
        "i=0; while [ $i -lt \(count) ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done"
    }

    /// Sits at a new program's terminal and does `body`.
    static func sit<Result: Sendable>(
        _ request: ExecutionRequest,
        _ body: @escaping @Sendable (inout RawWebSocket, inout Seen) throws -> Result
    ) async throws -> (Result, Execution) {
        try await Executors.run { executors in
            let execution = try await executors.create(request, wait: nil)
            let result = try await executors.connect(execution.id) { socket in
                var seen = Seen()
                return try body(&socket, &seen)
            }
            return (result, try await executors.get(execution.id))
        }
    }

    @Test("shows what the program writes, and how it ended, then closes")
    func plain() async throws {
        let line = "test -t 0 && test -t 1 && test -t 2 && echo all; tty -s < /dev/tty && echo $TERM; exit 3"
        let (seen, execution) = try await Self.sit(try Self.request(line)) { socket, seen in
            while try seen.take(try socket.next()) {}
            return seen
        }
        #expect(seen.text == "all\r\nxterm-256color\r\n")
        #expect(seen.isGapless && seen.opened.sequence == 0 && seen.opened.details.truncatedBytes == 0)
        #expect(seen.finished?.details.result?.exitCode == 3)
        #expect(seen.finished?.details.result?.verdict == .nonzeroExit)
        #expect(seen.finished?.sequence == seen.output.count)
        #expect(seen.close == 1000)
        #expect(execution.state == .finished && execution.result?.stdout.content == seen.text)
    }

    @Test("types, resizes, interrupts by key and by command, and ends the input")
    func commands() async throws {
        let line = """
            trap 'echo; echo "<int>"' INT
            trap 'echo "<size $(stty size)>"' WINCH
            stty -echo; stty size; echo "<ready>"
            while read -r word; do echo "<$word>"; done
            echo "<eof>"
            """
        let (seen, _) = try await Self.sit(
            try Self.request(line) { ($0.columns, $0.rows) = (100, 30) }
        ) { socket, seen in
            func wait(_ mark: String) throws {
                while !seen.text.contains(mark) {
                    guard try seen.take(try socket.next()) else { return }
                }
            }
            try wait("<ready>")
            try socket.send(Array("hello\n".utf8))
            try wait("<hello>")
            try socket.send(#"{"type":"resize","data":{"columns":77,"rows":11}}"#)
            try socket.send(Array("again\n".utf8))
            try wait("<again>")
            try wait("<size 11 77>")
            try socket.send([3])
            try wait("<int>")
            try socket.send(Array("more\n".utf8))
            try wait("<more>")
            try socket.send(#"{"type":"signal","data":{"signal":"SIGINT"}}"#)
            try socket.send(Array("last\n".utf8))
            try wait("<last>")
            try socket.send(#"{"type":"eof"}"#)
            while try seen.take(try socket.next()) {}
            return seen
        }
        #expect(seen.text.hasPrefix("30 100\r\n"))
        #expect(seen.text.split(separator: "<int>").count >= 3, "\(seen.text)")
        #expect(seen.text.contains("<eof>"))
        #expect(seen.finished?.details.result?.exitCode == 0)
    }

    @Test("goes on after a lost connection, at the byte where the client was")
    func resumes() async throws {
        let line = "echo one; read -r x; echo two; read -r x; echo three"
        try await Executors.run { executors in
            let id = try await executors.create(try Self.request(line), wait: nil).id
            let first = try await executors.connect(id) { socket in
                var seen = Seen()
                while !seen.text.contains("one") { guard try seen.take(try socket.next()) else { break } }
                try socket.send(Array("\n".utf8))
                while !seen.text.contains("two") { guard try seen.take(try socket.next()) else { break } }
                return seen
            }
            let second = try await executors.connect(id, "?after=5") { socket in
                var seen = Seen()
                _ = try seen.take(try socket.next())
                try socket.send(Array("\n".utf8))
                while try seen.take(try socket.next()) {}
                return seen
            }
            #expect(first.text.hasPrefix("one\r\n"))
            #expect(second.opened.sequence == 5 && second.opened.details.inputBytes == 1)
            #expect(second.text.hasSuffix("three\r\n") && second.text.contains("two\r\n"))
            #expect(!second.text.contains("one") && second.isGapless)
            let late = try await executors.connect(id) { socket in
                var seen = Seen()
                while try seen.take(try socket.next()) {}
                return seen
            }
            #expect(late.output == Array("one\r\n".utf8) + second.output && late.close == 1000)
        }
    }

    @Test("a newer client takes the terminal over")
    func takenOver() async throws {
        try await Executors.run { executors in
            let id = try await executors.create(try Self.request("read -r x; echo \"<$x>\""), wait: nil).id
            let (seated, tell) = AsyncStream<Void>.makeStream()
            async let first = executors.connect(id) { socket in
                var seen = Seen()
                while try seen.take(try socket.next()) { tell.finish() }
                return seen
            }
            for await _ in seated {}
            let second = try await executors.connect(id) { socket in
                var seen = Seen()
                _ = try seen.take(try socket.next())
                try socket.send(Array("typed\n".utf8))
                while try seen.take(try socket.next()) {}
                return seen
            }
            #expect(try await first.close == 4409)
            #expect(second.close == 1000 && second.text.contains("<typed>"))
        }
    }

    @Test("a client that does not read holds the program up, and misses nothing")
    func backPressure() async throws {
        // The program counts what it could write; a client that never acknowledges gets one window.
        let line = "\(Self.lines(20_000)); echo end"
        let (seen, execution) = try await Self.sit(try Self.request(line), "?window=4096") { socket, seen in
            while seen.output.count < 4096 { guard try seen.take(try socket.next()) else { break } }
            let held = seen.output.count
            while true {
                try socket.send(#"{"type":"ack","data":{"seq":\#(seen.output.count)}}"#)
                guard try seen.take(try socket.next()) else { break }
            }
            return (seen, held)
        }
        #expect(seen.1 == 4096)
        #expect(seen.0.isGapless && seen.0.text.hasSuffix("end\r\n"))
        #expect(seen.0.output.count == 20000 * 42 + 5)
        #expect(execution.result?.verdict == .ok)
        #expect(execution.result?.stdout.totalBytes == seen.0.output.count)
        #expect(execution.result?.stdout.isTruncated == true)
    }

    @Test("says how much is no longer there")
    func truncated() async throws {
        // More than is kept for a reader who has not come that far when the program ends.
        let line = Self.lines(30_000)
        try await Executors.run { executors in
            let id = try await executors.create(try Self.request(line), wait: nil).id
            func watch(_ query: String) async throws -> Seen {
                try await executors.connect(id, query) { socket in
                    var seen = Seen()
                    while try seen.take(try socket.next()) {}
                    return seen
                }
            }
            let whole = try await watch("")
            let rest = try await watch("?after=10")
            #expect(whole.output.count == 1_260_000)
            let truncated = rest.opened.details.truncatedBytes ?? 0
            #expect(truncated > 0 && rest.opened.sequence == 10 + truncated)
            #expect(rest.output == Array(whole.output.suffix(1_260_000 - 10 - truncated)))
        }
    }

    @Test("bad messages are answered by naming field and rule, and do no harm")
    func badMessages() async throws {
        let bad: [(String, String)] = [
            ("{", ""), (#"{"type":"dance"}"#, "/type"), (#"{"type":"resize"}"#, "/data/columns"),
            (#"{"type":"resize","data":{"columns":0,"rows":5}}"#, "/data/columns"),
            (#"{"type":"resize","data":{"columns":10}}"#, "/data/rows"),
            (#"{"type":"signal","data":{"signal":"SIGSEGV"}}"#, "/data/signal"),
            (#"{"type":"signal"}"#, "/data/signal"), (#"{"type":"ack","data":{"seq":99}}"#, "/data/seq"),
            (#"{"type":"eof","more":1}"#, "/more"),
        ]
        let (seen, _) = try await Self.sit(try Self.request("read -r x; echo \"<$x>\"")) { socket, seen in
            for (text, _) in bad { try socket.send(text) }
            while seen.errors.count < bad.count { guard try seen.take(try socket.next()) else { break } }
            try socket.send(Array("fine\n".utf8))
            while try seen.take(try socket.next()) {}
            return seen
        }
        for ((text, pointer), problem) in zip(bad, seen.errors) {
            #expect(problem.errors?.first?.pointer == pointer, "\(text): \(problem)")
        }
        #expect(seen.text.contains("<fine>") && seen.close == 1000)
    }

    @Test("who says nothing sensible has to go")
    func nonsense() async throws {
        try await Executors.run { executors in
            let id = try await executors.create(try Self.request("read -r x"), wait: nil).id
            let seen = try await executors.connect(id) { socket in
                for _ in 0..<20 { try socket.send("nonsense") }
                var seen = Seen()
                while try seen.take(try socket.next()) {}
                return seen
            }
            #expect(seen.close == 1008 && seen.errors.count == 16)
            _ = try await executors.service.client.call(ExecutorEndpoints.cancel, executors.options(id: id))
        }
    }

    @Test("ends when nobody does anything for too long, and when somebody wants that")
    func ends() async throws {
        let (seen, _) = try await Self.sit(try Self.request("read -r x") { $0.idleMilliseconds = 1000 }) {
            socket, seen in
            while try seen.take(try socket.next()) {}
            return seen
        }
        #expect(seen.finished?.details.result?.verdict == .wallLimit)
        #expect(seen.finished?.details.result?.reason?.contains("1000 ms") == true)
        // One whose output nobody takes: it is held up, and still ends.
        try await Executors.run { executors in
            let id = try await executors.create(try Self.request("yes"), wait: nil).id
            while try await executors.get(id).state != .running { await Task.yield() }
            _ = try await executors.service.client.call(ExecutorEndpoints.cancel, executors.options(id: id))
            _ = try await executors.events(id)
            #expect(try await executors.get(id).result?.verdict == .cancelled)
        }
    }

    @Test("is for its owner, for programs that have one, and for places it has")
    func refusals() async throws {
        try await Executors.run { executors in
            let id = try await executors.create(try Self.request("read -r x"), wait: nil).id
            let plain = try await executors.create(try .shell("true")).id
            let refusals: [(ExecutionID, String, String, Int)] = [
                (id, "Eve", "", 404), (id, "", "", 401), (plain, "Ada", "", 409),
                (id, "Ada", "?after=x", 422),
                (id, "Ada", "?after=1", 422), (id, "Ada", "?window=7", 422),
            ]
            for (id, name, query, status) in refusals {
                do {
                    try await executors.connect(id, query, as: name) { _ in }
                    Issue.record("\(name) \(query) was let in")
                } catch let refused as RawWebSocket.Refused {
                    #expect(refused.answer.hasPrefix("HTTP/1.1 \(status) "), "\(name) \(query)")
                }
            }
            var together = try Self.request("true")
            together.repetitions = 2
            await #expect(throws: Problem.self) { try await executors.create(together) }
            _ = try await executors.service.client.call(ExecutorEndpoints.cancel, executors.options(id: id))
        }
    }

    @Test("a user has a few terminals, and gets their places back")
    func seats() async throws {
        try await Executors.run { executors in
            var ids: [ExecutionID] = []
            for _ in 0..<Limits.terminalsPerUser {
                ids.append(try await executors.create(try Self.request("read -r x"), wait: nil).id)
            }
            do {
                _ = try await executors.create(try Self.request("true"), wait: nil)
                Issue.record("one more was opened")
            } catch let problem as Problem {
                #expect(problem.code == .rateLimited)
            }
            for id in ids {
                _ = try await executors.service.client.call(
                    ExecutorEndpoints.cancel, executors.options(id: id))
                _ = try await executors.events(id)
            }
            // A place is free a moment after its program's end is known.
            while true {
                do {
                    let last = try await executors.create(try Self.request("true"), wait: nil)
                    _ = try await executors.service.client.call(
                        ExecutorEndpoints.cancel, executors.options(id: last.id))
                    return
                } catch let problem as Problem {
                    #expect(problem.code == .rateLimited)
                    await Task.yield()
                }
            }
        }
    }
}

extension TerminalTests {
    static func sit<Result: Sendable>(
        _ request: ExecutionRequest, _ query: String,
        _ body: @escaping @Sendable (inout RawWebSocket, inout Seen) throws -> Result
    ) async throws -> (Result, Execution) {
        try await Executors.run { executors in
            let execution = try await executors.create(request, wait: nil)
            let result = try await executors.connect(execution.id, query) { socket in
                var seen = Seen()
                return try body(&socket, &seen)
            }
            return (result, try await executors.get(execution.id))
        }
    }
}

extension Executors {
    /// A client of a program's terminal, on a thread of its own; nobody for an empty name.
    func connect<Result: Sendable>(
        _ id: ExecutionID, _ query: String = "", as name: String = "Ada",
        _ body: @escaping @Sendable (inout RawWebSocket) throws -> Result
    ) async throws -> Result {
        let identity = name.isEmpty ? nil : service.statement(of: try .tester(name))
        return try await TestSupport.connect(
            port: service.port, "/v1/executions/\(id.text)/terminal\(query)", identity, body)
    }
}
