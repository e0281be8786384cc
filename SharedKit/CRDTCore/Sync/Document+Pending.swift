extension Document {
    /// Whether something still waits for its dependencies.
    package var hasPending: Bool { !pending.isEmpty || !pendingDeletes.isEmpty }

    /// What waiting structs and deletes cost, in bytes.
    package var pendingBytes: Int {
        pending.byteCount + pendingDeletes.count * MemoryLayout<DeletedClocks>.stride
    }

    /// Refuses an update that would leave more waiting than allowed, before it touches anything.
    func checkPending() throws(UpdateFault) {
        guard !plan.isWhole || !update.deletes.isEmpty else { return }
        var bytes = pendingBytes
        for index in 0..<plan.progress.count where plan.progress[index].isStuck {
            let progress = plan.progress[index]
            let first = update.records[progress.next].start
            let last = update.records[progress.end - 1].end
            bytes += Int(last > first ? last - first : 0) + Limits.pendingOverheadBytes
        }
        for index in 0..<update.deletes.count {
            let range = update.deletes[index]
            if range.end > plannedState(of: range.client) { bytes += MemoryLayout<DeletedClocks>.stride }
        }
        if bytes > pendingBytes && bytes > pendingLimit { throw .tooMuchPending }
    }

    private func plannedState(of client: UInt64) -> UInt32 {
        if let block = update.block(of: client) { return plan.progress[block].state }
        guard let known = findClient(client) else { return 0 }
        return clients[known].end
    }

    /// Keeps the structs that could not be integrated, byte for byte, as an update of their own.
    mutating func keepStuck() {
        guard !plan.wants.isEmpty else { return }
        writer.clear()
        var runs = Column<Range<Int>>()
        for index in 0..<plan.progress.count where plan.progress[index].isStuck {
            let progress = plan.progress[index]
            update.appendRuns(of: Int(progress.next)..<Int(progress.end), to: &runs)
        }
        writer.number(runs.count)
        for index in 0..<runs.count { writer.records(runs[index], of: update) }
        writer.number(0)
        var wants = Column<IntegrationPlan.Want>()
        swap(&wants, &plan.wants)
        pending.add(writer.bytes, wants)
        writer.clear()
    }

    /// Integrates waiting structs whose dependencies have come, until none is left that could be.
    mutating func retryPending() {
        var index = 0
        while index < pending.waiting.count {
            guard isWorthRetrying(index) else {
                index += 1
                continue
            }
            retry(pending.remove(at: index))
            index = 0
        }
    }

    private mutating func isWorthRetrying(_ index: Int) -> Bool {
        for want in 0..<pending.waiting[index].wants.count {
            let wanted = pending.waiting[index].wants[want]
            if wanted.clock < state(of: wanted.client) { return true }
        }
        return false
    }

    private mutating func retry(_ bytes: borrowing Column<UInt8>) {
        do throws(UpdateFault) { try update.decode(bytes.all) } catch {
            preconditionFailure("it was checked when it came")
        }
        makePlan()
        integratePlan()
    }

    /// Retries the deletes that came before what they delete.
    mutating func retryPendingDeletes() {
        guard !pendingDeletes.isEmpty else { return }
        var ranges = Column<DeletedClocks>()
        swap(&ranges, &pendingDeletes)
        for index in 0..<ranges.count { _ = apply(ranges[index]) }
    }
}

extension ByteWriter {
    /// Writes records of one client that do not overlap as a block; gaps between them become Skip structs.
    mutating func records(_ range: Range<Int>, of update: borrowing DecodedUpdate) {
        var gaps = 0
        for index in range.dropFirst() where update.records[index - 1].clockEnd < update.records[index].clock
        {
            gaps += 1
        }
        let first = update.records[range.lowerBound]
        number(range.count + gaps)
        number(update.blocks[first.block].client)
        number(first.clock)
        var clock = first.clock
        for index in range {
            let record = update.records[index]
            if clock < record.clock {
                byte(ContentKind.skip.rawValue)
                number(record.clock - clock)
            }
            raw(update.message + Int(record.start), Int(record.end - record.start))
            clock = record.clockEnd
        }
    }
}
