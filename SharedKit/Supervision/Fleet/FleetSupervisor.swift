internal import Contracts
private import Glibc
package import SystemKit

/// Runs a fleet: performs what `SupervisorState` decides on real processes, and tells it what became of them.
///
/// Everything happens on the thread that calls `run`; it must live as long as the fleet.
package final class FleetSupervisor {
    private let plan: FleetPlan
    private let loop = EventLoop()
    private let clock: WallClock
    private let report: (FleetProgress) -> Void
    private let startedAt: Duration
    private let secrets: Secrets
    private let log: ServiceLog
    private let slots: [ServiceSlot]
    private var state: SupervisorState
    private var isEnding = false
    private var wake: EventLoop.Timer?
    private var healthRounds: [HealthRound] = []

    /// Binds every socket of the fleet, so that nothing is started when one of them is taken.
    /// - Throws: `FleetFault` naming the process that holds a port; `SystemFailure`.
    package init(
        _ plan: FleetPlan,
        clock: WallClock = .system,
        echo: (([UInt8]) -> Void)? = nil,
        report: @escaping (FleetProgress) -> Void
    ) throws {
        self.plan = plan
        self.clock = clock
        self.report = report
        startedAt = loop.now
        secrets = try Secrets(file: plan.home.secrets, names: plan.secretNames)
        log = try ServiceLog(
            service: "supervisor", path: plan.home.log("supervisor"), clock: clock, echo: echo)
        let loop = loop
        slots = try plan.fleet.services.map { try ServiceSlot($0, plan: plan, loop: loop, echo: echo) }
        state = SupervisorState(plan.fleet.children, policy: plan.fleet.policy, seed: monotonicNanoseconds())
    }

    /// Starts the fleet and stays until it has ended.
    /// - Parameter control: Takes orders while the fleet runs.
    package func run(control: ControlServer) throws {
        try adoptOrphans()
        let signals = try Signals([SIGCHLD, SIGTERM, SIGINT, SIGHUP])
        let number = signals.number
        loop.watch(number) { [unowned self] in
            readSignals(number)
        }
        control.serve(on: loop) { [unowned self] request, reply in take(request, reply) }
        note("info", "supervisor started, pid \(getpid())")
        apply(.boot)
        try loop.run()
        control.close()
        for slot in slots { removeIfPresent(plan.home.socket(slot.service.name)) }
        note("info", "supervisor ended")
        withExtendedLifetime(signals) {}
    }

    private func readSignals(_ descriptor: CInt) {
        while let signal = Signals.next(descriptor) {
            if signal != SIGCHLD { return end() }
        }
        for (pid, status) in reapChildren() {
            if let slot = slots.first(where: { $0.process?.pid == pid }) { hasEnded(slot, status) }
        }
    }

    private func end() {
        isEnding = true
        apply(.stop)
    }

    private func note(_ level: String, _ message: String) {
        ignoring("a full disk must not end the fleet") { try log.note(level, message) }
    }

    private func slot(_ id: String) -> ServiceSlot? { slots.first { $0.service.name == id } }

    private func milliseconds(since start: Duration) -> Int { Int((loop.now - start).wholeMilliseconds) }
}

// What the state wants done.
extension FleetSupervisor {
    private func apply(_ event: SupervisorEvent) {
        for effect in state.apply(event, at: loop.now) { perform(effect) }
        loop.cancel(wake)
        wake = state.nextWake.map { due in
            loop.after(max(.zero, due - loop.now)) { [unowned self] in apply(.tick) }
        }
    }

    private func perform(_ effect: SupervisorEffect) {
        switch effect {
        case .start(let id, let generation): start(id, generation)
        case .stop(let id, _): stop(id)
        case .abort(let id, _): slot(id)?.process?.abort()
        case .kill(let id, _): slot(id)?.process?.killGroup()
        case .gaveUp(let id): giveUp(id)
        case .forgot: break
        case .booted:
            report(FleetProgress(.booted, detail: plan.url, milliseconds: milliseconds(since: startedAt)))
        case .ended: loop.finish()
        }
    }

