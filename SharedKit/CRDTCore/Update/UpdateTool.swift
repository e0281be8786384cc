/// Works on updates without a document: merges, cuts and asks them.
package enum UpdateTool {
    /// One update that says what all of them say, as `Y.mergeUpdates` makes it. Linear in their size.
    package static func merge(_ updates: [[UInt8]]) throws(UpdateFault) -> [UInt8] {
        try merge(updates, joiningRuns: false)
    }

    /// The same; `joiningRuns` makes one struct of what was typed in a row, which is smaller and loads
    /// faster.
    package static func merge(_ updates: [[UInt8]], joiningRuns: Bool) throws(UpdateFault) -> [UInt8] {
        #if !hasFeature(Embedded)  // a browser merges a handful, and loads this code first
            if !joiningRuns, let merged = try OrderedMerge.merge(updates) { return merged }
        #endif
        var total = 0
        for update in updates { total += update.count }
        guard total <= Limits.contentBytes else { throw .tooLarge }
        var merge = UpdateMerge()
        merge.reserve(updates.count, bytes: max(total, 1))
        for update in updates {
            try update.withUnsafeBufferPointer { (bytes) throws(UpdateFault) in try merge.add(bytes) }
        }
        var writer = ByteWriter()
        merge.write(joiningRuns: joiningRuns, to: &writer)
        return writer.take()
    }

    /// What of an update a replica with that state vector does not have, and all its deletes.
    package static func diff(
        _ update: Span<UInt8>, since stateVector: Span<UInt8>
    ) throws(UpdateFault) -> [UInt8] {
        try update.withUnsafeBufferPointer { (message) throws(UpdateFault) in
            var known = Column<KnownState>()
            try stateVector.withUnsafeBufferPointer { (bytes) throws(UpdateFault) in
                try Reader.readStates(bytes, into: &known)
            }
            var decoded = DecodedUpdate()
            try decoded.decode(message)
            known.sort { SortKey($0.client) }
            var writer = ByteWriter()
            decoded.write(to: &writer, joiningRuns: false, known: known)
            return writer.take()
        }
    }

    /// The state vector of a document that has got this update only.
    package static func stateVector(of update: Span<UInt8>) throws(UpdateFault) -> [UInt8] {
        try update.withUnsafeBufferPointer { (message) throws(UpdateFault) in
            var decoded = DecodedUpdate()
            try decoded.decode(message)
            var states = Column<KnownState>()
            for index in 0..<decoded.blocks.count {
                let state = decoded.contiguousEnd(of: decoded.blocks[index])
                if state > 0 {
                    states.append(KnownState(client: decoded.blocks[index].client, clock: UInt64(state)))
                }
            }
            var writer = ByteWriter()
            writer.number(states.count)
            for index in 0..<states.count {
                writer.number(states[index].client)
                writer.number(states[index].clock)
            }
            return writer.take()
        }
    }

    /// Refuses what `Document.apply` would refuse as unreadable.
    package static func validate(_ update: Span<UInt8>) throws(UpdateFault) {
        try update.withUnsafeBufferPointer { (message) throws(UpdateFault) in
            var decoded = DecodedUpdate()
            try decoded.decode(message)
        }
    }
}
