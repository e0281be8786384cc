import AuthService
import Contracts
import Glibc
import NIOHTTP1
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("the auth service behind its sockets") struct EndpointTests {
    private func withAuth<Result: Sendable>(
        _ body: (RunningService, TemporaryDirectory) async throws -> Result
    ) async throws -> Result {
        let home = try TemporaryDirectory()
        return try await withService(
            .auth, environment: ["CODECOLLAB_HOME": home.path], build: { try await AuthBoot.parts($0) }
        ) { try await body($0, home) }
    }

    private func identity(_ service: RunningService, _ signedIn: SignedIn) async throws -> Identity {
        let question = IntrospectionRequest(token: signedIn.accessToken)
        return try #require(
            try await service.client.call(AuthEndpoints.introspect, question, CallOptions()).identity)
    }

    @Test("from registration to erasure, over HTTP")
    func life() async throws {
        try await withAuth { service, _ in
            let client = service.client
            let registration = try AuthFixture.registration("ada")
            let signedIn = try await client.call(AuthEndpoints.register, registration, CallOptions())
            let me = try await identity(service, signedIn)
            #expect(try await client.call(AuthEndpoints.me, CallOptions(as: me)) == signedIn.account)
            var draft = PersonalTokenDraft()
            draft.scopes = [.run]
            let grant = try await client.call(AuthEndpoints.makeToken, draft, CallOptions(as: me))
            #expect(try await client.call(AuthEndpoints.tokens, CallOptions(as: me)).items == [grant.info])
            let path = ["token_id": grant.info.id.text]
            _ = try await client.call(AuthEndpoints.deleteToken, CallOptions(as: me, path: path))
            #expect(
                try await client.call(AuthEndpoints.signIns, CallOptions(as: me)).items.first?.isCurrent
                    == true)
            let page = try await client.call(AuthEndpoints.audit, CallOptions(as: me, query: ["limit": "2"]))
            #expect(page.items.map(\.kind) == [.tokenRevoked, .tokenMade] && page.nextCursor != nil)
            let query = ["limit": "2", "cursor": page.nextCursor ?? ""]
            let rest = try await client.call(AuthEndpoints.audit, CallOptions(as: me, query: query))
            #expect(rest.items.map(\.kind) == [.registered] && rest.nextCursor == nil)
            #expect(try await client.call(AuthEndpoints.keys, CallOptions()).keys.count == 2)
            _ = try await client.call(AuthEndpoints.deleteMe, CallOptions(as: me))
            let behind = CallOptions(query: ["after": "1"])
            let feed = try await client.events(AuthEndpoints.revocations, behind) { feeds in
                var all = feeds.makeAsyncIterator()
                return try await all.next()?.value
            }
            #expect(feed?.items.map(\.userID) == [me.userID] && feed?.next == 2)
        }
    }

    @Test("a page gets a cookie that only the browser sees, and loses it when it signs out; others get none")
    func cookie() async throws {
        try await withAuth { service, _ in
            func cookies(_ fields: HTTPHeaders) async throws -> [String] {
                var options = CallOptions()
                options.headers = fields
                return try await service.client.raw(AuthEndpoints.guest, GuestRequest(), options) { answer in
                    answer.head.headers["set-cookie"]
                }
            }
            #expect(try await cookies([:]).isEmpty)
            #expect(try await cookies(["Sec-Fetch-Site": "cross-site"]).isEmpty)
            let cookie = try #require(try await cookies(["Sec-Fetch-Site": "same-origin"]).first)
            #expect(cookie.hasPrefix("__Host-codecollab=ey"))
            #expect(cookie.hasSuffix("; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax"))
            let registration = try AuthFixture.registration("ada")
            let signedIn = try await service.client.call(AuthEndpoints.register, registration, CallOptions())
            var options = CallOptions(as: try await identity(service, signedIn))
            options.headers = ["Sec-Fetch-Site": "same-origin"]
            let gone = try await service.client.raw(AuthEndpoints.logout, Nothing(), options) { answer in
                answer.head.headers["set-cookie"]
            }
            #expect(gone.first?.hasPrefix("__Host-codecollab=; Path=/; Max-Age=0; ") == true)
        }
    }

    @Test("each refusal is a problem with its code")
    func problems() async throws {
        try await withAuth { service, _ in
            let client = service.client
            var registration = try AuthFixture.registration("ada")
            registration.password = try PasswordText("too short")
            await expect(.invalidRequest) {
                try await client.call(AuthEndpoints.register, registration, CallOptions())
            }
            var login = LoginRequest()
            (login.login, login.password) = (try LoginName("nobody"), try PasswordText("wrong"))
            let attempt = login
            await expect(.invalidCredentials) {
                try await client.call(AuthEndpoints.login, attempt, CallOptions())
            }
            var refresh = RefreshRequest()
            refresh.refreshToken = "ccr_x"
            let token = refresh
            await expect(.unauthenticated) {
                try await client.call(AuthEndpoints.refresh, token, CallOptions())
            }
            let stranger = CallOptions(as: try .tester())
            await expect(.notFound) { try await client.call(AuthEndpoints.me, stranger) }
            await expect(.insufficientScope) { try await client.call(AuthEndpoints.verifyAudit, stranger) }
            await expect(.insufficientScope) { try await client.call(AuthEndpoints.rotateKeys, stranger) }
            await expect(.forbidden) { try await client.call(AuthEndpoints.revocations, stranger) }
            let question = IntrospectionRequest(token: "x")
            await expect(.forbidden) { try await client.call(AuthEndpoints.introspect, question, stranger) }
            let odd = CallOptions(as: try .tester(), query: ["cursor": "!"])
            await expect(.invalidRequest) { try await client.call(AuthEndpoints.audit, odd) }
        }
    }

    private func expect<Result: Sendable>(
        _ code: ProblemCode, _ call: () async throws -> Result, at location: SourceLocation = #_sourceLocation
    ) async {
        do {
            _ = try await call()
            Issue.record("went through", sourceLocation: location)
        } catch {
            #expect((error as? Problem)?.code == code, sourceLocation: location)
        }
    }

    @Test("keys and the bootstrap token can be read by their owner only")
    func privateFiles() async throws {
        try await withAuth { service, home in
            for name in ["keys.json", "bootstrap-token"] {
                var facts = stat()
                #expect(stat("\(home.path)/data/auth/\(name)", &facts) == 0)
                #expect(facts.st_mode & 0o777 == 0o600)
            }
            _ = service
        }
    }

    @Test("sixty-four refreshes at once over HTTP get equal answers")
    func race() async throws {
        try await withAuth { service, _ in
            let guest = try await service.client.call(AuthEndpoints.guest, GuestRequest(), CallOptions())
            var request = RefreshRequest()
            request.refreshToken = guest.refreshToken
            let question = request
            let answers = try await withThrowingTaskGroup(of: SignedIn.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        try await service.client.call(AuthEndpoints.refresh, question, CallOptions())
                    }
                }
                return try await group.reduce(into: [SignedIn]()) { $0.append($1) }
            }
            #expect(answers.count == 64 && answers.allSatisfy { $0 == answers[0] })
        }
    }
}
