internal import Contracts
internal import Languages
internal import Logging
internal import ServiceKit
package import SystemKit

/// Takes Judge0's submissions and sees to it that each comes to an end.
///
/// A submission that nobody waits for belongs to `serve`; one with `wait=true` belongs to its request, and
/// ends with it.
package final class Judge0Desk: Sendable {
    let store = Judge0Store()
    let runtimes: RuntimeBook
    private let runs: WholeRun
    private let clock: WallClock
    private let lane: Lane
    private let width: Int
    private let accepted: AsyncStream<Work>
    private let accept: AsyncStream<Work>.Continuation

    private struct Work: Sendable {
        let record: Judge0Record
        let identity: Identity
    }

    /// A desk in front of whole runs.
    /// - Parameter width: submissions that are worked on at once.
    package init(_ runs: WholeRun, clock: WallClock, width: Int = Limits.width) {
        self.runs = runs
        self.clock = clock
        self.width = width
        runtimes = runs.service.runtimes
        lane = Lane(width: width, room: Limits.judge0Queue)
        (accepted, accept) = AsyncStream.makeStream(of: Work.self)
    }

    /// Judges what is accepted until the task is cancelled.
    package func serve() async throws {
        await withDiscardingTaskGroup { group in
            for await work in accepted { group.addTask { await self.judge(work) } }
        }
        try Task.checkCancellation()
    }

    /// How busy it is.
    var workers: Judge0Workers {
        let load = store.load
        return .with {
            $0.size = load.waiting
            $0.available = width
            $0.working = min(width, load.working)
            $0.idle = width - $0.working
            $0.failed = load.failed
        }
    }

    /// Takes submissions that nobody waits for.
    /// - Throws: `Problem` when the queue is full.
    func take(_ orders: [Judge0Order], for identity: Identity) throws(Problem) -> [Judge0Record] {
        let records = orders.map { Judge0Record($0, owner: identity.userID, at: clock.now()) }
        try store.add(records)
        for record in records { accept.yield(Work(record: record, identity: identity)) }
        return records
    }

    /// Takes a submission and waits for its end.
    /// - Throws: `Problem` when the queue is full.
    func finish(_ order: Judge0Order, for identity: Identity) async throws(Problem) -> Judge0Record {
        let record = Judge0Record(order, owner: identity.userID, at: clock.now())
        try store.add([record])
        await judge(Work(record: record, identity: identity))
        return record
    }

    private func judge(_ work: Work) async {
        do {
            try await lane.run {
                store.begun(work.record)
                await run(work)
                store.ended(work.record)
            }
        } catch {
            // Too many wait, or the service ends.
            store.begun(work.record)
            work.record.fail("the submission could not be judged: \(error)", at: clock.now())
            store.ended(work.record)
        }
    }

    private func run(_ work: Work) async {
        let record = work.record
        let end = clock.now() + .seconds(Limits.judge0Patience)
        let order = WholeRun.Order(
            language: record.order.language, request: record.order.request, identity: work.identity,
            deadline: clock.now() + .seconds(Limits.judge0Patience * 2))
        while true {
            do {
                return record.finish(try await runs(order), at: clock.now())
            } catch let problem as Problem where problem.code == .overloaded && clock.now() < end {
                await ignoring("a pause that is cut short is short") {
                    try await Task.sleep(for: .milliseconds(200))
                }
                if Task.isCancelled { return record.fail("called off", at: clock.now()) }
            } catch {
                let problem = error as? Problem ?? (error as? any ProblemConvertible)?.problem
                return record.fail(problem?.detail ?? "the program could not be run", at: clock.now())
            }
        }
    }
}
