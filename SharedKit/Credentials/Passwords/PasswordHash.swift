private import CArgon2
private import SystemKit

/// What hashing a password costs (RFC 9106).
package struct PasswordCost: Hashable, Sendable {
    /// Memory in KiB.
    package let memoryKibibytes: UInt32
    /// Passes over the memory.
    package let passes: UInt32
    /// Lanes, each of which could be a thread.
    package let lanes: UInt32

    /// A cost.
    package init(memoryKibibytes: UInt32, passes: UInt32, lanes: UInt32) {
        precondition(memoryKibibytes >= 8 * lanes && passes >= 1 && lanes >= 1, "RFC 9106 section 3.1")
        self.memoryKibibytes = memoryKibibytes
        self.passes = passes
        self.lanes = lanes
    }

    /// 19 MiB, two passes, one lane (OWASP, Password Storage Cheat Sheet).
    package static let standard = PasswordCost(memoryKibibytes: 19_456, passes: 2, lanes: 1)
}

/// The Argon2id hash of a password, as a PHC string: what is stored in its place.
package struct PasswordHash: Hashable, Sendable {
    /// `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
    package let phc: String
    /// What making it cost.
    package let cost: PasswordCost

    /// A hash from its PHC string, or nil.
    package init?(phc: String) {
        let parts = phc.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19",
            let cost = Self.cost(parts[3])
        else { return nil }
        self.phc = phc
        self.cost = cost
    }

    /// Hashes a password; takes tens of milliseconds and megabytes, so only ever on a `PasswordLane`.
    init(of password: Secret, cost: PasswordCost) throws(PasswordFailure) {
        let salt = randomBytes(Limits.saltBytes)
        let length = argon2_encodedlen(
            cost.passes,
            cost.memoryKibibytes,
            cost.lanes,
            UInt32(salt.count),
            UInt32(Limits.hashBytes),
            Argon2_id
        )
        var encoded = [CChar](repeating: 0, count: length)
        let code = argon2id_hash_encoded(
            cost.passes,
            cost.memoryKibibytes,
            cost.lanes,
            password.bytes,
            password.bytes.count,
            salt,
            salt.count,
            Limits.hashBytes,
            &encoded,
            length
        )
        guard code == ARGON2_OK.rawValue else { throw .outOfMemory }
        phc = String(decoding: encoded.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.cost = cost
    }

    /// Whether it is the hash of `password`; as expensive as making it.
    func matches(_ password: Secret) throws(PasswordFailure) -> Bool {
        switch argon2id_verify(phc, password.bytes, password.bytes.count) {
        case ARGON2_OK.rawValue: true
        case ARGON2_MEMORY_ALLOCATION_ERROR.rawValue: throw .outOfMemory
        default: false
        }
    }

    /// Whether it should be made anew at the next login, because passwords cost more today.
    package func isCheaper(than wanted: PasswordCost) -> Bool {
        cost.memoryKibibytes < wanted.memoryKibibytes || cost.passes < wanted.passes
            || cost.lanes != wanted.lanes
    }

    private static func cost(_ text: Substring) -> PasswordCost? {
        let parts = text.split(separator: ",")
        guard parts.count == 3, parts[0].hasPrefix("m="), parts[1].hasPrefix("t="), parts[2].hasPrefix("p="),
            let memory = UInt32(parts[0].dropFirst(2)), let passes = UInt32(parts[1].dropFirst(2)),
            let lanes = UInt32(parts[2].dropFirst(2)), (8...4_194_304).contains(memory),
            (1...64).contains(passes),
            (1...16).contains(lanes), memory >= 8 * lanes
        else { return nil }
        return PasswordCost(memoryKibibytes: memory, passes: passes, lanes: lanes)
    }
}
