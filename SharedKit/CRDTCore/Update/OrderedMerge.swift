#if !hasFeature(Embedded)
    /// Merges a log in which the updates of every author follow each other, as they do in a server's log, in
    /// one pass: nothing is kept but what is written, so a million updates cost a million times what one
    /// does.
    struct OrderedMerge: ~Copyable {
        /// The block of one client.
        struct Author: ~Copyable {
            let client: UInt64
            var first: UInt32 = 0
            /// Where what has been written ends.
            var end: UInt32 = 0
            var structs = 0
            var body = ByteWriter()

            init(client: UInt64, room: Int) {
                self.client = client
                body.reserveLarge(max(room, 1))
            }
        }

        /// Logs of more authors go the general way.
        private static let mostAuthors = 1024
        /// Updates that are asked for their size, to guess what all come to.
        private static let samples = 64
        /// Room made ahead on a guess, in bytes.
        private static let largestGuess = 1 << 26

        private var authors = Column<Author>()
        private var index = HashIndex()
        /// The author found last: people write in bursts.
        private var current = 0
        private var deletes = Column<DeletedClocks>()
        private var total = 0
        /// About as many bytes as all updates have.
        private let guess: Int

        /// What `UpdateTool.merge` makes of the updates, or nil if they are not such a log.
        static func merge(_ updates: [[UInt8]]) throws(UpdateFault) -> [UInt8]? {
            guard updates.count > 1 else { return nil }
            let all = updates.span
            var merge = OrderedMerge(guess: guess(all))
            for index in all.indices {
                guard try merge.add(all[index].span) else { return nil }
            }
            return merge.finish()
        }

        private init(guess: Int) { self.guess = guess }

        private static func guess(_ updates: Span<[UInt8]>) -> Int {
            var bytes = 0
            for sample in 0..<samples { bytes += updates[sample * updates.count / samples].count }
            return min(bytes / samples * updates.count * 5 / 4, largestGuess)
        }

        /// Writes the structs of the next update, unless one of them does not follow what its author wrote.
        private mutating func add(_ update: Span<UInt8>) throws(UpdateFault) -> Bool {
            total += update.count
            guard total <= Limits.contentBytes else { throw .tooLarge }
            return try update.withUnsafeBufferPointer { (bytes) throws(UpdateFault) in
                guard let base = bytes.baseAddress else { throw .truncated }
                var reader = Reader(base, 0..<bytes.count)
                for _ in 0..<(try reader.count(bytesEach: 3)) {
                    guard try addBlock(&reader, base) else { return false }
                }
                try reader.deleteSet(into: &deletes)
                guard reader.isAtEnd else { throw .malformed }
                return true
            }
        }

        private mutating func addBlock(
            _ reader: inout Reader, _ base: UnsafePointer<UInt8>
        ) throws(UpdateFault) -> Bool {
            let count = try reader.count(bytesEach: 2)
            let client = try reader.number()
            var clock = try reader.clock()
            guard find(client, at: clock) else { return false }
            for _ in 0..<count {
                let record = try reader.structRecord(of: client, clock: clock, block: 0)
                clock = record.clockEnd
                // Collected clocks of different updates would become one.
                guard record.kind != .collected else { return false }
                if record.kind != .skip { authors[current].add(record, base) }
            }
            return true
        }

        /// Makes `client` the current author, unless there are too many, or it has already written past
        /// `clock`.
        private mutating func find(_ client: UInt64, at clock: UInt32) -> Bool {
            if !authors.isEmpty && authors[current].client == client { return clock >= authors[current].end }
            let hash = scramble(client, 0, seed: 0)
            if let known = index.find(hash, { authors[$0].client == client }) {
                current = Int(known)
                return clock >= authors[current].end
            }
            guard authors.count < OrderedMerge.mostAuthors else { return false }
            current = authors.count
            index.insert(UInt32(current), hash)
            authors.append(Author(client: client, room: guess / (current + 1)))
            return true
        }

        private mutating func finish() -> [UInt8] {
            var order = Column<UInt32>()
            for index in 0..<authors.count where authors[index].structs > 0 { order.append(UInt32(index)) }
            order.sort { SortKey(~authors[$0].client) }
            var merged: [UInt8] = []
            merged.reserveCapacity(total)
            merged.withUnsafeMutableBufferPointer { wantLargePages($0.baseAddress, total) }
            var writer = ByteWriter()
            writer.number(order.count)
            for index in 0..<order.count {
                writer.number(authors[order[index]].structs)
                writer.number(authors[order[index]].client)
                writer.number(authors[order[index]].first)
                merged += writer.written
                merged += authors[order[index]].body.written
                writer.clear()
            }
            deletes.normalize()
            writer.deletes(deletes)
            merged += writer.written
            return merged
        }
    }

    extension OrderedMerge.Author {
        /// Writes a struct that starts where the last one ended, or after a gap.
        @inline(__always)
        fileprivate mutating func add(_ record: StructRecord, _ message: UnsafePointer<UInt8>) {
            if structs == 0 {
                first = record.clock
            } else if end < record.clock {
                body.skip(record.clock - end)
                structs += 1
            }
            body.byte(record.plainInfo)
            body.raw(message + Int(record.start) + 1, Int(record.end - record.start) - 1)
            structs += 1
            end = record.clockEnd
        }
    }
#endif
