/// An update cut into its structs, byte for byte, and its deletes, whose order of clients is free.
///
/// A reader of its own, so that a mistake of the engine's reader cannot hide.
struct UpdateShape: Equatable {
    let structs: [UInt8]
    let deletes: [UInt64: [Range<UInt64>]]

    /// Nil when it is no update.
    init?(_ update: [UInt8]) {
        var cursor = Cursor(bytes: update)
        guard cursor.skipStructs() else { return nil }
        structs = Array(update[..<cursor.offset])
        guard let deletes = cursor.deletes(), cursor.offset == update.count else { return nil }
        self.deletes = deletes
    }

    private struct Cursor {
        let bytes: [UInt8]
        var offset = 0
        var failed = false

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func byte() -> UInt8 {
            guard offset < bytes.count else {
                failed = true
                return 0
            }
            offset += 1
            return bytes[offset - 1]
        }

        mutating func number() -> UInt64 {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while !failed && shift < 63 {
                let next = byte()
                value |= UInt64(next & 0x7F) << shift
                if next < 0x80 { break }
                shift += 7
            }
            return value
        }

        mutating func skip(_ count: UInt64) {
            if count > UInt64(bytes.count - offset) { failed = true } else { offset += Int(count) }
        }

        mutating func skipString() { skip(number()) }

        mutating func skipStructs() -> Bool {
            var clients = number()
            while clients > 0 && !failed {
                var structs = number()
                _ = number()
                _ = number()
                while structs > 0 && !failed {
                    skipStruct()
                    structs -= 1
                }
                clients -= 1
            }
            return !failed
        }

        mutating func skipStruct() {
            let info = byte()
            if info & 31 == 0 || info & 31 == 10 { return _ = number() }
            if info & 0x80 != 0 { skipID() }
            if info & 0x40 != 0 { skipID() }
            if info & 0xC0 == 0 {
                if number() == 1 { skipString() } else { skipID() }
                if info & 0x20 != 0 { skipString() }
            }
            skipContent(info & 31)
        }

        mutating func skipID() {
            _ = number()
            _ = number()
        }

        mutating func skipContent(_ kind: UInt8) {
            switch kind {
            case 1: _ = number()
            case 2: `repeat`(number()) { $0.skipString() }
            case 3, 4, 5: skipString()
            case 6:
                skipString()
                skipString()
            case 7:
                let type = number()
                if type == 3 || type == 5 { skipString() }
            case 8: `repeat`(number()) { $0.skipAny() }
            case 9:
                skipString()
                skipAny()
            default: failed = true
            }
        }

        mutating func `repeat`(_ count: UInt64, _ body: (inout Cursor) -> Void) {
            var left = count
            while left > 0 && !failed {
                body(&self)
                left -= 1
            }
        }

        mutating func skipAny() {
            switch byte() {
            case 127, 126, 121, 120: return
            case 125: while byte() >= 0x80 && !failed {}
            case 124: skip(4)
            case 123, 122: skip(8)
            case 119, 116: skipString()
            case 118:
                `repeat`(number()) {
                    $0.skipString()
                    $0.skipAny()
                }
            case 117: `repeat`(number()) { $0.skipAny() }
            default: failed = true
            }
        }

        mutating func deletes() -> [UInt64: [Range<UInt64>]]? {
            var deletes: [UInt64: [Range<UInt64>]] = [:]
            var clients = number()
            while clients > 0 && !failed {
                let client = number()
                `repeat`(number()) {
                    let start = $0.number()
                    deletes[client, default: []].append(start..<start + $0.number())
                }
                clients -= 1
            }
            return failed ? nil : deletes
        }
    }
}
