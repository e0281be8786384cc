import AuthService
import Contracts
import Credentials
import GRDB
import Storage
import SystemKit
import TestSupport
import Testing

@Suite("personal tokens, audit and keys") struct OversightTests {
    private func grant(
        _ fixture: AuthFixture, _ identity: Identity, scopes: [Scope] = [.run], days: Int = 1
    ) async throws -> PersonalTokenGrant {
        let draft = PersonalTokenDraft.with {
            $0.scopes = scopes
            $0.lifetimeDays = days
        }
        return try await fixture.service.makeToken(draft, for: identity, from: fixture.origin())
    }

    @Test("a personal token is shown once, stored as a hash, and gives only its scopes")
    func tokens() async throws {
        let fixture = try await AuthFixture()
        let identity = try await fixture.identity(try await fixture.register())
        let grant = try await grant(fixture, identity)
        let seen = try await fixture.service.introspect(grant.token)
        #expect(seen.identity?.scopes == [.run] && seen.identity?.signInID == nil)
        #expect(seen.identity?.personalTokenID == grant.info.id)
        let listed = try await fixture.service.tokens(of: identity)
        #expect(!listed.json.contains(grant.token) && listed.items.count == 1)
        let dump = try await fixture.store.read { database in
            "\(try Row.fetchAll(database, sql: "SELECT * FROM personal_token"))"
        }
        #expect(!dump.contains(grant.token.dropFirst(10)))
        await #expect(throws: AuthRefusal.notForThisCaller) {
            try await fixture.service.makeToken(
                PersonalTokenDraft(), for: try #require(seen.identity), from: fixture.origin())
        }
        await #expect(throws: AuthRefusal.scopeTooWide(.admin)) {
            _ = try await self.grant(fixture, identity, scopes: [.admin])
        }
    }

    /// What somebody hears who follows the revocations from a place on; `revoke` is called when they listen.
    private func heard(
        _ fixture: AuthFixture, after place: Int?, upTo count: Int, _ revoke: () async throws -> Void
    ) async throws -> (standing: RevocationFeed, rest: [Revocation]) {
        struct Enough: Error {}
        var standing: RevocationFeed?
        var rest: [Revocation] = []
        await #expect(throws: Enough.self) {
            try await fixture.service.followRevocations(after: place) { feed in
                if standing == nil {
                    standing = feed
                    try await revoke()
                } else {
                    rest += feed.items
                }
                if rest.count >= count { throw Enough() }
            }
        }
        return (try #require(standing), rest)
    }

    @Test("whoever follows the revocations hears where they stand, then each as it happens")
    func following() async throws {
        let fixture = try await AuthFixture()
        let identity = try await fixture.identity(try await fixture.register())
        var tokens: [PersonalTokenID] = []
        for _ in 0..<4 { tokens.append(try await grant(fixture, identity).info.id) }
        func revoke(_ number: Int) async throws {
            try await fixture.service.revokeToken(tokens[number], of: identity, from: fixture.origin())
        }
        try await revoke(0)
        let late = try await heard(fixture, after: nil, upTo: 2) {
            try await revoke(1)
            try await revoke(2)
        }
        #expect(late.standing == .with { $0.next = 1 })
        #expect(late.rest.map(\.personalTokenID) == [tokens[1], tokens[2]])
        let back = try await heard(fixture, after: 1, upTo: 1) { try await revoke(3) }
        #expect(back.standing.items.map(\.sequence) == [2, 3] && back.standing.next == 3)
        #expect(back.rest.map(\.sequence) == [4])
    }

    @Test("a personal token ends: by time, and at once when it is revoked")
    func endings() async throws {
        let fixture = try await AuthFixture()
        let identity = try await fixture.identity(try await fixture.register())
        let (short, revoked) = (
            try await grant(fixture, identity), try await grant(fixture, identity, days: 30)
        )
        try await fixture.service.revokeToken(revoked.info.id, of: identity, from: fixture.origin())
        #expect(try await fixture.service.introspect(revoked.token).isActive == false)
        #expect(
            try await fixture.service.revocations(after: 0).items.first?.personalTokenID == revoked.info.id)
        let seen = try await fixture.service.introspect(short.token).identity
        #expect(
            seen?.credentialExpiresAtMilliseconds == Int(short.info.expiresAt.milliseconds),
            "a connection may live as long as the token, not as long as the answer")
        fixture.time.advance(by: .seconds(86_399))
        #expect(try await fixture.service.introspect(short.token).isActive)
        fixture.time.advance(by: .seconds(1))
        #expect(try await fixture.service.introspect(short.token).isActive == false)
        #expect(try await fixture.service.introspect(PersonalToken.make().text).isActive == false)
    }

    @Test("the audit log only grows, and shows what was changed under it")
    func tampering() async throws {
        let fixture = try await AuthFixture()
        for number in 0..<10 { _ = try await fixture.register("user\(number)") }
        #expect(try await fixture.service.verifyAudit().isWhole)
        for change in [
            "UPDATE audit SET detail = 'x' WHERE sequence = 4", "DELETE FROM audit WHERE sequence = 4",
        ] {
            await #expect(throws: DatabaseError.self) {
                try await fixture.store.write { try $0.execute(sql: change) }
            }
        }
    }

    @Test(
        "finds the first entry that was changed, taken out or put in",
        arguments: [
            ("UPDATE audit SET address = '1.2.3.4' WHERE sequence = 4", 4),
            ("DELETE FROM audit WHERE sequence = 4", 5),
            ("UPDATE audit SET at_ms = at_ms + 1 WHERE sequence = 9", 9),
            ("UPDATE audit SET user_id = NULL WHERE sequence = 1", 1),
            (
                "INSERT INTO audit SELECT 11, at_ms, kind, user_id, address, '', chain FROM audit LIMIT 1",
                11
            ),
        ])
    func broken(change: String, at place: Int) async throws {
        let fixture = try await AuthFixture()
        for number in 0..<10 { _ = try await fixture.register("user\(number)") }
        try await fixture.store.write { database in
            try database.execute(sql: "DROP TRIGGER audit_stays; DROP TRIGGER audit_unchanged")
            try database.execute(sql: change)
        }
        let verification = try await fixture.service.verifyAudit()
        #expect(!verification.isWhole && verification.firstBroken == place)
    }

    @Test("people see their own events only, administrators all, page by page")
    func pages() async throws {
        let fixture = try await AuthFixture()
        let ada = try await fixture.identity(try await fixture.register())
        for number in 0..<7 { _ = try await fixture.register("user\(number)") }
        #expect(try await fixture.audited(ada) == [.registered])
        var admin = ada
        admin.scopes = [.admin]
        var (seen, place): ([Int], Int?) = ([], nil)
        repeat {
            let page = try await fixture.service.audit(for: admin, below: place, limit: 3)
            seen += page.items.map(\.sequence)
            place = page.nextCursor == nil ? nil : page.items.last?.sequence
        } while place != nil
        #expect(seen == Array((1...8).reversed()))
    }

    @Test("keys rotate: the next one was published before, the last one still verifies for a day")
    func rotation() async throws {
        let fixture = try await AuthFixture()
        let signedIn = try await fixture.register()
        let identity = try await fixture.identity(signedIn)
        let before = fixture.keys.published.keys.map(\.keyID)
        let after = try await fixture.service.rotateKeys(identity, from: fixture.origin()).keys.map(\.keyID)
        #expect(before.count == 2 && after.count == 3 && after[0] == before[1] && after[2] == before[0])
        #expect(try await fixture.identity(signedIn).userID == identity.userID)
        #expect(try await fixture.identity(try await fixture.login()).userID == identity.userID)
        fixture.time.advance(by: .seconds(86_401))
        try await fixture.service.tidy()
        #expect(fixture.keys.published.keys.map(\.keyID) == Array(after.prefix(2)))
        fixture.time.advance(by: .seconds(30 * 86_400))
        try await fixture.service.tidy()
        #expect(fixture.keys.published.keys[0].keyID == after[1])
    }
}
