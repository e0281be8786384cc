internal import CSandbox
internal import Glibc
internal import SystemKit

/// Makes sandboxes on this machine; one per process, kept for its whole life.
package final class SandboxHost: Sendable {
    /// What programs on this host see.
    package struct Configuration: Sendable {
        /// Shown to every program on top of the system's own directories and the toolchains found in their
        /// usual places.
        package var mounts: [ReadOnlyMount]
        /// Whether cgroups are used where they are; without them limits hold per process only.
        package var usesCgroups: Bool

        /// Sandboxes of one profile that may wait for a program; 0 makes each when it is asked for.
        package var parked: Int
        /// Interpreters that may wait for a script, over all kinds; 0 starts each when it is asked for.
        package var warm: Int

        /// A host that shows `mounts` too.
        package init(
            mounts: [ReadOnlyMount] = [], usesCgroups: Bool = true, parked: Int = 4, warm: Int = 0
        ) {
            self.warm = warm
            self.mounts = mounts
            self.usesCgroups = usesCgroups
            self.parked = parked
        }
    }

    /// What this machine lets sandboxes do.
    package let capabilities: SandboxCapabilities
    private let ground: SandboxGround
    private let loss: AsyncStream<Never>
    private static let wardenToken: UInt64 = 1
    private static let timerToken: UInt64 = 2
    private let workshop: Workshop
    private let reactor: Reactor
    private let pool: SandboxPool
    private let loops: Loops

    /// Builds the template that all sandboxes start from, and tests it by running a program.
    /// - Throws: `SandboxFailure` when programs cannot be isolated here.
    package convenience init(_ configuration: Configuration = Configuration()) async throws {
        try await self.init(on: try SandboxGround(configuration))
    }

    /// A host on ground that was made while the process was root; it needs no rights itself.
    /// - Throws: `SandboxFailure` when the first program does not run.
    package init(on ground: SandboxGround) async throws {
        self.ground = ground
        let (workshopLoop, reactorLoop) = (try EventLoop(), try EventLoop())
        loops = Loops(workshopLoop, reactorLoop)
        let pool = SandboxPool(capacity: ground.parked, warm: ground.warm) { workshopLoop.poke() }
        self.pool = pool
        let workshop = try Workshop(
            loop: workshopLoop, ground: ground, pool: pool, timerToken: Self.timerToken)
        self.workshop = workshop
        let reactor = try Reactor(loop: reactorLoop, pool: pool)
        self.reactor = reactor
        let (loss, lost) = AsyncStream<Never>.makeStream()
        self.loss = loss
        try workshopLoop.start(name: "sandbox-shop") { token in
            workshop.assumeIsolated { $0.tidy() }
            if token == Self.wardenToken { lost.finish() }
        }
        if let number = ground.warden?.number {
            let events = UInt32(CSB_HUP) | UInt32(CSB_ONCE)
            try workshopLoop.watch(number: number, Self.wardenToken, events: events)
        }
        try reactorLoop.start(name: "sandbox-watch", isPrompt: true) { token in
            reactor.assumeIsolated { $0.ready(token) }
        }
        capabilities = SandboxCapabilities(of: ground)
        try await testItself()
    }

    /// Ends both threads with the host; inits die with the workshop's.
    private final class Loops: Sendable {
        private let loops: [EventLoop]

        init(_ loops: EventLoop...) { self.loops = loops }

        deinit { for loop in loops { loop.stop() } }
    }

    /// Starts a program; returns when its sandbox is built. Its output arrives through `SandboxRun.events`.
    /// - Throws: `SandboxFailure.invalid` for a wrong specification, else what the machine refused.
    package func start(_ spec: SandboxSpec) async throws -> SandboxRun {
        let begun = monotonicNanoseconds()
        var spec = try spec.validated()
        spec.mounts.removeAll(where: isVisible)
        for mount in spec.mounts where !mount.target.hasPrefix("/box/") && !mount.target.hasPrefix("/tmp/") {
            let reason = "\(mount.target) is not below /box or /tmp: show it to the whole host"
            throw SandboxFailure.invalid(field: "mounts", reason: reason)
        }
        let started = try await launch(spec, begun: begun)
        let mailbox = EventMailbox()
        let id = reactor.adopt(started, mailbox: mailbox)
        return SandboxRun(id: id, reactor: reactor, started: started, mailbox: mailbox, host: self)
    }

    /// Into a sandbox where its interpreter waits, a parked one, or a new one.
    private func launch(_ spec: SandboxSpec, begun: UInt64) async throws -> StartedRun {
        let host = try HostFiles(spec)
        if ground.warm > 0, !hasLostWarden,
            let shape = WarmShape(spec, limitsCPU: !capabilities.countsCPU),
            let held = pool.take(shape, spec.files, at: begun)
        {
            do {
                let made = Workshop.Made(cell: held, trees: .success([]))
                return try launch(spec, host, in: made, isPooled: true, begun: begun)
            } catch {
                guard held.look() == .broken else { throw error }
            }
        }
        if !hasLostWarden, let parked = pool.take(spec.profile, limits: spec.limits) {
            do {
                let trees = ground.spares.take(for: host, at: begun)
                let made = Workshop.Made(cell: parked, trees: .success(trees))
                return try launch(spec, host, in: made, isPooled: true, begun: begun)
            } catch {
                // It may have died since: a new one says what is wrong.
                guard parked.look() == .broken else { throw error }
            }
        }
        return try launch(spec, host, in: try await make(spec, host), isPooled: false, begun: begun)
    }

    private func launch(
        _ spec: SandboxSpec, _ host: HostFiles, in made: Workshop.Made, isPooled: Bool, begun: UInt64
    ) throws(SandboxFailure) -> StartedRun {
        let cell = made.cell
        let terminal: PseudoTerminal?
        do {
            terminal = if let size = spec.terminal { try PseudoTerminal(size) } else { nil }
            if cell.shape == nil {
                try cell.launch(spec, host, trees: try made.trees.get(), terminal: terminal)
            } else {
                try cell.goOn(spec, host)
            }
        } catch {
            pool.discard(cell)
            throw error
        }
        let control = RunControl(cell)
        if cell.shape != nil { control.started() }
        return StartedRun(
            spec: spec, cell: cell, control: control, terminal: terminal, isPooled: isPooled,
            begunNanoseconds: begun)
    }

    private func make(_ spec: SandboxSpec, _ host: HostFiles) async throws -> Workshop.Made {
        do { return try await workshop.make(spec.profile, limits: spec.limits, host) } catch {
            guard hasLostWarden, ground.canReplaceWarden else { throw error }
            try await workshop.replaceWarden()
            return try await workshop.make(spec.profile, limits: spec.limits, host)
        }
    }

    /// Waits for the end of the first warden, which takes all sandboxes with it. A service that may not start
    /// another one ends too, so that its supervisor starts it anew.
    /// - Throws: `CancellationError`, or `SandboxFailure` when the service has to end.
    package func watchWarden() async throws {
        for await _ in loss {}
        try Task.checkCancellation()
        if !ground.canReplaceWarden { throw SandboxFailure.unsupported("the warden has ended") }
    }

    private var hasLostWarden: Bool { ground.warden?.isGone ?? false }

    /// Ends all that runs and returns when nothing of it is left; afterwards nothing can be started.
    package func close() async { await workshop.close() }

    /// How many sandboxes there are.
    package struct Figures: Sendable, Hashable {
        /// Of runs, the ones included whose result is known and whose sandbox is on its way out.
        package var inUse = 0
        /// Ready, and waiting for a program.
        package var parked = 0
        /// As many as shall wait.
        package var wanted = 0
        /// With an interpreter at its script.
        package var warm = 0
    }

    /// How many sandboxes there are now.
    package var figures: Figures { pool.figures }

    /// Whether an interpreter waits for the script of such a run.
    package func expects(_ spec: SandboxSpec) -> Bool {
        WarmShape(spec, limitsCPU: !capabilities.countsCPU).map(pool.isReady) ?? false
    }

    /// Runs a program to its end; a cancelled task ends the program.
    /// - Throws: as `start`.
    package func run(_ spec: SandboxSpec) async throws -> SandboxResult {
        var spec = spec
        spec.streamsOutput = false
        return await (try start(spec)).result()
    }

    /// Whether the template shows it anyway, at the same place.
    private func isVisible(_ mount: ReadOnlyMount) -> Bool {
        mount.source == mount.target
            && capabilities.visiblePaths.contains { $0 == mount.source || mount.source.hasPrefix("\($0)/") }
    }

    /// A host that cannot run `true` says so at start, not with the first user's program; what that costs is
    /// the price of a start.
    private func testItself() async throws {
        var prices: [SandboxResult] = []
        for _ in 0..<3 {
            let result = try await run(SandboxSpec(argv: ["/bin/true"]))
            guard result.verdict == .ok else {
                throw SandboxFailure.unsupported(
                    "the self-test ended in \(result.verdict): \(result.message ?? "")")
            }
            prices.append(result)
        }
        ground.cgroups.startPrice.measure(prices)
    }
}
