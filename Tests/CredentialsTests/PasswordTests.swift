import Credentials
import SystemKit
import Testing

@Suite("password hashing") struct PasswordTests {
    private static let cheap = PasswordCost(memoryKibibytes: 64, passes: 1, lanes: 1)
    private let password = Secret(Array("correct horse battery".utf8))

    @Test("stores a PHC string with the standard cost, salted")
    func phc() async throws {
        let lane = try PasswordLane()
        defer { lane.close() }
        let first = try await lane.hash(password)
        #expect(first.phc.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try await lane.hash(password) != first)
        let verdict = try await lane.check(password, against: first)
        #expect(verdict.matches && verdict.renewed == nil)
        let wrong = try await lane.check(Secret([1]), against: first)
        #expect(!wrong.matches && wrong.renewed == nil)
        #expect(PasswordHash(phc: first.phc) == first)
    }

    @Test("reads what the reference implementation wrote")
    func reference() async throws {
        let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        let hash = try #require(PasswordHash(phc: phc))
        let lane = try PasswordLane(cost: Self.cheap)
        defer { lane.close() }
        #expect(try await lane.check(Secret(Array("password".utf8)), against: hash).matches)
        #expect(try await !lane.check(Secret(Array("Password".utf8)), against: hash).matches)
    }

    @Test("renews a hash when passwords cost more, at the next login only")
    func renewal() async throws {
        let cheap = try PasswordLane(cost: Self.cheap)
        let old = try await cheap.hash(password)
        cheap.close()
        let dearer = PasswordCost(memoryKibibytes: 128, passes: 1, lanes: 1)
        let lane = try PasswordLane(cost: dearer)
        defer { lane.close() }
        #expect(try await lane.check(Secret([1]), against: old).renewed == nil)
        let renewed = try #require(try await lane.check(password, against: old).renewed)
        #expect(renewed.cost == dearer)
        let verdict = try await lane.check(password, against: renewed)
        #expect(verdict.matches && verdict.renewed == nil)
    }

    @Test(
        "hashes that are not ours are not read",
        arguments: [
            "", "$2b$12$abc", "$argon2i$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA",
            "$argon2id$v=16$m=64,t=1,p=1$c2FsdA$aGFzaA",
            "$argon2id$v=19$m=99999999,t=1,p=1$c2FsdA$aGFzaA", "$argon2id$v=19$m=64,t=0,p=1$c2FsdA$aGFzaA",
            "$argon2id$v=19$m=64,p=1,t=1$c2FsdA$aGFzaA", "$argon2id$v=19$m=64,t=1,p=1$c2FsdA",
        ]
    )
    func foreign(phc: String) { #expect(PasswordHash(phc: phc) == nil) }

    @Test("a storm is refused with a time to come back, and leaves the lane working")
    func overload() async throws {
        let lane = try PasswordLane(threads: 1, waiting: 4)
        defer { lane.close() }
        let outcomes = await withTaskGroup(of: PasswordFailure?.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do throws(PasswordFailure) {
                        _ = try await lane.hash(Secret([1]))
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [PasswordFailure?]()) { $0.append($1) }
        }
        let refused = outcomes.compactMap(\.self)
        #expect(refused.count >= 30 && outcomes.count - refused.count >= 4)
        #expect(refused.allSatisfy { $0 == .overloaded(retryAfterMilliseconds: 1000) })
        #expect(try await lane.check(password, against: lane.hash(password)).matches)
    }

    @Test("a closed lane takes nothing")
    func closing() async throws {
        let lane = try PasswordLane(cost: Self.cheap)
        lane.close()
        await #expect(throws: PasswordFailure.closed) { try await lane.hash(password) }
    }
}
