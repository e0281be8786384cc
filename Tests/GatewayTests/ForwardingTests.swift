import Contracts
import Credentials
import GatewayService
import SystemKit
import TestSupport
import Testing

@Suite("The door passes on", .tags(.medium), .timeLimit(.minutes(8)))
struct ForwardingTests {
    @Test("keeps what only we may say from clients, and what is ours from them")
    func hygiene() async throws {
        try await withDoor { door in
            let answer = try await door.ask(
                "GET /v1/runtimes",
                [
                    "X-CC-Identity: forged", "X_CC_Identity: forged", "x-cc-deadline: forged",
                    "X-Forwarded-For: forged",
                    "X-Forwarded-Host: forged", "X_Forwarded_For: forged", "Forwarded: for=forged",
                    "Via: forged",
                    "Baggage: forged=1", "X-Original-URL: /forged", "X-HTTP-Method-Override: forged",
                    "TE: forged",
                    "Connection: X-Secret-Hop", "X-Secret-Hop: forged", "Keep-Alive: forged",
                    "Cookie: forged=1",
                    "Accept: text/plain", "X-Request-Id: my-request.1", "X-Real-IP: forged",
                ])
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(!answer.contains("forged"), "\(answer)")
            #expect(answer.contains("accept: text/plain\n"))
            #expect(answer.contains("x-request-id: my-request.1\n"))
            #expect(answer.contains("X-Request-Id: my-request.1\r\n"))
            #expect(answer.contains("x-forwarded-for: 127.0.0.1\n"))
            #expect(answer.contains("x-cc-deadline: "))
            #expect(!answer.contains("X-CC-Secret"))
            #expect(!answer.contains("X-Hop"))
        }
    }

    @Test("the rest of a path may have encoded slashes, which the service decodes; nothing else may")
    func encodedSlashes() async throws {
        try await withDoor { door in
            let session = "/v1/sessions/ses_00000000000000000000000000"
            let bearer = try door.bearer([.filesRead, .collab])
            let file = try await door.ask("GET \(session)/files/src%2Fmain%25.c", [bearer])
            expect(file, "HTTP/1.1 503 ")
            for target in ["\(session)%2Ffiles/main.c", "\(session)/docs/a%2Fb/presence", "/v1/a%2Fb"] {
                expect(try await door.ask("GET \(target)", [bearer]), "HTTP/1.1 400 ")
            }
            expect(try await door.ask("GET \(session)/files/a%5Cb", [bearer]), "HTTP/1.1 400 ")
        }
    }

    @Test("a WebSocket endpoint asks who it is before it asks for the handshake")
    func upgradeRequired() async throws {
        try await withDoor { door in
            let target = "GET /v1/sessions/ses_00000000000000000000000000/docs/main.c/live"
            expect(try await door.ask(target), "HTTP/1.1 401 ")
            let answer = try await door.ask(target, [try door.bearer()])
            expect(answer, "HTTP/1.1 426 ")
            #expect(answer.contains("Upgrade: websocket\r\n") && answer.contains("upgrade_required"))
            #expect(answer.contains("Sec-WebSocket-Version: 13\r\n"))
        }
    }

    @Test("the gateway's own endpoints are held to the document, its pages are not")
    func ownParameters() async throws {
        try await withDoor { door in
            expect(try await door.ask("GET /v1/status?x=1"), "HTTP/1.1 422 ")
            let zero = String(repeating: "0", count: 32)
            expect(try await door.ask("GET /admin/traces/\(zero)", [try door.bearer()]), "HTTP/1.1 422 ")
            expect(try await door.ask("GET /?x=1"), "HTTP/1.1 200 ")
        }
    }

    @Test("goes on with the trace that a caller on this machine chose, and starts one otherwise")
    func traces() async throws {
        try await withDoor { door in
            let trace = "0af7651916cd43dd8448eb211c80319c"
            let chosen = try await door.ask(
                "GET /v1/runtimes", ["traceparent: 00-\(trace)-b7ad6b7169203331-01"])
            #expect(chosen.contains("traceparent: 00-\(trace)-"))
            #expect(!chosen.contains("b7ad6b7169203331"))
            let broken = try await door.ask(
                "GET /v1/runtimes", ["traceparent: 00-\(trace)-0000000000000000-01"])
            #expect(!broken.contains(trace))
            #expect(broken.contains("traceparent: 00-"))
            let report = try await door.ask("GET /admin/traces/\(trace)", [try door.bearer()])
            #expect(report.contains(#""name":"GET /v1/runtimes""#))
        }
    }

    @Test("answers 503 with Retry-After for the one route whose service is down")
    func down() async throws {
        try await withDoor { door in
            let answer = try await door.ask("POST /v1/analyze", [try door.bearer([.ai])], body: "{}")
            let other = try await door.ask(
                "GET /v1/profiles/prf_00000000000000000000000000", [try door.bearer([.profile])])
            for dead in [answer, other] where !dead.hasPrefix("HTTP/1.1 404 ") {
                #expect(dead.hasPrefix("HTTP/1.1 503 "), "\(dead.prefix(200))")
                #expect(dead.contains("Retry-After: 1\r\n"))
                #expect(dead.contains(#""retry_after_ms":1000"#))
            }
            try await expect(door.ask("GET /v1/runtimes"), "HTTP/1.1 200 ")
        }
    }

