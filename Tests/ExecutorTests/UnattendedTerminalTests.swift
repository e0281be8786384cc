import Contracts
import ExecutorService
import ServiceKit
import TestSupport
import Testing

@Suite("A terminal at which nobody sits", .tags(.medium), .timeLimit(.minutes(3)))
struct UnattendedTerminalTests {
    @Test("the end of a program is known at once, however much of its output nobody has taken")
    func endsUnread() async throws {
        try await Executors.run { executors in
            // More than may be ahead, less than what waits in between: it ends, and nobody has read a byte.
            let line = "\(TerminalTests.lines(5000)); exit 4"
            let id = try await executors.create(try TerminalTests.request(line), wait: nil).id
            let ended = try #require(try await executors.events(id).last?.result)
            #expect(ended.exitCode == 4 && ended.verdict == .nonzeroExit)
            #expect(ended.stdout.totalBytes == 5000 * 42)
            #expect(try await executors.get(id).state == .finished)
            let late = try await executors.connect(id) { socket in
                var seen = TerminalTests.Seen()
                while try seen.take(try socket.next()) {}
                return seen
            }
            #expect(late.output.count == 5000 * 42 && late.isGapless && late.close == 1000)
        }
    }

    @Test("one that is recorded is an execution as any other: events, typing and sizes by requests, a bound")
    func recorded() async throws {
        try await Executors.run { executors in
            let line = #"stty -echo; read -r x; echo "<$x $(stty size)>"; read -r x; yes"#
            var request = try TerminalTests.request(line) { $0.isRecorded = true }
            request.limits.outputBytes = 50_000
            let id = try await executors.create(request, wait: nil).id
            let client = executors.service.client
            let size = ScreenSize.with { ($0.columns, $0.rows) = (100, 30) }
            _ = try await client.call(ExecutorEndpoints.resize, size, executors.options(id: id))
            for text in ["hello\n", "go\n"] {
                let chunk = StdinChunk.with { $0.content = text }
                _ = try await client.call(ExecutorEndpoints.stdin, chunk, executors.options(id: id))
            }
            // Nobody sits there: what it shows is bounded, not held up.
            let events = try await executors.events(id)
            let text = events.filter { $0.kind == .stdout }.compactMap(\.content).joined()
            #expect(text.contains("<hello 30 100>\r\ny\r\n") && text.utf8.count == 50_000)
            #expect(events.last?.result?.verdict == .outputLimit)
        }
    }
}
