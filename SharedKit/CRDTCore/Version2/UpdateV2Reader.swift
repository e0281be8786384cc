/// Reads version 2 of the update format, which storage of others uses, and writes the same in version 1.
struct UpdateV2Reader: ~Copyable {
    private var keyClocks: DifferenceRunReader
    private var clients: NumberRunReader
    private var leftClocks: DifferenceRunReader
    private var rightClocks: DifferenceRunReader
    private var infos: ByteRunReader
    private var strings: StringRunReader
    private var parentInfos: ByteRunReader
    private var typeKinds: NumberRunReader
    private var lengths: NumberRunReader
    private var rest: Reader
    /// Names of marks and elements in the order of their first use.
    private var keys = Column<Range<Int>>()
    private var keyBytes = Column<UInt8>()
    private var scratch = Column<UInt8>()

    /// The nine columns in the order of the format, and what follows them.
    init(_ columns: [Reader], _ rest: Reader) {
        keyClocks = DifferenceRunReader(columns[0])
        clients = NumberRunReader(columns[1])
        leftClocks = DifferenceRunReader(columns[2])
        rightClocks = DifferenceRunReader(columns[3])
        infos = ByteRunReader(columns[4])
        strings = StringRunReader(columns[5])
        parentInfos = ByteRunReader(columns[6])
        typeKinds = NumberRunReader(columns[7])
        lengths = NumberRunReader(columns[8])
        self.rest = rest
    }

    /// Appends the update in version 1.
    mutating func read(to output: inout ByteWriter) throws(UpdateFault) {
        try strings.load()
        let blocks = try rest.number()
        guard blocks <= UInt64(Limits.clientsPerUpdate) else { throw .tooManyClients }
        output.number(blocks)
        for _ in 0..<blocks {
            let structs = try rest.number()
            output.number(structs)
            output.number(try clients.next())
            output.number(try rest.clock())
            for _ in 0..<structs { try readStruct(to: &output) }
        }
        try readDeletes(to: &output)
        guard rest.isAtEnd else { throw .malformed }
    }

    private mutating func readStruct(to output: inout ByteWriter) throws(UpdateFault) {
        // A few bytes of runs can stand for any number of structs.
        guard output.count <= Limits.importBytes else { throw .tooLarge }
        let info = try infos.next()
        guard let kind = ContentKind(rawValue: info & InfoBit.kind) else { throw .malformed }
        output.byte(info)
        switch kind {
        case .collected: output.number(try lengths.next())
        case .skip: output.number(try rest.number())
        default:
            try readHead(info, to: &output)
            try readContent(kind, to: &output)
        }
    }

    private mutating func readHead(_ info: UInt8, to output: inout ByteWriter) throws(UpdateFault) {
        if info & InfoBit.origin != 0 {
            output.number(try clients.next())
            output.number(try leftClocks.next())
        }
        if info & InfoBit.rightOrigin != 0 {
            output.number(try clients.next())
            output.number(try rightClocks.next())
        }
        guard info & InfoBit.anyOrigin == 0 else { return }
        if try parentInfos.next() == 1 {
            output.number(1)
            try readString(to: &output)
        } else {
            output.number(0)
            output.number(try clients.next())
            output.number(try leftClocks.next())
        }
        if info & InfoBit.key != 0 { try readString(to: &output) }
    }

    private mutating func readContent(_ kind: ContentKind, to output: inout ByteWriter) throws(UpdateFault) {
        switch kind {
        case .deleted: output.number(try lengths.next())
        case .string: try readString(to: &output)
        case .json, .any: try readElements(kind, to: &output)
        case .binary: output.block(rest.bytes(try rest.block()))
        case .embed: try readJSON(to: &output)
        case .format:
            try readKey(to: &output)
            try readJSON(to: &output)
        case .type:
            let type = try typeKinds.next()
            output.number(type)
            if TypeKind.hasName(type) { try readKey(to: &output) }
        default:
            try readString(to: &output)
            try readAny(to: &output)
        }
    }

    private mutating func readElements(_ kind: ContentKind, to output: inout ByteWriter) throws(UpdateFault) {
        let count = try lengths.next()
        guard count <= UInt64(Limits.importBytes) else { throw .tooLarge }
        output.number(count)
        for _ in 0..<count {
            guard output.count <= Limits.importBytes else { throw .tooLarge }
            if kind == .any { try readAny(to: &output) } else { try readString(to: &output) }
        }
    }

    private mutating func readAny(to output: inout ByteWriter) throws(UpdateFault) {
        let start = rest.offset
        try rest.skipAny()
        output.raw(rest.bytes(start..<rest.offset))
    }

    private mutating func readString(to output: inout ByteWriter) throws(UpdateFault) {
        scratch.removeAll()
        try strings.next(into: &scratch)
        output.number(scratch.count)
        if !scratch.isEmpty { output.raw(scratch.start, scratch.count) }
    }

    private mutating func readKey(to output: inout ByteWriter) throws(UpdateFault) {
        let place = try keyClocks.next()
        if place >= UInt32(keys.count) {
            let start = keyBytes.count
            try strings.next(into: &keyBytes)
            keys.append(start..<keyBytes.count)
        }
        let key = keys[min(place, UInt32(keys.count - 1))]
        output.number(key.count)
        if !key.isEmpty { output.raw(keyBytes.start + key.lowerBound, key.count) }
    }

    /// Version 1 has JSON text where version 2 has a value.
    private mutating func readJSON(to output: inout ByteWriter) throws(UpdateFault) {
        var json = ByteWriter()
        try rest.json(to: &json, depth: Limits.anyDepth)
        output.block(json.written)
    }

    private mutating func readDeletes(to output: inout ByteWriter) throws(UpdateFault) {
        let count = try rest.count(bytesEach: 2)
        output.number(count)
        for _ in 0..<count {
            output.number(try rest.number())
            let ranges = try rest.count(bytesEach: 2)
            output.number(ranges)
            var clock: UInt64 = 0
            for _ in 0..<ranges {
                clock += try rest.number()
                output.number(clock)
                let length = try rest.number() + 1
                output.number(length)
                clock += length
            }
        }
    }
}

extension UpdateTool {
    /// The same update in version 1.
    package static func fromV2(_ update: Span<UInt8>) throws(UpdateFault) -> [UInt8] {
        let message = try update.withUnsafeBufferPointer { (bytes) throws(UpdateFault) in
            guard let base = bytes.baseAddress else { throw .truncated }
            var header = Reader(base, 0..<bytes.count)
            guard try header.number() == 0 else { throw .malformed }
            var columns: [Reader] = []
            for _ in 0..<9 { columns.append(Reader(base, try header.block())) }
            var reader = UpdateV2Reader(columns, header)
            var output = ByteWriter()
            try reader.read(to: &output)
            return output.take()
        }
        try validate(message.span)
        return message
    }
}
