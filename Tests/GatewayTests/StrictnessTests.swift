import Contracts
import GatewayService
import TestSupport
import Testing

@Suite("The door is strict", .tags(.medium), .timeLimit(.minutes(8)))
struct StrictnessTests {
    struct Case: CustomTestStringConvertible {
        let request: String
        let status: Int
        var testDescription: String { "\(status): \(request.prefix(70).debugDescription)" }
    }

    private static func get(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)Connection: close\r\n\r\n"
    }

    private static func post(_ fields: String, _ body: String = "") -> String {
        "POST /v1/auth/guest HTTP/1.1\r\nHost: a\r\n\(fields)Connection: close\r\n\r\n\(body)"
    }

    static let targets = [
        "/v1/%2fruntimes", "/v1%2Fruntimes", "/v1/runtimes%00", "/v1/../v1/runtimes", "/v1/./runtimes",
        "/v1/%2e/runtimes",
        "/v1/%2E%2e/x", "/v1/..;/runtimes", "/v1/..;a=b/x", "//v1/runtimes", "/v1//runtimes", "/v1\\runtimes",
        "/v1/%5cruntimes", "/v1/%zz", "/v1/%4", "/v1/%", "/v1/%252e", "/v1/runtimes%0d%0a",
        "/v1/runtimes?x=%zz",
        "http://a/v1/runtimes", "*", "a:443", "/v1/runtimes#x", "/v1/r\u{7f}", "/v1/é",
    ].map { Case(request: get($0), status: 400) }

    static let heads = [
        Case(request: "GET /v1/runtimes HTTP/1.1\r\nConnection: close\r\n\r\n", status: 400),
        Case(request: get("/v1/runtimes", "Host: b\r\n"), status: 400),
        Case(request: "GET /v1/runtimes HTTP/1.1\r\nHost: a/b\r\n\r\n", status: 400),
        Case(request: "GET /v1/runtimes HTTP/1.1\r\nHost: u@a\r\n\r\n", status: 400),
        Case(request: "GET /v1/runtimes HTTP/1.1\r\nHost: \r\n\r\n", status: 400),
        Case(request: "GET /v1/runtimes HTTP/1.1\r\nHost : a\r\n\r\n", status: 400),
        Case(request: "GET /v1/runtimes HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", status: 400),
        Case(request: "GET /v1/runtimes HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", status: 400),
        Case(request: "GET /v1/runtimes HTTP/2.0\r\nHost: a\r\n\r\n", status: 400),
        Case(request: "GET /v1/runtimes HTTP/0.9\r\nHost: a\r\n\r\n", status: 400),
        Case(request: get("/v1/runtimes", "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"), status: 400),
        Case(request: get("/v1/runtimes", "X: \(String(repeating: "x", count: 17_000))\r\n"), status: 431),
        Case(request: get("/v1/runtimes", String(repeating: "A: b\r\n", count: 200)), status: 431),
        Case(request: get("/v1/nothing"), status: 404),
        Case(request: get("/internal/v1/traces/\(String(repeating: "a", count: 32))"), status: 401),
        Case(request: get("/internal/auth/revocations"), status: 404),
    ]

    static let bodies = [
        Case(request: post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"), status: 400),
        Case(request: post("Transfer-Encoding: identity\r\n"), status: 400),
        Case(request: post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), status: 400),
        Case(request: post("Transfer-Encoding: xchunked\r\n"), status: 400),
        Case(request: post("Transfer-Encoding: chunked\r\n", "0x2\r\nab\r\n0\r\n\r\n"), status: 400),
        Case(request: post("Transfer-Encoding: chunked\r\n", "+2\r\nab\r\n0\r\n\r\n"), status: 400),
        Case(request: post("Content-Length: 2\r\nContent-Length: 3\r\n", "ab"), status: 400),
        Case(request: post("Content-Length: -1\r\n"), status: 400),
        Case(request: post("Content-Length: +2\r\n", "ab"), status: 400),
        Case(request: post("Content-Length: 2,2\r\n", "ab"), status: 400),
        Case(request: post("Content-Length: 99999999\r\n"), status: 413),
    ]

    @Test(
        "refuses what two programs could read differently, with a problem",
        arguments: targets + heads + bodies)
    func refuses(testCase: Case) async throws {
        let answer = try await withDoor { try await $0.exchange(testCase.request) }
        #expect(answer.hasPrefix("HTTP/1.1 \(testCase.status) "), "\(answer.prefix(300))")
        #expect(answer.contains("Content-Type: application/problem+json"))
        #expect(answer.contains(#""request_id":"req_"#))
        // One answer for one request: nothing of it was read as a second one.
        #expect(answer.split(separator: "HTTP/1.1 ").count == 1)
    }

    @Test(
        "accepts ordinary targets",
        arguments: ["/v1/runtimes", "/v1/runtimes?x=a%20b", "/v1/runtimes?next=/../x", "/v1/executions/a.b"])
    func accepts(target: String) {
        #expect(CanonicalPath.problem(with: target) == nil)
    }

    @Test("names the methods that are allowed")
    func methods() async throws {
        let answer = try await withDoor { try await $0.ask("DELETE /v1/runtimes") }
        #expect(answer.hasPrefix("HTTP/1.1 405 "))
        #expect(answer.contains("Allow: GET, HEAD\r\n"))
        #expect(answer.contains(#""code":"method_not_allowed""#))
        #expect(answer.contains(#""request_id":"req_"#))
        #expect(answer.contains(#""trace_id":""#))
    }

    @Test("gives every answer the fields that keep browsers safe")
    func securityFields() async throws {
        try await withDoor { door in
            for target in ["/", "/docs", "/openapi.json", "/v1/status", "/nowhere"] {
                let answer = try await door.ask("GET \(target)")
                for field in [
                    "X-Content-Type-Options: nosniff", "Content-Security-Policy: default-src 'none'",
                ] {
                    #expect(answer.contains(field), "\(target)")
                }
                #expect(!answer.contains("unsafe-"))
            }
        }
    }
}