    private func start(_ id: String, _ generation: Int) {
        guard let slot = slot(id) else { return }
        do {
            try slot.start(plan.request(slot.service, secrets: secrets), generation: generation)
            askWhetherReady(slot, generation)
        } catch {
            note("error", "\(id) could not be started: \(error)")
            report(FleetProgress(.crashed, id, detail: "\(error)"))
            loop.after(.zero) { [unowned self] in apply(.exited(id, generation: generation, .crash)) }
        }
    }

    private func stop(_ id: String) {
        guard let slot = slot(id) else { return }
        if isEnding { slot.closeSockets() }
        slot.process?.signal(SIGTERM)
    }

    private func giveUp(_ id: String) {
        note(
            "critical",
            "\(id) was restarted too often and stays down; bring it back with: codecollab restart \(id)")
        report(FleetProgress(.gaveUp, id, detail: slot(id)?.lastEnd))
        slot(id)?.answer("\(id) was restarted too often: \(slot(id)?.lastEnd ?? "?")")
    }
}

// What becomes of the processes.
extension FleetSupervisor {
    private func askWhetherReady(_ slot: ServiceSlot, _ generation: Int) {
        guard let process = slot.process, process.generation == generation else { return }
        let limit = Duration.milliseconds(plan.fleet.startTimeoutMilliseconds)
        process.probe = HealthProbe(
            "/readyz", socket: plan.home.socket(slot.service.name), loop: loop, timeout: limit
        ) { [unowned self] status in
            guard status != 200 else { return isReady(slot, process) }
            loop.after(.milliseconds(20)) { [weak self] in self?.askWhetherReady(slot, generation) }
        }
    }

    private func isReady(_ slot: ServiceSlot, _ process: ServiceProcess) {
        let id = slot.service.name
        report(FleetProgress(.ready, id, milliseconds: milliseconds(since: process.startedAt)))
        note("info", "\(id) is ready after \(milliseconds(since: process.startedAt)) ms, pid \(process.pid)")
        apply(.ready(id, generation: process.generation))
        slot.answer(nil)
        askWhetherAlive(slot, process.generation, after: .milliseconds(plan.fleet.livenessPeriodMilliseconds))
    }

    private func askWhetherAlive(_ slot: ServiceSlot, _ generation: Int, after pause: Duration) {
        loop.after(pause) { [weak self, weak slot] in
            guard let self, let slot, let process = slot.process, process.generation == generation else {
                return
            }
            let limit = Duration.milliseconds(plan.fleet.livenessTimeoutMilliseconds)
            process.probe = HealthProbe(
                "/livez", socket: plan.home.socket(slot.service.name), loop: loop, timeout: limit
            ) { [weak self] in self?.hasAnswered(slot, process, $0) }
        }
    }

    private func hasAnswered(_ slot: ServiceSlot, _ process: ServiceProcess, _ status: Int?) {
        let isAlive = status.map { $0 < 500 } ?? false
        process.missedAnswers = isAlive ? 0 : process.missedAnswers + 1
        guard process.missedAnswers < plan.fleet.livenessFailures else {
            note("error", "\(slot.service.name) does not answer any more: it is aborted")
            return apply(.unhealthy(slot.service.name, generation: process.generation))
        }
        let pause = isAlive ? plan.fleet.livenessPeriodMilliseconds : 0
        askWhetherAlive(slot, process.generation, after: .milliseconds(pause))
    }

    private func hasEnded(_ slot: ServiceSlot, _ status: ExitStatus) {
        guard let process = slot.process else { return }
        let id = slot.service.name
        let wasAsked = [.leaving, .stopping].contains(state.child(id)?.phase)
        let tail = ignoring("a full disk must not end the fleet") { try slot.end(status) } ?? ""
        endOrphans(of: id)
        if wasAsked {
            note("info", "\(id) ended: \(status)")
            report(FleetProgress(.stopped, id, detail: "\(status)"))
        } else {
            keepCrash(slot, process, status, tail)
        }
        let reason: ExitReason = wasAsked ? .shutdown : status.code == 0 ? .normal : .crash
        apply(.exited(id, generation: process.generation, reason))
    }

