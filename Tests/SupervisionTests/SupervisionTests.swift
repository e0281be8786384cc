import Supervision
import Testing

/// Plays OTP's part: what is to be started is ready at once, what is to be stopped ends at once.
private struct Stage {
    var state: SupervisorState
    var trace: [String] = []
    var now = Duration.zero

    init(
        _ specs: [ChildSpec],
        _ strategy: SupervisorPolicy.Strategy = .oneForOne,
        _ adjust: (inout SupervisorPolicy) -> Void = { _ in }
    ) {
        var policy = SupervisorPolicy(strategy: strategy)
        adjust(&policy)
        state = SupervisorState(specs, policy: policy)
        send(.boot)
        trace = []
    }

    mutating func send(_ event: SupervisorEvent) {
        var events = [event]
        while !events.isEmpty {
            for effect in state.apply(events.removeFirst(), at: now) {
                trace.append(describe(effect))
                switch effect {
                case .start(let id, let generation): events.append(.ready(id, generation: generation))
                case .stop(let id, let generation):
                    events.append(.exited(id, generation: generation, .shutdown))
                case .kill(let id, let generation), .abort(let id, let generation):
                    events.append(.exited(id, generation: generation, .crash))
                case .gaveUp, .forgot, .booted, .ended: break
                }
            }
        }
    }

    mutating func exit(_ id: String, _ reason: ExitReason) {
        send(.exited(id, generation: state.child(id)?.generation ?? 0, reason))
    }

    private func describe(_ effect: SupervisorEffect) -> String {
        switch effect {
        case .start(let id, _): "start \(id)"
        case .stop(let id, _): "stop \(id)"
        case .abort(let id, _): "abort \(id)"
        case .kill(let id, _): "kill \(id)"
        case .gaveUp(let id): "gave up \(id)"
        case .forgot(let id): "forgot \(id)"
        case .booted: "booted"
        case .ended(let end): "ended \(end)"
        }
    }
}

private func abc(_ restart: ChildSpec.Restart = .permanent) -> [ChildSpec] {
    [ChildSpec(id: "a"), ChildSpec(id: "b", restart: restart), ChildSpec(id: "c")]
}

/// What real OTP 25 does when b of [a, b, c] ends.
struct OracleRow: CustomTestStringConvertible {
    let strategy: SupervisorPolicy.Strategy
    let restart: ChildSpec.Restart
    let reason: ExitReason
    let trace: [String]

    var testDescription: String { "\(strategy.rawValue) \(restart.rawValue) \(reason.rawValue)" }

    static let all = SupervisorPolicy.Strategy.allCases.flatMap { strategy in
        ChildSpec.Restart.allCases.flatMap { restart in
            [ExitReason.normal, .shutdown, .crash].map { reason in
                OracleRow(
                    strategy: strategy, restart: restart, reason: reason,
                    trace: trace(strategy, restart, reason))
            }
        }
    }

    private static func trace(
        _ strategy: SupervisorPolicy.Strategy,
        _ restart: ChildSpec.Restart,
        _ reason: ExitReason
    ) -> [String] {
        if restart == .temporary { return ["forgot b"] }
        if restart == .transient && reason != .crash { return [] }
        return switch strategy {
        case .oneForOne: ["start b"]
        case .oneForAll: ["stop c", "stop a", "start a", "start b", "start c"]
        case .restForOne: ["stop c", "start b", "start c"]
        }
    }
}

@Suite("a supervisor means what OTP means") struct SupervisorStateTests {
    @Test("children start in order and stop in reverse")
    func order() {
        var state = SupervisorState(abc())
        #expect(state.apply(.boot, at: .zero) == [.start("a", generation: 1)])
        #expect(state.apply(.ready("a", generation: 1), at: .zero) == [.start("b", generation: 1)])
        #expect(state.apply(.ready("b", generation: 1), at: .zero) == [.start("c", generation: 1)])
        #expect(state.apply(.ready("c", generation: 1), at: .zero) == [.booted])
        #expect(state.apply(.stop, at: .zero) == [.stop("c", generation: 1)])
        #expect(state.apply(.exited("c", generation: 1, .shutdown), at: .zero) == [.stop("b", generation: 1)])
        #expect(state.apply(.exited("b", generation: 1, .shutdown), at: .zero) == [.stop("a", generation: 1)])
        #expect(state.apply(.exited("a", generation: 1, .shutdown), at: .zero) == [.ended(.stopped)])
    }

    @Test("strategy x restart x exit as real OTP", arguments: OracleRow.all)
    func oracle(row: OracleRow) {
        var stage = Stage(abc(row.restart), row.strategy)
        stage.exit("b", row.reason)
        #expect(stage.trace == row.trace)
        let isDown = row.restart == .transient && row.reason != .crash
        let specs = row.restart == .temporary ? 2 : 3
        #expect(stage.state.children.count == specs)
        #expect(stage.state.children.count { $0.phase == .ready } == (isDown ? 2 : specs))
    }

    @Test("three restarts in five seconds are fine, the fourth ends the supervisor")
    func intensity() {
        var stage = Stage(abc())
        for _ in 1...3 { stage.exit("b", .crash) }
        #expect(stage.trace == ["start b", "start b", "start b"])
        stage.exit("b", .crash)
        #expect(stage.trace.suffix(4) == ["gave up b", "stop c", "stop a", "ended tooManyRestarts(\"b\")"])
    }

    @Test("restarts outside the window do not count")
    func window() {
        var stage = Stage(abc())
        for _ in 1...20 {
            stage.now += .seconds(2)
            stage.exit("b", .crash)
        }
        #expect(stage.trace == Array(repeating: "start b", count: 20))
    }

