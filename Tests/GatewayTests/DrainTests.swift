import Contracts
import GatewayService
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("A door that closes", .tags(.medium), .timeLimit(.minutes(8)))
struct DrainTests {
    private let events = "/v1/executions/exe_00000000000000000000000002/events"
    private let held = "/v1/executions/\(Upstream.Execution.held)"
    private let live = "/v1/sessions/ses_00000000000000000000000000/docs/main.py/live"

    private func handshake(_ bearer: String) -> String {
        [
            "GET \(live) HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", bearer, "", "",
        ].joined(separator: "\r\n")
    }

    @Test("finishes what it has begun, ends streams and tunnels, and takes nothing new")
    func drains() async throws {
        try await withDoor { door in
            let bearer = try door.bearer()
            async let answer = door.ask("GET \(held)", [bearer])
            let open = Locked(0)
            async let stream = RawSocket.exchange(port: door.port) { [events] socket in
                try socket.send("GET \(events) HTTP/1.1\r\nHost: a\r\n\(bearer)\r\n\r\n")
                _ = try socket.read(until: "id: 1\n")
                open.withLock { $0 += 1 }
                return try socket.readToEnd()
            }
            async let tunnel = RawSocket.exchange(port: door.port) { [handshake] socket in
                try socket.send(handshake(bearer))
                let head = try socket.read(until: "\r\n\r\n")
                open.withLock { $0 += 1 }
                return head + (try socket.readToEnd())
            }
            try await Upstream.isHolding(held)
            while open.snapshot < 2 { try await Task.sleep(for: .milliseconds(2)) }
            async let drained: Void = door.service.host.drain(within: .seconds(120))
            await #expect(throws: SystemFailure.self) {
                while true { _ = try await door.ask("GET /livez") }
            }
            Upstream.release(held)
            try await expect(answer, "HTTP/1.1 200 ")
            try await #expect(!stream.contains("id: 3\n"))
            try await #expect(tunnel.hasPrefix("HTTP/1.1 101 "))
            await drained
            #expect(door.service.host.connectionCount == 0)
        }
    }
}
