import Contracts
import Credentials
import GatewayService
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("The door knows who calls", .tags(.medium), .timeLimit(.minutes(8)))
struct IdentityTests {
    private let path = "GET /v1/executions/exe_00000000000000000000000000"

    @Test("passes a good token on as a signed identity, and nothing of the token")
    func goodToken() async throws {
        try await withDoor { door in
            let answer = try await door.ask(path, [try door.bearer()])
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(!answer.lowercased().contains("authorization"))
            let statement = try #require(answer.split(separator: "x-cc-identity: ").dropFirst().first)
            let text = String(try #require(statement.split(separator: "\n").first))
            let root = try #require(Secret(hex: RunningService.key))
            let executor = IdentityVerifier(IdentityKeys(of: .executor, root: root))
            let identity = try executor.verify(text, now: WallClock.system.now())
            #expect(identity.signInID == .test)
            #expect(identity.scopes == [.run, .collab])
        }
    }

    private static func parts(_ token: String) -> [String] { token.split(separator: ".").map(String.init) }

    enum Forgery: String, CaseIterable {
        case none, empty, otherKey, otherIssuer, otherAudience, expired, future, noAlgorithm, cutSignature
        case changedPayload, fourParts, padded, long, basic, twoFields, unknownPersonal, malformedPersonal
    }

    private func fields(_ forgery: Forgery, _ authority: ScriptedAuthority) throws -> [String] {
        let user = try Identity.tester()
        let good = authority.token(for: user)
        let parts = Self.parts(good)
        let now = WallClock.system.now()
        let realm = TokenRealm.default
        let token: String
        switch forgery {
        case .none: return []
        case .empty: token = ""
        case .otherKey: token = authority.token(for: user, key: SigningKey())
        case .otherIssuer:
            token = authority.token(for: user, realm: TokenRealm(issuer: "x", audience: realm.audience))
        case .otherAudience:
            token = authority.token(for: user, realm: TokenRealm(issuer: realm.issuer, audience: "x"))
        case .expired: token = authority.token(for: user, now: now + .seconds(-3600))
        case .future: token = authority.token(for: user, now: now + .seconds(3600))
        case .noAlgorithm: token = "\(Base64URL.encode(#"{"alg":"none","typ":"at+jwt"}"#.utf8)).\(parts[1])."
        case .cutSignature: token = String(good.dropLast(4))
        case .changedPayload: token = "\(parts[0]).\(Base64URL.encode("{}".utf8)).\(parts[2])"
        case .fourParts: token = good + ".x"
        case .padded: token = good + "="
        case .long: token = good + String(repeating: "a", count: 8000)
        case .basic: return ["Authorization: Basic dTpw"]
        case .twoFields: return ["Authorization: Bearer \(good)", "Authorization: Bearer \(good)"]
        case .unknownPersonal: token = PersonalToken.make().text
        case .malformedPersonal: token = "ccp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        }
        return ["Authorization: Bearer \(token)"]
    }

    @Test("refuses every forgery", arguments: Forgery.allCases)
    func forgeries(forgery: Forgery) async throws {
        try await withDoor { door in
            for _ in 0..<2 {
                let answer = try await door.ask(path, try fields(forgery, door.authority))
                let status = forgery == .twoFields ? 400 : 401
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer.prefix(200))")
                if status == 401 { #expect(answer.contains("WWW-Authenticate: Bearer")) }
            }
        }
    }

    @Test("refuses an identity that lacks the scope")
    func scopes() async throws {
        try await withDoor { door in
            let answer = try await door.ask(path, [try door.bearer([.filesRead])])
            #expect(answer.hasPrefix("HTTP/1.1 403 "))
            #expect(answer.contains(#""code":"insufficient_scope""#))
        }
    }

    @Test("feels a revocation, of a sign-in and of a personal token")
    func revocation() async throws {
        try await withDoor { door in
            let personal = PersonalToken.make().text
            let tokenID = PersonalTokenID(milliseconds: 1, random: [UInt8](repeating: 1, count: 10))
            let owner = try Identity.tester(scopes: [.run])
            door.authority.script.withLock { script in
                script.grants[personal] = .with {
                    $0.isActive = true
                    $0.identity = owner
                    $0.identity?.personalTokenID = tokenID
                }
            }
            let credentials = [try door.bearer(), "Authorization: Bearer \(personal)"]
            for field in credentials + credentials {
                try await expect(door.ask(path, [field]), "HTTP/1.1 200 ")
            }
            #expect(door.authority.script.snapshot.introspections == 1)
            door.authority.script.withLock { script in
                script.grants = [:]
                script.revocations = [
                    .with {
                        $0.sequence = 1; $0.signInID = .test
                    },
                    .with {
                        $0.sequence = 2; $0.personalTokenID = tokenID
                    },
                ]
            }
            try await Task.sleep(for: .seconds(1))
            for field in credentials { try await expect(door.ask(path, [field]), "HTTP/1.1 401 ") }
        }
    }

    @Test("goes on with known keys and says 503 for what it cannot check while the auth service is away")
    func authAway() async throws {
        try await withDoor { door in
            try await expect(door.ask(path, [try door.bearer()]), "HTTP/1.1 200 ")
            door.authority.script.withLock { $0.isAway = true }
            try await expect(door.ask(path, [try door.bearer([.run])]), "HTTP/1.1 200 ")
        }
    }

    @Test("lets a cookie act for its page only")
    func cookies() async throws {
        try await withDoor { door in
            let token = door.authority.token(for: try .tester(scopes: [.run]))
            let cookie = "Cookie: a=b; __Host-codecollab=\(token)"
            try await expect(door.ask(path, [cookie]), "HTTP/1.1 200 ")
            let cancel = path.replacing("GET", with: "DELETE")
            try await expect(door.ask(cancel, [cookie, "Origin: http://evil"]), "HTTP/1.1 403 ")
            try await expect(door.ask(cancel, [cookie, "Origin: http://localhost"]), "HTTP/1.1 200 ")
        }
    }
}
