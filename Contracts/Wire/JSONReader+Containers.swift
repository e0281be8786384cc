extension JSONReader {
    /// Reads an object, calling `member` with each name while the cursor stands before its value.
    @inline(never)
    public mutating func object(
        _ member: (String, inout JSONReader) throws(WireFault) -> Void
    ) throws(WireFault) {
        try expect(.object)
        try enter()
        while let name = try nextName() {
            let text = String(decoding: bytes[name], as: UTF8.self)
            try member(text, &self)
        }
        depth -= 1
    }

    /// Reads an array, calling `element` while the cursor stands before each element.
    @inline(never)
    public mutating func array(
        _ element: (inout JSONReader) throws(WireFault) -> Void
    ) throws(WireFault) {
        try expect(.array)
        try enter()
        var index = 0
        while try nextElement(isFirst: index == 0) {
            let name = index
            try isolating({ String(name) }, element)
            index += 1
        }
        depth -= 1
    }

    /// Steps into an object or array.
    mutating func enter() throws(WireFault) {
        depth += 1
        if depth > WireLimits.depth {
            throw WireFault(.tooDeep, "objects and arrays nest at most \(WireLimits.depth) deep")
        }
        offset += 1
    }

    /// The bytes of the next member's name, or nil behind the last; the cursor then stands before the value.
    ///
    /// Names with escapes are refused: no contract has one, and two spellings of one name are a trap.
    mutating func nextName() throws(WireFault) -> Range<Int>? {
        skipSpace()
        if current == UInt8(ascii: "}") {
            offset += 1
            return nil
        }
        try separator()
        guard current == UInt8(ascii: "\"") else { throw malformed("a field name in quotes is expected") }
        let name = try nameBytes()
        skipSpace()
        guard current == UInt8(ascii: ":") else { throw malformed("a colon is expected behind a field name") }
        offset += 1
        return name
    }

    /// Whether an element follows; steps over the comma or the closing bracket.
    mutating func nextElement(isFirst: Bool) throws(WireFault) -> Bool {
        skipSpace()
        if current == UInt8(ascii: "]") {
            offset += 1
            return false
        }
        if isFirst { return true }
        guard current == UInt8(ascii: ",") else { throw malformed("a comma or ] is expected") }
        offset += 1
        skipSpace()
        if current == UInt8(ascii: "]") { throw malformed("a value follows a comma") }
        return true
    }

    /// The comma between members; the first member, right behind the brace, has none.
    private mutating func separator() throws(WireFault) {
        var before = offset - 1
        while bytes[before] <= 0x20 { before -= 1 }
        let isFirst = bytes[before] == UInt8(ascii: "{")
        if isFirst { return }
        guard current == UInt8(ascii: ",") else { throw malformed("a comma or } is expected") }
        offset += 1
        skipSpace()
        if current == UInt8(ascii: "}") { throw malformed("a name follows a comma") }
    }

    private mutating func nameBytes() throws(WireFault) -> Range<Int> {
        let start = offset + 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            let byte = bytes[end]
            if byte < 0x20 || byte == UInt8(ascii: "\\") || byte >= 0x80
                || end - start >= WireLimits.nameBytes
            {
                throw malformed("a field name is plain ASCII of at most \(WireLimits.nameBytes) bytes")
            }
            end += 1
        }
        guard end < bytes.count else { throw malformed("a field name has no end") }
        offset = end + 1
        return start..<end
    }

    /// Runs `body` for one member or element so that a broken rule inside it does not hide the others: the
    /// fault is kept with the member's name, and reading goes on behind the value.
    @inline(never)
    mutating func isolating(
        _ name: () -> String, _ body: (inout JSONReader) throws(WireFault) -> Void
    ) throws(WireFault) {
        let known = faults.count
        let start = offset
        let level = depth
        do throws(WireFault) {
            try body(&self)
        } catch {
            let fault = error.inside(name())
            if error.code.isSyntax || faults.count >= WireLimits.faults { throw fault }
            offset = start
            depth = level
            try skipValue()
            prefix(from: known, name())
            faults.append(fault)
            return
        }
        if faults.count > known { prefix(from: known, name()) }
    }

    private mutating func prefix(from known: Int, _ name: String) {
        for index in known..<faults.count { faults[index] = faults[index].inside(name) }
    }
}
