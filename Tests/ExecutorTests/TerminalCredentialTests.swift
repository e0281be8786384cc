import Contracts
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("A terminal and its client's token", .tags(.medium), .timeLimit(.minutes(3)))
struct TerminalCredentialTests {
    @Test("a client is told that its token has expired; with a new one it goes on where it was")
    func expiry() async throws {
        try await Executors.run { executors in
            let line = "stty -echo; echo ready; read -r word; echo \"<$word>\""
            let execution = try await executors.create(try TerminalTests.request(line), wait: nil)
            var ada = try Identity.tester("Ada")
            ada.credentialExpiresAtMilliseconds = Int(WallClock.system.now().milliseconds) + 500
            let first = try await sit(executors, execution.id, ada, after: 0) { socket, seen in
                while try seen.take(try socket.next()) {}
                return seen
            }
            #expect(first.errors.map(\.code) == [.unauthenticated] && first.close == 4401)
            ada.credentialExpiresAtMilliseconds = nil
            let second = try await sit(executors, execution.id, ada, after: first.output.count) {
                socket, seen in
                let before = first.text
                while !(before + seen.text).contains("ready\r\n") {
                    guard try seen.take(try socket.next()) else { return seen }
                }
                try socket.send(Array("on\n".utf8))
                while try seen.take(try socket.next()) {}
                return seen
            }
            #expect(first.text + second.text == "ready\r\n<on>\r\n" && second.close == 1000)
        }
    }

    private func sit<Result: Sendable>(
        _ executors: Executors, _ id: ExecutionID, _ user: Identity, after: Int,
        _ body: @escaping @Sendable (inout RawWebSocket, inout TerminalTests.Seen) throws -> Result
    ) async throws -> Result {
        let path = "/v1/executions/\(id.text)/terminal?after=\(after)"
        let statement = executors.service.statement(of: user)
        return try await connect(port: executors.service.port, path, statement) { socket in
            var seen = TerminalTests.Seen()
            return try body(&socket, &seen)
        }
    }
}
