internal import Contracts
internal import Sandbox
internal import SystemKit

/// Runs a program at a terminal: what it shows and what is typed pass through `Terminal`, until it ends or
/// nobody does anything for too long.
struct TerminalConduct {
    private let record: ExecutionRecord
    private let terminal: Terminal
    private let host: SandboxHost

    init(_ record: ExecutionRecord, _ terminal: Terminal, _ host: SandboxHost) {
        self.record = record
        self.terminal = terminal
        self.host = host
    }

    /// Runs the program to its end.
    func run() async throws {
        let run = try await host.start(record.plan.spec)
        terminal.started(run)
        record.started([run])
        let own = await withTaskGroup(of: Void.self) { group in
            group.addTask { await type(into: run) }
            group.addTask { await endWhenIdle(run) }
            // Its state is known at once, also while nobody takes what it wrote.
            group.addTask {
                await run.waitForEnd()
                terminal.ended()
            }
            let own = await show(run)
            terminal.release()
            group.cancelAll()
            return own
        }
        record.finish(result(own))
    }

    /// Whether its output is kept, and bounded, as that of other programs.
    private var isRecorded: Bool { record.plan.terminal?.isRecorded ?? false }

    private func type(into run: SandboxRun) async {
        await ignoring("a program that does not read its input ends by itself") {
            if let first = record.plan.firstInput { try await run.write(first) }
            while let typed = await terminal.nextTyped() { try await run.write(typed) }
        }
    }

    private func endWhenIdle(_ run: SandboxRun) async {
        do {
            try await terminal.waitUntilIdle()
        } catch {
            return  // the program has ended before
        }
        guard terminal.wasIdle else { return }
        run.cancel()
        terminal.release()
    }

    private func show(_ run: SandboxRun) async -> SandboxResult {
        var ending = SandboxResult()
        ending.verdict = .internalError
        for await event in run.events {
            switch event {
            case .output(_, let bytes):
                if isRecorded {
                    terminal.note(bytes)
                    record.note(event)
                } else {
                    await terminal.show(bytes)
                }
            case .sample: record.note(event)
            case .finished(let result): ending = result
            }
        }
        return ending
    }

    private func result(_ own: SandboxResult) -> ExecutionResult {
        var result = SandboxTranslation.result(own, collecting: !record.plan.spec.collect.isEmpty)
        result.stdout = terminal.captured
        if isRecorded, !record.isCancelled, result.stdout.totalBytes > record.plan.totalOutput {
            result.verdict = .outputLimit
            result.flags = [.outputLimit]
            return result
        }
        guard terminal.wasIdle, result.verdict == .cancelled else { return result }
        result.verdict = .wallLimit
        result.flags = [.wallLimit]
        let idle = record.plan.terminal?.idleMilliseconds ?? 0
        result.reason = "nothing was typed and nothing shown for \(idle) ms"
        return result
    }
}
