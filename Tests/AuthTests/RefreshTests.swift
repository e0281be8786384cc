import AuthService
import Contracts
import SystemKit
import TestSupport
import Testing

@Suite("refreshing a sign-in") struct RefreshTests {
    private static let start = Timestamp(milliseconds: 1_795_000_000_000)
    private static let never = Timestamp(milliseconds: .max)

    @Test(
        "decides by distance, age and client",
        arguments: [
            (5, 0, true, RefreshDecision.rotate), (5, 999_999, false, .rotate), (4, 0, true, .repeatCurrent),
            (4, 10_000, false, .repeatCurrent), (4, 10_001, true, .repeatCurrent),
            (4, 10_001, false, .reused),
            (3, 10_000, true, .repeatCurrent), (3, 10_001, true, .reused), (0, 10_001, true, .reused),
            (6, 0, true, .ended),
        ])
    func decisions(presented: Int64, age: Int64, isSameClient: Bool, wanted: RefreshDecision) {
        let state = RefreshState(counter: 5, rotatedAt: Self.start, expiresAt: Self.never)
        let now = Timestamp(milliseconds: Self.start.milliseconds + age)
        #expect(RefreshDecision.about(presented, state, isSameClient: isSameClient, now: now) == wanted)
    }

    /// What can happen to an honest client between two looks at the clock.
    private enum Step: Int, CaseIterable { case delivered, lost, twoTabs, minuteLater }

    @Test("never logs an honest client out: every order of nine events")
    func honest() {
        var orders = 0
        for number in 0..<(1 << 18) {
            var (state, now, held) = (
                RefreshState(counter: 0, rotatedAt: Self.start, expiresAt: Self.never), Self.start, Int64(0)
            )
            for position in 0..<9 {
                switch Step(rawValue: number >> (2 * position) & 3) {
                case .delivered: held = Self.present(held, &state, now) ?? -1
                case .lost: if Self.present(held, &state, now) == nil { held = -1 }
                case .twoTabs:
                    let copy = held
                    held = Self.present(held, &state, now) ?? -1
                    if Self.present(copy, &state, now) != held { held = -1 }
                default: now = now + .seconds(60)
                }
                if held < 0 { break }
            }
            orders += held >= 0 ? 1 : 0
        }
        #expect(orders == 1 << 18)
    }

    @Test("always catches a copy that is two behind, whatever happened in between", arguments: 2...20)
    func replay(distance: Int64) {
        var state = RefreshState(counter: 3, rotatedAt: Self.start, expiresAt: Self.never)
        var now = Self.start
        for _ in 0..<distance {
            now = now + .seconds(600)
            _ = Self.present(state.counter, &state, now)
        }
        #expect(RefreshDecision.about(3, state, isSameClient: true, now: now + .seconds(11)) == .reused)
    }

    /// The counter of the token that comes back, or nil when the sign-in is over.
    private static func present(_ counter: Int64, _ state: inout RefreshState, _ now: Timestamp) -> Int64? {
        switch RefreshDecision.about(counter, state, isSameClient: true, now: now) {
        case .rotate: state = RefreshState(counter: counter + 1, rotatedAt: now, expiresAt: never)
        case .repeatCurrent: break
        case .reused, .ended: return nil
        }
        return state.counter
    }

    @Test("sixty-four at once make one rotation and sixty-four equal answers")
    func race() async throws {
        let fixture = try await AuthFixture()
        let first = try await fixture.register()
        let answers = try await withThrowingTaskGroup(of: SignedIn.self) { group in
            for _ in 0..<64 { group.addTask { try await fixture.refresh(first.refreshToken) } }
            return try await group.reduce(into: [SignedIn]()) { $0.append($1) }
        }
        #expect(answers.count == 64)
        #expect(answers.allSatisfy { $0 == answers[0] } && answers[0].refreshToken != first.refreshToken)
        fixture.time.advance(by: .seconds(300))
        let next = try await fixture.refresh(answers[0].refreshToken)
        fixture.time.advance(by: .seconds(11))
        #expect(try await fixture.refresh(answers[0].refreshToken).refreshToken == next.refreshToken)
    }

    @Test("a token two behind ends the sign-in, is audited, and is in the feed")
    func reuse() async throws {
        let fixture = try await AuthFixture()
        let first = try await fixture.register()
        let identity = try await fixture.identity(first)
        var last = first
        for _ in 0..<2 {
            fixture.time.advance(by: .seconds(60))
            last = try await fixture.refresh(last.refreshToken)
        }
        fixture.time.advance(by: .seconds(11))
        await #expect(throws: AuthRefusal.refreshReused) { try await fixture.refresh(first.refreshToken) }
        await #expect(throws: AuthRefusal.signInEnded) { try await fixture.refresh(last.refreshToken) }
        #expect(try await fixture.service.introspect(last.accessToken).isActive == false)
        #expect(try await fixture.audited(identity).first == .refreshReused)
        let feed = try await fixture.service.revocations(after: 0)
        #expect(feed.items.map(\.signInID) == [first.signInID] && feed.next == 1)
    }

    @Test("forged, foreign and empty tokens are refused alike", arguments: ["", "ccr_", "ccr_AAAA", "x.y.z"])
    func garbage(token: String) async throws {
        let fixture = try await AuthFixture()
        await #expect(throws: AuthRefusal.signInEnded) { try await fixture.refresh(token) }
    }

    @Test("a sign-in ends when it is not used, and after half a year anyway")
    func expiry() async throws {
        let fixture = try await AuthFixture()
        var last = try await fixture.register()
        for _ in 0..<6 {
            fixture.time.advance(by: .seconds(29 * 86_400))
            last = try await fixture.refresh(last.refreshToken)
        }
        fixture.time.advance(by: .seconds(7 * 86_400))
        await #expect(throws: AuthRefusal.signInEnded) { try await fixture.refresh(last.refreshToken) }
        let guest = try await fixture.service.guest(GuestRequest(), from: fixture.origin())
        fixture.time.advance(by: .seconds(86_401))
        await #expect(throws: AuthRefusal.signInEnded) { try await fixture.refresh(guest.refreshToken) }
    }
}
