import Contracts
import Credentials
import Glibc
import SystemKit
import Testing

@Suite("personal and refresh tokens") struct TokenTests {
    @Test("a personal token is recognised by its form alone")
    func personal() throws {
        let token = PersonalToken.make()
        #expect(token.text.utf8.count == 40 && token.text.hasPrefix("ccp_"))
        #expect(PersonalToken(token.text) == token)
        #expect(!"\(token)".contains(token.text))
        for index in 4..<40 {
            var changed = Array(token.text.utf8)
            changed[index] = changed[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            #expect(PersonalToken(String(decoding: changed, as: UTF8.self)) == nil)
        }
        for bad in [
            "", "ccp_", String(token.text.dropLast()), token.text + "0", "ghp_" + token.text.dropFirst(4),
        ] {
            #expect(PersonalToken(bad) == nil)
        }
    }

    @Test("personal tokens differ, and every letter occurs")
    func spread() {
        let tokens = (0..<500).map { _ in PersonalToken.make().text }
        #expect(Set(tokens).count == 500)
        #expect(Set(tokens.flatMap { $0.dropFirst(4).prefix(30) }).count == 62)
    }

    private let mint = RefreshToken.Mint(key: Secret([UInt8](repeating: 1, count: 32)))
    private let token = RefreshToken(signInID: SignInID(milliseconds: 9, random: Array(0..<10)), counter: 41)

    @Test("a refresh token names sign-in and counter, and is always the same text")
    func refresh() {
        let text = mint.text(of: token)
        #expect(mint.token(text) == token && mint.text(of: token) == text)
        #expect(text.utf8.count < 100)
        let other = RefreshToken.Mint(key: Secret([UInt8](repeating: 2, count: 32)))
        #expect(other.token(text) == nil)
    }

    @Test("a refresh token that we did not make is refused without a database")
    func forged() {
        let good = Array(mint.text(of: token).utf8)
        for index in good.indices {
            for flip: UInt8 in [1, 4, 32] {
                var changed = good
                changed[index] ^= flip
                #expect(mint.token(String(decoding: changed, as: UTF8.self)) == nil)
            }
        }
        for bad in ["", "ccr_", "ccr_AAAA", String(repeating: "A", count: 65_536)] {
            #expect(mint.token(bad) == nil)
        }
    }
}

@Suite("the token cache") struct TokenCacheTests {
    private let now = Timestamp(milliseconds: 1_795_000_000_000)
    private let identity = Identity.with { $0.scopes = [.run] }

    @Test("remembers until the token ends, and refusals for seconds")
    func expiry() {
        let cache = TokenCache()
        let (good, bad) = (TokenCache.key("good"), TokenCache.key("bad"))
        cache.accept(identity, for: good, until: now + .seconds(60))
        cache.refuse(bad, now: now)
        #expect(cache.verdict(on: good, now: now) == .accepted(identity))
        #expect(cache.verdict(on: bad, now: now + .milliseconds(4_999)) == .refused)
        #expect(cache.verdict(on: bad, now: now + .seconds(5)) == nil)
        #expect(cache.verdict(on: good, now: now + .seconds(60)) == nil)
        #expect(cache.verdict(on: TokenCache.key("other"), now: now) == nil)
    }

    @Test("stays within its bound and keeps what is used")
    func bound() {
        let cache = TokenCache(capacity: 64)
        let hot = TokenCache.key("hot")
        cache.accept(identity, for: hot, until: now + .seconds(60))
        for index in 0..<1000 {
            cache.refuse(TokenCache.key("\(index)"), now: now)
            #expect(cache.verdict(on: hot, now: now) != nil)
        }
        #expect(cache.count <= 64)
    }

    @Test("forgets what was revoked")
    func revocation() {
        let cache = TokenCache()
        var other = identity
        other.userID = UserID(milliseconds: 5, random: Array(0..<10))
        cache.accept(identity, for: TokenCache.key("a"), until: now + .seconds(60))
        cache.accept(other, for: TokenCache.key("b"), until: now + .seconds(60))
        cache.forget { identity in identity.userID == other.userID }
        #expect(cache.verdict(on: TokenCache.key("a"), now: now) != nil)
        #expect(cache.verdict(on: TokenCache.key("b"), now: now) == nil)
    }
}
