#if !hasFeature(Embedded)  // for whoever doubts an update; a browser has no use for it
    extension Document {
        /// Whether every item lies behind what was left of it when it was written, and before what was right.
        ///
        /// What people write always does. Forged origins that cross let the place of an item depend on the
        /// order in which structs come, here as in Yjs: such replicas have the same state and another text.
        package func isInOrder() -> Bool {
            let places = places()
            for handle in 0..<items.count {
                if places[handle] == 0 { continue }
                let item = items[handle]
                if let left = neighbour(item.origin) {
                    guard isBeside(left, item), places[left] < places[handle] else { return false }
                }
                if let right = neighbour(item.rightOrigin) {
                    guard isBeside(right, item), places[right] > places[handle] else { return false }
                }
            }
            return true
        }

        /// The place of each item, from 1, over all lists and keys; 0 for what lies in none.
        private func places() -> Column<UInt32> {
            var places = Column<UInt32>()
            places.reserve(items.count)
            for _ in 0..<items.count { places.append(0) }
            var next: UInt32 = 1
            for type in 0..<types.count {
                number(from: types[type].start, &places, &next)
                var entry = types[type].firstEntry
                while entry != .none {
                    number(from: firstEntry(of: UInt32(type), key: entries[entry].key), &places, &next)
                    entry = entries[entry].next
                }
            }
            return places
        }

        private func number(from first: UInt32, _ places: inout Column<UInt32>, _ next: inout UInt32) {
            var item = first
            while item != .none {
                places[item] = next
                next += 1
                item = items[item].right
            }
        }

        /// The item that covers an id; nil for no id, and for what is collected.
        private func neighbour(_ id: ItemID) -> UInt32? {
            guard !id.isNone else { return nil }
            let place = clients[id.client].structs.search(id.clock)
            let handle = clients[id.client].structs[place].handle
            return items[handle].isItem ? handle : nil
        }

        private func isBeside(_ neighbour: UInt32, _ item: Item) -> Bool {
            items[neighbour].parent == item.parent && items[neighbour].key == item.key
        }
    }
#endif
