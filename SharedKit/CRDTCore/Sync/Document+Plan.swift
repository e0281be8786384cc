extension Document {
    /// Plans the structs of `update`, highest client first; a struct that needs another client's goes after
    /// it.
    mutating func makePlan() {
        plan.clear()
        for index in 0..<update.blocks.count {
            let block = update.blocks[index]
            let end = block.first + block.count
            plan.progress.append(.init(next: block.first, end: end, state: state(of: block.client)))
        }
        for index in 0..<update.blocks.count { planBlock(UInt32(index)) }
    }

    private mutating func planBlock(_ first: UInt32) {
        push(first)
        while !plan.stack.isEmpty {
            let block = plan.stack[plan.stack.count - 1]
            let isWaitedFor = plan.stack.count > 1
            guard plan.progress[block].isOpen else {
                pop()
                continue
            }
            if let missing = planNext(of: block) {
                follow(missing, from: block)
            } else if isWaitedFor {
                pop()
            }
        }
    }

    private mutating func push(_ block: UInt32) {
        plan.progress[block].isStacked = true
        plan.stack.append(block)
    }

    private mutating func pop() {
        plan.progress[plan.stack[plan.stack.count - 1]].isStacked = false
        plan.stack.removeLast()
    }

    /// Plans a block's next struct, or returns what it waits for.
    private mutating func planNext(of block: UInt32) -> IntegrationPlan.Want? {
        let index = plan.progress[block].next
        let record = update.records[index]
        let state = plan.progress[block].state
        if record.clockEnd <= state {
            plan.isWhole = false
        } else {
            if record.clock > state {
                return .init(client: update.blocks[block].client, clock: record.clock - 1)
            }
            if let missing = missingDependency(of: record) { return missing }
            if record.clock < state { plan.isWhole = false }
            plan.order.append(index)
            plan.progress[block].state = record.clockEnd
        }
        plan.progress[block].next += 1
        return nil
    }

    /// Goes on with the block that has what is missing, or gives up this one.
    private mutating func follow(_ missing: IntegrationPlan.Want, from block: UInt32) {
        if missing.client != update.blocks[block].client, let other = update.block(of: missing.client),
            plan.progress[other].isOpen, !plan.progress[other].isStacked
        {
            return push(UInt32(other))
        }
        plan.progress[block].isStuck = true
        plan.isWhole = false
        plan.wants.append(missing)
    }

    /// An id of another client that a struct refers to and that is neither known nor planned.
    @inline(__always)
    private mutating func missingDependency(of record: StructRecord) -> IntegrationPlan.Want? {
        guard record.isItem else { return nil }
        let own = update.blocks[record.block].client
        if record.hasOrigin, let missing = missing(record.originClient, record.originClock, own) {
            return missing
        }
        if record.hasRightOrigin, let missing = missing(record.rightClient, record.rightClock, own) {
            return missing
        }
        return record.namesParent ? missingParent(of: record, own) : nil
    }

    @inline(__always)
    private mutating func missing(_ client: UInt64, _ clock: UInt32, _ own: UInt64) -> IntegrationPlan.Want? {
        if client == own || clock < state(of: client) { return nil }
        if let block = update.block(of: client), clock < plan.progress[block].state { return nil }
        return .init(client: client, clock: clock)
    }

    private mutating func missingParent(of record: StructRecord, _ own: UInt64) -> IntegrationPlan.Want? {
        var reader = Reader(update.message, Int(record.start) + 1..<Int(record.end))
        do {
            guard case .item(let client, let clock) = try reader.parentName() else { return nil }
            return missing(client, clock, own)
        } catch {
            preconditionFailure("the record was checked when it was read")
        }
    }
}
