import Contracts
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("WebSockets end with the tokens that they began with", .tags(.medium), .timeLimit(.minutes(2)))
struct CredentialWatchTests {
    private static let socket = Endpoint<Nothing, Nothing>(
        "echo.socket", of: .session, .get, "/v1/socket", access: .identified(nil), "A WebSocket",
        answers: .webSocket)

    /// Says why it is to end.
    private final class Speaker: WebSocketReceiver {
        private let connection: WebSocketConnection

        init(_ connection: WebSocketConnection) { self.connection = connection }

        func received(_ message: [UInt8], isText: Bool) { connection.send(WebSocketFrame.text(message)) }
        func credentialEnded(_ reason: String) { connection.send(WebSocketFrame.text(Array(reason.utf8))) }
        func closed() {}
    }

    private static func build(_ surroundings: ServiceSurroundings) -> ServiceParts {
        var routes = Routes()
        routes.raw(on: socket) { call in
            try ServerResponse.webSocket(for: call, WebSocketLimits(messageBytes: 100, takesText: true)) {
                Speaker($0)
            }
        }
        return ServiceParts(routes)
    }

    private let signIn = SignInID(milliseconds: 1, random: [UInt8](repeating: 3, count: 10))
    private let token = PersonalTokenID(milliseconds: 1, random: [UInt8](repeating: 1, count: 10))
    private let other = PersonalTokenID(milliseconds: 1, random: [UInt8](repeating: 2, count: 10))

    private func identity(_ name: String, _ fill: (inout Identity) -> Void) throws -> Identity {
        var identity = try Identity.tester(name)
        fill(&identity)
        return identity
    }

    /// Runs the service beside the auth service it hears from.
    private func serving(_ body: (RunningService, RevokingAuth) async throws -> Void) async throws {
        try await RevokingAuth.open { auth in
            try await withService(.session, peers: [.auth: auth.port], build: { Self.build($0) }) {
                try await body($0, auth)
            }
        }
    }

    /// What somebody hears behind the echo of a first word, up to the end.
    private func heard(
        _ service: RunningService, _ identity: Identity, _ isThere: Locked<Bool> = Locked(false)
    ) async throws -> [RawWebSocket.Message] {
        try await connect(port: service.port, "/v1/socket", service.statement(of: identity)) { socket in
            try socket.send("here")
            var heard: [RawWebSocket.Message] = []
            while true {
                let message = try socket.next()
                if message == .text("here") { isThere.withLock { $0 = true } } else { heard.append(message) }
                if case .text = message { continue }
                return heard
            }
        }
    }

    @Test("at the time that the token says")
    func expiry() async throws {
        try await serving { service, _ in
            var identity = try Identity.tester()
            identity.credentialExpiresAtMilliseconds = Int(WallClock.system.now().milliseconds) + 700
            #expect(try await heard(service, identity) == [.text("the token has expired"), .close(4401)])
        }
    }

    @Test("when the sign-in, the personal token or the user is revoked, and nobody else's")
    func revocation() async throws {
        try await serving { service, auth in
            let ada = try identity("Ada") { $0.signInID = signIn }
            let ben = try identity("Ben") { $0.personalTokenID = token }
            let eve = try identity("Eve") { $0.personalTokenID = other }
            let ended: [RawWebSocket.Message] = [.text("the token was revoked"), .close(4401)]
            let (adaIsThere, eveIsThere) = (Locked(false), Locked(false))
            async let first = heard(service, ada, adaIsThere)
            async let second = heard(service, ben)
            async let third = heard(service, eve, eveIsThere)
            while !adaIsThere.snapshot || !eveIsThere.snapshot { try await Task.sleep(for: .milliseconds(5)) }
            auth.revoke { $0.signInID = signIn }
            #expect(try await first == ended)
            auth.revoke { $0.personalTokenID = token }
            #expect(try await second == ended)
            // What was issued within the second of a user's revocation may be a new sign-in's.
            try await Task.sleep(for: .milliseconds(1100))
            auth.revoke { $0.userID = eve.userID }
            #expect(try await third == ended)
        }
    }

    @Test("who comes with what was just revoked stays no longer")
    func late() async throws {
        try await serving { service, auth in
            var identity = try Identity.tester()
            identity.signInID = signIn
            auth.revoke { $0.signInID = signIn }
            // Whether it is heard before or after the connection was made.
            #expect(try await heard(service, identity).last == .close(4401))
            #expect(try await heard(service, identity).last == .close(4401))
        }
    }
}
