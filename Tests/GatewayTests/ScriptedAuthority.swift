import Contracts
import Credentials
import GatewayService
import SystemKit

/// Plays the auth service.
final class ScriptedAuthority: TokenAuthority {
    struct Away: Error {}

    struct Script: Sendable {
        var keys: [JSONWebKey] = []
        var grants: [String: Introspection] = [:]
        var revocations: [Revocation] = []
        var isAway = false
        var introspections = 0
        var keyFetches = 0
    }

    let key = SigningKey()
    let script = Locked(Script())
    private let realm = TokenRealm.default

    init() {
        let published = key.verificationKey.jsonWebKey
        script.withLock { $0.keys = [published] }
    }

    func publishedKeys() async throws -> JSONWebKeySet {
        JSONWebKeySet(
            keys: try script.withLock { script throws in
                script.keyFetches += 1
                if script.isAway { throw Away() }
                return script.keys
            })
    }

    func introspect(_ token: String) async throws -> Introspection {
        try script.withLock { script throws in
            script.introspections += 1
            if script.isAway { throw Away() }
            return script.grants[token] ?? Introspection()
        }
    }

    func followRevocations(after place: Int, _ hear: @Sendable (RevocationFeed) -> Void) async throws {
        var place = place
        while true {
            let script = script.snapshot
            if script.isAway { throw Away() }
            let feed = RevocationFeed.with {
                $0.items = Array(script.revocations.dropFirst(place))
                $0.next = script.revocations.count
            }
            place = feed.next
            hear(feed)
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// A good access token.
    func token(
        for identity: Identity, signInID: SignInID = .test, lifetime: Duration = .seconds(600),
        key: SigningKey? = nil, realm: TokenRealm? = nil, now: Timestamp = WallClock.system.now()
    ) -> String {
        AccessTokenIssuer(realm: realm ?? self.realm, lifetime: lifetime)
            .issue(identity, signInID: signInID, key: key ?? self.key, now: now)
    }
}

extension SignInID {
    static let test = SignInID(milliseconds: 1, random: [UInt8](repeating: 7, count: 10))
}
