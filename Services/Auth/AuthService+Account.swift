package import Contracts
internal import Credentials
internal import GRDB
internal import Storage
internal import SystemKit

extension AuthService {
    /// The caller's account.
    /// - Throws: `AuthRefusal.notFound` for a service or an account that was erased.
    package func account(of caller: Identity) async throws -> Account { try await record(of: caller).account }

    /// Changes name or password; a new password ends all other sign-ins.
    /// - Throws: `AuthRefusal`; the store's errors.
    package func change(
        _ patch: AccountPatch,
        of caller: Identity,
        from origin: Origin
    ) async throws -> Account {
        var record = try await record(of: caller)
        let password = try await newPassword(patch, of: record, caller, origin)
        if let name = patch.name { record.name = name }
        let (changed, audit) = (record, audit)
        let place = try await store.write { [self] database in
            if let name = patch.name {
                try AccountRecord.setName(name, of: changed.id, database)
                try audit.append(.accountChanged, of: changed.id, from: origin, in: database)
            }
            guard let password else { return Int?.none }
            try AccountRecord.setPassword(password, of: changed.id, database)
            return try endAll(of: changed.id, but: caller.signInID, origin, .passwordChanged, database)
        }
        revocations.published(place)
        return changed.account
    }

    private func newPassword(
        _ patch: AccountPatch,
        of record: AccountRecord,
        _ caller: Identity,
        _ origin: Origin
    ) async throws -> PasswordHash? {
        guard let wanted = patch.newPassword else { return nil }
        guard let login = record.login, caller.signInID != nil else { throw AuthRefusal.notForThisCaller }
        guard let current = patch.currentPassword else { throw AuthRefusal.currentPasswordMissing }
        let password = PasswordPolicy.normalized(wanted.text)
        if let fault = PasswordPolicy.fault(of: password, login: login.text) {
            throw AuthRefusal.weakPassword(fault, field: "new_password")
        }
        // A stolen access token is a device, not a way around the delays.
        let attempt = Attempt(login: login.text, network: origin.network, device: caller.signInID?.text)
        try attempts.withLock { attempts throws(AuthRefusal) in try attempts.admit(attempt, now: origin.now) }
        try await keepDelays(of: attempt)
        guard try await check(current, against: record.password).matches else {
            try await note(.loginFailed, of: record.id, from: origin)
            throw AuthRefusal.wrongCredentials
        }
        attempts.withLock { $0.succeed(attempt) }
        try await keepDelays(of: attempt)
        return try await hash(password)
    }

    /// Erases the caller's account; the audit log keeps the identifier, which names nobody any more.
    /// - Throws: `AuthRefusal.notForThisCaller` for programs; the store's errors.
    package func erase(_ caller: Identity, from origin: Origin) async throws {
        guard caller.signInID != nil else { throw AuthRefusal.notForThisCaller }
        let (audit, revocations) = (audit, revocations)
        let place = try await store.write { database in
            try database.execute(sql: "DELETE FROM account WHERE id = ?", arguments: [caller.userID.text])
            guard database.changesCount == 1 else { throw AuthRefusal.notFound("account") }
            try audit.append(.accountErased, of: caller.userID, from: origin, in: database)
            return try revocations.append(user: caller.userID, now: origin.now, database)
        }
        revocations.published(place)
    }

    private func record(of caller: Identity) async throws -> AccountRecord {
        guard let record = try await store.read({ try AccountRecord.find(caller.userID, $0) }) else {
            throw AuthRefusal.notFound("account")
        }
        return record
    }
}
