import Contracts
import ServiceKit
import SystemKit
import TestSupport
import Testing

/// Piston's own description of `connect`: api/src/api/v2.js.
@Suite("Piston's connect", .tags(.medium), .timeLimit(.minutes(2)))
struct PistonConnectTests {
    /// Everything said until the end, and how it was closed.
    struct Said: Sendable {
        var messages: [PistonMessage] = []
        var close: UInt16?

        var stdout: String {
            messages.filter { $0.type == "data" && $0.stream == "stdout" }.compactMap(\.data).joined()
        }

        mutating func take(_ message: RawWebSocket.Message) throws -> Bool {
            switch message {
            case .text(let text): messages.append(try PistonMessage.decode(Array(text.utf8)))
            case .close(let code): close = code
            case .binary, .end: return false
            }
            return close == nil
        }
    }

    static func talk(
        _ body: @escaping @Sendable (inout RawWebSocket, inout Said) throws -> Void
    ) async throws -> Said {
        try await Executors.run { executors in
            let identity = executors.service.statement(of: try .tester())
            return try await TestSupport.connect(
                port: executors.service.port, "/compat/piston/api/v2/connect", identity
            ) { socket in
                var said = Said()
                try body(&socket, &said)
                while try said.take(try socket.next()) {}
                return said
            }
        }
    }

    static func initial(_ source: String) -> String {
        let content = JSONValue.string(source).json
        return #"{"type":"init","language":"bash","version":"*","files":[{"content":\#(content)}]}"#
    }

    @Test("runtime, stage, data both ways, exit, and 4999")
    func whole() async throws {
        let said = try await Self.talk { socket, said in
            try socket.send(Self.initial("echo who; read -r name; echo \"hello $name\"; exit 4"))
            while !said.stdout.contains("who") { guard try said.take(try socket.next()) else { return } }
            try socket.send(#"{"type":"data","stream":"stdin","data":"Ada\n"}"#)
        }
        #expect(said.messages.map(\.type).filter { $0 != "data" } == ["runtime", "stage", "exit"])
        #expect(said.messages.first?.language == "bash")
        #expect(said.messages.first { $0.type == "stage" }?.stage == "run")
        #expect(said.stdout == "who\nhello Ada\n")
        #expect(said.messages.last?.code == .value(4) && said.messages.last?.signal?.wrapped == nil)
        #expect(said.messages.last?.stage == "run" && said.close == 4999)
    }

    @Test("a signal reaches the program, however early it comes")
    func signals() async throws {
        let said = try await Self.talk { socket, _ in
            try socket.send(Self.initial("while true; do read -r x; done"))
            try socket.send(#"{"type":"signal","signal":"SIGTERM"}"#)
        }
        #expect(said.messages.last?.signal == .value("SIGTERM") && said.messages.last?.code?.wrapped == nil)
        #expect(said.close == 4999)
    }

    @Test(
        "says what is wrong by its close code",
        arguments: [
            ([#"{"type":"data","stream":"stdin","data":"x"}"#], 4003, nil),
            ([#"{"type":"signal","signal":"SIGINT"}"#], 4003, nil),
            ([initial("read -r x"), initial("read -r x")], 4000, nil),
            ([initial("read -r x"), #"{"type":"data","stream":"stdout","data":"x"}"#], 4004, nil),
            ([initial("read -r x"), #"{"type":"signal","signal":"SIGNAL"}"#], 4005, nil),
            (["{"], 4002, ""), ([#"{"type":"init"}"#], 4002, "language is required as a string"),
            (
                [#"{"type":"init","language":"klingon","version":"1","files":[{"content":""}]}"#], 4002,
                "klingon-1 runtime is unknown"
            ),
            ([#"{"type":"sing"}"#, "[]"], 4002, ""), ([], 4001, nil),
        ] as [([String], UInt16, String?)])
    func codes(messages: [String], code: UInt16, error: String?) async throws {
        let said = try await Self.talk { socket, _ in for text in messages { try socket.send(text) } }
        #expect(said.close == code)
        let told = said.messages.last { $0.type == "error" }?.message
        #expect((told != nil) == (error != nil))
        if let error, !error.isEmpty { #expect(told == error) }
    }

    @Test("a client that goes away ends its program")
    func leaves() async throws {
        try await Executors.run { executors in
            let identity = executors.service.statement(of: try .tester())
            let path = "/compat/piston/api/v2/connect"
            // More than may run at once: the later ones get a place only if the former have lost theirs.
            for _ in 0..<12 {
                try await TestSupport.connect(port: executors.service.port, path, identity) { socket in
                    var said = Said()
                    try socket.send(
                        #"{"type":"init","language":"bash","version":"*","run_timeout":60000,"#
                            + #""files":[{"content":"echo on; read -r x"}]}"#)
                    while !said.stdout.contains("on") {
                        guard try said.take(try socket.next()) else { break }
                    }
                    #expect(said.stdout == "on\n")
                }
            }
        }
    }
}
