extension Document {
    /// Whether a client's last run may grow in place: visible text of a list whose bytes end its client's
    /// bytes.
    @inline(__always)
    func canExtend(_ handle: UInt32) -> Bool {
        let item = items[handle]
        return item.kind == .string && !item.isDeleted && item.isListMember
            && Int(item.content) + Int(item.contentBytes) == clients[item.client].bytes.count
    }

    /// Lets a client's last run grow by valid text: what a new struct and its merge would come to.
    @inline(__always)
    mutating func extend(_ handle: UInt32, with text: UnsafePointer<UInt8>, _ count: Int, units: UInt32) {
        let client = items[handle].client
        let first = items[handle].length
        markGrown(client)
        clients[client].bytes.append(from: text, count: count)
        clients[client].end += units
        contentTotal += count
        items[handle].length += units
        items[handle].contentBytes += UInt32(count)
        types[items[handle].parent].length += units
        if items[handle].leaf != .none {
            let added = Extent(units: units, bytes: UInt32(count), lines: lineFeeds(text, count))
            let index = types[items[handle].parent].index
            indexes[index].extend(handle, in: items[handle].leaf, by: added, isNew: true)
        }
        if observer.isActive { observeUnits(of: handle, from: first) }
    }
}