    private func keepCrash(
        _ slot: ServiceSlot, _ process: ServiceProcess, _ status: ExitStatus, _ tail: String
    ) {
        var record = CrashRecord()
        let now = clock.now()
        record.service = slot.service.name
        record.at = Instant(milliseconds: now.milliseconds).text
        record.generation = process.generation
        record.pid = Int(process.pid)
        record.reason = status.description
        record.exitCode = status.code.map(Int.init)
        record.signal = status.signal.map(Int.init)
        record.ranMilliseconds = milliseconds(since: process.startedAt)
        record.stderrTail = tail
        let path = ignoring("a full disk must not end the fleet") {
            try record.save(in: plan.home.crashes, at: now)
        }
        note(
            "error",
            "\(record.service) ended by itself: \(status); crash record \(path ?? "could not be written")")
        report(FleetProgress(.crashed, record.service, detail: Self.inWords(status, tail)))
    }

    /// How a process ended, with the setting that it could not use (sysexits.h, EX_CONFIG).
    private static func inWords(_ status: ExitStatus, _ tail: String) -> String {
        let last = tail.split(separator: "\n").last
        guard status.code == 78, let last else { return status.description }
        return "\(status): \(last)"
    }

    /// Processes of a dead service that left its group; sandboxes die with their service by themselves.
    private func endOrphans(of service: String) {
        let known = Set(slots.compactMap { $0.process?.pid })
        let entry = "CODECOLLAB_SERVICE=\(service)"
        for pid in ProcessTable.children(of: getpid()) where !known.contains(pid) {
            if ProcessTable.environment(of: pid).contains(entry) { kill(pid, SIGKILL) }
        }
    }
}

// Orders of people.
extension FleetSupervisor {
    private func take(_ request: ControlRequest, _ reply: @escaping (ControlReply, Bool) -> Void) {
        switch request.command {
        case .status where request.wantsHealth:
            askHealth { [unowned self] in reply(status(health: $0), true) }
        case .status: reply(status(), true)
        case .restart: restart(request.service ?? "", reply)
        case .down:
            reply(status(), false)
            end()
        }
    }

    private func restart(_ id: String, _ reply: @escaping (ControlReply, Bool) -> Void) {
        guard let slot = slot(id), !isEnding else {
            let names = slots.map(\.service.name).joined(separator: ", ")
            return reply(status(refusal: "there is no service \(id); there are \(names)"), true)
        }
        slot.waiters.append { [unowned self] in reply(status(refusal: $0), true) }
        apply(.restartRequested(id))
    }

    private func askHealth(_ done: @escaping ([String: Health]) -> Void) {
        let ready = slots.map(\.service.name).filter { state.child($0)?.phase == .ready }
        let round = HealthRound(ready, in: plan.home, loop: loop) { [unowned self] round in
            healthRounds.removeAll { $0 === round }
            done(round.answers)
        }
        healthRounds.append(round)
    }

    private func status(refusal: String? = nil, health: [String: Health]? = nil) -> ControlReply {
        var reply = ControlReply()
        reply.refusal = refusal
        reply.url = plan.url
        reply.pid = Int(getpid())
        reply.services = slots.map { status($0, health: health) }
        return reply
    }

    private func status(_ slot: ServiceSlot, health: [String: Health]?) -> ServiceStatus {
        let child = state.child(slot.service.name)
        var status = ServiceStatus()
        status.name = slot.service.name
        status.phase = child?.phase.rawValue ?? "?"
        status.pid = (slot.process?.pid).map(Int.init)
        status.port = slot.port
        status.restarts = child?.restarts ?? 0
        status.uptimeMilliseconds = child?.readySince.map { milliseconds(since: $0) }
        status.residentBytes = slot.process.flatMap { ProcessTable.residentBytes(of: $0.pid) }
        status.lastEnd = slot.lastEnd
        guard let health, child?.phase == .ready else { return status }
        let known = health[slot.service.name]
        status.health = known?.status ?? .fail
        status.reason = known == nil ? "does not answer" : known?.reason
        return status
    }
}
