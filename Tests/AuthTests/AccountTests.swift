import AuthService
import Contracts
import Credentials
import Storage
import SystemKit
import TestSupport
import Testing

@Suite("accounts and sign-ins") struct AccountTests {
    @Test("registers, signs in, and says who one is")
    func registration() async throws {
        let fixture = try await AuthFixture()
        let signedIn = try await fixture.register("Ada")
        #expect(signedIn.account.login?.text == "ada" && !signedIn.account.scopes.contains(.admin))
        let identity = try await fixture.identity(signedIn)
        #expect(identity.kind == .user && identity.signInID == signedIn.signInID)
        await #expect(throws: AuthRefusal.loginTaken) { try await fixture.register("ADA") }
        let again = try await fixture.login("aDa")
        #expect(again.account.id == signedIn.account.id && again.signInID != signedIn.signInID)
        #expect(try await fixture.service.signIns(of: identity).items.count == 2)
        #expect(try await fixture.audited(identity) == [.loggedIn, .registered])
    }

    @Test("guests join when they may, with a day to stay and no administration")
    func guests() async throws {
        let fixture = try await AuthFixture()
        let guest = try await fixture.service.guest(GuestRequest(), from: fixture.origin())
        #expect(guest.account.kind == .guest && !guest.account.scopes.contains(.admin))
        let identity = try await fixture.identity(guest)
        await #expect(throws: AuthRefusal.notForThisCaller) {
            try await fixture.service.makeToken(PersonalTokenDraft(), for: identity, from: fixture.origin())
        }
        var closed = AuthService.Settings()
        closed.allowsGuests = false
        let other = try await AuthFixture(settings: closed)
        await #expect(throws: AuthRefusal.guestsForbidden) {
            try await other.service.guest(GuestRequest(), from: other.origin())
        }
    }

    @Test("everything survives a restart: accounts, sign-ins, keys, revocations, the audit chain")
    func restart() async throws {
        let fixture = try await AuthFixture()
        let signedIn = try await fixture.register()
        let identity = try await fixture.identity(signedIn)
        let ended = try await fixture.login()
        try await fixture.service.endSignIn(ended.signInID, of: identity, from: fixture.origin())
        try fixture.store.close()
        let revived = try await AuthFixture(path: fixture.directory.path)
        #expect(try await revived.identity(signedIn).userID == identity.userID)
        #expect(try await revived.refresh(signedIn.refreshToken).account == signedIn.account)
        await #expect(throws: AuthRefusal.signInEnded) { try await revived.refresh(ended.refreshToken) }
        #expect(try await revived.login().account.id == identity.userID)
        #expect(try await revived.service.revocations(after: 0).items.map(\.signInID) == [ended.signInID])
        let log = try await revived.service.verifyAudit()
        #expect(log.isWhole && log.entries == 4)
    }

    @Test("a new password needs the old one and ends all other sign-ins")
    func newPassword() async throws {
        let fixture = try await AuthFixture()
        let mine = try await fixture.register()
        let other = try await fixture.login()
        let identity = try await fixture.identity(mine)
        var patch = AccountPatch()
        patch.newPassword = try PasswordText("eleven loud badgers")
        await #expect(throws: AuthRefusal.currentPasswordMissing) {
            try await fixture.service.change(patch, of: identity, from: fixture.origin())
        }
        patch.currentPassword = try PasswordText("wrong")
        await #expect(throws: AuthRefusal.wrongCredentials) {
            try await fixture.service.change(patch, of: identity, from: fixture.origin())
        }
        patch.currentPassword = try PasswordText(AuthFixture.password)
        _ = try await fixture.service.change(patch, of: identity, from: fixture.origin())
        await #expect(throws: AuthRefusal.signInEnded) { try await fixture.refresh(other.refreshToken) }
        _ = try await fixture.refresh(mine.refreshToken)
        await #expect(throws: AuthRefusal.wrongCredentials) { try await fixture.login() }
        _ = try await fixture.login("ada", "eleven loud badgers")
    }

    @Test("sign-ins end one by one, all at once, and never somebody else's")
    func ending() async throws {
        let fixture = try await AuthFixture()
        let ada = try await fixture.register()
        let bob = try await fixture.register("bob")
        let (adaID, bobID) = (try await fixture.identity(ada), try await fixture.identity(bob))
        await #expect(throws: AuthRefusal.notFound("sign-in")) {
            try await fixture.service.endSignIn(ada.signInID, of: bobID, from: fixture.origin())
        }
        try await fixture.service.logout(bobID, from: fixture.origin())
        #expect(try await fixture.service.introspect(bob.accessToken).isActive == false)
        for _ in 0..<3 { _ = try await fixture.login() }
        try await fixture.service.logoutEverywhere(adaID, from: fixture.origin())
        #expect(try await fixture.service.signIns(of: adaID).items.isEmpty)
        #expect(try await fixture.service.revocations(after: 1).items.count == 4)
    }

    @Test("an erased account leaves nothing but its identifier in the audit log")
    func erasing() async throws {
        let fixture = try await AuthFixture()
        let signedIn = try await fixture.register("grace.hopper")
        let identity = try await fixture.identity(signedIn)
        let draft = PersonalTokenDraft.with { $0.scopes = [.run] }
        let grant = try await fixture.service.makeToken(draft, for: identity, from: fixture.origin())
        try await fixture.service.erase(identity, from: fixture.origin())
        #expect(try await fixture.service.introspect(grant.token).isActive == false)
        #expect(try await fixture.service.introspect(signedIn.accessToken).isActive == false)
        await #expect(throws: AuthRefusal.notFound("account")) {
            try await fixture.service.account(of: identity)
        }
        let audit = try await fixture.service.audit(for: identity, below: nil, limit: 100)
        #expect(!audit.json.contains("grace") && audit.items.first?.kind == .accountErased)
        _ = try await fixture.register("grace.hopper")
    }

    @Test("the bootstrap token makes one administrator")
    func bootstrap() async throws {
        var settings = AuthService.Settings()
        settings.bootstrapToken = Secret(Array("once".utf8))
        let fixture = try await AuthFixture(settings: settings)
        await #expect(throws: AuthRefusal.wrongBootstrapToken) {
            try await fixture.register("eve", bootstrap: "x")
        }
        #expect(try await fixture.register("root1", bootstrap: "once").account.scopes.contains(.admin))
        await #expect(throws: AuthRefusal.wrongBootstrapToken) {
            try await fixture.register("eve", bootstrap: "once")
        }
    }
}