    @Test("an end of an earlier life changes nothing")
    func generations() {
        var stage = Stage(abc())
        stage.exit("b", .crash)
        stage.trace = []
        stage.send(.exited("b", generation: 1, .crash))
        #expect(stage.trace.isEmpty && stage.state.child("b")?.generation == 2)
    }
}

@Suite("a fleet's supervisor") struct FleetPolicyTests {
    private func fleet() -> [ChildSpec] {
        [
            ChildSpec(id: "auth", after: [], startTimeout: .seconds(30)),
            ChildSpec(id: "session", after: ["auth"]), ChildSpec(id: "compiler", after: ["auth"]),
            ChildSpec(id: "gateway", after: ["session", "compiler"]),
        ]
    }

    private func stage() -> Stage {
        Stage(fleet()) {
            $0.escalation = .failChild
            $0.backoff = Backoff()
            $0.intensity = .init(maxRestarts: 5, within: .seconds(60))
        }
    }

    @Test("starts in parallel what does not wait for each other, and stops the door first")
    func parallel() {
        var state = SupervisorState(fleet(), policy: SupervisorPolicy(escalation: .failChild))
        #expect(state.apply(.boot, at: .zero) == [.start("auth", generation: 1)])
        #expect(
            state.apply(.ready("auth", generation: 1), at: .zero)
                == [.start("session", generation: 1), .start("compiler", generation: 1)])
        #expect(state.apply(.ready("session", generation: 1), at: .zero).isEmpty)
        #expect(
            state.apply(.ready("compiler", generation: 1), at: .zero) == [.start("gateway", generation: 1)])
        #expect(state.apply(.ready("gateway", generation: 1), at: .zero) == [.booted])
        #expect(state.apply(.stop, at: .zero) == [.stop("gateway", generation: 1)])
        let rest = state.apply(.exited("gateway", generation: 1, .shutdown), at: .zero)
        #expect(rest == [.stop("compiler", generation: 1), .stop("session", generation: 1)])
    }

    @Test("restarts at once, then after growing pauses, and alone: others do not wait")
    func backoff() {
        var stage = stage()
        stage.exit("auth", .crash)
        #expect(stage.trace == ["start auth"])
        stage.exit("auth", .crash)
        #expect(
            stage.state.child("auth")?.phase == .backingOff && stage.state.child("gateway")?.phase == .ready)
        #expect((Duration.milliseconds(75)...(.milliseconds(125))).contains(stage.state.nextWake ?? .zero))
        stage.now += .milliseconds(125)
        stage.send(.tick)
        #expect(stage.state.child("auth")?.phase == .ready)
    }

    @Test("a service that crashes at boot holds up nobody")
    func degrade() {
        var state = SupervisorState(
            fleet(), policy: SupervisorPolicy(escalation: .failChild, backoff: Backoff()))
        _ = state.apply(.boot, at: .zero)
        _ = state.apply(.ready("auth", generation: 1), at: .zero)
        _ = state.apply(.ready("session", generation: 1), at: .zero)
        let effects = state.apply(.exited("compiler", generation: 1, .crash), at: .zero)
        #expect(effects == [.start("compiler", generation: 2), .start("gateway", generation: 1)])
    }

    @Test("half a minute in health makes a crash the first again")
    func recovery() {
        var stage = stage()
        stage.exit("auth", .crash)
        stage.now += .seconds(30)
        stage.send(.tick)
        stage.exit("auth", .crash)
        #expect(stage.state.child("auth")?.phase == .ready)
    }

    @Test("too many restarts fail the one service; an operator brings it back")
    func givingUp() {
        var stage = stage()
        for _ in 1...6 {
            stage.exit("auth", .crash)
            stage.now += .seconds(2)
            stage.send(.tick)
        }
        #expect(stage.state.child("auth")?.phase == .failed && stage.state.child("session")?.phase == .ready)
        stage.send(.restartRequested("auth"))
        #expect(stage.state.child("auth")?.phase == .ready)
    }

    @Test(
        "what does not end in time is killed, what does not answer is aborted, what does not start is killed")
    func deadlines() {
        var state = SupervisorState(fleet(), policy: SupervisorPolicy(escalation: .failChild))
        _ = state.apply(.boot, at: .zero)
        #expect(state.apply(.tick, at: .seconds(30)) == [.kill("auth", generation: 1)])
        _ = state.apply(.exited("auth", generation: 1, .crash), at: .seconds(30))
        _ = state.apply(.ready("auth", generation: 2), at: .seconds(31))
        #expect(
            state.apply(.unhealthy("auth", generation: 2), at: .seconds(40)) == [
                .abort("auth", generation: 2)
            ])
        #expect(state.apply(.tick, at: .seconds(43)) == [.kill("auth", generation: 2)])
        _ = state.apply(.exited("auth", generation: 2, .crash), at: .seconds(43))
        _ = state.apply(.ready("auth", generation: 3), at: .seconds(44))
        _ = state.apply(.restartRequested("auth"), at: .seconds(50))
        #expect(state.apply(.tick, at: .seconds(55)) == [.kill("auth", generation: 3)])
    }

    @Test("pauses double from 100 ms to 10 s and stay within a quarter", arguments: [0.0, 0.5, 0.999])
    func pauses(chance: Double) {
        let backoff = Backoff()
        #expect(backoff.pause(attempt: 1, chance: chance) == .zero)
        for (attempt, milliseconds) in [(2, 100), (3, 200), (4, 400), (9, 10_000), (60, 10_000)] {
            let pause = backoff.pause(attempt: attempt, chance: chance)
            #expect(
                pause >= .milliseconds(milliseconds) * 0.74 && pause <= .milliseconds(milliseconds) * 1.26)
            #expect(pause <= .seconds(10))
        }
    }
}
