internal import Contracts
private import Credentials
internal import NIOHTTP1
package import ServiceKit
private import SystemKit

/// The auth service's endpoints: decode, call, encode.
package struct AuthRoutes: Sendable {
    private let service: AuthService

    /// Endpoints of a service.
    package init(_ service: AuthService) { self.service = service }

    /// Adds all of them.
    package func add(to routes: inout Routes) {
        addSignIn(to: &routes)
        addAccount(to: &routes)
        addTokens(to: &routes)
        addOversight(to: &routes)
        addFleet(to: &routes)
    }

    private func addSignIn(to routes: inout Routes) {
        let service = service
        routes.reply(to: AuthEndpoints.register) {
            SignInCookie.reply(try await service.register($0.body, from: service.origin($0)), to: $0)
        }
        routes.reply(to: AuthEndpoints.login) {
            SignInCookie.reply(try await service.login($0.body, from: service.origin($0)), to: $0)
        }
        routes.reply(to: AuthEndpoints.guest) {
            SignInCookie.reply(try await service.guest($0.body, from: service.origin($0)), to: $0)
        }
        routes.reply(to: AuthEndpoints.refresh) {
            SignInCookie.reply(try await service.refresh($0.body, from: service.origin($0)), to: $0)
        }
        routes.reply(to: AuthEndpoints.logout) {
            try await service.logout($0.identity, from: service.origin($0))
            return SignInCookie.forgotten(by: $0)
        }
        routes.reply(to: AuthEndpoints.logoutAll) {
            try await service.logoutEverywhere($0.identity, from: service.origin($0))
            return SignInCookie.forgotten(by: $0)
        }
    }

    private func addAccount(to routes: inout Routes) {
        let service = service
        routes.on(AuthEndpoints.me) { try await service.account(of: $0.identity) }
        routes.on(AuthEndpoints.patchMe) {
            try await service.change($0.body, of: $0.identity, from: service.origin($0))
        }
        routes.on(AuthEndpoints.deleteMe) {
            try await service.erase($0.identity, from: service.origin($0))
            return Nothing()
        }
        routes.on(AuthEndpoints.signIns) { try await service.signIns(of: $0.identity) }
        routes.on(AuthEndpoints.endSignIn) {
            try await service.endSignIn($0.path("sign_in_id"), of: $0.identity, from: service.origin($0))
            return Nothing()
        }
    }

    private func addTokens(to routes: inout Routes) {
        let service = service
        routes.reply(to: AuthEndpoints.makeToken) {
            Self.private(try await service.makeToken($0.body, for: $0.identity, from: service.origin($0)))
        }
        routes.on(AuthEndpoints.tokens) { try await service.tokens(of: $0.identity) }
        routes.on(AuthEndpoints.deleteToken) {
            try await service.revokeToken($0.path("token_id"), of: $0.identity, from: service.origin($0))
            return Nothing()
        }
    }

    private func addOversight(to routes: inout Routes) {
        let service = service
        routes.on(AuthEndpoints.audit) { call in
            let place = try Self.place(call.query(text: "cursor"))
            return try await service.audit(for: call.identity, below: place, limit: call.pageLimit())
        }
        routes.on(AuthEndpoints.verifyAudit) { _ in try await service.verifyAudit() }
        routes.reply(to: AuthEndpoints.keys) { _ in
            Reply(service.keys.published, headers: ["Cache-Control": "public, max-age=60"])
        }
        routes.on(AuthEndpoints.rotateKeys) {
            try await service.rotateKeys($0.identity, from: service.origin($0))
        }
    }

    private func addFleet(to routes: inout Routes) {
        let service = service
        routes.on(AuthEndpoints.introspect) { call in
            try Self.requireService(call.identity)
            return try await service.introspect(call.body.token)
        }
        routes.events(
            on: AuthEndpoints.revocations,
            prepare: { call in
                try Self.requireService(call.identity)
                return try call.query("after", in: 0...Int.max)
            },
            { _, place, stream in
                try await service.followRevocations(after: place) { try await stream.send($0) }
            })
    }

    /// What one of our own services may ask, nobody may ask through it.
    private static func requireService(_ caller: Identity) throws(Problem) {
        guard caller.kind == .service else {
            throw Problem(.forbidden, "only services of the fleet may ask this")
        }
    }

    /// Tokens are in the answer: nobody keeps it (RFC 6749 section 5.1).
    private static func `private`<Value: Wire>(_ value: Value) -> Reply<Value> {
        Reply(value, headers: ["Cache-Control": "no-store"])
    }

    private static func place(_ cursor: String?) throws(Problem) -> Int? {
        guard let cursor else { return nil }
        guard let bytes = Base64URL.decode(cursor), let place = Int(String(decoding: bytes, as: UTF8.self)),
            place > 0
        else {
            throw Problem(
                .notFound,
                "query/cursor: there is no such page",
                errors: [
                    FieldProblem(
                        pointer: "query/cursor",
                        code: "wrong_format",
                        detail: "not a cursor of ours"
                    )
                ]
            )
        }
        return place
    }
}

extension AuthService {
    /// Where a call came from: the gateway sets `X-Forwarded-For` itself and lets no client's through.
    func origin(_ call: some CallAccess) -> Origin {
        let forwarded = call.header("X-Forwarded-For")?.split(separator: ",").last.map {
            $0.filter { $0 != " " }
        }
        let address = forwarded.map { String($0.prefix(64)) } ?? call.scene.request.peer
        return Origin(address: address, client: call.header("User-Agent") ?? "", now: clock.now())
    }
}
