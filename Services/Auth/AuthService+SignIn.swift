package import Contracts
internal import Credentials
internal import GRDB
internal import Storage
internal import SystemKit

extension AuthService {
    /// Signs in with a password.
    /// - Throws: `AuthRefusal`; the store's errors.
    package func login(_ request: LoginRequest, from origin: Origin) async throws -> SignedIn {
        let login = request.login.text
        let attempt = Attempt(
            login: login,
            network: origin.network,
            device: devices.device(request.deviceToken, for: login)
        )
        let (account, verdict) = try await prove(attempt, request.login, request.password, origin.now)
        guard let account, verdict.matches else {
            try await note(.loginFailed, of: account?.id, from: origin)
            throw AuthRefusal.wrongCredentials
        }
        let signIn = newSignIn(account.id, account.kind, from: origin)
        let audit = audit
        try await store.write { database in
            if let renewed = verdict.renewed {
                try AccountRecord.setPassword(renewed, of: account.id, database)
            }
            try signIn.insert(database)
            try audit.append(.loggedIn, of: account.id, from: origin, in: database)
        }
        return answer(account, signIn, now: origin.now, device: devices.make(for: login))
    }

    /// Admits, looks up and hashes: the same work whether or not there is such an account.
    private func prove(
        _ attempt: Attempt,
        _ login: LoginName,
        _ password: PasswordText,
        _ now: Timestamp
    ) async throws -> (AccountRecord?, PasswordVerdict) {
        try attempts.withLock { attempts throws(AuthRefusal) in try attempts.admit(attempt, now: now) }
        do {
            try await keepDelays(of: attempt)
            let account = try await store.read { try AccountRecord.find(login: login, $0) }
            let verdict = try await check(password, against: account?.password)
            if verdict.matches, account != nil {
                attempts.withLock { $0.succeed(attempt) }
                try await keepDelays(of: attempt)
            }
            return (account, verdict)
        } catch {
            attempts.withLock { $0.withdraw(attempt) }
            throw error
        }
    }

    /// Gets the next tokens of a sign-in.
    /// - Throws: `AuthRefusal`; the store's errors.
    package func refresh(_ request: RefreshRequest, from origin: Origin) async throws -> SignedIn {
        guard let token = mint.token(request.refreshToken) else { throw AuthRefusal.signInEnded }
        let outcome = try await store.write { [self] in try refresh(token, from: origin, $0) }
        switch outcome {
        case .answer(let account, let signIn): return answer(account, signIn, now: origin.now)
        case .ended: throw AuthRefusal.signInEnded
        case .reused(let place):
            revocations.published(place)
            throw AuthRefusal.refreshReused
        }
    }

    private enum RefreshOutcome: Sendable {
        case answer(AccountRecord, SignInRecord)
        case ended
        case reused(revocation: Int)
    }

    /// One transaction: reads the sign-in, decides, and sets the counter if nobody else has.
    private func refresh(
        _ token: RefreshToken,
        from origin: Origin,
        _ database: Database
    ) throws -> RefreshOutcome {
        guard var signIn = try SignInRecord.find(token.signInID, database),
            let account = try AccountRecord.find(signIn.userID, database)
        else { return .ended }
        let isSameClient = signIn.client == origin.client
        switch RefreshDecision.about(token.counter, signIn.state, isSameClient: isSameClient, now: origin.now)
        {
        case .ended: return .ended
        case .repeatCurrent: return .answer(account, signIn)
        case .reused:
            let place = try end(signIn.id, of: signIn.userID, database, origin, .refreshReused)
            return .reused(revocation: place ?? 0)
        case .rotate:
            let next = RefreshState(
                counter: signIn.state.counter + 1,
                rotatedAt: origin.now,
                expiresAt: expiry(account.kind, createdAt: signIn.createdAt, now: origin.now)
            )
            guard try signIn.rotate(to: next, from: origin, database) else { return .ended }
            signIn.state = next
            return .answer(account, signIn)
        }
    }

    /// Ends a sign-in of the caller; nothing happens to somebody else's.
    /// - Throws: `AuthRefusal.notFound`; the store's errors.
    package func endSignIn(_ id: SignInID, of caller: Identity, from origin: Origin) async throws {
        let place = try await store.write { [self] in
            try end(id, of: caller.userID, $0, origin, .signInRevoked)
        }
        guard let place else { throw AuthRefusal.notFound("sign-in") }
        revocations.published(place)
    }

    /// Ends the sign-in that asks; without one there is nothing to end.
    package func logout(_ caller: Identity, from origin: Origin) async throws {
        guard let id = caller.signInID else { return }
        let place = try await store.write { [self] in try end(id, of: caller.userID, $0, origin, .loggedOut) }
        revocations.published(place)
    }

    /// Ends all sign-ins of the caller.
    package func logoutEverywhere(_ caller: Identity, from origin: Origin) async throws {
        let place = try await store.write { [self] in
            try endAll(of: caller.userID, but: nil, origin, .loggedOutEverywhere, $0)
        }
        revocations.published(place)
    }

    /// Where the caller is signed in.
    package func signIns(of caller: Identity) async throws -> SignInList {
        let now = clock.now()
        let records = try await store.read { try SignInRecord.all(of: caller.userID, now: now, $0) }
        return SignInList(items: records.map { $0.signIn(current: caller.signInID) })
    }

    private func end(
        _ id: SignInID,
        of user: UserID,
        _ database: Database,
        _ origin: Origin,
        _ kind: AuditKind
    ) throws -> Int? {
        guard try SignInRecord.delete(id, of: user, database) else { return nil }
        try audit.append(kind, of: user, from: origin, id.text, in: database)
        return try revocations.append(signIn: id, now: origin.now, database)
    }

    /// Ends all sign-ins of an account but one; answers the place of the last revocation.
    func endAll(
        of user: UserID,
        but kept: SignInID?,
        _ origin: Origin,
        _ kind: AuditKind,
        _ database: Database
    ) throws -> Int? {
        var place: Int?
        for signIn in try SignInRecord.all(of: user, now: Timestamp(milliseconds: 0), database)
        where signIn.id != kept {
            _ = try SignInRecord.delete(signIn.id, of: user, database)
            place = try revocations.append(signIn: signIn.id, now: origin.now, database)
        }
        try audit.append(kind, of: user, from: origin, in: database)
        return place
    }

    func note(_ kind: AuditKind, of user: UserID?, from origin: Origin) async throws {
        let audit = audit
        try await store.write { try audit.append(kind, of: user, from: origin, in: $0) }
    }
}
