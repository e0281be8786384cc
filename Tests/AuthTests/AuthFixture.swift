import AuthService
import Contracts
import Credentials
import Storage
import SystemKit
import TestSupport

/// An auth service over a real store, with cheap passwords and a clock that the test moves.
final class AuthFixture: Sendable {
    static let password = "seven quiet otters"
    let directory: TemporaryDirectory
    let time = FrozenClock()
    let store: Store
    let lane: PasswordLane
    let keys: KeyRing
    let service: AuthService

    init(
        path: String? = nil, settings: AuthService.Settings = .init(), parallelPasswords: Int = 64
    ) async throws {
        directory = try TemporaryDirectory()
        let folder = path ?? directory.path
        store = try Store.open("\(folder)/auth.sqlite", name: "auth", migrations: AuthService.migrations)
        let cost = PasswordCost(memoryKibibytes: 256, passes: 1, lanes: 1)
        lane = try PasswordLane(cost: cost, threads: 1, waiting: parallelPasswords)
        keys = try KeyRing(path: "\(folder)/keys.json", now: time.now)
        service = try await AuthService(
            store: store, lane: lane, keys: keys, settings: settings, clock: time.clock)
    }

    deinit { lane.close() }

    func origin(_ address: String = "192.0.2.7", client: String = "test/1") -> Origin {
        Origin(address: address, client: client, now: time.now)
    }

    func register(_ login: String = "ada", bootstrap: String? = nil) async throws -> SignedIn {
        try await service.register(try Self.registration(login, bootstrap: bootstrap), from: origin())
    }

    static func registration(_ login: String, bootstrap: String? = nil) throws -> Registration {
        var request = Registration()
        request.login = try LoginName(login)
        request.password = try PasswordText(password)
        request.bootstrapToken = bootstrap
        return request
    }

    func login(
        _ login: String = "ada", _ password: String = AuthFixture.password, device: String? = nil,
        from address: String = "192.0.2.7"
    ) async throws -> SignedIn {
        var request = LoginRequest()
        request.login = try LoginName(login)
        request.password = try PasswordText(password)
        request.deviceToken = device
        return try await service.login(request, from: origin(address))
    }

    func refresh(_ token: String, client: String = "test/1") async throws -> SignedIn {
        var request = RefreshRequest()
        request.refreshToken = token
        return try await service.refresh(request, from: origin(client: client))
    }

    /// Who an access token says its bearer is.
    func identity(_ signedIn: SignedIn) async throws -> Identity {
        guard let identity = try await service.introspect(signedIn.accessToken).identity else {
            throw AuthRefusal.signInEnded
        }
        return identity
    }

    func audited(_ identity: Identity) async throws -> [AuditKind] {
        try await service.audit(for: identity, below: nil, limit: 100).items.map(\.kind)
    }
}
