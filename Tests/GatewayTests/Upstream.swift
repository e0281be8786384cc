import Contracts
import Credentials
import GatewayService
import NIOCore
import NIOHTTP1
import ServiceKit
import SystemKit
import TestSupport
import Testing

/// Plays the services behind the gateway: shows what reached it, streams, tunnels.
enum Upstream {
    static func build(_ surroundings: ServiceSurroundings) async throws -> ServiceParts {
        var parts = ServiceParts(Routes())
        parts.fallback = { head in plan(head) }
        return parts
    }

    private static func plan(_ head: HTTPRequestHead) -> RequestPlan {
        RequestPlan(bodyLimit: 32 << 20, timeout: .seconds(20)) { request in
            if head.uri.hasSuffix("/live") { return tunnel() }
            if head.uri.hasSuffix("/events") { return events(of: head.uri) }
            if head.uri.contains(Execution.held) { await isReleased(head.uri) }
            return show(request)
        }
    }

    private static func show(_ request: ServerRequest) -> ServerResponse {
        var text = "\(request.head.method.rawValue) \(request.head.uri)\n"
        for (name, value) in request.head.headers { text += "\(name.lowercased()): \(value)\n" }
        if case .bytes(let body) = request.body { text += "\nbody \(body.readableBytes)\n" }
        var response = ServerResponse.bytes(Array(text.utf8), contentType: "text/plain")
        response.headers.add(name: "X-CC-Secret", value: "inner")
        response.headers.add(name: "Connection", value: "X-Hop")
        response.headers.add(name: "X-Hop", value: "1")
        return response
    }

    /// Executions with a meaning of their own.
    enum Execution {
        /// Whose events go on after the first when a test lets them, and whose record is told only then.
        static let held = "exe_11111111111111111111111111"
    }

    /// What the tests have let go on.
    private static let released = Locked<Set<String>>([])
    /// What has come here and is held.
    private static let holding = Locked<Set<String>>([])

    static func release(_ path: String) { released.withLock { _ = $0.insert(path) } }

    /// Returns when a request for this has come here.
    static func isHolding(_ path: String) async throws {
        while !holding.withLock({ $0.contains(path) }) { try await Task.sleep(for: .milliseconds(2)) }
    }

    private static func isReleased(_ path: String) async {
        holding.withLock { _ = $0.insert(path) }
        while !released.withLock({ $0.contains(path) }), !Task.isCancelled {
            await ignoring("who is cancelled is released") { try await Task.sleep(for: .milliseconds(2)) }
        }
    }

    private static func events(of path: String) -> ServerResponse {
        ServerResponse(
            status: 200, headers: ["Content-Type": "text/event-stream"],
            body: .stream { writer in
                for number in 1...3 {
                    try await writer.write(Array("id: \(number)\ndata: {\"n\":\(number)}\n\n".utf8))
                    await isReleased(path)
                }
            })
    }

    private static func tunnel() -> ServerResponse {
        ServerResponse(
            status: 101,
            headers: [
                "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Accept": "checked-by-client",
            ],
            body: .tunnel { raw in for try await piece in raw.inbound { try await raw.write(piece) } })
    }
}

/// A gateway in front of one scripted service that plays all that have an address.
struct Door {
    let port: Int
    let authority: ScriptedAuthority
    let upstream: RunningService
    let service: RunningService

    /// Sends a request and reads to the end of the connection.
    func exchange(_ request: String) async throws -> String {
        try await RawSocket.exchange(port: port) { socket in
            try socket.send(request)
            return try socket.readToEnd()
        }
    }

    /// Sends a request with these fields and closes.
    func ask(_ line: String, _ fields: [String] = [], body: String = "") async throws -> String {
        let length =
            body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)", "Content-Type: application/json"]
        let head = ["\(line) HTTP/1.1", "Host: localhost", "Connection: close"] + fields + length
        return try await exchange(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// An Authorization field of a good token.
    func bearer(_ scopes: [Scope] = [.run, .collab], signInID: SignInID = .test) throws -> String {
        "Authorization: Bearer \(authority.token(for: try .tester(scopes: scopes), signInID: signInID))"
    }
}

/// Runs a gateway while `body` talks to it.
func withDoor<Result: Sendable>(
    environment: [String: String] = [:], _ body: (Door) async throws -> Result
) async throws -> Result {
    try await withService(.executor, build: Upstream.build) { upstream -> Result in
        try await withGateway(environment, before: upstream, body)
    }
}

private func withGateway<Result: Sendable>(
    _ environment: [String: String], before upstream: RunningService, _ body: (Door) async throws -> Result
) async throws -> Result {
    let authority = ScriptedAuthority()
    let peers: [ServiceName: Int] = [
        .executor: upstream.port, .collab: upstream.port, .auth: upstream.port,
    ]
    func build(_ surroundings: ServiceSurroundings) async throws -> ServiceParts {
        let transport = PeerTransport(surroundings.client)
        return try GatewayService.build(surroundings, transport: transport, authority: authority)
    }
    return try await withService(.gateway, environment: environment, peers: peers, build: build) {
        gateway -> Result in
        let door = Door(port: gateway.port, authority: authority, upstream: upstream, service: gateway)
        return try await body(door)
    }
}

/// Expects an answer to start so, and shows it when it does not.
func expect(_ answer: String, _ start: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(answer.hasPrefix(start), "\(answer.prefix(300))", sourceLocation: sourceLocation)
}
