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

    /// Makes one update of all edits in `body`.
    package mutating func transact(_ body: (inout Document) -> Void) -> [UInt8] {
        var update: [UInt8] = []
        transact(into: &update, body)
        return update
    }

    /// The same for a `body` that may throw: as with Yjs, what it had edited by then stays, and `update` says
    /// so to the others.
    package mutating func transact<Fault: Error>(
        into update: inout [UInt8], _ body: (inout Document) throws(Fault) -> Void
    ) throws(Fault) {
        precondition(!isTransacting, "one transaction at a time")
        transaction.begin()
        isTransacting = true
        defer {
            update = commit()
            isTransacting = false
        }
        try body(&self)
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
        var place = try check(range, in: root)
        guard hasRoom(units: measure.units, bytes: text.count) else { throw .tooLarge }
        if !isTransacting { transaction.begin() }
        transaction.editStart = clients[ownClient()].end
        #if !hasFeature(Embedded)  // nobody types as fast as this pays in a browser
            if text.isEmpty && backspace(range, from: place, in: root.type) { return finishDeletion() }
        #endif
        if !range.isEmpty {
            deleteUnits(range, from: place, in: root.type)
            if measure.units > 0 { place = locate(UInt32(range.lowerBound), in: root.type) }
        }
        if let base = text.baseAddress, measure.units > 0 {
            insertText(base, text.count, units: UInt32(measure.units), at: place, in: root.type)
        }
        finishEdit()
    }

    /// Whether so much text fits into the document.
    @inline(__always)
    mutating func hasRoom(units: Int, bytes: Int) -> Bool {
        UInt64(units) + UInt64(clients[ownClient()].end) <= Limits.largestClock
            && contentTotal + bytes <= Limits.contentBytes
    }

    /// Inserts behind what is deleted at the place, as Yjs's text does.
    private mutating func insertText(
        _ text: UnsafePointer<UInt8>, _ count: Int, units: UInt32, at place: ListPlace, in type: UInt32
    ) {
        let place = divide(at: place)
        let offset = place.start + place.units
        let (left, right) = gap(behind: place.left, at: offset, in: type)
        let own = ownClient()
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
        let own = ownClient()
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
    private mutating func deleteUnits(_ range: Range<Int>, from place: ListPlace, in type: UInt32) {
        let place = divide(at: place)
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
        joinEdited()
        joinSplits()
        if isTransacting { transaction.finishEdit() }
    }

    #if !hasFeature(Embedded)
        /// The same for an edit that only moved a bound.
        private mutating func finishDeletion() {
            compactContent(of: transaction.deletes[transaction.deletes.count - 1].client)
            if isTransacting { transaction.finishEdit() }
        }
    #endif

    /// Joins what the edit added. What has only grown has the neighbours that it had.
    private mutating func joinEdited() {
        let own = ownClient()
        let start = transaction.editStart
        guard start < clients[own].end else { return }
        if transaction.deletes.isEmpty && clients[own].structs.last.clock < start { return }
        joinAdded(own, since: start)
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