    @Test("passes server-sent events on as they come")
    func events() async throws {
        try await withDoor { door in
            let bearer = try door.bearer()
            let path = "/v1/executions/exe_00000000000000000000000000/events"
            let whole = try await RawSocket.exchange(port: door.port) { socket in
                try socket.send("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(bearer)\r\n\r\n")
                let head = try socket.read(until: #"data: {"n":1}"#)
                // The service sends the others only now: an event that was held back would never have come.
                Upstream.release(path)
                return head + (try socket.readToEnd())
            }
            #expect(whole.contains("Content-Type: text/event-stream"))
            for number in 1...3 { #expect(whole.contains("id: \(number)\ndata: {\"n\":\(number)}\n\n")) }
        }
    }

    @Test("passes WebSockets on, bytes both ways, for pages of ours only")
    func webSockets() async throws {
        try await withDoor { door in
            let bearer = try door.bearer()
            let path = "/v1/sessions/ses_00000000000000000000000000/docs/main.py/live"
            let fields = [
                "GET \(path) HTTP/1.1", "Host: localhost", "Connection: keep-alive, Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", bearer,
            ]
            let echoed = try await RawSocket.exchange(port: door.port) { socket in
                try socket.send(fields.joined(separator: "\r\n") + "\r\n\r\n")
                let head = try socket.read(until: "\r\n\r\n")
                try socket.send("ping one")
                let first = try socket.read(until: "ping one")
                try socket.send("ping two")
                return head + first + (try socket.read(until: "ping two"))
            }
            #expect(echoed.hasPrefix("HTTP/1.1 101 "))
            #expect(echoed.contains("Sec-WebSocket-Accept: checked-by-client"))
            #expect(echoed.hasSuffix("ping oneping two"))
            let foreign = try await door.exchange(
                (fields + ["Origin: http://evil"]).joined(separator: "\r\n") + "\r\n\r\n")
            #expect(foreign.hasPrefix("HTTP/1.1 403 "))
            let plain = try await door.ask("GET \(path)", [bearer])
            #expect(plain.hasPrefix("HTTP/1.1 426 "))
        }
    }

    @Test("a WebSocket's connection to its service is nobody's for a request")
    func webSocketsKeepTheirConnection() async throws {
        try await withDoor { door in
            let (port, bearer) = (door.port, try door.bearer())
            let answers = try await RawSocket.exchange(port: port) { socket in
                try socket.send(
                    "GET /v1/sessions/ses_00000000000000000000000000/docs/main.py/live HTTP/1.1\r\n"
                        + "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\(bearer)\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                var answers = [try socket.read(until: "\r\n\r\n")]
                // As many as there are event loops and more: each prefers connections of its own.
                for _ in 0..<16 {
                    let other = try RawSocket.connected(port: port)
                    try other.send(
                        "POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                            + "\(bearer)\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
                    answers.append(try other.readToEnd())
                }
                try socket.send("still there")
                return answers + [try socket.read(until: "still there")]
            }
            #expect(answers[0].hasPrefix("HTTP/1.1 101 ") && answers[17] == "still there")
            for answer in answers[1...16] { #expect(answer.hasSuffix("\nbody 2\n"), "\(answer)") }
        }
    }

    @Test("passes bodies on, collected and streamed", arguments: [2, 100_000, 3_000_000])
    func bodies(size: Int) async throws {
        try await withDoor { door in
            let body = String(repeating: "x", count: size)
            let answer = try await door.ask("POST /v1/executions", [try door.bearer()], body: body)
            #expect(answer.hasSuffix("\nbody \(size)\n"))
        }
    }

    @Test("answers HEAD with GET's head and no body")
    func heads() async throws {
        let answer = try await withDoor { try await $0.ask("HEAD /v1/runtimes") }
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test("admits pages of configured origins only")
    func origins() async throws {
        try await withDoor(environment: ["CODECOLLAB_ORIGINS": "https://code.example"]) { door in
            let preflight = ["Origin: https://code.example", "Access-Control-Request-Method: GET"]
            let admitted = try await door.ask("OPTIONS /v1/runtimes", preflight)
            #expect(admitted.hasPrefix("HTTP/1.1 204 "))
            #expect(admitted.contains("Access-Control-Allow-Origin: https://code.example"))
            let other = ["Origin: https://evil.example", "Access-Control-Request-Method: GET"]
            try await expect(door.ask("OPTIONS /v1/runtimes", other), "HTTP/1.1 405 ")
            let read = try await door.ask("GET /v1/runtimes", other)
            #expect(!read.contains("Access-Control"))
        }
    }

    @Test("counts requests of an address and says when to come back")
    func rates() async throws {
        try await withDoor(environment: ["CODECOLLAB_RATE_CLIENT": "3/60"]) { door in
            for left in [2, 1, 0] {
                let answer = try await door.ask("GET /v1/runtimes")
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
                #expect(answer.contains("RateLimit: \"client\";r=\(left);t="))
                #expect(answer.contains("RateLimit-Policy: \"client\";q=3;w=60\r\n"))
            }
            let refused = try await door.ask("GET /v1/runtimes")
            #expect(refused.hasPrefix("HTTP/1.1 429 "))
            #expect(refused.contains("Retry-After: 20\r\n") || refused.contains("Retry-After: 19\r\n"))
            try await expect(door.ask("GET /livez"), "HTTP/1.1 200 ")
        }
    }
}
