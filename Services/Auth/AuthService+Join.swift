package import Contracts
internal import Credentials
internal import GRDB
internal import Storage
internal import SystemKit

extension AuthService {
    /// Makes an account and signs it in.
    /// - Throws: `AuthRefusal`; the store's errors.
    package func register(_ request: Registration, from origin: Origin) async throws -> SignedIn {
        try admitJoin(origin)
        let scopes = try scopes(of: request)
        let password = PasswordPolicy.normalized(request.password.text)
        if let fault = PasswordPolicy.fault(of: password, login: request.login.text) {
            throw AuthRefusal.weakPassword(fault, field: "password")
        }
        let account = AccountRecord(
            id: UserID(milliseconds: origin.now.milliseconds, random: randomBytes(10)),
            login: request.login,
            name: try request.name ?? DisplayName(request.login.text),
            kind: .user,
            scopes: scopes,
            password: try await hash(password),
            createdAt: origin.now
        )
        let signIn = try await store(account, from: origin)
        return answer(account, signIn, now: origin.now, device: devices.make(for: request.login.text))
    }

    /// Signs somebody in without an account.
    /// - Throws: `AuthRefusal`; the store's errors.
    package func guest(_ request: GuestRequest, from origin: Origin) async throws -> SignedIn {
        guard settings.allowsGuests else { throw AuthRefusal.guestsForbidden }
        try admitJoin(origin)
        let random = randomBytes(10)
        let number = Int(random[0]) << 8 | Int(random[1])
        let account = AccountRecord(
            id: UserID(milliseconds: origin.now.milliseconds, random: random),
            login: nil,
            name: try request.name ?? DisplayName("Guest \(number)"),
            kind: .guest,
            scopes: AccountRecord.ordinaryScopes,
            password: nil,
            createdAt: origin.now
        )
        let signIn = try await store(account, from: origin)
        return answer(account, signIn, now: origin.now)
    }

    private func admitJoin(_ origin: Origin) throws(AuthRefusal) {
        if let wait = joins.withLock({ $0.take(origin.network, now: origin.now) }) {
            throw .tooManyJoins(milliseconds: wait)
        }
    }

    private func scopes(of request: Registration) throws(AuthRefusal) -> [Scope] {
        guard let offered = request.bootstrapToken else { return AccountRecord.ordinaryScopes }
        guard settings.bootstrapToken == Secret(Array(offered.utf8)) else { throw .wrongBootstrapToken }
        return Scope.allCases
    }

    private func store(_ account: AccountRecord, from origin: Origin) async throws -> SignInRecord {
        let signIn = newSignIn(account.id, account.kind, from: origin)
        let audit = audit
        try await store.write { database in
            if let login = account.login, try AccountRecord.find(login: login, database) != nil {
                throw AuthRefusal.loginTaken
            }
            if account.scopes.contains(.admin) {
                // The bootstrap token is used up with the first administrator.
                if try AccountRecord.hasAdministrator(database) { throw AuthRefusal.wrongBootstrapToken }
                try audit.append(.adminBootstrapped, of: account.id, from: origin, in: database)
            }
            try account.insert(database)
            try signIn.insert(database)
            let kind: AuditKind = account.kind == .guest ? .guestJoined : .registered
            try audit.append(kind, of: account.id, from: origin, in: database)
        }
        return signIn
    }
}
