import AuthService
import Contracts
import SystemKit
import TestSupport
import Testing

@Suite("guessing at the door") struct GuessingTests {
    @Test("unknown and known logins get the same answer")
    func sameAnswer() async throws {
        let fixture = try await AuthFixture()
        _ = try await fixture.register()
        for login in ["ada", "nobody"] {
            for _ in 0..<10 {
                await #expect(throws: AuthRefusal.wrongCredentials) {
                    try await fixture.login(login, "wrong")
                }
            }
            _ = try? await fixture.login(login, "wrong")
            await #expect(throws: AuthRefusal.delayed(milliseconds: 1000)) {
                try await fixture.login(login, "wrong")
            }
        }
    }

    @Test("a restart of the service gives no guess back, and success ends the delay for good")
    func restart() async throws {
        let home = try TemporaryDirectory()
        do {
            let fixture = try await AuthFixture(path: home.path)
            _ = try await fixture.register()
            for _ in 0..<12 {
                _ = try? await fixture.login("ada", "wrong")
                fixture.time.advance(by: .seconds(1))
            }
        }
        do {
            let fixture = try await AuthFixture(path: home.path)
            fixture.time.advance(by: .seconds(12))
            await #expect(throws: AuthRefusal.self) { try await fixture.login() }
            fixture.time.advance(by: .seconds(60))
            _ = try await fixture.login()
        }
        let fixture = try await AuthFixture(path: home.path)
        fixture.time.advance(by: .seconds(72))
        for _ in 0..<10 {
            await #expect(throws: AuthRefusal.wrongCredentials) { try await fixture.login("ada", "wrong") }
        }
    }

    @Test("no test of ranks tells unknown from known logins by time")
    func sameTime() async throws {
        // A leak shows in every sample, chance (once in a thousand beyond 3.3) and a busy machine do not.
        for _ in 0..<3 where try await abs(rankStatistic(logins: 300)) < 3.3 { return }
        Issue.record("known logins take another time than unknown ones, three samples in a row")
    }

    /// Mann-Whitney: z of the known logins' rank sum among as many unknown ones.
    private func rankStatistic(logins: Int) async throws -> Double {
        let fixture = try await AuthFixture()
        _ = try await fixture.register()
        var samples: [(isKnown: Bool, nanoseconds: UInt64)] = []
        for round in 0..<logins {
            let isKnown = round % 2 == 0
            fixture.time.advance(by: .seconds(4000))
            let start = monotonicNanoseconds()
            _ = try? await fixture.login(isKnown ? "ada" : "nobody", "wrong")
            samples.append((isKnown, monotonicNanoseconds() - start))
        }
        let ranks = samples.sorted { $0.nanoseconds < $1.nanoseconds }.enumerated()
        let sum = ranks.filter(\.element.isKnown).reduce(0.0) { $0 + Double($1.offset + 1) }
        let count = Double(logins / 2)
        let mean = count * (2 * count + 1) / 2
        return (sum - mean) / (count * count * (2 * count + 1) / 12).squareRoot()
    }

    @Test("the owner gets in from a known device while strangers guess")
    func owner() async throws {
        let fixture = try await AuthFixture()
        let device = try await fixture.register().deviceToken
        for _ in 0..<40 { _ = try? await fixture.login("ada", "wrong", from: "203.0.113.9") }
        await #expect(throws: AuthRefusal.self) { try await fixture.login() }
        _ = try await fixture.login(device: device)
        await #expect(throws: AuthRefusal.self) { try await fixture.login(device: "ccd_forged") }
        await #expect(throws: AuthRefusal.self) { try await fixture.login("bob", device: device) }
    }

    @Test("a storm of logins is refused with a time to come back, not queued for ever")
    func storm() async throws {
        let fixture = try await AuthFixture(parallelPasswords: 4)
        let device = try await fixture.register().deviceToken
        let refusals = await withTaskGroup(of: AuthRefusal?.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do {
                        _ = try await fixture.login("user\(number)", "wrong", from: "10.\(number).0.1")
                    } catch {
                        return error as? AuthRefusal
                    }
                    return nil
                }
            }
            return await group.reduce(into: [AuthRefusal]()) { all, one in one.map { all.append($0) } }
        }
        #expect(refusals.count == 100)
        #expect(refusals.contains(.overloaded(milliseconds: 1000)) && refusals.contains(.wrongCredentials))
        _ = try await fixture.login(device: device)
    }
}
