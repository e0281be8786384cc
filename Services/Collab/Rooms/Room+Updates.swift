internal import CRDTCore
internal import Contracts
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// From an update to its echo: taken in, on disk, told.
extension Room {
    /// An update of a guest.
    func take(_ update: ArraySlice<UInt8>, from guest: Guest, isSync: Bool) throws(ProtocolFault) {
        // Who may only read is not heard; read-only replicas answer our question with an empty update, too.
        guard guest.mayWrite else { return }
        guard guest.updates.take(1 + update.count / Limits.updateCostBytes) else {
            throw ProtocolFault("too many updates", .tooManyRequests)
        }
        guard isSync || update.count <= Limits.messageBytes else {
            throw ProtocolFault("an update has at most 1 MiB", .messageTooBig)
        }
        let outcome = try apply(update)
        switch outcome.news {
        case .original: record(Array(update), by: guest.identity.userID)
        case .encoded(let news):
            record(news, by: guest.identity.userID)
            echo(update, to: guest)
        case .nothing where outcome.isPending:
            // It waits for what only its sender may have: keep it, and ask again.
            record(Array(update), by: guest.identity.userID)
            guest.send(.step1(stateVector: document.stateVector()[...]))
        case .nothing: if !isSync { echo(update, to: guest) }
        }
    }

    /// Takes an update into the document.
    func apply(_ update: ArraySlice<UInt8>) throws(ProtocolFault) -> Outcome {
        guard log.totalBytes <= Limits.documentBytes else {
            throw ProtocolFault("the document has reached its size limit", .policyViolation)
        }
        do throws(UpdateFault) {
            return try document.apply(update.span)
        } catch {
            throw ProtocolFault(
                "an update is not valid: \(error)",
                error == .tooMuchPending || error == .tooLarge ? .messageTooBig : .invalidPayload)
        }
    }

    /// Acknowledges what brought nothing new, once that is durable.
    private func echo(_ update: ArraySlice<UInt8>, to guest: Guest) {
        let update = Array(update)
        settled { guest.send(.update(update[...])) }
    }

    /// Puts an update that the document has taken in on its way to the disk; it has the number `sequence`
    /// then.
    func record(_ update: [UInt8], by author: UserID) {
        sequence += 1
        lastAuthor = author
        append(LogRecord(sequence: sequence, at: shared.clock.now(), author: author, .update(update)))
    }

    /// Appends a record at the end of the event loop's turn.
    func append(_ record: LogRecord) {
        lastUse = record.at
        batch.append(record)
        guard batch.count == 1 else { return }
        let room = NIOLoopBound(self, eventLoop: loop)
        loop.execute { room.value.submit() }
    }

    /// Hands the turn's records to the disk.
    func submit() {
        guard !isOver, !batch.isEmpty else { return }
        let records = batch
        batch = []
        var bytes: [UInt8] = []
        bytes.reserveCapacity(records.reduce(0) { $0 + 64 + ($1.update?.count ?? 64) })
        for record in records { record.encode(to: &bytes) }
        log.bytes += bytes.count
        log.totalBytes += bytes.count
        let room = NIOLoopBound(self, eventLoop: loop)
        let isQueued = shared.disk.append(bytes, to: log.file) { [loop] isDurable in
            loop.execute { room.value.written(records, isDurable) }
        }
        if !isQueued { end(.tryAgainLater, "the disk does not keep up") }
    }

    /// The disk has answered: what is durable may be heard of; if it is not, nobody stays.
    private func written(_ records: [LogRecord], _ isDurable: Bool) {
        guard !isOver else { return }
        guard isDurable else { return end(.internalError, "the document cannot be saved") }
        for record in records {
            guard let update = record.update else { continue }
            durable = record.sequence
            updatedAt = record.at
            recent.append(record)
            fan.updates.append(update)
            fan.through = record.sequence
        }
        scheduleTelling()
        if records.contains(where: { $0.update != nil }) {
            for follower in followers.values { follower.signal.yield(.news) }
        }
        wake()
        compactIfDue()
    }

    /// Calls `body` when everything that the document has taken in is durable.
    func settled(_ body: @escaping () -> Void) {
        if isSettled { return body() }
        let promise = loop.makePromise(of: Void.self)
        let bound = NIOLoopBound(body, eventLoop: loop)
        promise.futureResult.whenSuccess { bound.value() }
        waiting.append(Waiter(promise: promise, patience: 20))
    }

    /// The same as a future, which fails when the room ends first.
    func settled() -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        if isOver {
            promise.fail(RoomEnded())
        } else if isSettled {
            promise.succeed()
        } else {
            waiting.append(Waiter(promise: promise, patience: 20))
        }
        return promise.futureResult
    }

    /// Whether everything that the document has taken in is durable.
    var isSettled: Bool { durable == sequence && batch.isEmpty && !isOver }

    /// Wakes who waits. While updates never stop coming, everything is never durable at once: whoever has
    /// waited for twenty batches has waited long enough for what was there when they came.
    private func wake() {
        guard !waiting.isEmpty else { return }
        let isSettled = isSettled
        var still: [Waiter] = []
        var ready: [Waiter] = []
        for var waiter in waiting {
            waiter.patience -= 1
            if isSettled || waiter.patience <= 0 { ready.append(waiter) } else { still.append(waiter) }
        }
        waiting = still
        for waiter in ready { waiter.promise.succeed() }
    }

    /// Makes a snapshot when the log has grown large beside the last one.
    private func compactIfDue() {
        guard log.bytes > max(Limits.compactionBytes, 2 * log.snapshotBytes) else { return }
        compact()
    }

    /// Begins a new log and writes the document as it is; when that fails the logs still make the whole.
    ///
    /// - Returns: the end of it, for those who wait.
    @discardableResult
    func compact() -> EventLoopFuture<Void> {
        let done = loop.makePromise(of: Void.self)
        guard !log.isCompacting, !isOver, sequence > log.snapshotSequence else {
            done.succeed()
            return done.futureResult
        }
        log.isCompacting = true
        // What the snapshot has belongs into the old log.
        submit()
        let snapshot = document.snapshot()
        let last = sequence
        log.file = LogFile(store.logPath(last + 1))
        log.bytes = 0
        write(snapshot, through: last, done)
        return done.futureResult
    }

    private func write(_ snapshot: [UInt8], through last: Int, _ done: EventLoopPromise<Void>) {
        let room = NIOLoopBound(self, eventLoop: loop)
        let (store, loop, logger, now) = (store, loop, shared.logger, shared.clock.now())
        shared.archive.run {
            let isWritten = Disk.succeeds("snapshot", logger) { () throws(SystemFailure) in
                try store.put(snapshot, through: last)
            }
            if isWritten {
                _ = Disk.succeeds("history", logger) { () throws(SystemFailure) in try store.thin(now: now) }
            }
            loop.execute {
                room.value.compacted(isWritten ? (last, snapshot.count) : nil)
                done.succeed()
            }
        }
    }

    private func compacted(_ written: (last: Int, bytes: Int)?) {
        log.isCompacting = false
        guard let written else { return }
        log.snapshotSequence = written.last
        log.snapshotBytes = written.bytes
        // What a next opening reads: the snapshot, and what came behind it.
        log.totalBytes = written.bytes + log.bytes
    }
}
