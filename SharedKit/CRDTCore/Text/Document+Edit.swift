extension Document {
    /// Inserts UTF-8 text at a UTF-16 offset and returns the update to send, empty inside `transact`.
    @discardableResult
    package mutating func insert(
        _ text: Span<UInt8>, at offset: Int, in root: Root
    ) throws(EditFault) -> [UInt8] {
        try replace(offset..<offset, with: text, in: root)
    }

    /// Deletes a range of UTF-16 units and returns the update to send, empty inside `transact`.
    @discardableResult
    package mutating func delete(_ range: Range<Int>, in root: Root) throws(EditFault) -> [UInt8] {
        try edit(range, UnsafeBufferPointer(start: nil, count: 0), in: root)
    }

    /// Replaces a range of UTF-16 units by UTF-8 text and returns the update to send, empty inside
    /// `transact`.
    @discardableResult
    package mutating func replace(
        _ range: Range<Int>, with text: Span<UInt8>, in root: Root
    ) throws(EditFault) -> [UInt8] {
        try text.withUnsafeBufferPointer { (bytes) throws(EditFault) in try edit(range, bytes, in: root) }
    }

    /// Makes one update of all edits in `body`. Edits made before `body` throws stay; their update is lost,
    /// so let `body` check first, or send what `encode(since:)` says.
    package mutating func transact<Fault: Error>(
        _ body: (inout Document) throws(Fault) -> Void
    ) throws(Fault) -> [UInt8] {
        precondition(!isTransacting, "one transaction at a time")
        transaction.begin()
        isTransacting = true
        defer { isTransacting = false }
        try body(&self)
        return commit()
    }

    private mutating func edit(
        _ range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>, in root: Root
    ) throws(EditFault) -> [UInt8] {
        try change(range, text, in: root)
        return isTransacting ? [] : commit()
    }

    /// Makes an edit without its update.
    mutating func change(
        _ range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>, in root: Root
    ) throws(EditFault) {
        let measure = TextMeasure(text)
        guard measure.isValid else { throw .invalidUTF8 }
        try check(range, in: root)
        let own = denseClient(client)
        guard UInt64(measure.units) + UInt64(clients[own].end) <= Limits.largestClock,
            contentTotal + text.count <= Limits.contentBytes
        else { throw .tooLarge }
        if !isTransacting { transaction.begin() }
        transaction.editStart = clients[own].end
        if !range.isEmpty { deleteUnits(range, in: root.type) }
        if let base = text.baseAddress, measure.units > 0 {
            insertText(
                base, text.count, units: UInt32(measure.units), at: UInt32(range.lowerBound), in: root.type)
        }
        finishEdit()
    }

    /// Inserts behind what is deleted at the place, as Yjs's text does.
    mutating func insertText(
        _ text: UnsafePointer<UInt8>, _ count: Int, units: UInt32, at offset: UInt32, in type: UInt32
    ) {
        let place = divide(at: locate(offset, in: type))
        let (left, right) = gap(behind: place.left, at: offset, in: type)
        let own = denseClient(client)
        rememberInsertion(clients[own].end, units, in: type)
        if left != .none, items[left].client == own, items[left].end == clients[own].end, canExtend(left),
            items[left].rightOrigin == (right == .none ? .none : items[right].id)
        {
            cursor = EditCursor(type: type, item: left, start: place.start)
            return extend(left, with: text, count, units: units)
        }
        add(text, count, units: units, between: left, right, of: type)
        cursor.start = offset
    }

    /// A new item of our own with text, between two neighbours.
    mutating func add(
        _ text: UnsafePointer<UInt8>, _ count: Int, units: UInt32, between left: UInt32, _ right: UInt32,
        of type: UInt32
    ) {
        let own = denseClient(client)
        var item = Item(
            clock: clients[own].end, length: units, client: own, kind: .string,
            origin: left == .none ? .none : items[left].last,
            rightOrigin: right == .none ? .none : items[right].id,
            left: left, right: right, parent: type, key: .none)
        item.content = UInt32(clients[own].bytes.count)
        item.contentBytes = UInt32(count)
        clients[own].bytes.append(from: text, count: count)
        contentTotal += count
        let handle = makeItem(item)
        link(handle)
        cursor.item = handle
        cursor.type = type
    }

    /// Splits the item that a place lies in, so that it lies at its end.
    private mutating func divide(at place: ListPlace) -> ListPlace {
        guard place.left != .none, place.units < items[place.left].length else { return place }
        let item = items[place.left]
        let row = clients[item.client].structs.place(of: item.clock)
        _ = split(place.left, at: place.units, place: row)
        return place
    }

    /// Deletes visible units from one offset to another.
    private mutating func deleteUnits(_ range: Range<Int>, in type: UInt32) {
        let place = divide(at: locate(UInt32(range.lowerBound), in: type))
        cursor = EditCursor(type: type, item: place.left, start: place.start)
        var left = UInt32(range.count)
        var handle = place.left == .none ? types[type].start : items[place.left].right
        var passed = 0
        while left > 0 && handle != .none {
            let units = items[handle].visibleUnits
            if units > left { _ = divide(at: ListPlace(left: handle, units: left)) }
            if units > 0 {
                left -= min(units, left)
                rememberDeletion(handle)
                delete(handle)
            }
            passed = units > 0 ? 0 : passed + 1
            handle = items[handle].right
            guard passed == Limits.passedItems else { continue }
            handle = locate(UInt32(range.lowerBound) + 1, in: type).left
            passed = 0
        }
    }

    /// What `cleanUp` does, for one edit of our own.
    mutating func finishEdit() {
        if !transaction.deletes.isEmpty {
            transaction.deletes.normalize()
            if !keepsDeleted { collectDeleted() }
            joinDeleted()
        }
        joinAdded(denseClient(client), since: transaction.editStart)
        joinSplits()
        if isTransacting { transaction.finishEdit() }
    }

    /// Ends a transaction and returns its update, empty when nothing has changed.
    mutating func commit() -> [UInt8] {
        writeCommit()
        return writer.take()
    }

    /// The same, with the update in the document's writer.
    mutating func writeCommit() {
        if isTransacting { transaction.gatherEdits() }
        writer.clear()
        if !transaction.isEmpty { writeTransaction() }
    }
}
