import Contracts
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("A service's server", .tags(.medium), .timeLimit(.minutes(8)))
struct ServerTests {
    /// Sends bytes to the echo service and reads to the end of the connection.
    private func exchange(_ request: String, signedIn: Bool = true) async throws -> String {
        try await withService(.session, build: Echo.build) { service in
            let statement = signedIn ? "X-CC-Identity: \(service.statement(of: try .tester()))\r\n" : ""
            let text = request.replacingFirst("\r\n\r\n", "\r\n\(statement)Connection: close\r\n\r\n")
            return try await RawSocket.exchange(port: service.port) { socket in
                try socket.send(text)
                return try socket.readToEnd()
            }
        }
    }

    private func post(_ body: String, type: String = "application/json") -> String {
        "POST /v1/notes HTTP/1.1\r\nHost: a\r\nContent-Type: \(type)\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test("answers a typed request")
    func answers() async throws {
        let answer = try await exchange(post(#"{"text":"hi"}"#))
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix(#"{"text":"HI","count":2}"#))
        #expect(answer.contains("Content-Type: application/json\r\n"))
        #expect(answer.contains("X-Request-Id: req_"))
        #expect(answer.contains("Server-Timing: session;dur="))
    }

    struct Refusal: CustomTestStringConvertible {
        let request: String
        let status: Int
        let code: String
        var testDescription: String { "\(status) \(code): \(request.prefix(60).debugDescription)" }
    }

    static func body(_ text: String, _ fields: String = "Content-Type: application/json\r\n") -> String {
        "POST /v1/notes HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    static let refusals = [
        Refusal(request: body("{"), status: 400, code: "malformed_json"),
        Refusal(request: body(""), status: 400, code: "malformed_json"),
        Refusal(request: body(#"{"text":""}"#), status: 422, code: "wrong_length"),
        Refusal(request: body(#"{"text":"a","x":1}"#), status: 422, code: "unknown_field"),
        Refusal(request: body(#"{"text":7}"#), status: 422, code: "wrong_type"),
        Refusal(request: body(#"{"count":0}"#), status: 422, code: "missing_field"),
        Refusal(
            request: body("x", "Content-Type: text/plain\r\n"), status: 415, code: "unsupported_media_type"),
        Refusal(request: body("{}", ""), status: 415, code: "unsupported_media_type"),
        Refusal(request: body(String(repeating: " ", count: 4097)), status: 413, code: "body_too_large"),
        Refusal(request: "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", status: 404, code: "not_found"),
        Refusal(
            request: "PUT /v1/notes HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", status: 405,
            code: "method_not_allowed"),
        Refusal(
            request: "BREW /v1/notes HTTP/1.1\r\nHost: a\r\n\r\n", status: 400, code: "malformed_request"),
        Refusal(
            request: "GET /v1/files/%zz HTTP/1.1\r\nHost: a\r\n\r\n", status: 400, code: "malformed_request"),
        Refusal(
            request: "GET /v1/files/%ff HTTP/1.1\r\nHost: a\r\n\r\n", status: 400, code: "malformed_request"),
        Refusal(
            request: "GET /v1/notes/ses_1 HTTP/1.1\r\nHost: a\r\n\r\n", status: 422, code: "wrong_format"),
        Refusal(
            request: "GET /v1/notes/ses_01J9Z3K4M5N6P7Q8R9S0T1V2W3?limit=0 HTTP/1.1\r\nHost: a\r\n\r\n",
            status: 422,
            code: "out_of_range"),
        Refusal(
            request: "GET /v1/notes/ses_01J9Z3K4M5N6P7Q8R9S0T1V2W3?x=0 HTTP/1.1\r\nHost: a\r\n\r\n",
            status: 422,
            code: "unknown_field"),
        Refusal(
            request:
                "GET /v1/notes/ses_01J9Z3K4M5N6P7Q8R9S0T1V2W3?limit=1&limit=2 HTTP/1.1\r\nHost: a\r\n\r\n",
            status: 422, code: "duplicate_field"),
        Refusal(request: "GET / HTTP/1.1\r\n\r\n", status: 400, code: "malformed_request"),
        Refusal(
            request: "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", status: 400, code: "malformed_request"),
        Refusal(request: "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", status: 400, code: "malformed_request"),
        Refusal(request: "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", status: 400, code: "malformed_request"),
        Refusal(request: "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", status: 400, code: "malformed_request"),
        Refusal(
            request:
                "POST /v1/notes HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
            status: 400, code: "malformed_request"),
        Refusal(
            request:
                "POST /v1/notes HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n",
            status: 400, code: "malformed_request"),
        Refusal(request: "nonsense\r\n\r\n", status: 400, code: "malformed_request"),
        Refusal(
            request: "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n",
            status: 431,
            code: "headers_too_large"),
        Refusal(
            request: "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 101))\r\n",
            status: 431,
            code: "headers_too_large"),
    ]

    @Test("refuses what is wrong with a problem that says so", arguments: refusals)
    func refuses(_ refusal: Refusal) async throws {
        let answer = try await exchange(refusal.request)
        #expect(answer.hasPrefix("HTTP/1.1 \(refusal.status) "))
        #expect(answer.contains("Content-Type: application/problem+json\r\n"))
        #expect(answer.contains(#"code":"\#(refusal.code)""#))
    }

    @Test("refuses callers that the fleet has not stated")
    func identity() async throws {
        let unsigned = try await exchange(post(#"{"text":"hi"}"#), signedIn: false)
        #expect(unsigned.hasPrefix("HTTP/1.1 401 "))
        #expect(unsigned.contains("WWW-Authenticate: Bearer\r\n"))
        let forged = post("{}").replacingFirst("\r\n\r\n", "\r\nX-CC-Identity: e30.AAAA\r\n\r\n")
        #expect(try await exchange(forged, signedIn: false).hasPrefix("HTTP/1.1 401 "))
    }

    @Test("asks for the scope that the route wants")
    func scope() async throws {
        try await withService(.session, build: Echo.build) { service in
            let reader = try Identity.tester(scopes: [.filesRead])
            let problem = await #expect(throws: Problem.self) {
                try await service.client.call(Echo.note, Note("hi"), CallOptions(as: reader))
            }
            #expect(problem?.code == .insufficientScope)
        }
    }

    @Test("names the methods that a path has")
    func allow() async throws {
        let answer = try await exchange("POST /v1/fail HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
        #expect(answer.contains("Allow: PUT\r\n"))
    }

    @Test("maps each kind of error once", arguments: [("problem", 409), ("domain", 422), ("other", 500)])
    func errors(kind: String, status: Int) async throws {
        let body = #"{"text":"\#(kind)"}"#
        let answer = try await exchange(
            "PUT /v1/fail HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(!answer.contains("secret_call"))
        #expect(answer.contains(#""trace_id":""#))
    }

    @Test("cancels work at its deadline and says 504")
    func deadline() async throws {
        let answer = try await exchange("GET /v1/slow HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 504 "))
    }

    @Test("serves HEAD without a body and 204 without a length")
    func bodiless() async throws {
        let head = try await exchange("HEAD /v1/files/a/b HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200 "))
        #expect(head.hasSuffix("\r\n\r\n"))
        let gone = try await exchange("DELETE /v1/notes/ses_1 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(gone.hasPrefix("HTTP/1.1 204 "))
        #expect(!gone.lowercased().contains("content-length"))
    }

    @Test("takes the rest of a path, decoded")
    func rest() async throws {
        let answer = try await exchange("GET /v1/files/src/a%20b%2Fc.py HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.contains(#""text":"src/a b/c.py""#))
    }

    @Test("answers pipelined requests in order")
    func pipelining() async throws {
        let one = "GET /v1/files/1 HTTP/1.1\r\nHost: a\r\n\r\n"
        let two = "GET /v1/files/2 HTTP/1.1\r\nHost: a\r\n\r\n"
        let answer = try await exchange(one + two)
        #expect(answer.components(of: "HTTP/1.1 200 OK") == 1)
        try await withService(.session, build: Echo.build) { service in
            let answers = try await RawSocket.exchange(port: service.port) { socket in
                try socket.send(String(repeating: one + two, count: 50) + two.closing)
                return try socket.readToEnd()
            }
            #expect(answers.components(of: "HTTP/1.1 200 OK") == 101)
            #expect(answers.components(of: #"{"text":"1","count":1}"#) == 50)
        }
    }

    @Test("asks for the body when the client waits for that")
    func expectContinue() async throws {
        try await withService(.session, build: Echo.build) { service in
            let answer = try await RawSocket.exchange(port: service.port) { socket in
                try socket.send(
                    "PUT /v1/upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                        + "Content-Length: 4\r\nConnection: close\r\n\r\n"
                )
                let first = try socket.read(until: "\r\n\r\n")
                try socket.send("four")
                return first + (try socket.readToEnd())
            }
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n"))
            #expect(answer.contains(#""count":5"#))
        }
    }
}

extension String {
    func replacingFirst(_ mark: String, _ other: String) -> String {
        guard let range = firstRange(of: mark) else { return self }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }

    func components(of mark: String) -> Int { ranges(of: mark).count }

    var closing: String { replacingFirst("\r\n\r\n", "\r\nConnection: close\r\n\r\n") }
}
