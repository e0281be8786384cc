#if !hasFeature(Embedded)
    extension Document {
        /// Deletes the end of a run behind which lies what its author wrote next, deleted already: the bound
        /// between the two moves. The same as a split and a join, without a struct that lives for a moment.
        ///
        /// Returns false, and does nothing, where things lie otherwise.
        mutating func backspace(_ range: Range<Int>, from place: ListPlace, in type: UInt32) -> Bool {
            guard !range.isEmpty, place.left != .none, !keepsDeleted, history.type != type
            else { return false }
            let run = items[place.left]
            let units = UInt32(range.count)
            guard place.units < run.length, run.length - place.units == units, run.kind == .string,
                run.right != .none, continues(items[run.right], run)
            else { return false }
            let removed = cutEnd(of: place.left, keeping: place.units)
            if run.leaf != .none { indexes[types[type].index].take(removed, from: place.left, in: run.leaf) }
            types[type].length -= units
            moveStart(of: run.right, to: run.end - units)
            noteDeleted(DeletedRun(client: run.client, clock: run.end - units, length: units))
            cursor = EditCursor(type: type, item: place.left, start: place.start)
            return true
        }

        /// Whether a deleted struct would be joined with what is deleted at the end of a run.
        private func continues(_ deleted: Item, _ run: Item) -> Bool {
            deleted.kind == .deleted && deleted.client == run.client && deleted.clock == run.end
                && deleted.origin == run.last && deleted.rightOrigin == run.rightOrigin
        }

        /// Takes the end off a run's text and returns how much that was.
        private mutating func cutEnd(of handle: UInt32, keeping units: UInt32) -> Extent {
            let run = items[handle]
            let text = clients[run.client].bytes.start + Int(run.content)
            let kept = run.isASCII ? Int(units) : TextCut(text, at: Int(units)).bytesBefore
            let bytes = Int(run.contentBytes) - kept
            items[handle].length = units
            items[handle].contentBytes = UInt32(kept)
            clients[run.client].deadBytes += bytes
            return Extent(
                units: run.length - units, bytes: UInt32(bytes), lines: lineFeeds(text + kept, bytes))
        }

        /// A deleted struct takes in what was deleted before it.
        private mutating func moveStart(of handle: UInt32, to clock: UInt32) {
            let item = items[handle]
            let place = clients[item.client].structs.place(of: item.clock)
            clients[item.client].structs.setStart(of: place, to: clock)
            items[handle].clock = clock
            items[handle].length = item.end - clock
            items[handle].origin = ItemID(client: item.client, clock: clock - 1)
        }
    }

    extension SequenceIndex {
        /// Takes from an item's extent, and from the sums above.
        mutating func take(_ extent: Extent, from item: UInt32, in leaf: UInt32) {
            var negative = Extent()
            negative -= extent
            extend(item, in: leaf, by: negative, isNew: true)
        }
    }
#endif
