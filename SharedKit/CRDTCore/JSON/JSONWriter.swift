#if !hasFeature(Embedded)
    /// Writes JSON from contents as they are encoded in updates.
    struct JSONWriter: ~Copyable {
        var bytes = ByteWriter()

        mutating func raw(_ text: StaticString) { bytes.raw(text.utf8Start, text.utf8CodeUnitCount) }

        /// A string; broken UTF-8 in it becomes U+FFFD.
        mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
            bytes.byte(UInt8(ascii: "\""))
            escaped(text)
            bytes.byte(UInt8(ascii: "\""))
        }

        /// What stands between the quotes.
        mutating func escaped(_ text: UnsafeBufferPointer<UInt8>) {
            var repaired = Column<UInt8>()
            Replacement.append(repaired: text, to: &repaired)
            for byte in repaired.all {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                    bytes.byte(UInt8(ascii: "\\"))
                    bytes.byte(byte)
                case ..<0x20:
                    raw("\\u00")
                    bytes.byte(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
                    bytes.byte(Self.digits.utf8Start[Int(byte & 0xF)])
                default: bytes.byte(byte)
                }
            }
        }

        /// A number; what JSON has no number for is `null`.
        mutating func number(_ value: Double) {
            guard value.isFinite else { return raw("null") }
            plain(Int64(exactly: value)?.description ?? value.description)
        }

        mutating func plain(_ text: String) { for byte in text.utf8 { bytes.byte(byte) } }

        /// The next value of a content that was checked before.
        mutating func value(_ kind: ContentKind, _ reader: inout Reader) throws(UpdateFault) {
            switch kind {
            case .any: try any(&reader)
            case .json: json(reader.bytes(try reader.block()))
            case .embed: json(reader.bytes(try reader.block()))
            case .binary: octets(reader.bytes(try reader.block()))
            default: raw("null")
            }
        }

        /// Values of old documents are JSON already, or the word `undefined`.
        private mutating func json(_ text: UnsafeBufferPointer<UInt8>) {
            if text.first == UInt8(ascii: "u") || text.isEmpty { raw("null") } else { bytes.raw(text) }
        }

        /// Bytes are what JavaScript makes of them: an object with a member for each.
        private mutating func octets(_ octets: UnsafeBufferPointer<UInt8>) {
            raw("{")
            for (index, octet) in octets.enumerated() {
                if index > 0 { raw(",") }
                plain("\"\(index)\":\(octet)")
            }
            raw("}")
        }

        /// The next `Any` value; `undefined` is `null`.
        mutating func any(_ reader: inout Reader) throws(UpdateFault) {
            switch try reader.byte() {
            case 125: try integer(&reader)
            case 124: number(Double(Float(bitPattern: UInt32(try reader.bigEndian(4)))))
            case 123: number(Double(bitPattern: try reader.bigEndian(8)))
            case 122: plain(Int64(bitPattern: try reader.bigEndian(8)).description)
            case 121: raw("false")
            case 120: raw("true")
            case 119: string(reader.bytes(try reader.block()))
            case 118: try object(&reader)
            case 117: try array(&reader)
            case 116: octets(reader.bytes(try reader.block()))
            default: raw("null")
            }
        }

        /// What is longer than a number of JavaScript is `null`.
        private mutating func integer(_ reader: inout Reader) throws(UpdateFault) {
            var digits = reader
            try reader.skipSigned()
            do throws(UpdateFault) { plain(try digits.signed().description) } catch { raw("null") }
        }

        private mutating func array(_ reader: inout Reader) throws(UpdateFault) {
            raw("[")
            for index in 0..<(try reader.count()) {
                if index > 0 { raw(",") }
                try any(&reader)
            }
            raw("]")
        }

        /// As in JavaScript, what is `undefined` is left out.
        private mutating func object(_ reader: inout Reader) throws(UpdateFault) {
            raw("{")
            var isFirst = true
            for _ in 0..<(try reader.count()) {
                let name = reader.bytes(try reader.block())
                var ahead = reader
                guard try ahead.byte() != Self.undefined else {
                    reader = ahead
                    continue
                }
                if !isFirst { raw(",") }
                isFirst = false
                string(name)
                raw(":")
                try any(&reader)
            }
            raw("}")
        }

        static var undefined: UInt8 { 127 }
        private static var digits: StaticString { "0123456789abcdef" }
    }

    extension Reader {
        /// A number of so many bytes, the most significant first.
        fileprivate mutating func bigEndian(_ count: Int) throws(UpdateFault) -> UInt64 {
            var value: UInt64 = 0
            for _ in 0..<count { value = value << 8 | UInt64(try byte()) }
            return value
        }
    }
#endif
