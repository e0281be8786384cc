#if !hasFeature(Embedded)
    /// What a root is read as: nobody writes down what it is.
    package enum RootShape: Sendable {
        case text, array, map
    }

    extension Document {
        /// A root and all that lies in it as JSON in UTF-8, as `JSON.stringify(root.toJSON())` would say it:
        /// keys in the order of their bytes, texts as strings. XML, subdocuments, and what is nested deeper
        /// than `Limits.anyDepth` are `null`; embeds are passed on as their authors wrote them.
        package func json(_ root: Root, as shape: RootShape) -> [UInt8] {
            var writer = JSONWriter()
            switch shape {
            case .text: writeText(root.type, to: &writer)
            case .array: writeList(root.type, depth: Limits.anyDepth, to: &writer)
            case .map: writeMap(root.type, depth: Limits.anyDepth, to: &writer)
            }
            return writer.bytes.take()
        }

        private func writeText(_ type: UInt32, to writer: inout JSONWriter) {
            let text = text(Root(type: type))
            text.withUnsafeBufferPointer { writer.string($0) }
        }

        private func writeList(_ type: UInt32, depth: Int, to writer: inout JSONWriter) {
            writer.raw("[")
            var isFirst = true
            var handle = types[type].start
            while handle != .none {
                let item = items[handle]
                if item.isVisible {
                    if !isFirst { writer.raw(",") }
                    isFirst = false
                    writeValues(of: item, from: 0, depth: depth, to: &writer)
                }
                handle = item.right
            }
            writer.raw("]")
        }

        private func writeMap(_ type: UInt32, depth: Int, to writer: inout JSONWriter) {
            writer.raw("{")
            var isFirst = true
            for (key, handle) in values(of: type) where !isUndefined(items[handle]) {
                if !isFirst { writer.raw(",") }
                isFirst = false
                key.withUnsafeBufferPointer { writer.string($0) }
                writer.raw(":")
                writeValues(of: items[handle], from: items[handle].length - 1, depth: depth, to: &writer)
            }
            writer.raw("}")
        }

        /// The keys of a map that have a value, and the items that hold these.
        private func values(of type: UInt32) -> [(key: [UInt8], item: UInt32)] {
            var found: [(key: [UInt8], item: UInt32)] = []
            var entry = types[type].firstEntry
            while entry != .none {
                let (key, item) = (entries[entry].key, entries[entry].item)
                if item != .none && items[item].isVisible { found.append(([UInt8](names[key]), item)) }
                entry = entries[entry].next
            }
            return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        }

        private func isUndefined(_ item: Item) -> Bool {
            item.kind == .any && item.length == 1 && content(of: item).first == JSONWriter.undefined
        }

        /// The values that an item holds, from one on.
        private func writeValues(of item: Item, from first: UInt32, depth: Int, to writer: inout JSONWriter) {
            guard item.kind != .type else { return writeType(item.content, depth: depth, to: &writer) }
            let content = content(of: item)
            guard let base = content.baseAddress else { return writer.raw("null") }
            var reader = Reader(base, 0..<content.count)
            for index in 0..<item.length {
                do throws(UpdateFault) {
                    guard index >= first else {
                        try reader.skipElement(item.kind)
                        continue
                    }
                    if index > first { writer.raw(",") }
                    try writer.value(item.kind, &reader)
                } catch {
                    return writer.raw("null")
                }
            }
        }

        private func writeType(_ type: UInt32, depth: Int, to writer: inout JSONWriter) {
            guard depth > 0 else { return writer.raw("null") }
            switch content(of: items[types[type].item]).first.map(UInt64.init) {
            case TypeKind.array: writeList(type, depth: depth - 1, to: &writer)
            case TypeKind.map, TypeKind.xmlHook: writeMap(type, depth: depth - 1, to: &writer)
            case TypeKind.text, TypeKind.largest: writeText(type, to: &writer)
            default: writer.raw("null")
            }
        }
    }
#endif
