package import Artifacts
package import Contracts
package import Logging
package import Metrics
package import Sandbox
package import SystemKit

/// Runs programs of people in sandboxes: admission, one record per execution, output as events.
///
/// Accepted executions go through a feed to `serve`, whose task owns them: a client that goes away does
/// not end its program. At most `width` run at once; beyond a bounded queue new ones are refused.
package final class ExecutorService: Sendable {
    /// What runs here.
    package let runtimes: RuntimeBook
    private let artifacts: ArtifactReader
    private let host: SandboxHost
    private let ledger: ExecutionLedger
    private let starts: StartLog
    let clock: WallClock
    /// Where programs wait for a place.
    let lane: Lane
    private let seats = TerminalSeats()
    private let logger: Logger
    private let metrics: ExecutionMetrics
    private let accepted: AsyncStream<ExecutionRecord>
    private let accept: AsyncStream<ExecutionRecord>.Continuation

    /// A service over a sandbox host.
    /// - Parameters:
    ///   - directory: where it notes what it has started.
    ///   - width: programs that run at once.
    /// - Throws: `SystemFailure` when the directory cannot be used.
    package init(
        runtimes: RuntimeBook, artifacts: ArtifactReader, host: SandboxHost, clock: WallClock, logger: Logger,
        metrics: any MetricsFactory, directory: String, width: Int = Limits.width
    ) throws(SystemFailure) {
        self.runtimes = runtimes
        self.artifacts = artifacts
        self.host = host
        self.clock = clock
        self.logger = logger
        self.metrics = ExecutionMetrics(factory: metrics)
        starts = try StartLog(in: directory)
        lane = Lane(width: width, room: Limits.waiting)
        ledger = ExecutionLedger(clock: clock, active: width + Limits.waiting)
        (accepted, accept) = AsyncStream.makeStream(of: ExecutionRecord.self)
    }

    /// What the sandbox can enforce here.
    package var capabilities: Contracts.SandboxCapabilities {
        var capabilities = SandboxTranslation.capabilities(of: host)
        capabilities.warmLanguages = runtimes.warmLanguages
        return capabilities
    }

    /// Accepts a program, or finds the execution that the same key already started.
    /// - Throws: `Problem` for a request that makes no sense, a key that stood for something else, a full
    /// queue.
    package func create(
        _ request: ExecutionRequest, key: String?, owner: UserID
    ) throws(Problem) -> (record: ExecutionRecord, isReplay: Bool) {
        let ticket = key.map { ExecutionLedger.Ticket(owner: owner, key: $0, request: request) }
        if let ticket, let known = try ledger.replay(ticket) { return (known, true) }
        if let ticket, let id = starts.startedBefore(ticket) {
            throw Problem(.gone, "this Idempotency-Key started \(id), which ended with its executor")
        }
        let planned = try ExecutionPlan(request, runtimes, artifacts).planned
        let (record, isNew) = try open(planned, owner: owner, ticket)
        if isNew {
            metrics.accepted()
            accept.yield(record)
        }
        return (record, !isNew)
    }

    private func open(
        _ plan: PlannedExecution, owner: UserID, _ ticket: ExecutionLedger.Ticket?
    ) throws(Problem) -> (record: ExecutionRecord, isNew: Bool) {
        guard plan.terminal != nil else { return try ledger.open(plan, owner: owner, ticket) }
        try seats.take(owner)
        do throws(Problem) {
            let (record, isNew) = try ledger.open(plan, owner: owner, ticket)
            if !isNew { seats.leave(owner) }
            return (record, isNew)
        } catch {
            seats.leave(owner)
            throw error
        }
    }

    /// The execution of this name.
    /// - Throws: `Problem` (`not_found`) when there is none or it is somebody else's.
    package func find(_ id: ExecutionID, owner: Identity) throws(Problem) -> ExecutionRecord {
        guard let record = ledger.record(id), record.owner == owner.userID || owner.may(.admin) else {
            throw Problem(
                .notFound, "there is no execution \(id.text); finished ones are kept for 15 minutes")
        }
        return record
    }

    /// Runs what is accepted until the task is cancelled, which ends all programs.
    package func serve() async throws {
        await withDiscardingTaskGroup { group in
            for await record in accepted {
                group.addTask { await self.perform(record) }
            }
        }
        try Task.checkCancellation()
    }

    private func perform(_ record: ExecutionRecord) async {
        do {
            // Who sits at a terminal mostly waits, and has a seat of those instead.
            if record.terminal == nil {
                try await lane.run { try await run(record) }
            } else {
                try await run(record)
            }
        } catch let failure as SandboxFailure where failure.isForLackOfRoom {
            record.fail("the files do not fit: \(failure)", as: .fileLimit)
        } catch {
            logger.error(
                "execution failed", metadata: ["execution": "\(record.id.text)", "error": "\(error)"])
            record.fail("the sandbox could not be made")
        }
        if record.terminal != nil { seats.leave(record.owner) }
        ledger.finished(record)
        metrics.finished(record.execution.result)
    }

    private func run(_ record: ExecutionRecord) async throws {
        guard record.mayStart() else { return }
        try noteStart(of: record)
        switch record.plan.conduct {
        case .single: try await conductSingle(record)
        case .cases(let cases, let stopsEarly):
            try await SerialConduct(record, host).run(cases, stopsEarly: stopsEarly)
        case .repeated(let count): try await SerialConduct(record, host).repeats(count)
        case .pipeline(let specs, let isRing):
            try await PipelineConduct(record, host).run(specs, isRing: isRing)
        }
    }

    /// On disk before the program starts: whoever asks for it again after the executor was killed must know.
    private func noteStart(of record: ExecutionRecord) throws(SystemFailure) {
        let name = record.startName
        if let name { try starts.note(record.id.text, for: name, at: clock.now()) }
        logger.info(
            "execution started", metadata: ["execution": "\(record.id.text)", "key": "\(name ?? "")"])
    }

    private func conductSingle(_ record: ExecutionRecord) async throws {
        if let terminal = record.terminal {
            return try await TerminalConduct(record, terminal, host).run()
        }
        let run = try await host.start(record.plan.spec)
        record.started([run])
        if let input = record.plan.firstInput {
            await ignoring("a program that does not read its input ends by itself") {
                try await run.write(input)
            }
        }
        for await event in run.events {
            if case .finished(let result) = event { record.finish(result) } else { record.note(event) }
        }
    }
}
